from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import grade
from grader.submission import Submission
from grader.verdict import Verdict, exit_code
from questions.kinds import Choice, Option, model_answer

from .conftest import COMMON


def options(right: str, count: int = 4) -> Choice:
    letters = "abcdefghij"[:count]
    listed = tuple(Option(text=f"text {k}", why=f"why {k}", correct=k in right) for k in letters)
    return Choice(**COMMON, options=listed)


def answer(question: Choice, text: str, **more: Any) -> Verdict:
    return grade(question, Submission(text, **more))


@pytest.mark.parametrize("text", ["a,c", "c a", "A C", "ac", "a and c", "(a), (c).", "1, 3", "a 3", " a ;c\n", "aac"])
def test_letters_are_read_however_they_are_typed(text: str) -> None:
    verdict = answer(options("ac"), text)
    assert (verdict.outcome, verdict.score, verdict.reading, verdict.question) == ("right", 1.0, "a, c", "q")


def test_one_wrong_letter_says_what_makes_it_wrong() -> None:
    verdict = answer(options("b"), "d")
    assert (verdict.outcome, verdict.score, exit_code(verdict)) == ("wrong", 0.0, 1)
    (finding,) = verdict.findings
    assert finding.code == "wrong-option"
    assert finding.data == {"option": "d", "number": 3, "text": "text d", "why": "why d"}
    assert verdict.witness is not None
    assert (verdict.witness.expected, verdict.witness.got) == ("b", "d")


def test_letters_follow_the_order_in_which_options_were_shown() -> None:
    question = options("b")
    order = (2, 3, 1, 0)
    assert answer(question, "c", order=order).outcome == "right"
    verdict = answer(question, "b", order=order)
    assert verdict.findings[0].data["text"] == "text d"
    assert verdict.findings[0].data["option"] == "b"


@pytest.mark.parametrize(
    ("text", "outcome", "score", "codes"),
    [
        ("abc", "right", 1.0, ()),
        ("ab", "partly", 2 / 3, ("missing-option",)),
        ("abd", "partly", 1 / 3, ("wrong-option", "missing-option")),
        ("abcd", "partly", 2 / 3, ("wrong-option",)),
        ("ad", "wrong", 0.0, ("wrong-option", "missing-option")),
        ("de", "wrong", 0.0, ("wrong-option", "wrong-option", "missing-option")),
    ],
)
def test_several_right_options_count_each(text: str, outcome: str, score: float, codes: tuple[str, ...]) -> None:
    verdict = answer(options("abc", 5), text)
    assert (verdict.outcome, verdict.codes) == (outcome, codes)
    assert verdict.score == pytest.approx(score)


def test_choosing_everything_does_not_pay() -> None:
    assert answer(options("b"), "abcd").score == 0.0


@pytest.mark.parametrize(
    ("text", "column", "length", "code"),
    [("e", 1, 1, "unreadable"), ("a, x", 4, 1, "unreadable"), ("a 7", 3, 1, "unreadable"), ("0", 1, 1, "unreadable"),
     ("", 1, 1, "empty"), (" . ", 1, 1, "empty"), ("a\n b é", 4, 1, "unreadable"), ("a" * 999, 201, 1, "too-large")],
)  # fmt: skip
def test_what_cannot_be_read_has_a_place(text: str, column: int, length: int, code: str) -> None:
    verdict = answer(options("b"), text)
    assert (verdict.outcome, verdict.score, exit_code(verdict)) == ("unreadable", 0.0, 2)
    (finding,) = verdict.findings
    assert finding.code == code
    assert finding.where is not None
    assert (finding.where.column, finding.where.length) == (column, length)


def shuffled(count: int) -> st.SearchStrategy[tuple[list[int], set[int]]]:
    return st.tuples(st.permutations(range(count)), st.sets(st.integers(0, count - 1), min_size=1))


@given(st.integers(2, 10).flatmap(shuffled))
def test_the_right_letters_in_any_order_are_right(drawn: tuple[list[int], set[int]]) -> None:
    order, right = drawn
    question = options("".join("abcdefghij"[k] for k in right), len(order))
    letters = ["abcdefghij"[shown] for shown, number in enumerate(order) if number in right]
    assert answer(question, " ".join(letters), order=tuple(order)).outcome == "right"
    assert answer(question, model_answer(question)).outcome == "right"


@given(st.text(max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    assert answer(options("b"), text).outcome in {"right", "wrong", "unreadable"}
