"""Remarks on a right answer: where the loss has no derivative, and what could be shorter."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Final

from flint import arb

from grader.formula.balls import precision
from grader.formula.declare import Interval
from grader.formula.errors import NotCertain
from grader.formula.tree import ONE, ZERO, Add, Div, Expr, Mul, Name, Neg, Num, Pow, walk
from grader.formula.values import Point, Value
from grader.symbolic.asked import Asked
from grader.symbolic.certain import value_at
from grader.symbolic.points import points, settings
from grader.verdict import Finding

GRID: Final = tuple(Fraction(step, 4) + Fraction(1, 1013) for step in range(-33, 34, 3))
HALVINGS: Final = 24


def notes_on(asked: Asked, answer: Expr, *, deadline: float) -> list[Finding]:
    found = []
    if _reducible(answer):
        found.append(Finding("not-simplified", "note"))
    kink = _kink(asked, deadline)
    if kink is not None:
        found.append(kink)
    return found


def _reducible(answer: Expr) -> bool:
    """A factor that stands above and below, a 1 or a 0 that does nothing, a minus twice."""
    for node in walk(answer):
        match node:
            case Div(num, den):
                above, below = _factors(num), _factors(den)
                if den == ONE or any(part in below and not isinstance(part, Num) for part in above):
                    return True
            case Mul(factors):
                if ONE in factors or ZERO in factors:
                    return True
            case Add(terms):
                if ZERO in terms or any(isinstance(t, Neg) and t.arg in terms for t in terms):
                    return True
            case Neg(Neg()) | Pow(_, Num(Fraction(numerator=1, denominator=1))):
                return True
    return False


def _factors(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case Mul(factors):
            return tuple(part for factor in factors for part in _factors(factor))
        case Pow(base, Num(value)) if value > 0:
            return (base,)
        case Neg(arg):
            return _factors(arg)
    return (expr,)


@dataclass(frozen=True, slots=True)
class _Slope:
    value: arb
    region: tuple[int, ...]


def _kink(asked: Asked, deadline: float) -> Finding | None:
    kink = next(kinks(asked, deadline), None)
    return None if kink is None else Finding("kink", "note", data={"variable": kink.variable})


@dataclass(frozen=True, slots=True)
class Kink:
    """A jump of the gradient along `variable`, between two points that differ in it by as good as nothing."""

    variable: str
    points: tuple[Point[Fraction], Point[Fraction]]
    slopes: tuple[arb, arb]


def kinks(asked: Asked, deadline: float, *, bases: int = 1) -> Iterator[Kink]:
    """The first jump of the gradient along the variable asked for, from each of some values of the others: the loss
    has no derivative there, and any slope between the two sides is as good. Scalars only."""
    scope = asked.scope
    if not isinstance(asked.wrt, Name) or asked.wrt.name not in scope.variables or scope.shape(asked.wrt.name):
        return
    domain = scope.variables[asked.wrt.name].domain
    if not isinstance(domain, Interval):
        return
    setting = next(settings(asked.domain.dims, asked.domain.free, least=asked.domain.least))
    for base in islice(points(scope, asked.domain.used | {asked.wrt.name}, setting, asked.domain.numbers), bases):
        kink = _first_kink(asked, asked.wrt.name, domain, base, deadline)
        if kink is not None:
            yield kink


def _first_kink(asked: Asked, variable: str, domain: Interval, base: Point[Fraction], deadline: float) -> Kink | None:
    before: tuple[Fraction, _Slope] | None = None
    for at, slope in _slopes(asked, base, [place for place in GRID if place in domain]):
        if not slope.region or time.monotonic() > deadline:
            return None
        if before is not None and before[1].region != slope.region:
            found = _jump(asked, variable, base, before[0], at)
            if found is not None:
                return found
        before = at, slope
    return None


def _slopes(asked: Asked, base: Point[Fraction], places: list[Fraction]) -> Iterator[tuple[Fraction, _Slope]]:
    for place in places:
        slope = _slope(asked, base, place)
        if slope is not None:
            yield place, slope


def _slope(asked: Asked, base: Point[Fraction], place: Fraction) -> _Slope | None:
    assert isinstance(asked.wrt, Name)
    point = _moved(base, asked.wrt.name, place)
    try:
        value, algebra = value_at(asked.truth, point, 96)
    except NotCertain:
        return None
    if value is None or not value.items[0].is_finite():
        return None
    return _Slope(value.items[0], tuple(algebra.decided))


def _moved(base: Point[Fraction], variable: str, place: Fraction) -> Point[Fraction]:
    return Point({**base.values, variable: Value((), (place,))}, base.sizes, base.positions)


def _jump(asked: Asked, variable: str, base: Point[Fraction], low: Fraction, high: Fraction) -> Kink | None:
    """What is left when two places in different regions are brought close together, if the slope still differs."""
    below, above = _slope(asked, base, low), _slope(asked, base, high)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        slope = _slope(asked, base, middle)
        if slope is None or below is None or above is None:
            break  # at the kink itself, as good as exactly
        if slope.region == below.region:
            low, below = middle, slope
        else:
            high, above = middle, slope
    low, high = low - (high - low) / 7, high + (high - low) / 7
    below, above = _slope(asked, base, low), _slope(asked, base, high)
    if below is None or above is None or high - low > Fraction(1, 2**19):
        # the halving met the tie: step to both sides of it
        step, middle = Fraction(1, 2**30), (low + high) / 2
        low, high = middle - step, middle + step
        below, above = _slope(asked, base, low), _slope(asked, base, high)
    if below is None or above is None:
        return None
    with precision(96):
        if not abs(above.value - below.value) > arb(2) ** -16:
            return None
    return Kink(variable, (_moved(base, variable, low), _moved(base, variable, high)), (below.value, above.value))
