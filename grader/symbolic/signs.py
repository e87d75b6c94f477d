"""The sign of a polynomial on one path through the cases of a formula.

A sign is known from the domain (positive generators, `1 - p > 0`), or follows from signs already taken
(Fourier–Motzkin elimination over the monomials: z > d and d > 0 give z > 0), or is taken: first positive,
then, on another path, negative. The set where a polynomial is zero is left out: it is where the kinks are.
Paths that contradict themselves are mostly not taken at all; one that is taken all the same can only make
a proof fail, never succeed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Final

from flint import arb, fmpz_mpoly

from grader.formula.balls import precision
from grader.symbolic.field import Field, GiveUp

MAX_PATHS: Final = 160
MAX_ROWS: Final = 150
MAX_SQUARES: Final = 24

_Row = tuple[dict[tuple[int, ...], Fraction], bool]
"""Σ c·monomial > 0, or ≥ 0 where the flag is False."""


class Signs:
    """The signs taken on one path; `plan` holds those that were taken on the way to a branching."""

    def __init__(
        self, field: Field, facts: tuple[fmpz_mpoly, ...], sample: Mapping[int, arb], plan: tuple[int, ...]
    ) -> None:
        self.field = field
        self.facts = list(facts)
        self.sample = sample
        self.plan = plan
        self.taken: list[int] = []
        self.known: dict[str, int] = {}
        self.single: dict[int, int] = {}
        """The sign of a generator, taken on this path."""

    def sign(self, poly: fmpz_mpoly) -> int:
        """1 or −1 for a primitive irreducible polynomial that is not constant."""
        key = str(poly)
        if key not in self.known:
            self.field.on_null_sets(poly)
            self.known[key] = self._proved(poly) or self._take(poly)
        return self.known[key]

    def _take(self, poly: fmpz_mpoly) -> int:
        self.surely_no_zero(poly)
        sign = self.plan[len(self.taken)] if len(self.taken) < len(self.plan) else 1
        self.taken.append(sign)
        self.facts.append(poly * sign)
        place = self.field.place_of(poly)
        if place is not None:
            self.single[place] = sign
        return sign

    def surely_no_zero(self, poly: fmpz_mpoly) -> None:
        """A polynomial that is zero everywhere, which the normal form did not see, has no sign to take."""
        self.field.on_null_sets(poly)
        with precision(192):
            value = self.field.ball(poly, self.sample)
        if not value.is_finite() or value.contains(0):
            raise GiveUp("a boundary that may be zero everywhere")

    def _proved(self, poly: fmpz_mpoly) -> int:
        """The sign if it follows from what is known, else 0. It may be zero on a null set."""
        of_terms = self._of_terms(poly)
        if of_terms:
            return of_terms
        for sign in (1, -1):
            if sum_of_squares(_row(poly * sign)):
                return sign
        return self._excluded(poly)

    def strict(self, poly: fmpz_mpoly) -> int:
        """The sign if it follows, at every point where the facts hold, from what is known; else 0."""
        of_terms = self._of_terms(poly)
        if of_terms and any(self._nowhere_zero(tuple(map(int, exponents))) for exponents, _ in poly.terms()):
            return of_terms
        return self._excluded(poly, strictly=True)

    def weak(self, poly: fmpz_mpoly) -> int:
        """The sign of what is a sum of squares, up to a sign; it may be zero on a null set. Else 0."""
        return next((sign for sign in (1, -1) if sum_of_squares(_row(poly * sign))), 0)

    def _of_terms(self, poly: fmpz_mpoly) -> int:
        of_terms = {self._monomial(exponents) * (1 if c > 0 else -1) for exponents, c in poly.terms()}
        return of_terms.pop() if len(of_terms) == 1 else 0

    def _excluded(self, poly: fmpz_mpoly, *, strictly: bool = False) -> int:
        return next((sign for sign in (1, -1) if self._contradictory(poly * -sign, strictly)), 0)

    def _nowhere_zero(self, exponents: tuple[int, ...]) -> bool:
        """Whether a monomial of known sign has no zero where the facts hold."""
        used = (place for place, exponent in enumerate(exponents) if exponent)
        return all(place in self.field.positive or place in self.single for place in used)

    def _monomial(self, exponents: tuple[int, ...]) -> int:
        """1 or −1 where the sign of a monomial is known (almost everywhere), else 0."""
        sign = 1
        for place, exponent in enumerate(exponents):
            if exponent % 2:
                sign *= 1 if place in self.field.positive else self.single.get(place, 0)
        return sign

    def _contradictory(self, poly: fmpz_mpoly, strictly: bool = False) -> bool:
        """Whether poly ≥ 0 cannot hold beside the facts: anywhere if `strictly`, else up to a null set."""
        rows: list[_Row] = [(_row(poly), False)]
        columns = {monomial for monomial in rows[0][0] if any(monomial)}
        waiting = [_row(fact) for fact in self.facts]
        grew = True
        while grew:
            grew = False
            for row in list(waiting):
                if columns & row.keys():
                    waiting.remove(row)
                    rows.append((row, True))
                    columns |= {monomial for monomial in row if any(monomial)}
                    grew = True
        for monomial in columns:
            sign = self._monomial(monomial)
            if sign:
                rows.append(({monomial: Fraction(sign)}, not strictly or self._nowhere_zero(monomial)))
        return _infeasible(rows, sorted(columns))


def _row(poly: fmpz_mpoly) -> dict[tuple[int, ...], Fraction]:
    return {tuple(map(int, exponents)): Fraction(int(c)) for exponents, c in poly.terms()}


def sum_of_squares(terms: Mapping[tuple[int, ...], Fraction]) -> bool:
    """Whether a polynomial is seen to be one: as a quadratic form in the roots of its square monomials.

    False says nothing. (x − y)² + (x − z)² is one in x, y, z; so is (w·x − t)² in w_i·x_i and t.
    """
    roots = [tuple(e // 2 for e in m) for m, c in terms.items() if c > 0 and not any(e % 2 for e in m)]
    if len(roots) > MAX_SQUARES:
        return False
    form = [[Fraction(0)] * len(roots) for _ in roots]
    left = dict(terms)
    for i, first in enumerate(roots):
        for j, second in enumerate(roots[: i + 1]):
            c = left.pop(tuple(a + b for a, b in zip(first, second, strict=True)), Fraction(0))
            form[i][j] = form[j][i] = c if i == j else c / 2
    return not left and _semidefinite(form)


def _semidefinite(form: list[list[Fraction]]) -> bool:
    """Gaussian elimination: no pivot below zero, and nothing beside a pivot of zero."""
    for k, row in enumerate(form):
        if row[k] < 0 or (row[k] == 0 and any(row[k + 1 :])):
            return False
        for below in form[k + 1 :]:
            if row[k] and below[k]:
                factor = below[k] / row[k]
                below[k:] = [a - factor * b for a, b in zip(below[k:], row[k:], strict=True)]
    return True


def _infeasible(rows: list[_Row], columns: list[tuple[int, ...]]) -> bool:
    """Fourier–Motzkin: whether no real values of the columns satisfy all rows. False where it would take too long."""
    for column in columns:
        above = [row for row in rows if row[0].get(column, 0) > 0]
        below = [row for row in rows if row[0].get(column, 0) < 0]
        rows = [row for row in rows if not row[0].get(column, 0)]
        if len(rows) + len(above) * len(below) > MAX_ROWS:
            return False
        for up, up_strict in above:
            for down, down_strict in below:
                a, b = up[column], -down[column]
                joined = {m: b * up.get(m, 0) + a * down.get(m, 0) for m in up.keys() | down.keys()}
                rows.append(({m: c for m, c in joined.items() if c}, up_strict or down_strict))
    return any(_impossible(row, strict) for row, strict in rows)


def _impossible(row: dict[tuple[int, ...], Fraction], strict: bool) -> bool:
    constant = sum(row.values(), Fraction(0))
    return constant < 0 or (strict and constant == 0)


def paths(run: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Iterator[None]:
    """Call `run(plan)` for every path; it returns all signs it took. Raises GiveUp past MAX_PATHS."""
    waiting: list[tuple[int, ...]] = [()]
    for _ in range(MAX_PATHS):
        plan = waiting.pop()
        taken = run(plan)
        waiting.extend((*taken[:place], -1) for place in range(len(plan), len(taken)))
        yield
        if not waiting:
            return
    raise GiveUp("too many cases")
