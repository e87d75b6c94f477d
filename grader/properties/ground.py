"""A loss on one piece of the line, as an exact rational function over kernels (see `grader.symbolic.field`).

On a piece nothing is left to choose: |x|, max and the like were resolved, so that the function is analytic there,
and its derivatives are taken in the normal form itself. Parameters (δ, τ) may remain; they are constants with a
domain. A sign is given only if it holds on the whole piece, for every value of the parameters.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Final

from flint import arb, fmpz_mpoly

from grader.formula.balls import precision
from grader.formula.declare import Interval, Scope, Variable
from grader.formula.evaluate import evaluate
from grader.formula.tree import Call, Const, Expr, Name, Neg, Num, Pow
from grader.formula.values import Point, Value
from grader.symbolic.differentiate import differentiate, over, plus, power, times
from grader.symbolic.field import GiveUp, Kernel, Ratio
from grader.symbolic.kernels import Kernels
from grader.symbolic.normal import NormalAlgebra
from grader.symbolic.signs import Signs

if TYPE_CHECKING:
    from grader.properties.chart import Chart
    from grader.properties.germs import Germs

CAPACITY: Final = 40
CERTAIN: Final = (64, 256, 1024)
"""Bits tried in turn for the sign of a constant."""


class Ground:
    """The field of one piece: x strictly between `low` and `high` (None: no end), `parameters` in their domains.

    Its methods raise GiveUp where the normal form cannot say.
    """

    def __init__(
        self,
        x: str,
        parameters: Mapping[str, Variable],
        low: Expr | None,
        high: Expr | None,
        *,
        deadline: float,
    ) -> None:
        self.name, self.parameters = x, parameters
        self.low, self.high = low, high
        self.scope = Scope({x: Variable(x), **parameters})
        self.field = Kernels(CAPACITY)
        self.field.deadline = self.deadline = deadline
        self.field.sign_of = self.sign
        self.algebra = NormalAlgebra(self.field)
        self.signs = Signs(self.field, (), {}, ())
        self.known: dict[str, int] = {}
        self.charts: dict[str, Chart] = {}
        self.expansions: dict[str, Germs] = {}
        self.depth = 0
        self._slopes: dict[int, Ratio] = {}
        self.x = self.field.generator(Kernel(x, None, tree=lambda at: Name(x)))
        self.place = 0
        self._point: dict[str, Value[Ratio]] = {x: Value((), (self.x,))}
        for name, variable in parameters.items():
            self._point[name] = Value((), (self._parameter(variable),))
        self.ends = tuple(None if end is None else self.ratio(end) for end in (low, high))
        self._place_x()

    # -- what is known

    def _parameter(self, variable: Variable) -> Ratio:
        name, field = variable.name, self.field
        made = field.generator(Kernel(name, None, tree=lambda at: Name(name)))
        domain = variable.domain
        if not isinstance(domain, Interval):
            raise GiveUp("a parameter that takes single values")
        if domain.low is not None and domain.low >= 0:
            field.positive.add(len(field.kernels) - 1)
        elif domain.high is not None and domain.high <= 0:
            self.signs.single[len(field.kernels) - 1] = -1
        for end, sign in ((domain.low, 1), (domain.high, -1)):
            if end is not None and (end or sign < 0):
                self.signs.facts.append(sign * (made.num * end.denominator - end.numerator))
        return made

    def _place_x(self) -> None:
        for end, sign in zip(self.ends, (1, -1), strict=True):
            if end is None:
                continue
            gap = self.field.sub(self.x, end)
            turned = sign * self.sign_of(Ratio(gap.den, self.field.poly(1)))
            if self._beyond_zero(end, sign):
                if sign > 0:
                    self.field.positive.add(self.place)
                else:
                    self.signs.single[self.place] = -1
            if not self.field.is_zero(end):
                self.signs.facts.append(gap.num * turned)

    def _beyond_zero(self, end: Ratio, sign: int) -> bool:
        """Whether x, on this side of an end, has a sign for that alone."""
        try:
            return self.sign_of(end) * sign >= 0
        except GiveUp:
            return False

    @cached_property
    def aside(self) -> Ground:
        """Another ground for numbers that are only looked at, so that their roots of e do not refine this one's."""
        return Ground(self.name, self.parameters, None, None, deadline=self.deadline)

    # -- formulas in and out

    def ratio(self, expr: Expr) -> Ratio:
        """The normal form. Raises GiveUp, Undefined, Unsupported."""
        return evaluate(expr, self.scope, Point(self._point), self.algebra).scalar

    def tree(self, ratio: Ratio) -> Expr:
        """The normal form as a formula that holds on the piece."""
        return over(self.poly_tree(ratio.num), self.poly_tree(ratio.den))

    def poly_tree(self, poly: fmpz_mpoly) -> Expr:
        terms = [self._term(tuple(map(int, exponents)), int(c)) for exponents, c in poly.terms()]
        return plus(*terms)

    def _term(self, exponents: tuple[int, ...], coefficient: int) -> Expr:
        factors: list[Expr] = [Num(Fraction(coefficient))]
        for place, exponent in enumerate(exponents):
            if exponent:
                kernel = self.kernel_tree(place)
                match kernel:
                    case Call("exp", (inner,)) if exponent > 1:
                        factors.append(Call("exp", (times(Num(Fraction(exponent)), inner),)))
                    case Pow(base, Num(share)):
                        factors.append(power(base, Num(share * exponent)))
                    case _:
                        factors.append(power(kernel, Num(Fraction(exponent))))
        term = times(*factors)
        return Neg(Num(-term.value)) if isinstance(term, Num) and term.value < 0 else term

    def kernel_tree(self, place: int) -> Expr:
        """What a generator stands for, here: log|f| is log(f) or log(−f)."""
        base = self.field.logged(place)
        if base is not None:
            return Call("log", (self.poly_tree(base * self.sign(base)),))
        tree = self.field.kernels[place].tree
        if tree is None:
            raise GiveUp("a kernel without a formula")
        return tree(self.poly_tree)

    def rationalised(self, ratio: Ratio) -> Ratio:
        """The same with no square root left in the denominator, as far as that takes one step for each root."""
        field = self.field
        for place, relation in list(field.relations.items()):
            degrees = ratio.den.degrees()
            if relation.degree != 2 or degrees[place] != 1:
                continue
            # den = a + b·k with k² = c: times a − b·k
            b = ratio.den.derivative(place)
            turned = Ratio(ratio.den - 2 * b * field.gens[place], field.poly(1))
            above = field.mul(Ratio(ratio.num, field.poly(1)), turned)
            ratio = field.div(above, field.mul(Ratio(ratio.den, field.poly(1)), turned))
        return ratio

    # -- derivatives

    def derivative(self, ratio: Ratio) -> Ratio:
        """d/dx, in the same field."""
        field = self.field
        top, bottom = self._poly_slope(ratio.num), self._poly_slope(ratio.den)
        if not bottom.num:
            return field.mul(top, Ratio(field.poly(1), ratio.den))
        whole = Ratio(ratio.num, field.poly(1))
        below = Ratio(ratio.den, field.poly(1))
        upper = field.sub(field.mul(top, below), field.mul(whole, bottom))
        return field.div(upper, field.mul(below, below))

    def _poly_slope(self, poly: fmpz_mpoly) -> Ratio:
        total = self.field.zero
        for place, degree in enumerate(poly.degrees()):
            if degree > 0 and self.moves(place):
                part = Ratio(poly.derivative(place), self.field.poly(1))
                total = self.field.add(total, self.field.mul(part, self.slope(place)))
        return total

    def slope(self, place: int) -> Ratio:
        """The derivative of a generator."""
        if place not in self._slopes:
            if place == self.place:
                self._slopes[place] = self.field.one
            else:
                tree = self.kernel_tree(place)
                self._slopes[place] = self.ratio(differentiate(tree, Name(self.name), self.scope))
        return self._slopes[place]

    def moves(self, place: int) -> bool:
        """Whether a generator depends on x."""
        if place == self.place:
            return True
        return any(self.moves(inner) for inner in self.field.parts(place))

    def moving(self, poly: fmpz_mpoly) -> list[int]:
        """The generators of a polynomial that depend on x."""
        return [place for place, degree in enumerate(poly.degrees()) if degree > 0 and self.moves(place)]

    # -- signs

    def is_zero(self, ratio: Ratio) -> bool:
        return self.field.is_zero(ratio)

    def parameter(self, name: str) -> Ratio:
        return self._point[name].scalar

    def sign_of(self, ratio: Ratio) -> int:
        """The sign of a ratio that is the same on the whole piece; 0 only for what is identically zero."""
        if self.is_zero(ratio):
            return 0
        sign = 1
        for poly in (ratio.num, ratio.den):
            constant, parts = self.field.factors(poly)
            sign *= 1 if constant > 0 else -1
            for part, multiplicity in parts:
                found = self.sign(part)
                sign *= found if multiplicity % 2 else 1
        return sign

    def sign(self, poly: fmpz_mpoly) -> int:
        """1 or −1 for an irreducible polynomial without zeros on the piece. Raises GiveUp for any other."""
        key = str(poly)
        if key not in self.known:
            self.known[key] = 0  # should the question come back to itself, it is not known
            from grader.properties.chart import chart  # charts of factors are how a sign on a piece is found

            self.known[key] = self.strict(poly)
            if not self.known[key]:
                found = chart(self, poly)
                self.known[key] = 0 if found.spots or found.touching else found.signs[0]
        if not self.known[key]:
            raise GiveUp("a sign that changes")
        return self.known[key]

    def strict(self, poly: fmpz_mpoly) -> int:
        """The sign of a polynomial where it follows at once; else 0."""
        return self.signs.strict(poly) or (self.constant_sign(poly) if self.is_number(poly) else 0)

    def is_number(self, poly: fmpz_mpoly) -> bool:
        """Whether neither x nor a parameter stands in it."""
        used = [place for place, degree in enumerate(poly.degrees()) if degree > 0]
        return not any(self.moves(place) or self._parametric(place) for place in used)

    def _parametric(self, place: int) -> bool:
        return 0 < place <= len(self.parameters) or any(map(self._parametric, self.field.parts(place)))

    def constant_sign(self, poly: fmpz_mpoly) -> int:
        """The sign of a number; 0 where 1,000 bits do not tell it from zero."""
        for bits in CERTAIN:
            with precision(bits):
                value = self.field.ball(poly, {})
                if value > 0:
                    return 1
                if value < 0:
                    return -1
        return 0

    # -- numbers

    @property
    def plain(self) -> bool:
        """Whether there are no parameters, so that every value is a number."""
        return not self.parameters

    def ball(self, ratio: Ratio, x: arb) -> arb:
        """The value at x, at the precision in force. NaN where there is none. Only for a `plain` ground."""
        known = {self.place: x}
        bottom = self.field.ball(ratio.den, known)
        return self.field.ball(ratio.num, known) / bottom

    def poly_ball(self, poly: fmpz_mpoly, x: arb) -> arb:
        return self.field.ball(poly, {self.place: x})

    def late(self) -> bool:
        return time.monotonic() > self.deadline


INFINITY: Final = Const("inf")
MINUS_INFINITY: Final = Neg(Const("inf"))
