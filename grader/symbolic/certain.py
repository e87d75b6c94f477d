"""One quantity beside another at one point, with certainty: balls, as precise as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Final, Literal

from flint import arb

from grader.formula.balls import NAN, BallAlgebra, ball, precision
from grader.formula.errors import Kink, NotCertain, Undefined
from grader.formula.values import Point, Value
from grader.symbolic.quantity import Quantity, squeezed

WORKING: Final = (256, 768, 2560)
"""Bits of working precision, tried in turn."""
EXTREME: Final = (2560, 10_000, 70_000)
"""For differences that hide behind thousands of digits: as many as the reader lets anybody type."""
AGREE: Final = 168
"""Two values count as the same at a point when their difference is below 2**-AGREE of them: 50 digits."""

FLAT: Final = 160
"""A function within 2**-FLAT of its limit, or beyond 2**±1000, is no test of what is added to it there."""

_LOGS: Final = frozenset({"log", "log2", "log10", "sqrt", "lgamma", "digamma", "trigamma"})

_POLES: Final = frozenset({"gamma", "digamma", "trigamma"})
"""Functions with a pole at every negative integer: a ball around one says nothing."""
_BOUNDED: Final = frozenset({"erf", "erfc", "exp", "expm1", "tanh", "sigmoid", "softplus", "sinh", "cosh"})

Relation = Literal["same", "differs", "undefined", "nothing", "shape"]


@dataclass(frozen=True, slots=True)
class Compared:
    """What was seen at a point. `undefined`: the answer certainly has no value where the truth has one;
    `nothing`: the truth has no value there, or no precision decides; `shape`: the shapes differ."""

    relation: Relation
    point: Point[Fraction]
    expected: Value[arb] | None = None
    got: Value[arb] | None = None
    place: int = 0
    """The component that differs."""
    tie: bool = False
    """Whether a comparison in a formula is between equal numbers here: a kink, perhaps."""
    flat: bool = False
    """Whether a function in the answer is so close to its limit that agreement shows nothing: erf(1000) is 1."""
    region: tuple[int, ...] = ()
    """Which way every comparison went."""


class Balls(BallAlgebra):
    """Balls that remember whether a NaN is certain (log of a negative number) or only a lack of precision."""

    undefined = NAN

    def __init__(self) -> None:
        self.doubt = False
        self.decided: list[int] = []
        """Which way each comparison went: the region of the point."""
        self.flat = False
        self.special = False
        """Whether a negative number was raised to a whole power: at a power close by it has no value."""

    @property
    def tie(self) -> bool:
        """Whether a point nearby may tell another story."""
        return self.special or 0 in self.decided

    def div(self, a: arb, b: arb) -> arb:
        if not b.is_nan() and not b.is_zero() and b.contains(0):
            self.doubt = True
        return super().div(a, b)

    def pow(self, a: arb, b: arb) -> arb:
        result = super().pow(a, b)
        if a.is_zero() and not (b.is_integer() and b > 0):
            self.decided.append(_side(b, arb(0)))
        self.special = self.special or not a >= 0
        if result.is_nan() and not (a.is_nan() or b.is_nan() or a.is_zero() or a < 0):
            self.doubt = True
        return result

    def function(self, name: str, args: Sequence[arb]) -> arb:
        result = super().function(name, args)
        if name in _LOGS and not args[0].is_nan() and not args[0].is_zero() and args[0].contains(0):
            self.doubt = True
        if name in _POLES and result.is_nan() and not args[0].is_nan() and not args[0].is_exact():
            self.doubt = True
        self.flat = self.flat or (name in _BOUNDED and _is_flat(result))
        if name in ("max", "min", "abs", "sign", "relu", "clip"):
            marks = [*args, arb(0)] if len(args) < 2 else args
            self.decided.extend(_side(a, b) for a, b in pairwise(marks))
        return result

    def compare(self, op: str, a: arb, b: arb) -> bool:
        self.decided.append(_side(a, b))
        return super().compare(op, a, b)


def _is_flat(value: arb) -> bool:
    size = abs(value)
    if not size.is_finite() or size > arb(2) ** 1000 or size < arb(2) ** -1000:
        return True
    return bool(abs(size - 1) < arb(2) ** -FLAT or abs(size - 2) < arb(2) ** -FLAT) and not value.is_exact()


def _side(a: arb, b: arb) -> int:
    return 1 if a > b else -1 if a < b else 0


def value_at(quantity: Quantity, point: Point[Fraction], bits: int) -> tuple[Value[arb] | None, Balls]:
    """One evaluation; None where the quantity certainly has no value (unless the algebra is in doubt)."""
    algebra = Balls()
    with precision(bits):
        try:
            return quantity.at(algebra, _as_balls(point, bits)), algebra
        except (Undefined, Kink):
            return None, algebra


_made: tuple[Point[Fraction], int, Point[arb]] | None = None


def _as_balls(point: Point[Fraction], bits: int) -> Point[arb]:
    """The point in balls. The last one is kept: truth and answer are asked for it in turn."""
    global _made
    if _made is None or _made[0] is not point or _made[1] != bits:
        values = {name: Value(given.shape, tuple(map(ball, given.items))) for name, given in point.values.items()}
        _made = point, bits, Point(values, point.sizes, point.positions)
    return _made[2]


def compare_at(
    truth: Quantity, answer: Quantity, point: Point[Fraction], *, agree: int = AGREE, working: Sequence[int] = WORKING
) -> Compared:
    """What is certain about truth and answer at a point. Never raises for what has no value there."""
    seen = Compared("nothing", point)
    for bits in working:
        try:
            expected, known = value_at(truth, point, bits)
            if expected is None or any(not item.is_finite() for item in expected.items):
                if known.doubt:
                    continue
                return seen
            got, seen_by = value_at(answer, point, bits)
        except NotCertain:
            continue
        with precision(bits):
            found = _relation(expected, got, seen_by.doubt, point, agree)
        if found is not None:
            region = (*known.decided, *seen_by.decided)
            return replace(found, tie=known.tie or seen_by.tie, flat=seen_by.flat, region=region)
    return seen


def _relation(
    expected: Value[arb], got: Value[arb] | None, doubt: bool, point: Point[Fraction], agree: int
) -> Compared | None:
    """What these balls show, or None if they are too wide to show anything."""
    if got is None:
        return None if doubt else Compared("undefined", point, expected)
    if squeezed(got.shape) != squeezed(expected.shape):
        return Compared("shape", point, expected, got)
    wide = False
    for place, (a, b) in enumerate(zip(expected.items, got.items, strict=True)):
        if b.is_nan():
            if not doubt:
                return Compared("undefined", point, expected, got, place)
            wide = True
        elif not a.overlaps(b):
            return Compared("differs", point, expected, got, place)
        else:
            floor = min(-2200, -agree)
            size = max(a.abs_upper(), b.abs_upper(), key=_Upper)
            gap = (a - b).abs_upper()
            wide = wide or not b.is_finite() or not (gap <= size * arb(2) ** -agree or gap < arb(2) ** floor)
    return None if wide else Compared("same", point, expected, got)


class _Upper:
    """Orders exact balls."""

    __slots__ = ("value",)

    def __init__(self, value: arb) -> None:
        self.value = value

    def __lt__(self, other: _Upper) -> bool:
        return bool(self.value < other.value)

    def __gt__(self, other: _Upper) -> bool:
        return bool(self.value > other.value)
