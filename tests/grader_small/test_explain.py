from __future__ import annotations

from typing import Any

import pytest

from grader import grade
from grader.submission import Submission
from questions.kinds import Explain, Point


@pytest.fixture
def question(common: dict[str, Any]) -> Explain:
    points = (Point(text="one"), Point(text="two"), Point(text="extra", essential=False))
    return Explain(**common, points=points, answer="The model\nanswer.", accepted=("Another.",))


def test_an_answer_is_undecided_until_it_is_marked(question: Explain) -> None:
    verdict = grade(question, Submission("words, words"))
    assert (verdict.outcome, verdict.score, verdict.evidence) == ("undecided", None, None)
    assert verdict.findings[0].code == "points-open"
    assert verdict.findings[0].data["points"] == ("one", "two", "extra")


@pytest.mark.parametrize(
    ("marks", "outcome", "score", "left"),
    [
        ({0, 1}, "right", 1.0, None),
        ({0, 1, 2}, "right", 1.0, None),
        ({1}, "partly", 0.5, ("one",)),
        ({2}, "partly", 0.0, ("one", "two")),
        (set(), "wrong", 0.0, ("one", "two")),
    ],
)
def test_marks_decide(
    question: Explain, marks: set[int], outcome: str, score: float, left: tuple[str, ...] | None
) -> None:
    verdict = grade(question, Submission("words", marks=frozenset(marks)))
    assert (verdict.outcome, verdict.score, verdict.evidence) == (outcome, score, "self-marked")
    assert [finding.data["points"] for finding in verdict.findings] == ([left] if left else [])


@pytest.mark.parametrize("text", ["The model answer.", "  The model\n\n answer.\n", "Another."])
def test_the_banks_own_answers_are_right(question: Explain, text: str) -> None:
    assert grade(question, Submission(text)).outcome == "right"


def test_nothing_is_no_answer(question: Explain) -> None:
    verdict = grade(question, Submission(" \n"))
    assert (verdict.outcome, verdict.codes) == ("unreadable", ("empty",))
