"""Are two quantities the same on the declared domain? With the evidence.

First certain values at sampled points: a ball that excludes zero is a proof of difference. Then the proof by
the normal form, whose cost is bounded; then more points, in every region that the cases make; and last
SymPy, in a process that can be killed. What none of these decides is Unknown.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from random import Random
from typing import Final, Literal

from grader.formula.balls import precision
from grader.formula.declare import Scope
from grader.formula.evaluate import NotClosed, Point
from grader.formula.tree import Dim
from grader.symbolic import points as sampling
from grader.symbolic.certain import EXTREME, Compared, compare_at, region
from grader.symbolic.proof import Attempt, Suspect, prove
from grader.symbolic.quantity import Quantity, Unsupported

FIRST: Final = 3
"""Points before a proof is tried."""
THOROUGH: Final = 64
"""Points where no proof was found."""
ENOUGH: Final = 16
"""Fewer points than this where both have a value are no test."""
VERY_PRECISE: Final = 66_000
FAR_OUT: Final = 400
"""Points among which to look for one in a region that the proof could not rule out."""


@dataclass(frozen=True, slots=True)
class Domain:
    """Over what two quantities are compared."""

    scope: Scope
    used: frozenset[str]
    """The variables that matter."""
    free: Mapping[str, Dim] = field(default_factory=dict)
    """Free index letters and what they run over."""
    numbers: tuple[Fraction, ...] = ()
    """Constants that stand in the formulas."""

    @property
    def dims(self) -> tuple[str, ...]:
        return self.scope.dims


@dataclass(frozen=True, slots=True)
class Equal:
    evidence: Literal["proved", "tested"]
    points: int
    """Points at which both were seen to agree to 50 digits."""
    tried: tuple[str, ...] = ()
    doubted: bool = False
    """The normal form shows a difference, which no precision tried makes visible."""


@dataclass(frozen=True, slots=True)
class Different:
    witness: Compared


@dataclass(frozen=True, slots=True)
class Unknown:
    tried: tuple[str, ...]


Outcome = Equal | Different | Unknown


def compare(truth: Quantity, answer: Quantity, domain: Domain, *, deadline: float) -> Outcome:
    """Whether `answer` is `truth` wherever that has a value, away from isolated points.

    Uses no more than the time until `deadline` (of time.monotonic), give or take one evaluation.
    """
    search = _Search(truth, answer, domain, deadline)
    try:
        found = search.sample(FIRST)
        if found is not None:
            return Different(search.shrunk(found))
        attempt = search.proof()
        if attempt.proved and search.same:
            return Equal("proved", search.same)
        found = search.suspected(attempt) or search.sample(THOROUGH) or search.look_closer()
        if found is not None:
            return Different(search.shrunk(found))
    except (Unsupported, NotClosed) as stop:
        return Unknown((str(stop),))
    tried = (attempt.reason or "no point where both have a value",)
    if search.same < ENOUGH:
        return Unknown((*tried, f"{search.same} points"))
    doubted = attempt.suspect is not None and attempt.suspect.certain
    return Equal("tested", search.same, tried, doubted)


class _Search:
    def __init__(self, truth: Quantity, answer: Quantity, domain: Domain, deadline: float) -> None:
        self.truth, self.answer, self.domain, self.deadline = truth, answer, domain, deadline
        self.same = 0
        self.agreed: list[Point[Fraction]] = []
        self.rng = Random(7)
        self.rows = [
            sampling.points(domain.scope, domain.used, setting, domain.numbers)
            for setting in sampling.settings(domain.dims, domain.free)
        ]
        self.regions: dict[tuple[int, ...], int] = {}

    def _points(self, count: int) -> Iterator[Point[Fraction]]:
        """From each choice of sizes and positions in turn; if few are asked, from choices far apart."""
        rows = self.rows if count > FIRST else self.rows[:: max(1, len(self.rows) // count)]
        for _ in range(max(1, -(-count // len(rows)))):
            for row in rows:
                yield next(row)

    def sample(self, count: int) -> Compared | None:
        """The first certain difference among `count` points, or None."""
        for point in self._points(count):
            found = self._at(point)
            if found is not None:
                return found
            if time.monotonic() > self.deadline:
                return None
        return self._unvisited() if count > FIRST else None

    def _unvisited(self) -> Compared | None:
        """Points whose comparisons go a way not seen yet."""
        seen = {region((self.truth, self.answer), point) for point in self.agreed}
        if seen <= {(), None}:
            return None
        for row in self.rows[:4]:
            for point in islice(row, 120 // len(self.rows[:4])):
                if time.monotonic() > self.deadline:
                    return None
                where = region((self.truth, self.answer), point)
                if where is not None and where not in seen:
                    seen.add(where)
                    found = self._at(point)
                    if found is not None:
                        return found
        return None

    def look_closer(self) -> Compared | None:
        """Hundreds of digits at a few points, for answers that differ by less than 50 digits show."""
        for point in self.agreed[:3]:
            if time.monotonic() > self.deadline:
                return None
            found = compare_at(self.truth, self.answer, point, agree=VERY_PRECISE, working=EXTREME)
            if found.relation == "differs":
                return found
        return None

    def _at(self, point: Point[Fraction]) -> Compared | None:
        found = compare_at(self.truth, self.answer, point)
        if found.relation == "same":
            self.same += 1
            self.agreed.append(point)
        elif found.relation != "nothing":
            return self._open_set(found)
        return None

    def _open_set(self, found: Compared) -> Compared | None:
        """A hole in the answer, or a difference at a tie, counts if it is more than an isolated point:
        z²/z at 0 is none, nor is another slope at a kink."""
        if found.relation != "undefined" and not found.tie:
            return found
        moved = [sampling.nearby(found.point, self.domain.scope, self.rng, Fraction(1, 64)) for _ in range(4)]
        if None in moved:
            return found
        near = [compare_at(self.truth, self.answer, point) for point in moved if point is not None]
        bad = [seen for seen in near if seen.relation not in ("same", "nothing")]
        if len(bad) == len(near):
            return found
        return bad[0] if bad else None

    def shrunk(self, found: Compared) -> Compared:
        """The same kind of difference at a point of simpler numbers."""
        tries = 60
        better = True
        while better:
            better = False
            for point in sampling.simpler(found.point, self.domain.scope):
                tries -= 1
                if tries < 0 or time.monotonic() > self.deadline:
                    return found
                seen = compare_at(self.truth, self.answer, point)
                if seen.relation == found.relation and self._open_set(seen) is seen:
                    found, better = seen, True
                    break
        return found

    def proof(self) -> Attempt:
        domain = self.domain
        settings = sampling.settings(domain.dims, domain.free, proof=True)
        return prove(self.truth, self.answer, domain.scope, domain.used, settings, deadline=self.deadline)

    def suspected(self, attempt: Attempt) -> Compared | None:
        """A certain difference in the region where the proof failed, however far out that lies."""
        suspect = attempt.suspect
        if suspect is None:
            return None
        row = sampling.within(
            self.domain.scope, self.domain.used, suspect.setting, suspect.assigned, suspect.bounds, self.rng
        )
        met = 0
        for point in islice(row, FAR_OUT):
            if met >= ENOUGH or time.monotonic() > self.deadline:
                return None
            with precision(96):
                inside = suspect.holds(point)
            if inside:
                met += 1
                found = self._at(point) or self._by_normal_form(suspect, point)
                if found is not None:
                    return found
        return None

    def _by_normal_form(self, suspect: Suspect, point: Point[Fraction]) -> Compared | None:
        if compare_at(self.truth, self.answer, point).relation != "nothing":
            return None
        with precision(256):
            sides = suspect.sides(point)
            if sides is None:
                return None
            for place, (a, b) in enumerate(zip(sides[0].items, sides[1].items, strict=True)):
                if a.is_finite() and b.is_finite() and not a.overlaps(b):
                    return Compared("differs", point, *sides, place)
        return None
