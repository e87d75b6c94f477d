"""Where somebody stands is read off the log."""

from __future__ import annotations

import pytest

from practice.events import Event, Opened, Record, Revealed, Skipped
from practice.progress import progress, standings
from questions.kinds import Question
from tests.practice.make import explain, graded, number

BANK: list[Question] = [
    number("a"),
    number("b", skills=("calculus", "probability"), topic="classification"),
    number("c", skills=("engineering",), topic="stability", level="senior"),
    explain("e", topic="robustness"),
]


def log(*events: Event, session: str | None = None) -> list[Record]:
    return [Record(float(at), session, event) for at, event in enumerate(events)]


def test_the_latest_result_counts_wherever_it_was_earned() -> None:
    records = [*log(Opened(("a",), 1), graded("a", "right", 1.0), session="s"), Record(9.0, None, graded("a"))]
    assert standings(records)["a"].points == 0.0
    later = [*records, Record(10.0, "t", Opened(("a",), 2)), Record(11.0, "t", graded("a", "right", 1.0))]
    assert standings(later)["a"].points == 1.0


def test_a_question_that_was_not_finished_has_no_standing() -> None:
    assert standings(log(Opened(("a", "b"), 1), graded("a"), session="s")) == {}


def test_what_was_only_skipped_is_as_if_unseen_and_what_was_revealed_is_weak() -> None:
    assert standings(log(Opened(("a",), 1), Skipped("a"), session="s")) == {}
    assert standings(log(Opened(("a",), 1), Revealed("a"), session="s"))["a"].points == 0.0


def test_unreadable_and_undecided_submissions_do_not_count() -> None:
    assert standings(log(graded("a", "unreadable", None), graded("a", "undecided", None))) == {}


def test_own_marks_and_scores_are_never_mixed() -> None:
    records = log(graded("a", "partly", 0.5), graded("e", "right", 1.0, self_marked=True))
    (calculus,) = [row for row in progress(BANK, records, resumable=False).rows["skill"] if row.name == "calculus"]
    assert (calculus.total, calculus.answered, calculus.score, calculus.own_mark) == (3, 2, 0.5, 1.0)


def test_a_question_counts_for_each_of_its_skills() -> None:
    rows = progress(BANK, log(graded("b", "right", 1.0)), resumable=False).rows["skill"]
    assert {row.name: row.answered for row in rows} == {"calculus": 1, "probability": 1, "engineering": 0}


def test_groups_stand_in_the_order_of_an_interview() -> None:
    assert [row.name for row in progress(BANK, [], resumable=False).rows["level"]] == ["entry", "senior"]


@pytest.mark.parametrize(
    ("events", "what", "group"),
    [
        ((), "begin", None),
        ((graded("c"), graded("a", "right", 1.0)), "strengthen", "engineering"),
        ((graded("a", "right", 1.0),), "widen", "classification"),
        ([graded(q.id, "right", 1.0) for q in BANK], "done", None),
        ((Skipped("zzz"),), "begin", None),
    ],
)
def test_the_next_step_follows_from_where_one_stands(events: tuple[Event, ...], what: str, group: str | None) -> None:
    advice = progress(BANK, log(*events), resumable=False).advice
    assert (advice.what, advice.group) == (what, group)


def test_a_session_that_waits_comes_before_any_other_advice() -> None:
    assert progress(BANK, log(graded("c")), resumable=True).advice.what == "resume"
