"""Exact rational functions over transcendental kernels: the normal form that decides most gradients.

A formula becomes num/den, integer polynomials in *generators*: the components of the variables, and one
generator for each kernel (exp t, log|f|, |f|^(1/q), erf u, …). Sigmoid, tanh, softplus, softmax and powers
are rewritten in exp and log; exp(a + b) splits into a product, log of a product into a sum, so that kernels
that belong together become the same generators. Two formulas are equal when the numerator of their
difference vanishes. That is a proof; a numerator that stays says nothing (`NotShown` is not "different").

Signs (of |x|, max, √, a log's argument) are asked of `signs.Signs`, which knows the domain and otherwise
lets the caller try both.

The cost of each operation is bounded beforehand from the sizes of its operands, since nothing can interrupt
flint: `GiveUp` is raised where it would be too much.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Final

from flint import Ordering, arb, fmpz, fmpz_mpoly, fmpz_mpoly_ctx

from grader.formula.balls import whole_power
from grader.formula.errors import Undefined
from grader.formula.tree import Expr

MAX_TERMS: Final = 6_000
MAX_WORK: Final = 400_000
MAX_POWER: Final = 400
MAX_DIGITS: Final = 400
TOO_MANY_TERMS: Final = "too many terms"


class GiveUp(Exception):
    """The normal form cannot say: too much work, or a function that it does not know. Never a verdict."""


class TooManyKernels(GiveUp):
    """The ring has no generator left; a larger one may do."""


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """num/den without common factor, as far as one was looked for."""

    num: fmpz_mpoly
    den: fmpz_mpoly

    def __float__(self) -> float:
        """Of a constant only: positions and sizes come as numbers."""
        if not (self.num.is_constant() and self.den.is_constant()):
            raise GiveUp("a position that is no number")
        return float(Fraction(integer(self.num), integer(self.den)))


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """What a generator stands for: `evaluate` gives its value from those of earlier generators."""

    key: str
    evaluate: Callable[[Callable[[fmpz_mpoly], arb]], arb] | None
    log: Callable[[], Ratio] | None = None
    """Its logarithm, where that is simpler than a kernel of its own."""
    tree: Callable[[Callable[[fmpz_mpoly], Expr]], Expr] | None = None
    """The kernel as a formula, from those of the polynomials in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """generator^degree = value."""

    degree: int
    value: fmpz_mpoly


