"""What can happen in practice: small frozen values, and their stored form.

The log of these events is the only state; sessions, scores and progress are read off it. An event is
stored as its class's name in lower case, and a JSON object of its fields.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from grader.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Opened:
    """A session begins, with these questions, in this order."""

    questions: tuple[str, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Hinted:
    """One more rung of the question's ladder was shown."""

    question: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """An answer was begun, and not graded: the session was left, or the text was unreadable."""

    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """A free text was handed in; its author has not marked it yet."""

    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Graded:
    """An answer got a verdict. `self_marked`: the score is the author's own judgement."""

    question: str
    text: str
    outcome: str
    score: float | None
    evidence: str | None = None
    findings: tuple[str, ...] = ()
    self_marked: bool = False
    seconds: float = 0.0

    @classmethod
    def of(cls, question: str, text: str, verdict: Verdict) -> Graded:
        return cls(
            question=question,
            text=text,
            outcome=verdict.outcome,
            score=verdict.score,
            evidence=verdict.evidence,
            findings=verdict.codes,
            self_marked=verdict.kind == "explain",
            seconds=verdict.seconds,
        )


@dataclass(frozen=True, slots=True)
class Skipped:
    """The question was passed over; an answer given before keeps its credit."""

    question: str


@dataclass(frozen=True, slots=True)
class Revealed:
    """The model answer was asked for before the question was answered right."""

    question: str


Event = Opened | Hinted | Drafted | Written | Graded | Skipped | Revealed

_BY_NAME: Final[dict[str, type[Event]]] = {
    kind.__name__.lower(): kind for kind in (Opened, Hinted, Drafted, Written, Graded, Skipped, Revealed)
}


@dataclass(frozen=True, slots=True)
class Record:
    """An event in the log. `session` is None for a single `submit`; `at` is in seconds since 1970."""

    at: float
    session: str | None
    event: Event


def encode(event: Event) -> tuple[str, str]:
    """Its name and its fields as JSON, in ASCII, so that any text that was typed can be stored."""
    return type(event).__name__.lower(), json.dumps(asdict(event))


def decode(name: str, data: str) -> Event | None:
    """The event, or None for one that this version does not know. Unknown fields are passed over."""
    kind = _BY_NAME.get(name)
    if kind is None:
        return None
    names = {item.name for item in fields(kind)}
    known: dict[str, Any] = {key: _frozen(value) for key, value in json.loads(data).items() if key in names}
    return kind(**known)


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
