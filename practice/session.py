"""A session as a state machine: events in, a view out; no input, output, clock or grader.

`after(session, event)` is the only way forward, so that a session is resumed by folding its events from
the log, and is then exactly where it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from practice import score
from practice.events import Drafted, Event, Graded, Hinted, Opened, Record, Revealed, Skipped, Written


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a session, and what was done about it."""

    question: str
    hints: int = 0
    answers: tuple[tuple[Graded, int], ...] = ()
    """Each verdict, with the hints that had been shown by then."""
    draft: str = ""
    written: str | None = None
    """A free text that waits to be marked by its author."""
    revealed: bool = False
    skipped: bool = False

    @property
    def tries(self) -> int:
        return sum(score.is_try(graded) for graded, _ in self.answers)

    @property
    def right(self) -> bool:
        return any(graded.outcome == "right" for graded, _ in self.answers)

    @property
    def self_marked(self) -> bool:
        return any(graded.self_marked for graded, _ in self.answers)

    @property
    def done(self) -> bool:
        return self.right or self.self_marked or self.revealed or self.skipped

    @property
    def points(self) -> float | None:
        """The machine's score; None for what was marked by the person, and for what is not done."""
        if not self.done or self.self_marked:
            return None
        return score.points(self.answers, revealed=self.revealed)

    @property
    def own_mark(self) -> float | None:
        """What the person gave themselves, between 0 and 1."""
        marks = [graded.score or 0.0 for graded, _ in self.answers if graded.self_marked]
        return marks[-1] if marks else None

    @property
    def worth(self) -> float:
        """What a right answer would count now."""
        return score.worth(self.hints, self.tries)


@dataclass(frozen=True, slots=True)
class Session:
    """A series of questions. `id` names it in the log."""

    id: str
    seed: int
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """The question to put now, the `number`-th of `total`."""

    turn: Turn
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Marking:
    """A free text was handed in, and its author is to mark it."""

    turn: Turn
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing is left to ask."""

    turns: tuple[Turn, ...]


View = Asking | Marking | Finished


def opened(id: str, event: Opened) -> Session:
    """The session as it begins."""
    return Session(id, event.seed, tuple(Turn(question) for question in event.questions))


def after(session: Session, event: Event) -> Session:
    """The session after the event; events of questions that are not in it change nothing."""
    if isinstance(event, Opened):
        return opened(session.id, event)
    turns = tuple(_turn_after(turn, event) if turn.question == event.question else turn for turn in session.turns)
    return replace(session, turns=turns)


def _turn_after(turn: Turn, event: Event) -> Turn:
    match event:
        case Hinted():
            return replace(turn, hints=turn.hints + 1)
        case Drafted(text=text):
            return replace(turn, draft=text)
        case Written(text=text):
            return replace(turn, written=text, draft="")
        case Graded(text=text, outcome=outcome):
            kept = text if outcome in ("unreadable", "undecided") else ""
            return replace(turn, answers=(*turn.answers, (event, turn.hints)), draft=kept, written=None)
        case Skipped():
            return replace(turn, skipped=True)
        case Revealed():
            return replace(turn, revealed=True)
        case Opened():
            return turn


def view(session: Session) -> View:
    """What is to be shown now."""
    total = len(session.turns)
    for number, turn in enumerate(session.turns, 1):
        if not turn.done:
            return Marking(turn, number, total) if turn.written is not None else Asking(turn, number, total)
    return Finished(session.turns)


def sessions(records: Iterable[Record]) -> tuple[Session, ...]:
    """All sessions, in the order in which they were opened."""
    found: dict[str, Session] = {}
    for record in records:
        if record.session is None:
            continue
        if isinstance(record.event, Opened):
            found[record.session] = opened(record.session, record.event)
        elif record.session in found:
            found[record.session] = after(found[record.session], record.event)
    return tuple(found.values())


def unfinished(records: Iterable[Record], known: Collection[str]) -> Session | None:
    """The latest session, if it has something left to ask. Questions that are no longer `known` drop out."""
    every = sessions(records)
    if not every:
        return None
    latest = replace(every[-1], turns=tuple(turn for turn in every[-1].turns if turn.question in known))
    return None if isinstance(view(latest), Finished) else latest
