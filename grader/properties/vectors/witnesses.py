"""Points that refute: where a loss is negative, or above a chord, in certain balls, at simple numbers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import prod
from typing import Final

from flint import arb

from grader.formula.balls import value as value_at
from grader.formula.declare import Scope, Simplex
from grader.formula.errors import NotCertain, Undefined
from grader.formula.tree import Expr
from grader.formula.values import Point, Value
from grader.properties.analysis import Property
from grader.properties.evidence import no, number_text
from grader.properties.vectors.lines import shown
from grader.symbolic import points as sampling
from grader.verdict import Fact

SECONDS: Final = 0.25
TRIES: Final = 30
SIZES: Final = ((1, 1), (2, 1), (1, 2), (3, 2))
"""Of the first dimension, and of the others."""
SIMPLER: Final = 80


@dataclass(frozen=True, slots=True)
class Place:
    """The variable at one or two values, the others fixed."""

    a: Point[Fraction]
    b: Value[Fraction] | None = None


class Search:
    def __init__(self, loss: Expr, scope: Scope, wrt: str, used: frozenset[str]) -> None:
        self.loss, self.scope, self.wrt, self.used = loss, scope, wrt, used
        dims = scope.dims
        tables = [{dim: first if at == 0 else other for at, dim in enumerate(dims)} for first, other in SIZES]
        self.settings = [sampling.Setting(sizes, {}) for sizes in (tables if dims else tables[:1])]

    def value(self, point: Point[Fraction], at: Value[Fraction] | None = None) -> arb | None:
        """The certain, finite value at a point, with the variable `at` another one if asked."""
        values = point.values if at is None else {**point.values, self.wrt: at}
        try:
            made = value_at(self.loss, self.scope, values, point.sizes).scalar
        except (Undefined, NotCertain, KeyError):
            return None
        return made if made.is_finite() else None

    def negative(self) -> Property | None:
        found = self._found(self._is_negative, pairs=False)
        if found is None:
            return None
        value = self.value(found.a)
        assert value is not None
        here = found.a.values[self.wrt]
        return no(
            "nonnegative", "negative-at", at={self.wrt: shown(here)}, value=number_text(value), **self.cases(found.a)
        )

    def chord(self) -> Property | None:
        found = self._found(self._is_above, pairs=True)
        return None if found is None or found.b is None else self.told("convex", found.a, found.b)

    def told(self, name: str, point: Point[Fraction], b: Value[Fraction]) -> Property | None:
        """The chord from the point to `b` as a witness; None where the loss is not certainly above its middle."""
        if not self._is_above(Place(point, b)):
            return None
        a = point.values[self.wrt]
        middle = between(a, b)
        values = {"at_a": self.value(point), "at_b": self.value(point, b), "at_middle": self.value(point, middle)}
        facts: dict[str, Fact] = {key: {self.wrt: shown(at)} for key, at in (("a", a), ("b", b), ("middle", middle))}
        facts |= {key: number_text(value) for key, value in values.items() if value is not None}
        return no(name, "chord", **facts, **self.cases(point))

    def cases(self, point: Point[Fraction]) -> dict[str, Fact]:
        others = {name: shown(value) for name, value in point.values.items() if name != self.wrt}
        return {"cases": others} if others else {}

    def _is_negative(self, place: Place) -> bool:
        value = self.value(place.a)
        return value is not None and bool(value < 0)

    def _is_above(self, place: Place) -> bool:
        assert place.b is not None
        a, b = self.value(place.a), self.value(place.a, place.b)
        middle = self.value(place.a, between(place.a.values[self.wrt], place.b))
        return None not in (a, b, middle) and bool(2 * middle > a + b)  # type: ignore[operator]  # none is None

    def _found(self, holds: Callable[[Place], bool], *, pairs: bool) -> Place | None:
        stop = time.monotonic() + SECONDS
        for setting in self.settings:
            for place in islice(self._places(setting, pairs), TRIES):
                if time.monotonic() > stop:
                    return None
                if holds(place):
                    return self._simplest(place, holds)
        return None

    def _places(self, setting: sampling.Setting, pairs: bool) -> Iterator[Place]:
        first = sampling.points(self.scope, self.used | {self.wrt}, setting)
        second = sampling.points(self.scope, frozenset({self.wrt}), setting, seed=1)
        next(second)
        while True:
            yield Place(next(first), next(second).values[self.wrt] if pairs else None)

    def _simplest(self, place: Place, holds: Callable[[Place], bool]) -> Place:
        tries, better = SIMPLER, True
        while better and tries > 0:
            better = False
            for other in islice(self._simpler(place), tries):
                tries -= 1
                if holds(other):
                    place, better = other, True
                    break
        return place

    def _simpler(self, place: Place) -> Iterator[Place]:
        for point in sampling.simpler(place.a, self.scope):
            yield Place(point, place.b)
        if place.b is not None:
            moved = Point({self.wrt: place.b}, place.a.sizes)
            for point in sampling.simpler(moved, self.scope):
                yield Place(place.a, point.values[self.wrt])
        if isinstance(self.scope.variables[self.wrt].domain, Simplex):
            yield from self._simpler_shares(place)

    def _simpler_shares(self, place: Place) -> Iterator[Place]:
        here = place.a.values[self.wrt]
        for made in _shares(here):
            yield Place(Point({**place.a.values, self.wrt: made}, place.a.sizes), place.b)
        for made in _shares(place.b) if place.b is not None else ():
            yield Place(place.a, made)


def _shares(of: Value[Fraction]) -> Iterator[Value[Fraction]]:
    """Simpler shares: one of a half, a quarter or three of them, and the others even."""
    width, rows = of.shape[-1], prod(of.shape[:-1])
    weight = sum(item.denominator for item in of.items)
    for first in (Fraction(1, width), *map(Fraction, ("1/2", "1/4", "3/4"))):
        rest = (1 - first) / (width - 1) if width > 1 else first
        row = (first, *(rest,) * (width - 1))
        if sum(item.denominator for item in row) * rows < weight and sum(row) == 1:
            yield Value(of.shape, row * rows)


def between(a: Value[Fraction], b: Value[Fraction]) -> Value[Fraction]:
    return Value(a.shape, tuple((x + y) / 2 for x, y in zip(a.items, b.items, strict=True)))


def point_of(
    sizes: Mapping[str, int], others: Mapping[str, Value[Fraction]], wrt: str, at: Value[Fraction]
) -> Point[Fraction]:
    return Point({**others, wrt: at}, sizes)
