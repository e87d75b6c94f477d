"""Exponents of growth: rational numbers, or constants of a ground (γ, log 2) that are told apart by their signs."""

from __future__ import annotations

from fractions import Fraction
from functools import total_ordering

from grader.formula.tree import Expr, Num
from grader.properties.ground import Ground
from grader.symbolic.field import GiveUp, Ratio


@total_ordering
class Symbol:
    """A constant that is no rational number. Comparing it raises GiveUp where the order is not certain, or depends on
    the values of parameters; so does asking whether it is other than 0."""

    __slots__ = ("ground", "key", "ratio")

    def __init__(self, ground: Ground, ratio: Ratio) -> None:
        self.ground, self.ratio = ground, ratio
        self.key = str(ratio.num), str(ratio.den)

    def __hash__(self) -> int:
        return hash(self.key)

    def __bool__(self) -> bool:
        return self.ground.sign_of(self.ratio) != 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Symbol) and self.key == other.key

    def __lt__(self, other: Exponent) -> bool:
        if self == other:
            return False
        sign = self.ground.sign_of(self.ground.field.sub(self.ratio, ratio_of(self.ground, other)))
        if not sign:
            raise GiveUp("one exponent in two forms")
        return sign < 0

    def __add__(self, other: Exponent) -> Exponent:
        return exponent_of(self.ground, self.ground.field.add(self.ratio, ratio_of(self.ground, other)))

    __radd__ = __add__

    def __mul__(self, other: Exponent) -> Exponent:
        return exponent_of(self.ground, self.ground.field.mul(self.ratio, ratio_of(self.ground, other)))

    __rmul__ = __mul__


Exponent = Fraction | Symbol


def exponent_of(ground: Ground, ratio: Ratio) -> Exponent:
    """A constant of the ground as an exponent."""
    if ratio.num.is_constant() and ratio.den.is_constant():
        top = int(ratio.num.leading_coefficient()) if ratio.num else 0
        return Fraction(top, int(ratio.den.leading_coefficient()))
    return Symbol(ground, ratio)


def tree_of(exponent: Exponent) -> Expr:
    return exponent.ground.tree(exponent.ratio) if isinstance(exponent, Symbol) else Num(exponent)


def ratio_of(ground: Ground, exponent: Exponent) -> Ratio:
    return exponent.ratio if isinstance(exponent, Symbol) else ground.field.number(exponent)
