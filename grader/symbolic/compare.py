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
from grader.formula.evaluate import NotClosed
from grader.formula.tree import Dim
from grader.formula.values import Point
from grader.symbolic import points as sampling
from grader.symbolic.certain import EXTREME, WORKING, Compared, compare_at
from grader.symbolic.edges import Region, at_edges, at_origin, lines
from grader.symbolic.field import TOO_MANY_TERMS
from grader.symbolic.proof import Attempt, Suspect, prove
from grader.symbolic.quantity import Quantity, Unsupported
from grader.symbolic.termwise import termwise

FIRST: Final = 3
"""Points before a proof is tried."""
PROVING: Final = 0.75
"""Of the time left, for a proof: the rest is for points, where none was found."""
TERMWISE: Final = 0.8
"""Of that, for sums term by term, where there are cases: as a whole they have too many."""
THOROUGH: Final = 64
"""Points where no proof was found."""
ENOUGH: Final = 16
"""Fewer points than this where both have a value are no test."""
VERY_PRECISE: Final = 66_000
CLOSE: Final = 1_000
WIDTHS: Final = (Fraction(1, 64), Fraction(1, 2**40), Fraction(1, 2**160), Fraction(1, 2**2400))
"""How close the neighbours lie that tell an isolated point from a region."""
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
    sizes: tuple[int, ...] = ()
    """Sizes to try beyond those of a proof."""
    least: Mapping[str, int] = field(default_factory=dict)
    """Sizes below which some component that is named does not exist (z_2 at n = 1)."""
    at_integers: bool = False
    """Whether something happens where quantities made of integer variables are equal: at single points, which may lie
    where nobody looks, and which count, since no others lie beside them."""
    unreachable: bool = False
    """Whether cases may part at a size that is too large to try."""

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
        proved = attempt.proved and search.same > 0
        found = search.sizes() if proved else search.everywhere(attempt)
        if found is not None:
            return Different(search.shrunk(found))
    except (Unsupported, NotClosed) as stop:
        return Unknown((str(stop),))
    if domain.unreachable and domain.dims:
        return Unknown(("a size too large to try",))
    if proved:
        return Equal("proved" if search.all_sizes else "tested", search.same)
    tried = (attempt.reason or "no point where both have a value",)
    if search.tested < ENOUGH:
        return Unknown((*tried, f"{search.tested} points"))
    if search.unreached(attempt):
        return Unknown((*tried, "a region that no point reached"))
    return Equal("tested", search.same, tried, any(suspect.certain for suspect in attempt.suspects))


