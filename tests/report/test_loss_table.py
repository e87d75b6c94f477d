"""The table of known losses and their properties is the one that the program makes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.properties.analysis import PROPERTIES
from grader.properties.reasons import REASONS
from practice.analysing import asked
from questions.losses import SPACES, library
from report.analysis_page import looked_at
from report.loss_table import page

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "losses-properties.md").read_text("utf-8")
SAMPLE = ["huber", "mae", "geman_mcclure", "brier", "mse_with_logits", "hinge", "sigmoid_margin"]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_row_is_current(name: str) -> None:
    loss = asked(name, None, (), ())
    assert loss is not None
    found = looked_at([loss])
    assert isinstance(found, list)
    row = next(line for line in page(found).splitlines() if line.startswith(f"| `{name}`"))
    assert [cell for cell in row.split(" | ") if cell.strip()] == [
        cell for cell in written(name).split(" | ") if cell.strip()
    ]


def written(name: str) -> str:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    return row


def test_every_known_loss_has_a_row_as_long_as_its_head() -> None:
    for name in library():
        row = written(name)
        above = PAGE[: PAGE.index(row)].splitlines()
        head = next(line for line in reversed(above) if line.startswith("| loss |"))
        assert row.replace("\\|", "").count("|") == head.count("|")


def test_there_is_a_table_for_each_kind_of_variable_that_has_losses() -> None:
    assert PAGE.count("\n## ") == len({loss.space for loss in library().values()} & set(SPACES))


@pytest.mark.parametrize("name", PROPERTIES)
def test_every_property_has_a_page_that_the_index_and_the_table_lead_to(name: str) -> None:
    folder = ROOT / "docs" / "properties"
    text = (folder / f"{name}.md").read_text("utf-8")
    assert f"(`{name}`)" in text.splitlines()[0]
    assert "**Says.**" in text
    assert "**Source" in text
    assert f"]({name}.md)" in (folder / "README.md").read_text("utf-8")
    assert f"](properties/{name}.md)" in PAGE


def test_links_between_the_pages_lead_somewhere_and_reasons_are_named_as_they_are() -> None:
    for path in sorted((ROOT / "docs" / "properties").glob("*.md")):
        text = path.read_text("utf-8")
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
        named = set(re.findall(r"\(`([a-z-]+)`(?:, `([a-z-]+)`)?\)", text.split("\n", 1)[1]))
        codes = {code for pair in named for code in pair if code}
        assert codes <= set(REASONS), path.name
