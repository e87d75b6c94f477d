"""Choosing questions: each filter lists the values it lets through, and an empty one lets all through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from questions.kinds import KINDS, LEVELS, SKILLS, STAGES, FollowUp, Question, Related, Role, Topic

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "topic": get_args(Topic),
    "stage": STAGES,
    "skill": SKILLS,
    "level": LEVELS,
    "role": get_args(Role),
    "kind": KINDS,
    "follow_up": (*get_args(FollowUp), *get_args(Related)),
}
"""What each filter may name; a tag may be anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """All that are given must let a question through; within one, any value will do."""

    topic: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    skill: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    follow_up: tuple[str, ...] = ()
    """A follow-up or a related question."""
    tag: tuple[str, ...] = ()

    def admit(self, question: Question) -> bool:
        has: tuple[tuple[tuple[str, ...], tuple[str | None, ...]], ...] = (
            (self.topic, (question.topic,)),
            (self.stage, (question.stage,)),
            (self.skill, question.skills),
            (self.level, (question.level,)),
            (self.role, question.roles),
            (self.kind, (question.kind,)),
            (self.follow_up, (question.follow_up, question.related)),
            (self.tag, question.tags),
        )
        return all(not wanted or set(wanted) & set(values) for wanted, values in has)


def select(questions: Iterable[Question], filters: Filters) -> tuple[Question, ...]:
    """The questions that pass, in their order."""
    return tuple(question for question in questions if filters.admit(question))
