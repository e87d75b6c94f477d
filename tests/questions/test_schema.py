from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from questions import loader
from questions.kinds import CLASSES
from questions.schema import DESCRIPTIONS, bank_schema

SOUND = Path(__file__).parent / "sound" / "each_kind_shortest.yaml"
STRUCTURAL = (
    "unknown-key", "missing-keys", "no-kind", "unknown-kind", "wrong-types", "unknown-values", "empty-texts",
    "bad-ids", "few-hints", "no-rejected", "no-format", "no-questions", "format-2", "questions-no-list",
    "question-no-mapping",
)  # fmt: skip


def validator() -> Any:
    schema = json.loads(json.dumps(bank_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("file", [SOUND, *loader.builtin_banks()], ids=lambda file: file.stem)
def test_the_schema_accepts_sound_banks(file: Path) -> None:
    assert [error.message for error in validator().iter_errors(yaml.safe_load(file.read_text("utf-8")))] == []


@pytest.mark.parametrize("name", STRUCTURAL)
def test_the_schema_refuses_what_is_wrong_in_structure(name: str) -> None:
    broken = yaml.safe_load((Path(__file__).parent / "broken" / f"{name}.yaml").read_text("utf-8"))
    assert not validator().is_valid(broken)


def test_every_field_is_described() -> None:
    assert set(DESCRIPTIONS) == {"kind", *(field.name for cls in CLASSES.values() for field in dataclasses.fields(cls))}
