"""Which line answers: what stands behind, between and before the answer is judged, and not taken for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.symbolic import DerivationTask, grade_derivation

EVERY = 6
"""Of the answers to each task, one in so many is tested by default; the others are slow."""


def _cases() -> Iterator[Any]:
    for entry in yaml.safe_load(Path(__file__).with_name("behind.yaml").read_text(encoding="utf-8")):
        task = DerivationTask(entry["loss"], entry["wrt"], tuple(entry["var"]), tuple(entry.get("let", ())))
        for number, case in enumerate(entry["answers"]):
            marks = () if number % EVERY == 0 else (pytest.mark.slow,)
            yield pytest.param(task, case, id=case["typed"].replace("\n", " ; "), marks=marks)


@pytest.mark.parametrize(("task", "case"), list(_cases()))
def test_the_answer_is_the_line_that_says_so(task: DerivationTask, case: dict[str, Any]) -> None:
    verdict = grade_derivation(task, case["typed"], seconds=20)
    assert verdict.outcome == case["outcome"], verdict
    broken = sorted({step.line for step in verdict.steps or () if step.outcome == "wrong"})
    assert broken == case.get("broken", [])
    if case["outcome"] == "wrong":
        assert verdict.witness is not None
