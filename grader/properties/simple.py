"""Simple numbers between two others."""

from __future__ import annotations

from fractions import Fraction

from grader.symbolic.field import GiveUp


def inside(low: Fraction | None, high: Fraction | None) -> Fraction:
    """A simple number between two."""
    if low is None and high is None:
        return Fraction(0)
    if low is not None and high is not None and low >= high:
        raise GiveUp("no room between two places")
    if low is None:
        assert high is not None
        return simplest_between(high - 2, high)
    if high is None:
        return simplest_between(low, low + 2)
    return simplest_between(low, high)


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The number of smallest denominator, then size, strictly between two (Stern and Brocot)."""
    if low < 0 < high:
        return Fraction(0)
    if high <= 0:
        return -simplest_between(-high, -low)
    whole = low.numerator // low.denominator
    if whole + 1 < high:
        return Fraction(whole + 1)
    rest = low - whole
    if not rest:  # low is whole, and high at most one above it
        return whole + Fraction(1, int(1 / (high - whole)) + 1)
    return whole + 1 / simplest_between(1 / (high - whole), 1 / rest)
