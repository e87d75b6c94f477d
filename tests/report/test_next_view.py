"""The next line, worded: first the rule, then the line."""

from __future__ import annotations

import pytest

from grader.symbolic import DerivationTask, grade_derivation
from grader.symbolic.next_step import NextLine
from grader.verdict import Finding
from report.next_view import next_after, next_blocks, next_form
from report.paper import Paper
from report.rules import rule_words
from report.wording import words
from tests.report.make import derivation
from tests.report.test_dialogue import talk

LINE = NextLine("line", "chain", "∂L/∂z", "p", "∂L/∂z = ∂L/∂p·∂p/∂z", after=2, wrong=3)


def said(found: NextLine, *, with_line: bool, more: str | None = None) -> str:
    return Paper().write(next_blocks(found, with_line=with_line, more=more))


def test_the_line_is_shown_only_to_those_who_ask_for_it() -> None:
    hint = said(LINE, with_line=False, more="Again for the line.")
    assert "the chain rule, on ∂L/∂z, through p" in hint
    assert "Line 3 does not hold; going on from line 2." in hint
    assert "Again for the line." in hint
    assert "∂L/∂p·∂p/∂z" not in hint
    assert "∂L/∂z = ∂L/∂p·∂p/∂z" in said(LINE, with_line=True)
    assert next_form(LINE, with_line=False)["line"] is None
    assert next_form(LINE, with_line=True)["line"] == LINE.line


@pytest.mark.parametrize(
    ("found", "words_"),
    [
        (NextLine("finished", right=True), "Nothing is left to do"),
        (NextLine("none"), "No next line"),
        (NextLine("unreadable"), "cannot be read"),
        (NextLine("line", "algebra", "2·x/2", None, "∂L/∂x = x", 1, right=True), "right already"),
        (NextLine("line", "substitution", "X·w", None, "r = X·w"), "Give X·w a name"),
        (NextLine("line", "substitution", "∂L/∂p", None, "∂L/∂z = 2", 1), "Put what you know into ∂L/∂p"),
        (NextLine("line", "erf", "erf(x)", None, "∂L/∂x = 2", 1), "the derivative of erf"),
    ],
)
def test_every_state_has_words(found: NextLine, words_: str) -> None:
    assert words_ in said(found, with_line=False)


def test_what_is_left_is_named_with_its_rule_and_without_the_answer() -> None:
    told = words(Finding("not-closed-form", data={"left": ("∂σ(z)/∂z",), "rule": "sigmoid", "on": "σ(z)"}))
    assert told.message == f"∂σ(z)/∂z is still left in the answer; what comes next is {rule_words('sigmoid')}."
    assert told.hint is not None
    assert "σ′ = σ·(1 − σ)" in told.hint


def test_a_question_of_the_bank_is_gone_on_with() -> None:
    found = next_after(derivation(), "")
    assert (found.rule, found.line) == ("log", "∂L/∂p = −y/p + (1 − y)/(1 − p)")


def test_after_the_ladder_hints_are_derived_first_the_rule_then_the_line() -> None:
    port, events, _ = talk("d", ":hint", ":hint", ":hint", ":hint")
    assert len(events) == 4
    ladder, rule = port.screen.split("the derivative of the logarithm", 1)
    assert "∂L/∂p = −y/p" not in ladder
    assert "∂L/∂p = −y/p + (1 − y)/(1 − p)" in rule
    assert "`:hint` again shows the line" in rule


def test_the_same_line_again_costs_nothing_and_says_how_to_go_on() -> None:
    port, events, _ = talk("d", ":hint", ":hint", ":hint", ":hint", ":hint", ":hint")
    assert len(events) == 4
    assert port.screen.count("∂L/∂p = −y/p + (1 − y)/(1 − p)") == 3
    assert port.screen.count("Write this line down for the next hint") == 2


@pytest.mark.parametrize(
    "typed",
    ["dL/dz = dL/dp dp/dz\n= -y + p^2", "dL/dp = -y/p\ndp/dz = p(1-p)\ndL/dz = -y(1-p)", "y - p", "p", "0", "2(p - y)"],
)
def test_the_words_about_a_wrong_answer_do_not_hold_the_right_one(typed: str) -> None:
    task = DerivationTask("-(y*log(p) + (1-y)*log(1-p))", "z", ("z: real", "y: {0,1}"), ("p = sigmoid(z)",))
    verdict = grade_derivation(task, typed)
    assert verdict.outcome == "wrong"
    for finding in verdict.findings:
        told = words(finding)
        given_away = [form for form in ("p − y", "−y + p", "σ(z) − y") if form in f"{told.message} {told.hint}"]
        assert not given_away, told
