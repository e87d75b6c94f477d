"""Answers as people type them, right and subtly wrong, from files: see pairs/README.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.symbolic import DerivationTask, grade_derivation

PAIRS = Path(__file__).with_name("pairs")
KEYS = {"answer", "outcome", "finding", "notes", "evidence", "data"}


def _collected() -> Iterator[Any]:
    for file in sorted(PAIRS.glob("*.yaml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8")):
            task = DerivationTask(entry["loss"], entry["wrt"], tuple(entry["var"]), tuple(entry.get("let", ())))
            for case in entry["cases"]:
                assert case.keys() <= KEYS, case
                # the losses of strangers are large ones: a second each
                marks = (pytest.mark.slow,) if file.stem in ("strangers", "unseen") else ()
                yield pytest.param(task, case, id=f"{file.stem}: {entry['loss']} | {case['answer']}", marks=marks)


CASES = list(_collected())


@pytest.mark.parametrize(("task", "case"), CASES)
def test_a_pair_gets_its_verdict(task: DerivationTask, case: dict[str, Any]) -> None:
    verdict = grade_derivation(task, case["answer"], seconds=20)
    errors = [finding.code for finding in verdict.findings if finding.severity == "error"]
    assert verdict.outcome == case["outcome"], verdict
    if "finding" in case:
        assert errors[:1] == [case["finding"]], verdict
    if "evidence" in case:
        assert verdict.evidence == case["evidence"]
    for note in case.get("notes", ()):
        assert note in verdict.codes
    if verdict.outcome == "wrong":
        assert verdict.witness is not None
        assert verdict.witness.expected != verdict.witness.got
    if verdict.outcome == "right":
        assert verdict.score == 1.0
        assert errors == []


def test_there_are_many_pairs_over_many_losses() -> None:
    assert len(CASES) >= 120
    assert len({case.values[0].loss for case in CASES}) >= 20
