"""The examples of docs/formulas.md are read as the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.formula.read import read_declaration, read_formula, scope_from
from grader.formula.show import show

PAGE = Path(__file__).parents[2] / "docs" / "formulas.md"
ROW = re.compile(r"\| `(.+?)` \| `(.+?)` \|")


def _examples() -> Iterator[Any]:
    declarations: list[str] = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if match := re.search(r"With ((?:`[^`]+`(?:, )?)+):$", line):
            declarations = re.findall(r"`([^`]+)`", match[1])
        elif match := ROW.fullmatch(line):
            typed, reading = (cell.replace("\\|", "|") for cell in match.groups())
            yield pytest.param(declarations, typed, reading, id=typed)


EXAMPLES = list(_examples())


@pytest.mark.parametrize(("declarations", "typed", "reading"), EXAMPLES)
def test_an_example_of_the_page_reads_as_it_says(declarations: list[str], typed: str, reading: str) -> None:
    scope = scope_from(declarations)
    assert show(read_formula(typed, scope), scope) == reading


def test_every_row_of_every_table_is_an_example() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) == len(EXAMPLES) > 50


def test_the_declarations_that_the_page_shows_are_read() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Declarations")[1].split("Domains are")[0]
    shown = [text for text in re.findall(r"`([^`]+)`", section) if ":" in text and "NAME" not in text]
    assert len(shown) > 5
    for text in shown:
        read_declaration(text)
