"""How an answer is written: the demands of a question on the form of a right one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.symbolic import DerivationTask, TaskError, grade_derivation
from questions.kinds import Form
from report.wording import words


def _cases() -> Iterator[Any]:
    for entry in yaml.safe_load(Path(__file__).with_name("forms.yaml").read_text(encoding="utf-8")):
        asked = entry["form"]
        form = Form(
            in_terms_of=tuple(asked.get("in_terms_of", ())),
            without=tuple(asked.get("without", ())),
            style=asked.get("style"),
        )
        task = DerivationTask(entry["loss"], entry["wrt"], tuple(entry["var"]), tuple(entry.get("let", ())), form)
        for case in entry["cases"]:
            yield pytest.param(task, case, id=f"{asked}: {case['text']}".replace("\n", " ; "))


@pytest.mark.parametrize(("task", "case"), list(_cases()))
def test_the_form_is_told_from_the_value(task: DerivationTask, case: dict[str, Any]) -> None:
    verdict = grade_derivation(task, case["text"], seconds=20)
    assert verdict.outcome == "right", verdict
    assert verdict.score == 1.0
    named = [finding for finding in verdict.findings if finding.code == "wrong-form"]
    assert [finding.data["demand"] for finding in named[:1]] == ([case["demand"]] if case["demand"] else [])
    if "found" in case:
        assert named[0].data["found"] == case["found"]
    assert all(finding.severity == "note" for finding in named)


def test_a_form_that_is_required_leaves_a_right_value_partly_right() -> None:
    form = Form(in_terms_of=("sigmoid(z)", "y"), required=True)
    task = DerivationTask("softplus(z) - y*z", "z", ("z: real", "y: [0,1]"), (), form)
    verdict = grade_derivation(task, "e^z/(1 + e^z) - y")
    assert (verdict.outcome, verdict.score, verdict.codes) == ("partly", 0.8, ("wrong-form",))
    place = verdict.findings[0].where
    assert place is not None
    assert (place.line, place.column) == (1, 3)
    wrong = grade_derivation(task, "e^z/(1 + e^z) + y")
    assert wrong.outcome == "wrong"
    assert "wrong-form" not in wrong.codes
    assert grade_derivation(replace(task, form=None), "e^z/(1 + e^z) - y").outcome == "right"


@pytest.mark.parametrize(("typed", "allowed"), [("e^z/(1 + e^z) - y", "sigmoid(z)"), ("e^z/(1 + e^z) − y", "σ(z)")])
def test_what_is_allowed_is_said_in_the_signs_of_the_answer(typed: str, allowed: str) -> None:
    task = DerivationTask("softplus(z) - y*z", "z", ("z: real", "y: [0,1]"), (), Form(in_terms_of=("sigmoid(z)", "y")))
    finding = grade_derivation(task, typed).findings[0]
    assert finding.data["allowed"] == (allowed, "y")
    assert f"written with {allowed} and y only, and z is still in it" in words(finding).message


def test_a_form_that_cannot_be_read_is_the_authors_mistake() -> None:
    form = Form(in_terms_of=("y", "sigmoid(q)"))
    task = DerivationTask("softplus(z) - y*z", "z", ("z: real", "y: [0,1]"), (), form)
    with pytest.raises(TaskError) as caught:
        grade_derivation(task, "σ(z) - y")
    assert caught.value.field == "form.in_terms_of[1]"
