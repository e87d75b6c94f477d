"""What the answers come to: accuracy, false accepts and rejects, times; and ours beside another's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from benchmarks.derivations.pairs import Pair
from benchmarks.derivations.race import Result

Row = Mapping[str, Result]
UNDECIDED = ("undecided", "over time", "died")


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds."""

    median: float
    p95: float
    worst: float


@dataclass(frozen=True, slots=True)
class Tally:
    """One grader's count. `given` are the right and wrong pairs that it could be asked; `unread` and `undecided` are
    among them. A false accept is a wrong answer taken, a false reject a right one refused with certainty."""

    given: int
    correct: int
    false_accepts: int
    false_rejects: int
    unread: int
    undecided: int
    times: Times

    @property
    def accuracy(self) -> float:
        return self.correct / self.given if self.given else 0.0


@dataclass(frozen=True, slots=True)
class Own:
    """What only ours says: shares of 1."""

    outcomes: float
    """Of all pairs, those with the outcome that their file states, `partly`, `unreadable` and `undecided` too."""
    proved: float
    witnessed: float
    code_first: float


def tally(pairs: Sequence[Pair], rows: Sequence[Row], name: str) -> Tally:
    """Only pairs that are right or wrong count: what is partly right is a matter of each grader's own rules."""
    asked = [
        (pair.outcome, row[name])
        for pair, row in zip(pairs, rows, strict=True)
        if name in row and pair.outcome in ("right", "wrong")
    ]
    truth = {"right": "equal", "wrong": "different"}
    return Tally(
        given=len(asked),
        correct=sum(result.answer.said == truth[outcome] for outcome, result in asked),
        false_accepts=sum(outcome == "wrong" and result.answer.said == "equal" for outcome, result in asked),
        false_rejects=sum(outcome == "right" and result.answer.said == "different" for outcome, result in asked),
        unread=sum(result.answer.said == "unread" for _, result in asked),
        undecided=sum(result.answer.said in UNDECIDED for _, result in asked),
        times=times([result.ms for _, result in asked]),
    )


def own(pairs: Sequence[Pair], rows: Sequence[Row], name: str = "lossprep") -> Own:
    judged = [(pair, row[name].answer) for pair, row in zip(pairs, rows, strict=True) if name in row]
    right = [answer for pair, answer in judged if pair.outcome == "right"]
    wrong = [answer for pair, answer in judged if pair.outcome == "wrong"]
    coded = [(pair.finding, answer.code) for pair, answer in judged if pair.finding is not None]
    return Own(
        _share([answer.outcome == pair.outcome for pair, answer in judged]),
        _share([answer.evidence == "proved" for answer in right]),
        _share([answer.witness for answer in wrong]),
        _share([finding == code for finding, code in coded]),
    )


def ratios(rows: Sequence[Row], ours: str, other: str) -> tuple[int, float, float]:
    """The pairs that both read, and on them our median and our p95 as shares of the other's."""
    both = [
        (row[ours].ms, row[other].ms)
        for row in rows
        if ours in row and other in row and "unread" not in (row[ours].answer.said, row[other].answer.said)
    ]
    mine, theirs = times([a for a, _ in both]), times([b for _, b in both])
    return len(both), mine.median / theirs.median, mine.p95 / theirs.p95


def times(values: Sequence[float]) -> Times:
    """The median, the value that 95 % do not exceed, and the largest; NaN of nothing."""
    if not values:
        return Times(*[float("nan")] * 3)
    ranked = sorted(values)
    return Times(_rank(ranked, 0.5), _rank(ranked, 0.95), ranked[-1])


def _rank(ranked: Sequence[float], share: float) -> float:
    return ranked[ceil(share * len(ranked)) - 1]


def _share(seen: Sequence[bool]) -> float:
    return sum(seen) / len(seen) if seen else 1.0
