"""Where a person stands, read off the log: by skill, topic, stage and level, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from practice.events import Graded, Record
from practice.score import is_try
from practice.select import WEAK_BELOW
from practice.session import sessions
from questions.kinds import LEVELS, SKILLS, STAGES, Question

Axis = Literal["skill", "topic", "stage", "level"]
AXES: Final[tuple[Axis, ...]] = ("skill", "topic", "stage", "level")


@dataclass(frozen=True, slots=True)
class Standing:
    """The latest result of one question. Machine scores and the person's own marks are never mixed."""

    points: float | None
    own_mark: float | None

    @property
    def level(self) -> float:
        """What selection goes by: whichever there is."""
        return self.points if self.points is not None else self.own_mark or 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One group: how many of its questions were answered, and the mean of the latest scores."""

    name: str
    total: int
    answered: int
    score: float | None
    own_mark: float | None


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do next: `resume`, `begin`, `strengthen` or `widen` a group along an axis, or `done`."""

    what: Literal["resume", "begin", "strengthen", "widen", "done"]
    axis: Axis | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything that `progress` shows."""

    total: int
    answered: int
    rows: Mapping[Axis, tuple[Row, ...]]
    advice: Advice


def standings(records: Iterable[Record]) -> dict[str, Standing]:
    """The latest result of each question, from sessions and from single submissions alike."""
    kept = tuple(records)
    last: dict[str, tuple[float, Standing]] = {}
    when: dict[tuple[str, str], float] = {}
    for record in kept:
        event = record.event
        if record.session is not None and hasattr(event, "question"):
            when[record.session, event.question] = record.at
        elif isinstance(event, Graded) and is_try(event):
            own = event.score if event.self_marked else None
            _keep(last, event.question, record.at, Standing(None if event.self_marked else event.score or 0.0, own))
    for session in sessions(kept):
        for turn in session.turns:
            if turn.done and (turn.answers or turn.revealed):  # what was only skipped is as if unseen
                _keep(last, turn.question, when[session.id, turn.question], Standing(turn.points, turn.own_mark))
    return {question: standing for question, (_, standing) in last.items()}


def _keep(last: dict[str, tuple[float, Standing]], question: str, at: float, standing: Standing) -> None:
    if question not in last or at >= last[question][0]:
        last[question] = (at, standing)


def progress(questions: Sequence[Question], records: Iterable[Record], *, resumable: bool) -> Progress:
    """Progress over these questions; results of others in the log do not count."""
    latest = standings(records)
    rows = {axis: _rows(questions, latest, axis) for axis in AXES}
    answered = sum(question.id in latest for question in questions)
    return Progress(len(questions), answered, rows, _advice(rows, answered, len(questions), resumable))


def by_skill(questions: Sequence[Question], latest: Mapping[str, Standing]) -> tuple[Row, ...]:
    """The rows of a session's summary: only the skills that it touched."""
    return tuple(row for row in _rows(questions, latest, "skill") if row.answered)


_GROUPS: Final[dict[Axis, Callable[[Question], tuple[str, ...]]]] = {
    "skill": lambda question: question.skills,
    "topic": lambda question: (question.topic,),
    "stage": lambda question: (question.stage,),
    "level": lambda question: (question.level,),
}
_ORDER: Final[dict[Axis, tuple[str, ...]]] = {"skill": SKILLS, "topic": (), "stage": STAGES, "level": LEVELS}


def _rows(questions: Sequence[Question], latest: Mapping[str, Standing], axis: Axis) -> tuple[Row, ...]:
    groups: dict[str, list[Question]] = {}
    for question in questions:
        for name in _GROUPS[axis](question):
            groups.setdefault(name, []).append(question)
    names = [name for name in _ORDER[axis] if name in groups] or sorted(groups)
    return tuple(_row(name, groups[name], latest) for name in names)


def _row(name: str, questions: Sequence[Question], latest: Mapping[str, Standing]) -> Row:
    known = [latest[question.id] for question in questions if question.id in latest]
    return Row(
        name,
        total=len(questions),
        answered=len(known),
        score=_mean([standing.points for standing in known if standing.points is not None]),
        own_mark=_mean([standing.own_mark for standing in known if standing.own_mark is not None]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _advice(rows: Mapping[Axis, tuple[Row, ...]], answered: int, total: int, resumable: bool) -> Advice:
    if resumable:
        return Advice("resume")
    if not answered:
        return Advice("begin")
    axes: tuple[Axis, ...] = ("skill", "topic")
    scored = [(row.score, row.name, axis) for axis in axes for row in rows[axis] if row.score is not None]
    weakest = min(scored, default=None)
    if weakest is not None and weakest[0] < WEAK_BELOW:
        return Advice("strengthen", weakest[2], weakest[1])
    if answered < total:
        thinnest = min(rows["topic"], key=lambda row: (row.answered / row.total, row.name))
        return Advice("widen", "topic", thinnest.name)
    return Advice("done")
