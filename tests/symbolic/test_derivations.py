"""Whole derivations, from a file: every equation's outcome, and the line that is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.symbolic import DerivationTask, grade_derivation


def _collected() -> Iterator[Any]:
    entries = yaml.safe_load(Path(__file__).with_name("derivations.yaml").read_text(encoding="utf-8"))
    for entry in entries:
        task = DerivationTask(entry["loss"], entry["wrt"], tuple(entry["var"]), tuple(entry.get("let", ())))
        for case in entry["cases"]:
            yield pytest.param(task, case, id=case["text"].strip().replace("\n", " ; "))


@pytest.mark.parametrize(("task", "case"), list(_collected()))
def test_every_line_gets_its_outcome(task: DerivationTask, case: dict[str, Any]) -> None:
    verdict = grade_derivation(task, case["text"], seconds=20)
    assert verdict.outcome == case["outcome"], verdict
    if "steps" in case:
        assert verdict.steps is not None
        assert [step.outcome for step in verdict.steps] == case["steps"]
    if "finding" in case:
        assert verdict.codes[0] == case["finding"]
    assert set(case.get("findings", ())) <= set(verdict.codes)
    named = [finding.data["line"] for finding in verdict.findings if finding.code == "step-does-not-follow"]
    assert named == ([case["broken"]] if "broken" in case else [])


def test_lines_are_counted_as_typed() -> None:
    task = DerivationTask("z^2", "z", ("z: real",))
    verdict = grade_derivation(task, "\nWe use the power rule:\n\ndL/dz = z + z\n   = 3z\n")
    assert verdict.steps is not None
    assert [(step.line, step.step, step.outcome) for step in verdict.steps] == [(4, 1, "right"), (5, 2, "wrong")]
    place = next(finding.where for finding in verdict.findings if finding.code == "constant-factor")
    assert place is not None
    assert (place.line, place.column, place.length) == (5, 6, 2)


def test_the_same_mistake_costs_once() -> None:
    task = DerivationTask("(w*x - y)^2", "w", ("w: real", "x: real", "y: real"))
    carried = grade_derivation(task, "r = w x - y\ndL/dr = r\ndL/dw = r x")
    twice = grade_derivation(task, "r = w x - y\ndL/dr = r\ndL/dw = 7")
    assert carried.score is not None
    assert twice.score is not None
    assert carried.score > twice.score
