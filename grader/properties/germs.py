"""How a function goes toward an end of its piece: expansions in the scale t^a·e^(polynomial of t)·(log t)^c and
(log log t)^d.

t → ∞ is the local variable: x = t or −t toward infinity, x = a ± 1/t toward a point. A series holds its leading
terms with exact coefficients (constants of the normal form) and, unless it is exact, the size of what was left out.
So the limit, the sign close to the end, and the growth are read off, and never guessed from numbers.
Hardy, "Orders of Infinity" (1910).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flint import fmpz_mpoly

from grader.formula.errors import Undefined
from grader.formula.evaluate import Truth, evaluate
from grader.formula.tree import Expr
from grader.formula.values import Point, Value
from grader.properties.exponents import Exponent, exponent_of, ratio_of
from grader.properties.ground import Ground
from grader.properties.scales import LOG, LOG_LOG, ONE_SCALE, Scale
from grader.symbolic.field import GiveUp, Ratio

TERMS: Final = 7
"""Leading terms that are kept."""
DEPTH: Final = 5
"""Terms of the expansions of exp, log and powers."""


@dataclass(frozen=True, slots=True)
class Series:
    """Terms from the largest down, all nonzero by the normal form. What is left out is O(rest), or nothing at all."""

    terms: tuple[tuple[Scale, Ratio], ...]
    rest: Scale | None = None


class Germs:
    """The walk's algebra over series, toward one end of a ground. Raises GiveUp where the scale does not reach."""

    def __init__(self, ground: Ground, toward: Series) -> None:
        self.ground, self.field, self.toward = ground, ground.field, toward
        self._of_kernels: dict[int, Series] = {}

    # -- of the ground's functions

    def of(self, ratio: Ratio) -> Series:
        return self.div(self.of_poly(ratio.num), self.of_poly(ratio.den))

    def of_poly(self, poly: fmpz_mpoly) -> Series:
        total = self._make((), None)
        for exponents, coefficient in poly.terms():
            term = self.number(Fraction(int(coefficient)))
            for place, exponent in enumerate(exponents):
                if exponent:
                    term = self.mul(term, self._whole_power(self._kernel(place), int(exponent)))
            total = self.add(total, term)
        return total

    def _kernel(self, place: int) -> Series:
        ground = self.ground
        if place == ground.place:
            return self.toward
        if place not in self._of_kernels:
            if not ground.moves(place):
                made = self._constant(Ratio(self.field.gens[place], self.field.poly(1)))
            else:
                made = self.of_tree(ground.kernel_tree(place))
            self._of_kernels[place] = made
        return self._of_kernels[place]

    def of_tree(self, expr: Expr) -> Series:
        values = {self.ground.name: Value((), (self.toward,))}
        for name in self.ground.parameters:
            values[name] = Value((), (self._constant(self.ground.parameter(name)),))
        return evaluate(expr, self.ground.scope, Point(values), self).scalar

    def _constant(self, value: Ratio) -> Series:
        return self._make(((ONE_SCALE, value),), None)

    def _make(self, terms: Sequence[tuple[Scale, Ratio]], rest: Scale | None) -> Series:
        """Terms joined, in order, with what is too small left out."""
        joined: dict[Scale, Ratio] = {}
        for scale, value in terms:
            joined[scale] = self.field.add(joined[scale], value) if scale in joined else value
        kept = [(scale, value) for scale, value in joined.items() if not self.field.is_zero(value)]
        kept.sort(key=lambda term: term[0], reverse=True)
        if rest is not None:
            kept = [term for term in kept if term[0] > rest]
        if len(kept) > TERMS:
            rest = kept[TERMS][0]
            kept = kept[:TERMS]
        return Series(tuple(kept), rest)

    # -- reading off

    def lead(self, series: Series) -> tuple[Scale, Ratio]:
        if not series.terms:
            raise GiveUp("a leading term that is not known")
        return series.terms[0]

    def sign(self, series: Series) -> int:
        """The sign close to the end; 0 for what is identically zero."""
        if not series.terms and series.rest is None:
            return 0
        return self.ground.sign_of(self.lead(series)[1])

    def limit(self, series: Series) -> Ratio | int:
        """The limit: a constant, or 1 or −1 for plus or minus infinity."""
        if not series.terms:
            if series.rest is None or series.rest.size < 0:
                return self.field.zero
            raise GiveUp("a leading term that is not known")
        scale, value = series.terms[0]
        if scale.size > 0:
            return self.ground.sign_of(value)
        return value if scale == ONE_SCALE else self.field.zero

    def stays_finite(self, series: Series) -> bool:
        """Whether the function is bounded close to the end."""
        largest = series.terms[0][0] if series.terms else series.rest
        return largest is None or largest.size <= 0

    # -- the algebra

    def number(self, value: Fraction) -> Series:
        return self._constant(self.field.number(value))

    def constant(self, name: str) -> Series:
        return self._constant(self.ground.algebra.constant(name))

    def add(self, a: Series, b: Series) -> Series:
        return self._make((*a.terms, *b.terms), _larger(a.rest, b.rest))

    def neg(self, a: Series) -> Series:
        return Series(tuple((scale, self.field.neg(value)) for scale, value in a.terms), a.rest)

    def mul(self, a: Series, b: Series) -> Series:
        terms = [(s * r, self.field.mul(v, w)) for s, v in a.terms for r, w in b.terms]
        rest: Scale | None = None
        for one, other in ((a, b), (b, a)):
            if one.rest is not None and (other.terms or other.rest is not None):
                largest = other.terms[0][0] if other.terms else other.rest
                assert largest is not None
                rest = _larger(rest, one.rest * largest)
        return self._make(terms, rest)

    def div(self, a: Series, b: Series) -> Series:
        return self.mul(a, self._inverse(b))

    def _inverse(self, b: Series) -> Series:
        return self._power(b, Fraction(-1))

    def pow(self, a: Series, b: Series) -> Series:
        exponent = _number(b)
        if exponent is None:
            return self.exp(self.mul(b, self.log(a)))
        if exponent.denominator == 1 and 0 <= exponent <= 12:
            return self._whole_power(a, int(exponent))
        return self._power(a, exponent)

    def _whole_power(self, a: Series, exponent: int) -> Series:
        if len(a.terms) == 1 and a.rest is None:
            scale, value = a.terms[0]
            return Series(((scale.to(Fraction(exponent)), self.field.power(value, exponent)),))
        total, square = self.number(Fraction(1)), a
        while exponent:
            if exponent % 2:
                total = self.mul(total, square)
            exponent //= 2
            if exponent:
                square = self.mul(square, square)
        return total

    def _power(self, a: Series, exponent: Fraction) -> Series:
        """lead^r·(1 + u)^r by the binomial series."""
        if not a.terms and a.rest is None:
            raise Undefined("division by zero")
        scale, value = self.lead(a)
        if not (value.num.is_constant() and value.den.is_constant()):
            self.ground.sign_of(value)  # raises where it may be zero
        if exponent.denominator == 1:
            first = self.field.power(value, int(exponent))
        else:
            if self.ground.sign_of(value) < 0:
                raise Undefined("a root of what is negative")
            first = self.field.exp(self.field.mul(self.field.number(exponent), self.field.log(value)))
        coefficients = [Fraction(1)]
        for k in range(1, DEPTH):
            coefficients.append(coefficients[-1] * (exponent - k + 1) / k)
        whole = self._taylor(self._relative(a), [self.field.number(c) for c in coefficients])
        return self.mul(self._make(((scale.to(exponent), first),), None), whole)

    def _relative(self, a: Series) -> Series:
        """u of a = lead·(1 + u)."""
        scale, value = self.lead(a)
        back = scale.to(Fraction(-1))
        terms = tuple((s * back, self.field.div(v, value)) for s, v in a.terms[1:])
        return Series(terms, None if a.rest is None else a.rest * back)

    def _taylor(self, u: Series, coefficients: Sequence[Ratio]) -> Series:
        """Σ c_k u^k for a u that tends to zero."""
        total, power = self._constant(coefficients[0]), self.number(Fraction(1))
        for coefficient in coefficients[1:]:
            power = self.mul(power, u)
            total = self.add(total, self.mul(self._constant(coefficient), power))
        if not u.terms and u.rest is None:
            return total
        size = u.terms[0][0] if u.terms else u.rest
        assert size is not None
        if size.size >= 0:
            raise GiveUp("an expansion that does not converge")
        return self._make(total.terms, _larger(total.rest, size.to(Fraction(len(coefficients)))))

    def exp(self, a: Series) -> Series:
        if a.rest is not None and a.rest.size >= 0:
            raise GiveUp("exp of what is not known well enough")
        field = self.field
        scale, factor, small = ONE_SCALE, field.one, []
        for s, v in a.terms:
            if s.size < 0:
                small.append((s, v))
            elif s == ONE_SCALE:
                factor = field.exp(v)
            else:
                scale = scale * self._exponential(s, exponent_of(self.ground, v))
        coefficients = [field.one]
        for k in range(1, DEPTH):
            coefficients.append(field.div(coefficients[-1], field.whole(k)))
        whole = self._taylor(Series(tuple(small), a.rest), coefficients)
        return self.mul(self._make(((scale, factor),), None), whole)

    def _exponential(self, scale: Scale, times: Exponent) -> Scale:
        """e^(times·scale), for a scale that tends to infinity."""
        if scale == LOG:
            return Scale(a=times)
        if scale == LOG_LOG:
            return Scale(c=times)
        if scale.powers or scale.c or scale.d:
            raise GiveUp("growth outside of the scale")
        return Scale(powers=((scale.a, times),))

    def log(self, a: Series) -> Series:
        if not a.terms and a.rest is None:
            raise Undefined("log of zero")
        field = self.field
        scale, value = self.lead(a)
        if scale.d:
            raise GiveUp("a logarithm of a logarithm of a logarithm")
        if self.ground.sign_of(value) < 0:
            raise Undefined("log of what is negative")
        terms = [(ONE_SCALE, field.log(value))]
        terms += [(Scale(a=p), ratio_of(self.ground, q)) for p, q in scale.powers]
        terms += [(part, ratio_of(self.ground, q)) for part, q in ((LOG, scale.a), (LOG_LOG, scale.c)) if q]
        coefficients = [field.zero, *(field.number(Fraction((-1) ** (k + 1), k)) for k in range(1, DEPTH))]
        return self.add(self._make(terms, None), self._taylor(self._relative(a), coefficients))

    def function(self, name: str, args: Sequence[Series]) -> Series:
        if name not in FUNCTIONS:
            raise GiveUp(f"the growth of {name}")
        return FUNCTIONS[name](self, *args)

    def logsumexp(self, items: Sequence[Series]) -> Series:
        total = self.exp(items[0])
        for item in items[1:]:
            total = self.add(total, self.exp(item))
        return self.log(total)

    def softmax(self, items: Sequence[Series]) -> Sequence[Series]:
        raise GiveUp("the growth of a vector")

    def compare(self, op: str, a: Series, b: Series) -> Truth:
        raise GiveUp("a choice that was not resolved")

    def logic(self, op: str, args: Sequence[Truth]) -> Truth:
        raise GiveUp("a choice that was not resolved")

    def choose(self, branches: Sequence[tuple[Truth, Callable[[], Series]]]) -> Series:
        raise GiveUp("a choice that was not resolved")

    # -- functions that are not made of exp and log

    def _toward(self, a: Series) -> tuple[Ratio | int, Series]:
        """The limit, and what is beside it."""
        limit = self.limit(a)
        if isinstance(limit, int):
            return limit, a
        return limit, self.add(a, self._constant(self.field.neg(limit)))

    def erf(self, a: Series) -> Series:
        field = self.field
        limit, beside = self._toward(a)
        root_pi = self.ground.algebra.sqrt(self.ground.algebra.constant("pi"))
        if isinstance(limit, int):
            # erf(s) = ±1 − e^(−s²)/(s√π)·(1 − 1/(2s²) + 3/(4s⁴) − 15/(8s⁶) + O(s⁻⁸))
            back = self._inverse(a)
            square = self.mul(back, back)
            known = (Fraction(1), Fraction(-1, 2), Fraction(3, 4), Fraction(-15, 8))
            tail = self._taylor(square, [field.number(coefficient) for coefficient in known])
            gauss = self.div(self.exp(self.neg(self.mul(a, a))), self._constant(root_pi))
            return self.add(self.number(Fraction(limit)), self.neg(self.mul(self.mul(gauss, back), tail)))
        slope = field.div(field.mul(field.whole(2), field.exp(field.neg(field.mul(limit, limit)))), root_pi)
        second = field.neg(field.mul(limit, slope))
        return self._taylor(beside, [field.opaque("erf", limit), slope, second])

    def atan(self, a: Series) -> Series:
        field = self.field
        limit, beside = self._toward(a)
        if isinstance(limit, int):
            quarter = field.div(self.ground.algebra.constant("pi"), field.whole(2 * limit))
            return self.add(self._constant(quarter), self.neg(self.atan(self._inverse(a))))
        below = field.add(field.one, field.mul(limit, limit))
        second = field.neg(field.div(limit, field.mul(below, below)))
        return self._taylor(beside, [field.opaque("atan", limit), field.div(field.one, below), second])

    def wave(self, name: str, a: Series) -> Series:
        limit, beside = self._toward(a)
        if isinstance(limit, int):
            return Series((), ONE_SCALE)  # nowhere larger than 1
        sine, cosine = self.field.opaque("sin", limit), self.field.opaque("cos", limit)
        half = self.field.number(Fraction(-1, 2))
        if name == "sin":
            return self._taylor(beside, [sine, cosine, self.field.mul(half, sine)])
        return self._taylor(beside, [cosine, self.field.neg(sine), self.field.mul(half, cosine)])


