"""The examples of docs/questions.md are sound banks, and no field is left undescribed."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from questions import loader
from questions.kinds import CLASSES

DOCS = (Path(__file__).parents[2] / "docs" / "questions.md").read_text("utf-8")
EXAMPLES = dict(zip(CLASSES, re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL), strict=True))


@pytest.mark.parametrize("kind", CLASSES)
def test_the_example_of_a_kind_loads(kind: str, tmp_path: Path) -> None:
    bank = tmp_path / f"{kind}.yaml"
    bank.write_text(EXAMPLES[kind], "utf-8")
    loaded = loader.load([bank])
    assert loaded.problems == ()
    assert [question.kind for question in loaded.questions] == [kind]


def test_every_field_is_described() -> None:
    fields = {field.name for cls in CLASSES.values() for field in dataclasses.fields(cls)}
    assert {name for name in fields if f"`{name}`" not in DOCS} == set()
