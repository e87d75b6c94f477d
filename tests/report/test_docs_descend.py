"""The table of docs/descend.md is what the program says."""

from __future__ import annotations

import re
from pathlib import Path

from grader.descent import Film
from practice.descending import Descent, filmed
from report.film_view import table_blocks
from report.paper import Paper

PAGE = (Path(__file__).parents[2] / "docs" / "descend.md").read_text("utf-8")


def test_the_film_of_the_page_is_the_program_s() -> None:
    (stated,) = re.findall(r"<!-- film: (.+?) from (.+?) -->\n```\n(.+?)```", PAGE, re.DOTALL)
    first, *others = stated[0].split()
    film = filmed(Descent(first, stated[1], against=tuple(others)))
    assert isinstance(film, Film)
    paper = Paper(width=80)
    assert paper.write(table_blocks(film, paper)) == stated[2]
