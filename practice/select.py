"""Which questions come next: the unseen, then the weak, then the rest; shuffled by a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Final

from questions.kinds import LEVELS, Choice, Question

WEAK_BELOW: Final = 0.75
_SLOW_STARTS: Final = ("code", "explain")
"""Kinds that want an editor: not what a session begins with, where there is anything else."""


def choose(questions: Sequence[Question], standing: Mapping[str, float], count: int, seed: int) -> tuple[Question, ...]:
    """At most `count` questions. `standing` holds the latest score, between 0 and 1, of each one answered.

    Unseen ones go first, easier levels before harder ones, then those below `WEAK_BELOW`, weakest first,
    then the rest. Two of one kind or topic stand side by side only where nothing else is left.
    """
    shuffled = sorted(questions, key=lambda question: question.id)
    random.Random(f"select:{seed}").shuffle(shuffled)
    pool = sorted(shuffled, key=lambda question: _urgency(question, standing))[:count]
    return _varied(pool)


def order_of_options(question: Choice, seed: int) -> tuple[int, ...]:
    """The order in which a session shows the options: `order[0]` is the option under the letter a."""
    order = list(range(len(question.options)))
    random.Random(f"options:{seed}:{question.id}").shuffle(order)
    return tuple(order)


def _urgency(question: Question, standing: Mapping[str, float]) -> tuple[int, float]:
    if question.id not in standing:
        return 0, LEVELS.index(question.level)
    score = standing[question.id]
    return (1, score) if score < WEAK_BELOW else (2, score)


def _varied(pool: Sequence[Question]) -> tuple[Question, ...]:
    left, chosen = list(pool), list[Question]()
    while left:
        before = chosen[-1] if chosen else None
        best = min(left, key=lambda question: _monotony(question, before))  # the earliest of equals
        left.remove(best)
        chosen.append(best)
    return tuple(chosen)


def _monotony(question: Question, before: Question | None) -> int:
    if before is None:
        return question.kind in _SLOW_STARTS
    return 2 * (question.kind == before.kind) + (question.topic == before.topic)
