"""The known losses on paper: the page that the program makes, a page for each, the list."""

from __future__ import annotations

from pathlib import Path

import pytest

from questions.losses import library
from report.library import SPACE_WORDS, loss_blocks, losses_listing, table
from report.paper import Paper

ROOT = Path(__file__).parents[2]
MARK = "<!-- made by the program: report.library.table -->\n"


def test_the_tables_of_the_page_are_those_of_the_library() -> None:
    page = (ROOT / "docs" / "losses.md").read_text("utf-8")
    assert page.split(MARK)[1] == table(library().values())


def test_the_readme_counts_them_right() -> None:
    assert f"{len(library())} losses that go by a name" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", library())
def test_every_loss_has_a_page_that_fits(name: str) -> None:
    loss = library()[name]
    for paper in (Paper(width=80), Paper(width=80, unicode=False), Paper(width=80, plain=True)):
        lines = paper.write(loss_blocks(loss, paper)).splitlines()
        assert lines[0]
        assert max(map(len, lines)) <= 80
        assert SPACE_WORDS[loss.space] in " ".join(lines[:4]) or not paper.unicode


def test_a_narrow_terminal_gets_two_lines_for_each() -> None:
    lines = losses_listing(library().values(), 30).splitlines()
    assert len(lines) == 2 * len(library()) + 1
    assert lines[-1] == f"{len(library())} losses."
    assert max(map(len, lines)) <= 30
