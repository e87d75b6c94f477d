"""Formulas as fractions of polynomials over what is not taken apart, and back, in the order in which people write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Final, Literal, Protocol

from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx

from grader.formula.tree import (
    ZERO,
    Add,
    Call,
    Compare,
    Const,
    Div,
    Expr,
    Index,
    Indicator,
    MatMul,
    Mul,
    Name,
    Neg,
    Num,
    Pow,
    Reduce,
    Size,
    walk,
)
from grader.symbolic.differentiate import minus, over, plus, power, times

CAPACITY: Final = 24
MOST_TERMS: Final = 60
HIGHEST: Final = 8

_RING: Final = fmpz_mpoly_ctx.get([f"t{place}" for place in range(CAPACITY)], Ordering.lex)
Pair = tuple[fmpz_mpoly, fmpz_mpoly]
"""Above and below a fraction's line."""


class TooLarge(Exception):
    """Too many symbols, or terms, to be worth showing."""


class Parts(Protocol):
    """Who tidies what is no fraction."""

    def of(self, expr: Expr) -> Expr: ...

    def inside(self, expr: Expr) -> Expr: ...

    def sum(self, node: Reduce) -> Expr: ...


class Fractions:
    """Formulas as fractions of polynomials over what is not taken apart.

    `kept`: which sums that are factors are not taken apart either: `all`, those that stand in a power somewhere, those
    that are `still`, without a δ; or none."""

    def __init__(self, tidying: Parts, kept: Literal["all", "powers", "still"] | None = None) -> None:
        self.tidying = tidying
        self.kept = kept
        self.powers: set[frozenset[Expr]] = set()
        self.atoms: list[Expr] = []

    def of(self, expr: Expr) -> Expr:
        if self.kept == "powers":
            bases = [node.base for node in walk(expr) if isinstance(node, Pow) and isinstance(node.base, Add)]
            self.powers = {frozenset(turn(terms)) for base in bases for terms in (base.terms,) for turn in _TURNS}
            if not self.powers:
                raise TooLarge
        return self.back(self._without_roots(self.pair(expr)))

    def _without_roots(self, pair: Pair) -> Pair:
        """√2·√2 is 2."""
        above, below = pair
        for place, atom in enumerate(self.atoms):
            match atom:
                case Call("sqrt", (Num(value),)) if value.denominator == 1:
                    square = _RING.gen(place) ** 2 - self._number(value.numerator)
                    above, below = divmod(above, square)[1], divmod(below, square)[1]
        if not below:
            raise TooLarge
        return reduced(above, below)

    def _factor(self, expr: Expr) -> Pair:
        """A part of a product: a sum is kept as it is, where it should be."""
        if isinstance(expr, Neg):
            above, below = self._factor(expr.arg)
            return -above, below
        if not isinstance(expr, Add) or not self._keeps(expr):
            return self.pair(expr)
        whole = self.tidying.of(expr)
        if not isinstance(whole, Add):
            return self._factor(whole)
        for place, atom in enumerate(self.atoms):
            if isinstance(atom, Add) and frozenset(atom.terms) == frozenset(map(minus, whole.terms)):
                return -_RING.gen(place), self._number(1)
        return self._new(whole)

    def pair(self, expr: Expr) -> Pair:
        match expr:
            case Num(value):
                return self._number(value.numerator), self._number(value.denominator)
            case Neg(arg):
                above, below = self.pair(arg)
                return -above, below
            case Add(terms):
                whole = self._number(0), self._number(1)
                for term in terms:
                    a, b = whole, self._factor(term) if self.kept == "powers" else self.pair(term)
                    whole = reduced(a[0] * b[1] + b[0] * a[1], a[1] * b[1])
                return whole
            case Mul(factors):
                whole = self._number(1), self._number(1)
                for factor in factors:
                    a, b = whole, self._factor(factor)
                    whole = reduced(a[0] * b[0], a[1] * b[1])
                return whole
            case Div(num, den):
                a, b = self._factor(num), self._factor(den)
                if not b[0]:
                    raise TooLarge
                return reduced(a[0] * b[1], a[1] * b[0])
            case Pow(base, exponent):
                return self._power(base, exponent)
            case Call("sqrt", (Mul(factors),)) if all(isinstance(f, Const | Num) for f in factors):
                return self.pair(Mul(tuple(Call("sqrt", (factor,)) for factor in factors)))
            case Call("sqrt", (Div(num, den),)) if all(isinstance(f, Const | Num) for f in (num, den)):
                return self.pair(Div(Call("sqrt", (num,)), Call("sqrt", (den,))))
            case Reduce():
                summed = self.tidying.sum(expr)
                if summed != expr and not isinstance(summed, Reduce):
                    return self.pair(summed)
                return self._atom(summed)
        return self._atom(self.tidying.inside(expr))

    def _keeps(self, whole: Add) -> bool:
        match self.kept:
            case "all":
                return True
            case "still":
                return not any(isinstance(node, Indicator) for node in walk(whole))
        return frozenset(whole.terms) in self.powers

    def _power(self, base: Expr, exponent: Expr) -> Pair:
        if isinstance(exponent, Num) and any(isinstance(n, Call) and n.function == "sqrt" for n in _factors_of(base)):
            match base:
                case Mul(factors):
                    return self.pair(Mul(tuple(Pow(factor, exponent) for factor in factors)))
                case Div(num, den):
                    return self.pair(Div(Pow(num, exponent), Pow(den, exponent)))
                case Call(_, (inner,)) if exponent.value.denominator == 1 and exponent.value.numerator % 2 == 0:
                    return self._power(inner, Num(exponent.value / 2))
        parts = exponent.terms if isinstance(exponent, Add) else (exponent,)
        numbers = [part.value if isinstance(part, Num) else Fraction(0) for part in parts]
        numbers = [-part.arg.value if isinstance(part, Neg) and isinstance(part.arg, Num) else number
                   for part, number in zip(parts, numbers, strict=True)]  # fmt: skip
        whole = sum((int(number) for number in numbers if number.denominator == 1), 0)
        letters = plus(*(part for part, n in zip(parts, numbers, strict=True) if not n or n.denominator != 1))
        if abs(whole) > HIGHEST:
            raise TooLarge
        made = self._number(1), self._number(1)
        above, below = self._factor(base)
        if letters != ZERO:
            if whole and not below.is_one():  # what is taken out would not be seen as this base again
                return self._atom(Pow(self.tidying.of(base), self.tidying.of(exponent)))
            made = self._atom(Pow(self.tidying.of(base), letters))
        if whole:
            if whole < 0:
                above, below = below, above
            if not below:
                raise TooLarge
            n = abs(whole)
            made = reduced(made[0] * above**n, made[1] * below**n)
        return made

    def _number(self, value: int) -> fmpz_mpoly:
        return _RING.constant(value)

    def _atom(self, expr: Expr) -> Pair:
        if expr == ZERO or isinstance(expr, Num | Neg | Add | Mul | Div):
            return self.pair(expr)
        return self._new(expr)

    def _new(self, expr: Expr) -> Pair:
        if expr not in self.atoms:
            if len(self.atoms) == CAPACITY:
                raise TooLarge
            self.atoms.append(expr)
        return _RING.gen(self.atoms.index(expr)), self._number(1)

    def back(self, pair: Pair) -> Expr:
        """A fraction as a formula, its factors apart."""
        above, below = pair
        if not above:
            return ZERO
        if max(len(above), len(below)) > MOST_TERMS:
            raise TooLarge
        (c, tops), (d, bottoms) = _factors(above), _factors(below)
        turns = 1 if c * d > 0 else -1
        for parts in (tops, bottoms):
            for place, (part, n) in enumerate(parts):
                if len(part) > 1 and _constant(part) < 0:  # 1 − p, not p − 1
                    parts[place] = -part, n
                    turns *= (-1) ** n
        odd = [place for place, (part, n) in enumerate(tops) if len(part) > 1 and n % 2]
        free = [place for place in odd if not _constant(tops[place][0]) or len(tops[place][0]) > 2 or len(tops) == 1]
        if turns < 0 and free:  # −(y − p) is p − y; −y(1 − p) stays
            place = next((place for place in free if not _constant(tops[place][0])), free[-1])
            tops[place] = -tops[place][0], tops[place][1]
            turns = 1
        numerator, denominator = self._written(tops), self._written(bottoms)
        for place, (factor, n) in enumerate(numerator):
            if turns < 0 and n % 2 and isinstance(factor, Add) and not any(isinstance(t, Num) for t in factor.terms):
                numerator[place] = positive_first(list(map(minus, factor.terms))), n
                turns = 1
        _join_powers(numerator, denominator)
        _join_hyperbolic(numerator, denominator)
        _join_indicators(numerator)
        whole = over(_multiplied(abs(c), numerator), _multiplied(abs(d), denominator))
        return minus(whole) if turns < 0 else whole

    def _written(self, parts: list[tuple[fmpz_mpoly, int]]) -> list[tuple[Expr, int]]:
        ahead = sorted(parts, key=lambda each: self._first(each[0]))  # as they came, not as flint sorts them
        return [(self._sum(part), n) for part, n in ahead]

    def _first(self, poly: fmpz_mpoly) -> int:
        return min((place for place, n in enumerate(poly.degrees()) if n), default=0)

    def _sum(self, poly: fmpz_mpoly) -> Expr:
        return positive_first([self._term(exponents, int(c)) for exponents, c in poly.terms()])

    def _term(self, exponents: tuple[int, ...], coefficient: int) -> Expr:
        used = [(self.atoms[place], int(n)) for place, n in enumerate(exponents) if n]
        parts = sorted((power(atom, Num(Fraction(n))) for atom, n in used), key=rank)
        return times(Num(Fraction(coefficient)), *parts)