class Field:
    """The generators, and arithmetic on `Ratio`s over them. One field serves one comparison."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.ring = fmpz_mpoly_ctx.get([f"g{i}" for i in range(capacity)], Ordering.lex)
        self.gens = self.ring.gens()
        self.kernels: list[Kernel] = []
        self.relations: dict[int, Relation] = {}
        self.positive: set[int] = set()
        self.integral: set[int] = set()
        """Generators made of integer variables: what they make up may be zero on more than a null set."""
        self.whole_variables: set[int] = set()
        """Generators that are integer variables."""
        self.units: set[int] = set()
        """Generators that are 1 or −1."""
        self.sign_of: Callable[[fmpz_mpoly], int] = _no_signs
        self.surely_no_zero: Callable[[fmpz_mpoly], None] = lambda poly: None
        self.deadline = float("inf")
        self._by_key: dict[str, int] = {}
        self._parts: dict[int, frozenset[int]] = {}
        self._factored: dict[str, tuple[int, list[tuple[fmpz_mpoly, int]]]] = {}
        self.zero = self.whole(0)
        self.one = self.whole(1)

    # -- numbers and generators

    def poly(self, value: int) -> fmpz_mpoly:
        return self.ring.constant(value)

    def whole(self, value: int) -> Ratio:
        return Ratio(self.poly(value), self.poly(1))

    def number(self, value: Fraction) -> Ratio:
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > 4 * MAX_DIGITS:
            raise GiveUp("a number of too many digits")
        return Ratio(self.poly(value.numerator), self.poly(value.denominator))

    def generator(self, kernel: Kernel, *parts: fmpz_mpoly, positive: bool = False) -> Ratio:
        """The generator for a kernel made of `parts`, the same for the same key."""
        place = self._by_key.get(kernel.key)
        if place is None:
            place = len(self.kernels)
            if place == self.capacity:
                raise TooManyKernels(kernel.key)
            self._by_key[kernel.key] = place
            self.kernels.append(kernel)
            used = (place for part in parts for place, degree in enumerate(part.degrees()) if degree > 0)
            self._parts[place] = frozenset(used)
            if positive:
                self.positive.add(place)
            if any(map(self.may_be_zero_at_integers, parts)):
                self.integral.add(place)
        return Ratio(self.gens[place], self.poly(1))

    def parts(self, place: int) -> frozenset[int]:
        """The generators that a kernel is made of."""
        return self._parts[place]

    def place_of(self, poly: fmpz_mpoly) -> int | None:
        """The generator that `poly` is, if it is one."""
        if len(poly) != 1 or poly.total_degree() != 1 or poly.leading_coefficient() != 1:
            return None
        return int(poly.degrees().index(1))

    # -- arithmetic

    def make(self, num: fmpz_mpoly, den: fmpz_mpoly) -> Ratio:
        """num/den in lowest terms, with relations applied. Raises Undefined for a zero denominator."""
        if time.monotonic() > self.deadline:
            raise GiveUp("time")
        if self.relations:
            num, den = self.reduce(num), self.reduce(den)
        if not den:
            raise Undefined("division by zero")
        if not num:
            return self.zero
        if _cost(num, den) <= MAX_WORK // 8:
            common = num.gcd(den)
            if not common.is_one():
                num, den = exact(num, common), exact(den, common)
        if den.leading_coefficient() < 0:
            num, den = -num, -den
        return Ratio(num, den)

    def reduce(self, poly: fmpz_mpoly) -> fmpz_mpoly:
        """The same element with every generator below the degree of its relation."""
        changed = True
        while changed:
            changed = False
            degrees = poly.degrees()
            for place, relation in self.relations.items():
                if poly and degrees[place] >= relation.degree:
                    poly = self._substitute(poly, place, relation)
                    degrees = poly.degrees()
                    changed = True
        return poly

    def _substitute(self, poly: fmpz_mpoly, place: int, relation: Relation) -> fmpz_mpoly:
        groups: dict[int, dict[tuple[int, ...], fmpz]] = {}
        for exponents, coefficient in poly.terms():
            times, rest = divmod(int(exponents[place]), relation.degree)
            left = (*exponents[:place], rest, *exponents[place + 1 :])
            groups.setdefault(times, {})[left] = coefficient
        total = self.poly(0)
        for times, group in groups.items():
            total += self.product(self.ring.from_dict(group), self._raised(relation.value, times))
        return total

    def product(self, a: fmpz_mpoly, b: fmpz_mpoly) -> fmpz_mpoly:
        if len(a) * len(b) > MAX_WORK:
            raise GiveUp(TOO_MANY_TERMS)
        result = a * b
        if len(result) > MAX_TERMS:
            raise GiveUp(TOO_MANY_TERMS)
        return result

    def _raised(self, poly: fmpz_mpoly, exponent: int) -> fmpz_mpoly:
        if exponent > MAX_POWER * (50 if len(poly) == 1 else 1):
            raise GiveUp("a power too high")
        if len(poly) > 1 and comb(exponent + len(poly) - 1, exponent) > MAX_TERMS:
            raise GiveUp("a power of too many terms")
        if len(poly) and exponent * max(abs(int(c)).bit_length() for c in poly.coeffs()) > 40 * MAX_DIGITS:
            raise GiveUp("a power of too many digits")
        return poly**exponent

    def add(self, a: Ratio, b: Ratio) -> Ratio:
        if a.den == b.den:
            return self.make(a.num + b.num, a.den)
        return self.make(
            self.product(a.num, b.den) + self.product(b.num, a.den),
            self.product(a.den, b.den),
        )

    def neg(self, a: Ratio) -> Ratio:
        return Ratio(-a.num, a.den)

    def sub(self, a: Ratio, b: Ratio) -> Ratio:
        return self.add(a, self.neg(b))

    def mul(self, a: Ratio, b: Ratio) -> Ratio:
        return self.make(self.product(a.num, b.num), self.product(a.den, b.den))

    def div(self, a: Ratio, b: Ratio) -> Ratio:
        self.on_null_sets(b.num)
        return self.make(self.product(a.num, b.den), self.product(a.den, b.num))

    def power(self, a: Ratio, exponent: int) -> Ratio:
        if exponent < 0:
            self.on_null_sets(a.num)
            return self.make(self._raised(a.den, -exponent), self._raised(a.num, -exponent))
        return self.make(self._raised(a.num, exponent), self._raised(a.den, exponent))

    def is_zero(self, a: Ratio) -> bool:
        return bool(not self.reduce(a.num))

    # -- signs and factors

    def factors(self, poly: fmpz_mpoly) -> tuple[int, list[tuple[fmpz_mpoly, int]]]:
        """(c, [(f, e), …]) with poly = c·∏ f^e, each f primitive with a positive leading coefficient."""
        if poly.is_constant():
            return integer(poly), []
        place = self.place_of(poly)
        if place is not None:
            return 1, [(poly, 1)]
        key = str(poly)
        if key not in self._factored:
            self._factored[key] = self._factor(poly)
        return self._factored[key]

    def _factor(self, poly: fmpz_mpoly) -> tuple[int, list[tuple[fmpz_mpoly, int]]]:
        common, rest = self._monomial_content(poly)
        content, primitive = rest.primitive()
        constant, parts = int(content), [(primitive, 1)]
        if rest.is_constant():
            constant, parts = integer(rest), []
        elif len(rest) <= 60 and rest.total_degree() <= 24:
            try:
                content, found = rest.factor()
                constant, parts = int(content), [(f, int(e)) for f, e in found]
            except OverflowError:  # flint cannot sort factors whose coefficients are longer than 31 bits
                pass
        parts = [*common, *parts]
        turned = []
        for part, times in parts:
            if part.leading_coefficient() < 0:
                part, constant = -part, constant * (-1) ** times
            turned.append((part, times))
        return constant, turned

    def _monomial_content(self, poly: fmpz_mpoly) -> tuple[list[tuple[fmpz_mpoly, int]], fmpz_mpoly]:
        """The generators that divide a polynomial, with their multiplicities, and what is left."""
        least = [min(exponents) for exponents in zip(*poly.monoms(), strict=True)]
        common = [(self.gens[place], int(times)) for place, times in enumerate(least) if times]
        return common, exact(poly, self.ring.from_dict({tuple(least): 1})) if common else poly

    def on_null_sets(self, poly: fmpz_mpoly) -> None:
        """Raises GiveUp where a polynomial of integer variables may be zero on more than a null set."""
        if self.may_be_zero_at_integers(poly):
            raise GiveUp("a boundary at an integer is no null set")

    def may_be_zero_at_integers(self, poly: fmpz_mpoly) -> bool:
        degrees = poly.degrees()
        places = self.integral - self.positive - self.units if len(poly) == 1 else self.integral
        return any(degrees[place] > 0 for place in places)

    def may_be_whole(self, a: Ratio) -> bool:
        """Whether a value may be an integer at more than isolated points."""
        degrees = [max(pair) for pair in zip(a.num.degrees(), a.den.degrees(), strict=True)]
        return any(degrees[place] > 0 for place in self.integral)

    def is_whole(self, a: Ratio) -> bool:
        """Whether a value is an integer at every point: a polynomial in integer variables."""
        used = {place for place, degree in enumerate(a.num.degrees()) if degree > 0}
        return a.den.is_one() and used <= self.whole_variables

    def sign(self, a: Ratio) -> int:
        """−1, 0 or 1, on this path: known, or decided here."""
        if self.is_zero(a):
            return 0
        return self._sign(a.num) * self._sign(a.den)

    def _sign(self, poly: fmpz_mpoly) -> int:
        constant, parts = self.factors(poly)
        sign = 1 if constant > 0 else -1
        for part, times in parts:
            if times % 2:
                sign *= self.sign_of(part)
            else:
                self.surely_no_zero(part)
        return sign

    # -- numbers behind the symbols

    def ball(self, poly: fmpz_mpoly, values: Mapping[int, arb]) -> arb:
        """The value of a polynomial where the variables' generators have `values`."""
        known: dict[int, arb] = dict(values)

        def at(inner: fmpz_mpoly) -> arb:
            total = arb(0)
            for exponents, coefficient in inner.terms():
                term = arb(fmpz(int(coefficient)))
                for place, exponent in enumerate(exponents):
                    if exponent:
                        term *= whole_power(generator(place), int(exponent))
                total += term
            return total

        def generator(place: int) -> arb:
            if place not in known:
                evaluate = self.kernels[place].evaluate
                if evaluate is None:
                    raise GiveUp("a variable without a value")
                known[place] = evaluate(at)
            return known[place]

        return at(poly)


def _no_signs(poly: fmpz_mpoly) -> int:
    raise GiveUp("a sign that was not asked for")


def integer(poly: fmpz_mpoly) -> int:
    return int(poly.leading_coefficient()) if poly else 0


def exact(a: fmpz_mpoly, b: fmpz_mpoly) -> fmpz_mpoly:
    return a if b.is_one() else a / b


def _cost(a: fmpz_mpoly, b: fmpz_mpoly) -> int:
    """What a gcd may take: terms, and degree, since sparse polynomials of high degree are dense inside."""
    return len(a) * len(b) * (1 + min(a.total_degree(), b.total_degree())) if len(a) > 1 and len(b) > 1 else 0
