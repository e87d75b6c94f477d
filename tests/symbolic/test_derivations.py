"""Whole derivations, one a file: what is named is the line with the planted mistake, and the mistake.

`broken` is the line, as typed, that is wrong (the lines that follow from it are carried), `finding` the code that comes
first, `findings` codes that are among the others, `steps` the outcomes of the equations in order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.symbolic import DerivationTask, grade_derivation

FILES = sorted(Path(__file__).with_name("derivations").glob("*.yaml"))


def test_enough_right_ones_and_enough_with_a_mistake() -> None:
    planted = [yaml.safe_load(path.read_text(encoding="utf-8")).get("broken") for path in FILES]
    assert planted.count(None) >= 10
    assert len(planted) - planted.count(None) >= 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_planted_line_is_named(path: Path) -> None:
    case: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    task = DerivationTask(case["loss"], case["wrt"], tuple(case["var"]), tuple(case.get("let", ())))
    verdict = grade_derivation(task, case["text"], seconds=20)
    assert verdict.outcome == case["outcome"], verdict
    steps = verdict.steps or ()
    assert {step.line for step in steps if step.outcome == "wrong"} == ({case["broken"]} if "broken" in case else set())
    assert not [step for step in steps if step.outcome in ("undecided", "unreadable")]
    named = [finding.data["line"] for finding in verdict.findings if finding.code == "step-does-not-follow"]
    assert named == ([case["broken"]] if "broken" in case and len(steps) > 1 else [])
    if "steps" in case:
        assert [step.outcome for step in steps] == case["steps"]
    if "finding" in case:
        assert verdict.codes[0] == case["finding"]
    assert set(case.get("findings", ())) <= set(verdict.codes)
    if verdict.outcome == "right":
        assert verdict.evidence == "proved"
        assert all(finding.severity == "note" for finding in verdict.findings)


def test_lines_are_counted_as_typed() -> None:
    task = DerivationTask("z^2", "z", ("z: real",))
    verdict = grade_derivation(task, "\nWe use the power rule:\n\ndL/dz = z + z\n   = 3z\n")
    assert verdict.steps is not None
    assert [(step.line, step.step, step.outcome) for step in verdict.steps] == [(4, 1, "right"), (5, 2, "wrong")]
    place = next(finding.where for finding in verdict.findings if finding.code == "constant-factor")
    assert place is not None
    assert (place.line, place.column, place.length) == (5, 6, 2)


def test_what_stands_within_a_sum_is_no_quantity_to_derive_by() -> None:
    """A letter that was never introduced may be what σ is taken of, but not of each term of a sum."""
    variables = ("x: real[n,d]", "y: {-1,1}[n]", "w: real[d]")
    task = DerivationTask("(1/n) Σ_i σ(-y_i wᵀx_i)", "w", variables)
    verdict = grade_derivation(task, "∂L/∂u = 1")
    assert (verdict.outcome, verdict.codes) == ("unreadable", ("unknown-symbol",))


def test_the_same_mistake_costs_once() -> None:
    task = DerivationTask("(w*x - y)^2", "w", ("w: real", "x: real", "y: real"))
    carried = grade_derivation(task, "r = w x - y\ndL/dr = r\ndL/dw = r x")
    twice = grade_derivation(task, "r = w x - y\ndL/dr = r\ndL/dw = 7")
    assert carried.score is not None
    assert twice.score is not None
    assert carried.score > twice.score