class _Search:
    def __init__(self, truth: Quantity, answer: Quantity, domain: Domain, deadline: float) -> None:
        self.truth, self.answer, self.domain, self.deadline = truth, answer, domain, deadline
        self.same = 0
        self.tested = 0
        """Points where agreement shows something."""
        self.all_sizes = not domain.dims
        self.agreed: list[Compared] = []
        self.rng = Random(7)
        self.rows = [
            sampling.points(domain.scope, domain.used, setting, domain.numbers)
            for setting in sampling.settings(domain.dims, domain.free, least=domain.least)
        ]
        self.seen: set[Region] = set()

    @property
    def _late(self) -> bool:
        return time.monotonic() > self.deadline

    def everywhere(self, attempt: Attempt) -> Compared | None:
        """All that is tried where there is no proof."""
        return (
            self.suspected(attempt)
            or self.sample(THOROUGH)
            or self.sizes()
            or self.edges(attempt)
            or self.look_closer()
        )

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
            if self._late:
                return None
        return None

    def sizes(self) -> Compared | None:
        """Sizes beyond those of a proof."""
        for setting in sampling.sizes_apart(self.domain.dims, self.domain.free, self.domain.sizes):
            if self._late:
                return None
            if any(setting.sizes[dim] < least for dim, least in self.domain.least.items()):
                continue
            found = self._at(next(sampling.points(self.domain.scope, self.domain.used, setting, self.domain.numbers)))
            if found is not None:
                return found
        self.all_sizes = True
        return None

    def edges(self, attempt: Attempt) -> Compared | None:
        """Both sides of every edge of the cases, along lines through points that agree."""
        if not any(seen.region for seen in self.agreed):
            return None
        settings = [suspect.setting for suspect in attempt.suspects[:1]]
        bases = [next(sampling.points(self.domain.scope, self.domain.used, setting)) for setting in settings]
        bases += [self.agreed[place].point for place in (0, len(self.agreed) // 2, -1)]
        numbers = [number for number in self.domain.numbers if number]
        for base in bases:
            for point in (base, at_origin(self.domain.scope, base)):
                for line in lines(self.domain.scope, point, numbers):
                    for place in at_edges((self.truth, self.answer), line, self.seen, self.deadline):
                        found = self._at(place, closely=True)
                        if found is not None:
                            return found
        return None

    def unreached(self, attempt: Attempt) -> bool:
        """Whether a difference remains possible where no point was tried."""
        if any(not (suspect.everywhere or self._visited(suspect)) for suspect in attempt.suspects):
            return True
        return not attempt.complete and (self.domain.at_integers or self._one_sided())

    def _visited(self, suspect: Suspect) -> bool:
        """Whether some point in a suspect's region agrees."""
        for seen in self.agreed:
            if seen.point.sizes == suspect.setting.sizes and not self._late:
                with precision(640):
                    if suspect.holds(seen.point):
                        return True
        return False

    def _one_sided(self) -> bool:
        """Whether some comparison went the same way at every point: another way may lie where nobody looked."""
        sides: dict[int, set[int]] = {}
        for seen in self.agreed:
            for place, side in enumerate(seen.region):
                sides.setdefault(place, set()).add(side)
        return any(not {1, -1} <= side for side in sides.values())

    def look_closer(self) -> Compared | None:
        """Hundreds of digits at a few points, for answers that differ by less than 50 digits show."""
        for seen in self.agreed[:3]:
            if self._late:
                return None
            found = compare_at(self.truth, self.answer, seen.point, agree=VERY_PRECISE, working=EXTREME)
            if found.relation == "differs":
                return found
        return None

    def _at(self, point: Point[Fraction], *, closely: bool = False) -> Compared | None:
        found = compare_at(self.truth, self.answer, point, agree=CLOSE, working=EXTREME[:2]) if closely else None
        if found is None or found.relation == "nothing":
            found = compare_at(self.truth, self.answer, point)
        if found.relation == "same":
            self.same += 1
            self.tested += not found.flat
            self.agreed.append(found)
        elif found.relation != "nothing":
            return self._open_set(found)
        return None

    def _open_set(self, found: Compared) -> Compared | None:
        """A hole in the answer, or a difference at a tie, counts if it is more than an isolated point:
        z²/z at 0 is none, nor is another slope at a kink."""
        if found.relation != "undefined" and not found.tie:
            return found
        for width in WIDTHS:
            moved = [sampling.nearby(found.point, self.domain.scope, self.rng, width) for _ in range(4)]
            if None in moved:
                return found
            near = [compare_at(self.truth, self.answer, point) for point in moved if point is not None]
            bad = [seen for seen in near if seen.relation not in ("same", "nothing")]
            if len(bad) == len(near):
                return found
            if bad:
                return bad[0]
        return None

    def shrunk(self, found: Compared) -> Compared:
        """The same kind of difference at a point of simpler numbers."""
        tries = 60
        better = True
        while better:
            better = False
            for point in sampling.simpler(found.point, self.domain.scope):
                tries -= 1
                if tries < 0 or self._late:
                    return found
                seen = compare_at(self.truth, self.answer, point)
                if seen.relation == found.relation and self._open_set(seen) is seen:
                    found, better = seen, True
                    break
        return self._precisely(found)

    def _precisely(self, found: Compared) -> Compared:
        """The same with hundreds of digits, for showing: 0 and 4 can then be told from what is close to them."""
        if self._late:
            return found
        seen = compare_at(self.truth, self.answer, found.point, working=WORKING[-1:])
        return seen if (seen.relation, seen.place) == (found.relation, found.place) else found

    def proof(self) -> Attempt:
        domain = self.domain
        settings = sampling.settings(domain.dims, domain.free, proof=True, least=domain.least)
        now = time.monotonic()
        until = now + PROVING * (self.deadline - now)
        terms = self._by_terms(now + TERMWISE * (until - now), smooth=False)
        if terms is not None:
            return terms
        whole = prove(self.truth, self.answer, domain.scope, domain.used, settings, deadline=until)
        if whole.reason == TOO_MANY_TERMS:  # one by one there may be few enough
            return self._by_terms(until, smooth=True) or whole
        return whole

    def _by_terms(self, until: float, *, smooth: bool) -> Attempt | None:
        """The proof that two sums are equal term by term, where there is one."""
        domain = self.domain
        if not domain.dims:  # nothing is summed over
            return None
        terms = termwise(self.truth, self.answer, domain.scope, domain.free, smooth=smooth)
        if terms is None:
            return None
        settings = sampling.settings(domain.dims, terms.free, proof=True, least=domain.least)
        found = prove(terms.left, terms.right, terms.scope, domain.used, settings, deadline=until)
        return found if found.proved else None

    def suspected(self, attempt: Attempt) -> Compared | None:
        """A certain difference in the regions where the proof failed, however far out those lie."""
        for suspect in attempt.suspects:
            found = self._within(suspect, FAR_OUT // len(attempt.suspects) + ENOUGH)
            if found is not None:
                return found
        return None

    def _within(self, suspect: Suspect, tries: int) -> Compared | None:
        row = sampling.within(
            self.domain.scope, self.domain.used, suspect.setting, suspect.assigned, suspect.bounds, self.rng
        )
        met = 0
        for point in islice(row, tries):
            if met >= ENOUGH or self._late:
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