def _constant(poly: fmpz_mpoly) -> int:
    return int(poly[(0,) * CAPACITY])


def rank(expr: Expr) -> int:
    """The place of a factor among others: 2γ(1 − p)log(p)."""
    match expr:
        case Num():
            return 0
        case Name() | Size() | Index():
            return 1
        case Pow(base, _):
            return max(1, rank(base))
        case Add():
            return 2
        case MatMul() | Reduce():
            return 4
    return 3


def _terms_in(factor: Expr) -> int:
    """Short sums come before long ones."""
    base = factor.base if isinstance(factor, Pow) else factor
    return len(base.terms) if isinstance(base, Add) else 1


def _join_powers(above: list[tuple[Expr, int]], below: list[tuple[Expr, int]]) -> None:
    """(1 − p)^γ/(1 − p) is (1 − p)^(γ − 1)."""
    for factor, n in above:
        if n == 1 and isinstance(factor, Pow) and not isinstance(factor.exponent, Num):
            for parts, sign in ((above, 1), (below, -1)):
                same = next((part for part in parts if part[0] == factor.base), None)
                if same is not None:
                    parts.remove(same)
                    shifted = plus(factor.exponent, Num(Fraction(sign * same[1])))
                    above[above.index((factor, 1))] = Pow(factor.base, signed(shifted)), 1
                    _join_powers(above, below)
                    return


