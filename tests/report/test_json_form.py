"""A verdict as JSON: the contract's keys, in its order, and nothing that JSON does not know."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.verdict import Finding, Verdict
from report.json_form import dumps, verdict_form
from report.wording import words
from tests.report.make import CODE, RIGHT, UNREADABLE, WRONG

KEYS = ["format", "id", "question", "kind", "outcome", "score", "evidence", "reading", "findings", "witness", "steps",
        "levels", "seconds"]  # fmt: skip


@pytest.mark.parametrize("verdict", [RIGHT, WRONG, UNREADABLE, CODE])
def test_every_key_is_there_in_the_order_of_the_contract(verdict: Verdict) -> None:
    form = verdict_form(verdict, words)
    assert list(form) == KEYS
    for finding in form["findings"]:
        assert list(finding) == ["code", "severity", "message", "hint", "where", "data"]


def test_the_whole_of_a_wrong_answer() -> None:
    form = verdict_form(replace(WRONG, seconds=0.0311234567, id="case-1"), words)
    said = form["findings"][0]
    assert (said["message"], said["where"]) == (
        words(WRONG.findings[0]).message,
        {"line": 1, "column": 1, "length": 15},
    )
    assert form["witness"] == {"inputs": {"p": "1/2", "y": "0"}, "expected": "2", "got": "-2"}
    assert form["steps"] == [{"line": 1, "step": 1, "outcome": "wrong", "evidence": "witness", "rule": None}]
    assert (form["id"], form["levels"], form["seconds"]) == ("case-1", None, 0.031123)


def test_levels_of_code_and_absent_parts() -> None:
    form = verdict_form(CODE, words)
    assert form["levels"] == {"correct": True, "stable": False, "precise": None}
    assert form["reading"] is form["steps"] is form["id"] is form["question"] is None


FACTS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.text(), FACTS, max_size=4), st.sampled_from(["utf-8", "ascii", "cp1252", None]))
def test_any_facts_become_one_line_of_strict_json_in_any_encoding(data: dict[str, Any], encoding: str | None) -> None:
    verdict = replace(UNREADABLE, findings=(Finding("unreadable", data=data),))
    line = dumps(verdict_form(verdict, words), encoding)
    line.encode(encoding or "ascii")
    assert "\n" not in line
    assert json.loads(line, parse_constant=pytest.fail)["format"] == 1


def test_infinity_is_a_text() -> None:
    form = verdict_form(replace(UNREADABLE, findings=(Finding("slow", data={"ratio": math.inf}),)), words)
    assert form["findings"][0]["data"] == {"ratio": "inf"}
