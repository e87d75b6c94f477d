"""The rule of each equation, and what is left to do, from a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.symbolic import DerivationTask, grade_derivation
from report.rules import rule_words
from tests.symbolic.test_next import BCE, lines_of


def _collected() -> Iterator[Any]:
    for entry in yaml.safe_load(Path(__file__).with_name("rules.yaml").read_text(encoding="utf-8")):
        task = DerivationTask(entry["loss"], entry["wrt"], tuple(entry["var"]), tuple(entry.get("let", ())))
        for case in entry["cases"]:
            yield pytest.param(task, case["text"], case["rules"], id=case["text"].replace("\n", " ; "))


@pytest.mark.parametrize(("task", "text", "rules"), list(_collected()))
def test_each_equation_gets_its_rule_or_none(task: DerivationTask, text: str, rules: list[str | None]) -> None:
    verdict = grade_derivation(task, text, seconds=20)
    assert verdict.steps is not None
    assert [step.rule for step in verdict.steps] == rules
    assert all(rule_words(rule) for rule in rules if rule is not None)


def test_the_rules_that_are_taken_are_the_rules_that_are_seen() -> None:
    lines, text = lines_of(BCE)
    verdict = grade_derivation(BCE, text, seconds=20)
    assert [step.rule for step in verdict.steps or ()] == [line.rule for line in lines[:-1]]


def test_what_does_not_hold_has_no_rule() -> None:
    verdict = grade_derivation(BCE, "dL/dp = y/p - (1-y)/(1-p)\ndp/dz = p(1-p)\ndL/dz = dL/dp dp/dz = y - p")
    assert verdict.steps is not None
    assert {step.outcome: step.rule for step in verdict.steps if step.outcome != "right"} == {
        "wrong": None,
        "carried": None,
    }


@pytest.mark.parametrize(
    ("text", "left", "rule"),
    [
        ("2(σ(z) − y)σ'(z)", ("∂σ(z)/∂z",), "sigmoid"),
        ("dL/dz = d/dz (σ(z) − y)^2", ("∂((σ(z) − y)²)/∂z",), "power"),
        ("dL/dz", ("∂L/∂z",), "power"),
    ],
)
def test_what_is_left_to_do_is_said_with_the_rule_that_comes_next(text: str, left: tuple[str, ...], rule: str) -> None:
    task = DerivationTask("(sigmoid(z) - y)^2", "z", ("z: real", "y: {0,1}"))
    verdict = grade_derivation(task, text)
    assert verdict.outcome == "partly"
    (finding,) = [each for each in verdict.findings if each.code == "not-closed-form"]
    assert (finding.data.get("left"), finding.data.get("rule")) == (left, rule)


def test_known_parts_are_to_be_put_in() -> None:
    verdict = grade_derivation(BCE, "dL/dp = -y/p + (1-y)/(1-p)\ndp/dz = p(1-p)\ndL/dz = dL/dp dp/dz")
    (finding,) = [each for each in verdict.findings if each.code == "not-closed-form"]
    assert (finding.data["left"], finding.data["rule"]) == (("∂L/∂p", "∂p/∂z"), "substitution")


def test_a_last_line_of_another_shape_leaves_the_lines_before_it_their_credit() -> None:
    task = DerivationTask("mean((X@w - y)^2)", "w", ("X: real[n,d]", "w: real[d]", "y: real[n]"))
    verdict = grade_derivation(task, "r = X w - y\n∂L/∂r = 2 r/n\n∂L/∂w = 2 r/n")
    assert (verdict.outcome, verdict.codes[0]) == ("wrong", "shape-mismatch")
    assert [(step.outcome, step.rule) for step in verdict.steps or ()] == [
        ("right", "substitution"),
        ("right", "power"),
        ("wrong", None),
    ]
    assert verdict.score == 0.333
