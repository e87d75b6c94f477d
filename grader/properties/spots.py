"""Points on a piece: exact ones (constants of its field), and roots that are only enclosed, as closely as asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key

from flint import arb, fmpq, fmpz_mpoly

from grader.formula.balls import ball, precision
from grader.formula.errors import Undefined
from grader.formula.rebuild import substituted
from grader.formula.tree import Expr, Num
from grader.properties.ground import Ground
from grader.symbolic.field import GiveUp, Ratio

FINEST = 2000
"""Bits to which two spots are told apart."""


@dataclass(slots=True, eq=False)
class Spot:
    """A point of the piece. `exact`: a constant of the field. Without it, the only zero of `poly` in the bracket."""

    exact: Ratio | None
    poly: fmpz_mpoly | None = None
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    rising: bool = True

    def enclose(self, ground: Ground, bits: int) -> arb:
        """A ball that holds it, about `bits` bits small, at that precision."""
        with precision(bits + 16):
            if self.exact is not None:
                return ground.ball(self.exact, arb(0))
            self._refine(ground, bits)
            return arb(fmpq(self.low.numerator, self.low.denominator)).union(
                arb(fmpq(self.high.numerator, self.high.denominator))
            )

    def _refine(self, ground: Ground, bits: int) -> None:
        assert self.poly is not None
        while self.exact is None and (self.high - self.low) * 2**bits > max(abs(self.low), abs(self.high)):
            middle = (self.low + self.high) / 2
            sign = sign_at(ground, self.poly, middle)
            if sign == 0:
                self.exact = ground.field.number(middle)
                self.low = self.high = middle
            elif (sign > 0) == self.rising:
                self.high = middle
            else:
                self.low = middle


def number_at(ground: Ground, ratio: Ratio, x: Ratio) -> Ratio:
    """The constant that a function is at an exact point. Raises GiveUp, Undefined."""
    tree = substituted(ground.tree(ratio), {ground.name: ground.tree(x)})
    return ground.ratio(tree)


def sign_at(ground: Ground, poly: fmpz_mpoly, x: Fraction) -> int:
    """The sign of a polynomial at a rational point of a ground without parameters. Raises GiveUp."""
    for bits in (64, 256, 1024):
        with precision(bits):
            value = ground.poly_ball(poly, ball(x))
            if value > 0:
                return 1
            if value < 0:
                return -1
    if is_root(ground, poly, x):
        return 0
    raise GiveUp("a value that cannot be told from zero")


def is_root(ground: Ground, poly: fmpz_mpoly, x: Fraction) -> bool:
    tree: Expr = substituted(ground.poly_tree(poly), {ground.name: Num(x)})
    try:
        return ground.aside.is_zero(ground.aside.ratio(tree))
    except (GiveUp, Undefined):
        return False


def order(ground: Ground, a: Spot, b: Spot) -> int:
    """−1, 0 or 1 as a lies before, at or behind b. Raises GiveUp where that cannot be told."""
    if a is b:
        return 0
    if a.exact is not None and b.exact is not None:
        return ground.sign_of(ground.field.sub(a.exact, b.exact))
    bits = 60
    while bits <= FINEST:
        left, right = a.enclose(ground, bits), b.enclose(ground, bits)
        if left < right:
            return -1
        if left > right:
            return 1
        bits *= 2
    raise GiveUp("two points that cannot be told apart")


def merged(ground: Ground, spots: Iterable[Spot]) -> list[Spot]:
    """All different spots, in order."""
    result: list[Spot] = []

    def before(a: Spot, b: Spot) -> int:
        return order(ground, a, b)

    for spot in sorted(spots, key=cmp_to_key(before)):
        if not result or order(ground, result[-1], spot):
            result.append(spot)
    return result


def outside(ground: Ground, x: Ratio) -> int:
    """−1 where a constant lies at or below the piece, 1 at or above, 0 inside."""
    low, high = ground.ends
    if low is not None and ground.sign_of(ground.field.sub(x, low)) <= 0:
        return -1
    if high is not None and ground.sign_of(ground.field.sub(high, x)) <= 0:
        return 1
    return 0
