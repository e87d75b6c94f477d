"""Next line, please: every line follows, and they lead to a right answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.symbolic import DerivationTask, grade_derivation
from grader.symbolic.next_step import NextLine, next_line
from questions import loader
from questions.kinds import Derivation

HERE = Path(__file__).parent
MOST_LINES = 12
EVERY = 60
"""Of the losses of the other tests, so many are one tested by default; the others are slow."""
BCE = DerivationTask("-(y*log(p) + (1-y)*log(1-p))", "z", ("z: real", "y: {0,1}"), ("p = sigmoid(z)",))


def _bank() -> Iterator[Any]:
    for question in loader.load(loader.builtin_banks()).questions:
        if isinstance(question, Derivation):
            task = DerivationTask(question.loss, question.wrt, question.variables, question.given)
            yield pytest.param(task, id=question.id)


def _of_the_other_tests() -> Iterator[Any]:
    found: dict[DerivationTask, str] = {}
    for file in [*sorted(HERE.glob("*/*.yaml")), HERE / "next_losses.yaml"]:
        held = yaml.safe_load(file.read_text(encoding="utf-8"))
        for entry in held if isinstance(held, list) else [held]:
            task = DerivationTask(entry["loss"], entry["wrt"], tuple(entry["var"]), tuple(entry.get("let", ())))
            found.setdefault(task, f"{file.stem}: {entry['loss']} by {entry['wrt']}")
    for number, (task, name) in enumerate(found.items()):
        yield pytest.param(task, id=name, marks=() if number % EVERY == 0 else pytest.mark.slow)


def lines_of(task: DerivationTask) -> tuple[list[NextLine], str]:
    """Each line in turn, from nothing until there is none."""
    text, lines = "", list[NextLine]()
    while len(lines) <= MOST_LINES:
        found = next_line(task, text)
        lines.append(found)
        if found.line is None:
            break
        text = f"{text}\n{found.line}".strip()
    return lines, text


@pytest.mark.parametrize("task", [*_bank(), *_of_the_other_tests()])
def test_the_lines_lead_from_nothing_to_a_right_answer(task: DerivationTask) -> None:
    lines, text = lines_of(task)
    assert lines[-1].state == "finished", text
    assert all(line.rule is not None and line.on for line in lines[:-1])
    verdict = grade_derivation(task, text, seconds=20)
    assert verdict.outcome == "right", text
    assert verdict.steps is not None
    assert [step.outcome for step in verdict.steps] == ["right"] * (len(lines) - 1), text


def test_a_tutor_takes_one_rule_a_line() -> None:
    lines, _ = lines_of(BCE)
    assert [(line.rule, line.line) for line in lines] == [
        ("chain", "∂L/∂z = ∂L/∂p·∂p/∂z"),
        ("log", "∂L/∂p = −y/p + (1 − y)/(1 − p)"),
        ("sigmoid", "∂p/∂z = p·(1 − p)"),
        ("substitution", "∂L/∂z = (−y/p + (1 − y)/(1 − p))·p·(1 − p)"),
        ("algebra", "∂L/∂z = p − y"),
        (None, None),
    ]


def test_it_goes_on_from_what_the_person_wrote() -> None:
    task = DerivationTask("(sigmoid(z) - y)^2", "z", ("z: real", "y: real"))
    found = next_line(task, "2(σ(z) − y) σ'(z)")
    assert (found.state, found.rule, found.on, found.after) == ("line", "sigmoid", "σ(z)", 1)
    assert found.line is not None
    assert grade_derivation(task, found.line).outcome == "right"


def test_after_a_wrong_line_it_goes_on_from_the_last_right_one() -> None:
    found = next_line(BCE, "dL/dz = dL/dp dp/dz\ndL/dp = -y/p + (1-y)/(1-p)\ndp/dz = p(1+p)")
    assert (found.after, found.wrong) == (2, 3)
    assert found.line == "∂p/∂z = p·(1 − p)"


def test_where_all_is_wrong_it_begins_with_the_loss() -> None:
    found = next_line(BCE, "dL/dp = y/p")
    assert (found.after, found.wrong, found.rule) == (None, 1, "chain")


def test_names_that_were_introduced_are_used() -> None:
    task = DerivationTask("(w*x + b - y)^2", "w", ("w: real", "x: real", "b: real", "y: real"))
    found = next_line(task, "e = w x + b - y")
    assert found.line == "∂L/∂w = ∂L/∂e·∂e/∂w"


@pytest.mark.parametrize("text", ["p - y", "dL/dz = sigmoid(z) - y"])
def test_a_right_answer_needs_no_next_line(text: str) -> None:
    assert next_line(BCE, text).state == "finished"


def test_a_right_answer_that_can_be_much_shorter_is_shown_so() -> None:
    found = next_line(BCE, "dL/dz = (-y/p + (1-y)/(1-p)) p (1-p)")
    assert (found.state, found.right, found.rule, found.line) == ("line", True, "algebra", "∂L/∂z = p − y")


@pytest.mark.parametrize("wrt", ["x_j", "x_1"])
def test_where_a_sum_keeps_its_delta_the_lines_come_to_an_end(wrt: str) -> None:
    task = DerivationTask("1/2 sum_{i=1}^{n-1} (x_{i+1} - x_i)^2", wrt, ("x: real[n]",))
    lines, text = lines_of(task)
    assert lines[-1].state == "finished", text
    assert len({line.line for line in lines}) == len(lines)
    assert grade_derivation(task, text).outcome == "right"


def test_what_cannot_be_read_is_said() -> None:
    found = next_line(BCE, "dL/dz = (p - ")
    assert found.state == "unreadable"
    assert found.where is not None


def test_where_no_line_can_be_derived_none_is_made_up() -> None:
    task = DerivationTask("gamma(x)", "x", ("x: positive",))
    assert next_line(task, "").state == "none"


@pytest.mark.parametrize("case", yaml.safe_load((HERE / "next_lines.yaml").read_text(encoding="utf-8")))
def test_the_lines_are_those_of_a_textbook(case: dict[str, Any]) -> None:
    task = DerivationTask(case["loss"], case["wrt"], tuple(case["var"]), tuple(case.get("let", ())))
    lines, _ = lines_of(task)
    assert [f"{line.rule}: {line.line}" for line in lines[:-1]] == case["lines"]