def _join_hyperbolic(above: list[tuple[Expr, int]], below: list[tuple[Expr, int]]) -> None:
    """sinh(u)/cosh(u) is tanh(u)."""
    for factor, n in above:
        if isinstance(factor, Call) and factor.function == "sinh" and (Call("cosh", factor.args), n) in below:
            below.remove((Call("cosh", factor.args), n))
            above[above.index((factor, n))] = Call("tanh", factor.args), n
            return


def _join_indicators(above: list[tuple[Expr, int]]) -> None:
    """max(0, u)·1[u > 0] is max(0, u)."""
    for factor, _ in list(above):
        match factor:
            case Call("max", (x, y)) if ZERO in (x, y):
                positive = Indicator(Compare(">", y if x == ZERO else x, ZERO))
            case Call("relu", (u,)):
                positive = Indicator(Compare(">", u, ZERO))
            case _:
                continue
        above[:] = [(part, n) for part, n in above if part != positive]


def _multiplied(constant: int, parts: list[tuple[Expr, int]]) -> Expr:
    factors: list[Expr] = [] if constant == 1 and parts else [Num(Fraction(constant))]
    factors += sorted((power(part, Num(Fraction(n))) for part, n in parts), key=lambda f: (rank(f), _terms_in(f)))
    flat = [part for factor in factors for part in (factor.factors if isinstance(factor, Mul) else (factor,))]
    return flat[0] if len(flat) == 1 else Mul(tuple(flat))


def positive_first(terms: list[Expr]) -> Expr:
    flat = [part for term in terms for part in (term.terms if isinstance(term, Add) else (term,))]
    ahead = [term for term in flat if not _negative(term)]
    whole = plus(*ahead, *(term for term in flat if _negative(term)))
    return signed(whole)


def signed(whole: Expr) -> Expr:
    """A sum that takes numbers away in place of adding negative ones."""
    if not isinstance(whole, Add):
        return whole
    return Add(tuple(Neg(Num(-t.value)) if isinstance(t, Num) and t.value < 0 else t for t in whole.terms))


def _negative(term: Expr) -> bool:
    return isinstance(term, Neg) or (isinstance(term, Num) and term.value < 0)


def _factors_of(expr: Expr) -> Iterator[Expr]:
    match expr:
        case Mul(factors):
            for factor in factors:
                yield from _factors_of(factor)
        case Div(num, den):
            yield from _factors_of(num)
            yield from _factors_of(den)
        case _:
            yield expr


def _turned(terms: tuple[Expr, ...]) -> tuple[Expr, ...]:
    return tuple(map(minus, terms))


_TURNS: Final[tuple[Callable[[tuple[Expr, ...]], tuple[Expr, ...]], ...]] = (tuple, _turned)


def _factors(poly: fmpz_mpoly) -> tuple[int, list[tuple[fmpz_mpoly, int]]]:
    if max(abs(int(c)).bit_length() for c in poly.coeffs()) >= 62 or poly.total_degree() > CAPACITY:
        raise TooLarge  # flint cannot sort factors by longer coefficients
    content, found = poly.factor()
    return int(content), [(part, int(n)) for part, n in found]


def reduced(above: fmpz_mpoly, below: fmpz_mpoly) -> Pair:
    if not above:
        return above, _RING.constant(1)
    common = above.gcd(below)
    above, below = divmod(above, common)[0], divmod(below, common)[0]
    if max(len(above), len(below)) > MOST_TERMS * 4:
        raise TooLarge
    return above, below


def at_number(poly: fmpz_mpoly, place: int, value: int) -> fmpz_mpoly:
    """A polynomial with a number for one symbol."""
    return poly.subs({f"t{place}": value})
