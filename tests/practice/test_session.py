"""A session goes forward by events only, and is resumed from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.events import Drafted, Event, Hinted, Opened, Record, Revealed, Skipped, Written
from practice.session import Asking, Finished, Marking, Session, after, opened, sessions, unfinished, view
from tests.practice.make import graded

TWO = opened("s", Opened(("a", "b"), 1))


def fold(session: Session, *events: Event) -> Session:
    for event in events:
        session = after(session, event)
    return session


def asked(session: Session) -> str:
    now = view(session)
    assert isinstance(now, Asking)
    return now.turn.question


def test_a_right_answer_leads_to_the_next_question_and_the_last_one_to_the_end() -> None:
    session = fold(TWO, graded("a", "right", 1.0))
    assert asked(session) == "b"
    assert isinstance(view(fold(session, graded("b", "right", 1.0))), Finished)


@pytest.mark.parametrize("outcome", ["wrong", "partly", "unreadable", "undecided"])
def test_any_other_answer_stays_with_the_question(outcome: str) -> None:
    assert asked(fold(TWO, graded("a", outcome))) == "a"


def test_an_unreadable_answer_uses_up_no_try_and_keeps_its_text() -> None:
    turn = fold(TWO, graded("a", "unreadable", None)).turns[0]
    assert (turn.tries, turn.worth, turn.draft) == (0, 1.0, "an answer")


def test_hints_and_tries_lower_what_a_right_answer_counts() -> None:
    session = fold(TWO, Hinted("a"), graded("a", "wrong", 0.0), Hinted("a"), graded("a", "right", 1.0))
    assert session.turns[0].points == pytest.approx(0.8 * 0.75)


def test_the_best_try_counts() -> None:
    session = fold(TWO, graded("a", "partly", 0.6), graded("a", "wrong", 0.0), Skipped("a"))
    assert session.turns[0].points == pytest.approx(0.6)


@pytest.mark.parametrize("event", [Skipped("a"), Revealed("a")])
def test_skipping_and_revealing_count_nothing(event: Event) -> None:
    session = fold(TWO, event)
    assert session.turns[0].points == 0.0
    assert asked(session) == "b"


def test_revealing_after_a_partly_right_answer_counts_nothing() -> None:
    assert fold(TWO, graded("a", "partly", 0.6), Revealed("a")).turns[0].points == 0.0


def test_a_free_text_waits_for_its_marks_which_are_kept_apart() -> None:
    session = fold(TWO, Written("a", "an essay"))
    now = view(session)
    assert isinstance(now, Marking)
    assert now.turn.written == "an essay"
    turn = fold(session, graded("a", "partly", 0.5, self_marked=True)).turns[0]
    assert (turn.points, turn.own_mark, turn.done) == (None, 0.5, True)


def test_events_of_other_questions_change_nothing() -> None:
    assert fold(TWO, graded("z", "right", 1.0)) == TWO


EVENTS = st.sampled_from(
    [Hinted("a"), Hinted("b"), graded("a", "wrong"), graded("a", "right", 1.0), graded("b", "partly", 0.5),
     Skipped("a"), Skipped("b"), Revealed("b"), Drafted("b", "half a line"), Written("a", "text")]
)  # fmt: skip


@given(st.lists(EVENTS, max_size=12))
def test_a_session_read_back_from_the_log_is_the_one_that_was_left(events: list[Event]) -> None:
    lived = fold(TWO, *events)
    log = [Record(0.0, "s", Opened(("a", "b"), 1)), Record(0.0, None, graded("a"))]
    log += [Record(1.0, "s", event) for event in events]
    assert sessions(log) == (lived,)
    assert unfinished(log, {"a", "b"}) == (None if isinstance(view(lived), Finished) else lived)


@given(st.lists(EVENTS, max_size=12))
def test_points_stay_between_none_and_all(events: list[Event]) -> None:
    assert all(turn.points is None or 0 <= turn.points <= 1 for turn in fold(TWO, *events).turns)


def test_only_the_latest_session_is_resumed() -> None:
    log = [Record(0, "old", Opened(("a",), 1)), Record(1, "new", Opened(("b",), 2))]
    found = unfinished(log, {"a", "b"})
    assert found is not None
    assert found.id == "new"
    assert unfinished([*log, Record(2, "new", graded("b", "right", 1.0))], {"a", "b"}) is None


def test_a_question_that_left_the_bank_drops_out() -> None:
    log = [Record(0, "s", Opened(("gone", "a"), 1))]
    found = unfinished(log, {"a"})
    assert found is not None
    assert asked(found) == "a"
    assert unfinished(log, set()) is None
