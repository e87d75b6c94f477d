"""Orders of growth: e^(polynomial of t)·t^a·(log t)^c·(log log t)^d, as t → ∞. Hardy, "Orders of Infinity" (1910)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import total_ordering
from typing import Final

from grader.properties.exponents import Exponent

NONE: Final = Fraction(0)


@total_ordering
@dataclass(frozen=True, slots=True)
class Scale:
    """e^(Σ q·t^p)·t^a·(log t)^c·(log log t)^d; `powers` holds (p, q), largest p first. Ordered by size as t → ∞."""

    powers: tuple[tuple[Exponent, Exponent], ...] = ()
    a: Exponent = NONE
    c: Exponent = NONE
    d: Exponent = NONE

    def __mul__(self, other: Scale) -> Scale:
        total = dict(self.powers)
        for p, q in other.powers:
            total[p] = total.get(p, Fraction(0)) + q
        powers = tuple(sorted(((p, q) for p, q in total.items() if q), key=_largest, reverse=True))
        return Scale(powers, self.a + other.a, self.c + other.c, self.d + other.d)

    def to(self, exponent: Fraction) -> Scale:
        if not exponent:
            return ONE_SCALE
        powers = tuple((p, q * exponent) for p, q in self.powers)
        return Scale(powers, self.a * exponent, self.c * exponent, self.d * exponent)

    @property
    def size(self) -> int:
        """1: tends to infinity, −1: to zero, 0: is 1."""
        lead = self.powers[0][1] if self.powers else self.a or self.c or self.d
        return (lead > NONE) - (lead < NONE)

    def __lt__(self, other: Scale) -> bool:
        if self.powers == other.powers:
            return (self.a, self.c, self.d) < (other.a, other.c, other.d)
        return (self * other.to(Fraction(-1))).size < 0


def _largest(power: tuple[Exponent, Exponent]) -> Exponent:
    return power[0]


ONE_SCALE: Final = Scale()
T: Final = Scale(a=Fraction(1))
LOG: Final = Scale(c=Fraction(1))
LOG_LOG: Final = Scale(d=Fraction(1))
