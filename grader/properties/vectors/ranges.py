"""Arithmetic of intervals with open and closed ends. Each result holds every value that can come about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Final

from grader.formula.declare import NONNEGATIVE, POSITIVE, REAL, Interval

UNIT: Final = Interval(Fraction(0), Fraction(1), False, False)
SHARE: Final = Interval(Fraction(0), Fraction(1), True, False)
"""A component of a softmax: positive, and 1 where there is no other."""
NONPOSITIVE: Final = Interval(None, Fraction(0), True, False)
NEGATIVE: Final = Interval(None, Fraction(0))


def exactly(value: Fraction) -> Interval:
    return Interval(value, value, False, False)


def between(low: int, high: int, *, closed: bool = False) -> Interval:
    return Interval(Fraction(low), Fraction(high), not closed, not closed)


def nonnegative(x: Interval) -> bool:
    return x.low is not None and x.low >= 0


def positive(x: Interval) -> bool:
    return x.low is not None and (x.low > 0 or (x.low == 0 and x.low_open))


def nonpositive(x: Interval) -> bool:
    return x.high is not None and x.high <= 0


def negative(x: Interval) -> bool:
    return positive(minus(x))


def finite(x: Interval) -> bool:
    return x.low is not None and x.high is not None


def at_least(x: Interval, bound: int) -> bool:
    return x.low is not None and x.low >= bound


def at_most(x: Interval, bound: int) -> bool:
    return x.high is not None and x.high <= bound


def minus(x: Interval) -> Interval:
    return Interval(None if x.high is None else -x.high, None if x.low is None else -x.low, x.high_open, x.low_open)


def plus(x: Interval, y: Interval) -> Interval:
    return Interval(
        None if x.low is None or y.low is None else x.low + y.low,
        None if x.high is None or y.high is None else x.high + y.high,
        x.low_open or y.low_open,
        x.high_open or y.high_open,
    )


@dataclass(frozen=True, slots=True)
class _End:
    """An end of an interval: `value` 0 with `sign` ±1 is an infinite one."""

    value: Fraction
    sign: int
    open: bool

    def by(self, other: _End) -> _End:
        if 0 in (_sign(self), _sign(other)):
            met = (_sign(self) == 0 and not self.open) or (_sign(other) == 0 and not other.open)
            return _End(Fraction(0), 0, not met)
        if self.sign or other.sign:
            return _End(Fraction(0), _sign(self) * _sign(other), True)
        return _End(self.value * other.value, 0, self.open or other.open)

    @property
    def place(self) -> tuple[int, Fraction]:
        return self.sign, self.value


def _sign(end: _End) -> int:
    return end.sign or (end.value > 0) - (end.value < 0)


def _ends(x: Interval) -> tuple[_End, _End]:
    low = _End(Fraction(0), -1, True) if x.low is None else _End(x.low, 0, x.low_open)
    high = _End(Fraction(0), 1, True) if x.high is None else _End(x.high, 0, x.high_open)
    return low, high


def _hull(ends: Iterable[_End]) -> Interval:
    every = list(ends)
    low = min(every, key=lambda end: (end.place, end.open))
    high = max(every, key=lambda end: (end.place, not end.open))
    return Interval(None if low.sign else low.value, None if high.sign else high.value, low.open, high.open)


def times(x: Interval, y: Interval) -> Interval:
    return _hull(a.by(b) for a in _ends(x) for b in _ends(y))


def hull(*parts: Interval) -> Interval:
    return _hull(end for part in parts for end in _ends(part))


def both(x: Interval, y: Interval) -> Interval:
    """What lies in both, of two that hold the same values."""
    low = max(_ends(x)[0], _ends(y)[0], key=lambda end: (end.place, end.open))
    high = min(_ends(x)[1], _ends(y)[1], key=lambda end: (end.place, not end.open))
    return Interval(None if low.sign else low.value, None if high.sign else high.value, low.open, high.open)


def largest(parts: Iterable[Interval]) -> Interval:
    """The range of a maximum."""

    def two(x: Interval, y: Interval) -> Interval:
        low = max(_ends(x)[0], _ends(y)[0], key=lambda end: (end.place, end.open))
        high = max(_ends(x)[1], _ends(y)[1], key=lambda end: (end.place, not end.open))
        return Interval(None if low.sign else low.value, None if high.sign else high.value, low.open, high.open)

    return reduce(two, parts)


def smallest(parts: Iterable[Interval]) -> Interval:
    return minus(largest(map(minus, parts)))


def inverse(x: Interval) -> Interval:
    """1/x. Everything where x may be 0."""
    if negative(x):
        return minus(inverse(minus(x)))
    if not positive(x):
        return REAL
    assert x.low is not None
    low = Fraction(0) if x.high is None else 1 / x.high
    return Interval(low, None if x.low == 0 else 1 / x.low, x.high_open or x.high is None, x.low_open)


def whole_power(x: Interval, exponent: int) -> Interval:
    if exponent < 0:
        return inverse(whole_power(x, -exponent))
    if exponent == 0:
        return exactly(Fraction(1))
    if exponent % 2:
        return _powered(x, exponent)
    if nonnegative(x) or nonpositive(x):
        return _powered(x if nonnegative(x) else minus(x), exponent)
    top = _powered(largest((x, minus(x))), exponent)
    return Interval(Fraction(0), top.high, False, top.high_open)


def _powered(x: Interval, exponent: int) -> Interval:
    return Interval(
        None if x.low is None else x.low**exponent,
        None if x.high is None else x.high**exponent,
        x.low_open,
        x.high_open,
    )


def size(x: Interval) -> Interval:
    """|x|."""
    if nonnegative(x):
        return x
    if nonpositive(x):
        return minus(x)
    top = largest((x, minus(x)))
    return Interval(Fraction(0), top.high, False, top.high_open)


def root(x: Interval) -> Interval:
    return POSITIVE if positive(x) else NONNEGATIVE


def summed(x: Interval, *, empty: bool) -> Interval:
    """The range of a sum of any number of such terms, at least one unless it may be `empty`."""
    if x == exactly(Fraction(0)):
        return x
    made = REAL
    if nonnegative(x):
        made = POSITIVE if positive(x) else NONNEGATIVE
        if x.low is not None and x.low > 0:
            made = Interval(x.low, None, x.low_open)
    elif nonpositive(x):
        return minus(summed(minus(x), empty=empty))
    return hull(made, exactly(Fraction(0))) if empty else made
