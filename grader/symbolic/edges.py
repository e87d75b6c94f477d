"""Points on both sides of every edge that the cases of two formulas have along a line.

Random points miss a thin region (`x if |x − y| > 10⁻⁹ else 0`), but such a region lies at an edge: halving between
two points on different sides of it ends up inside.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from grader.formula.declare import Interval, Scope
from grader.formula.errors import NotCertain
from grader.formula.values import Point, Value
from grader.symbolic.certain import value_at
from grader.symbolic.quantity import Quantity

F = Fraction
BITS: Final = 640
HALVINGS: Final = 140
EDGES: Final = 8
"""Edges followed between two neighbours of the grid."""
SIZES: Final = tuple(F(2) ** power for power in (-40, -20, -8, -2, 0, 2, 6, 20, 60))

Region = tuple[object, ...]


def side_of(quantities: Sequence[Quantity], point: Point[Fraction]) -> Region | None:
    """Which way every comparison goes at a point, and what has a value there; None where it cannot be told."""
    found: list[object] = []
    for quantity in quantities:
        try:
            value, algebra = value_at(quantity, point, BITS)
        except NotCertain:
            return None
        found += [*algebra.decided, value is not None and all(item.is_finite() for item in value.items)]
    return tuple(found)


def lines(scope: Scope, point: Point[Fraction], numbers: Iterable[Fraction]) -> Iterator[list[Point[Fraction]]]:
    """For each continuous component of a point: the points where it has other values, in order."""
    marks = {F(0), *SIZES}
    for number in numbers:
        marks |= {abs(number), abs(number) / 2, abs(number) * 2}
    for name, value in point.values.items():
        domain = scope.variables[name].domain
        if not isinstance(domain, Interval):
            continue
        for place, item in enumerate(value.items):
            found = {item, *marks, *(-mark for mark in marks)}
            for end, inward in ((domain.low, 1), (domain.high, -1)):
                if end is not None:
                    found |= {end + inward * mark for mark in marks if mark <= 1}
            yield [_with(point, name, place, mark) for mark in sorted(found) if mark in domain]


def _with(point: Point[Fraction], name: str, place: int, item: Fraction) -> Point[Fraction]:
    value = point.values[name]
    items = (*value.items[:place], item, *value.items[place + 1 :])
    return replace(point, values={**point.values, name: Value(value.shape, items)})


def at_edges(
    quantities: Sequence[Quantity], line: Sequence[Point[Fraction]], seen: set[Region], deadline: float
) -> Iterator[Point[Fraction]]:
    """Points of a line in regions that were not `seen` before; those are added to it."""
    known = []
    for point in line:
        if time.monotonic() > deadline:
            return
        side = side_of(quantities, point)
        if side is not None:
            known.append((point, side))
    for point, side in known:
        if side not in seen:
            seen.add(side)
            yield point
    for low, high in pairwise(known):
        start, edges = low, 0
        while start[1] != high[1] and edges < EDGES:
            edges += 1
            end = high
            for _ in range(HALVINGS):
                if time.monotonic() > deadline:
                    return
                middle = _between(start[0], end[0])
                side = side_of(quantities, middle)
                if side is None:
                    break
                if side not in seen:
                    seen.add(side)
                    yield middle
                if side == start[1]:
                    start = middle, side
                else:
                    end = middle, side
            if end[1] == start[1] or end is high:
                break
            start = end


def _between(low: Point[Fraction], high: Point[Fraction]) -> Point[Fraction]:
    values = dict(low.values)
    for name, value in low.values.items():
        other = high.values[name]
        if value != other:
            values[name] = Value(value.shape, tuple((a + b) / 2 for a, b in zip(value.items, other.items, strict=True)))
    return replace(low, values=values)


def at_origin(scope: Scope, point: Point[Fraction]) -> Point[Fraction]:
    """The point with every continuous component that may be 0 at 0."""
    values = {}
    for name, value in point.values.items():
        domain = scope.variables[name].domain
        zero = isinstance(domain, Interval) and F(0) in domain
        values[name] = Value(value.shape, (F(0),) * len(value.items)) if zero else value
    return replace(point, values=values)
