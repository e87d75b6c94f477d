"""A session without a person: what to type so that a bank's own samples are judged, right and wrong ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from practice.events import Opened
from practice.select import order_of_options
from practice.session import Session, opened
from questions.kinds import KINDS, Choice, Question, model_answer
from report.question_view import LETTERS


def one_of_each_kind(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The first question of each kind, one with rejected samples where there is one."""
    chosen = []
    for kind in KINDS:
        of_kind = [question for question in questions if question.kind == kind]
        chosen += sorted(of_kind, key=lambda question: not question.rejected)[:1]
    return tuple(chosen)


def replay_session(asked: Sequence[Question], seed: int) -> Session:
    """The session that asks them all, in no log."""
    return opened("replay", Opened(tuple(question.id for question in asked), seed))


def answers(question: Question, seed: int) -> tuple[str, ...]:
    """What is entered for a question, one entry after the other: a wrong answer, a hint, the model answer."""
    if isinstance(question, Choice):
        order = order_of_options(question, seed)
        return (
            _letters(place for place, option in enumerate(order) if not question.options[option].correct)[:1],
            _letters(place for place, option in enumerate(order) if question.options[option].correct),
        )
    wrong = [sample.answer for sample in question.rejected[:1]]
    return (*wrong, *((":hint",) if wrong else ()), model_answer(question))


def _letters(places: Iterable[int]) -> str:
    return ",".join(LETTERS[place] for place in places)