def _larger(a: Scale | None, b: Scale | None) -> Scale | None:
    if a is None or b is None:
        return a if b is None else b
    return max(a, b)


def _rational(value: Ratio) -> Fraction | None:
    if value.num.is_constant() and value.den.is_constant():
        return Fraction(int(value.num.leading_coefficient()) if value.num else 0, int(value.den.leading_coefficient()))
    return None


def _number(series: Series) -> Fraction | None:
    """The number that a series is, if it is one."""
    if series.rest is not None or len(series.terms) > 1:
        return None
    if not series.terms:
        return Fraction(0)
    scale, value = series.terms[0]
    return _rational(value) if scale == ONE_SCALE else None


def _sigmoid(g: Germs, a: Series) -> Series:
    return g._inverse(g.add(g.number(Fraction(1)), g.exp(g.neg(a))))


def _softplus(g: Germs, a: Series) -> Series:
    return g.log(g.add(g.number(Fraction(1)), g.exp(a)))


def _tanh(g: Germs, a: Series) -> Series:
    two = g.number(Fraction(2))
    return g.add(g.mul(two, _sigmoid(g, g.mul(two, a))), g.number(Fraction(-1)))


def _hyperbolic(g: Germs, a: Series, sign: int) -> Series:
    both = g.add(g.exp(a), g.mul(g.number(Fraction(sign)), g.exp(g.neg(a))))
    return g.mul(both, g.number(Fraction(1, 2)))


FUNCTIONS: Final[dict[str, Callable[..., Series]]] = {
    "exp": Germs.exp,
    "log": Germs.log,
    "log1p": lambda g, a: g.log(g.add(g.number(Fraction(1)), a)),
    "expm1": lambda g, a: g.add(g.exp(a), g.number(Fraction(-1))),
    "sqrt": lambda g, a: g._power(a, Fraction(1, 2)),
    "sigmoid": _sigmoid,
    "log_sigmoid": lambda g, a: g.neg(_softplus(g, g.neg(a))),
    "softplus": _softplus,
    "tanh": _tanh,
    "sinh": lambda g, a: _hyperbolic(g, a, -1),
    "cosh": lambda g, a: _hyperbolic(g, a, 1),
    "erf": Germs.erf,
    "erfc": lambda g, a: g.add(g.number(Fraction(1)), g.neg(g.erf(a))),
    "atan": Germs.atan,
    "sin": lambda g, a: g.wave("sin", a),
    "cos": lambda g, a: g.wave("cos", a),
}
