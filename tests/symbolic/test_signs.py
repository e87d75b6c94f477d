"""Sums of squares are seen, and nothing else is taken for one."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from grader.symbolic.signs import sum_of_squares

Poly = dict[tuple[int, ...], Fraction]
NUMBERS = st.integers(-4, 4).map(Fraction)


def _square(linear: list[Fraction]) -> Poly:
    """The square of a form a·x + b·y + c."""
    made: Poly = {}
    powers = [(1, 0), (0, 1), (0, 0)]
    for a, first in zip(linear, powers, strict=True):
        for b, second in zip(linear, powers, strict=True):
            monomial = first[0] + second[0], first[1] + second[1]
            made[monomial] = made.get(monomial, Fraction(0)) + a * b
    return {monomial: c for monomial, c in made.items() if c}


def _sum(left: Poly, right: Poly) -> Poly:
    total = {m: left.get(m, Fraction(0)) + right.get(m, Fraction(0)) for m in left.keys() | right.keys()}
    return {monomial: c for monomial, c in total.items() if c}


FORMS = st.lists(NUMBERS, min_size=3, max_size=3)


@given(st.lists(FORMS, min_size=1, max_size=4))
def test_a_sum_of_squares_is_seen(forms: list[list[Fraction]]) -> None:
    total: Poly = {}
    for form in forms:
        total = _sum(total, _square(form))
    assert sum_of_squares(total)


@given(st.dictionaries(st.tuples(st.integers(0, 2), st.integers(0, 2)), NUMBERS, max_size=6), NUMBERS, NUMBERS)
def test_what_is_taken_for_one_is_nowhere_negative(terms: Poly, x: Fraction, y: Fraction) -> None:
    if sum_of_squares({monomial: c for monomial, c in terms.items() if c}):
        assert sum(c * x ** m[0] * y ** m[1] for m, c in terms.items()) >= 0
