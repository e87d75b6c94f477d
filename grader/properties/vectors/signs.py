"""Within what every component of a formula lies, for all inputs and every size: by arithmetic of intervals, and a few
named inequalities where that arithmetic forgets too much.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from typing import Final

from grader.formula.declare import NONNEGATIVE, POSITIVE, REAL, Classes, Finite, Interval, OneHot, Scope, Simplex
from grader.formula.functions import FUNCTIONS
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Const,
    Div,
    Expr,
    Index,
    IndexVar,
    Indicator,
    MatMul,
    Mul,
    Name,
    Neg,
    Num,
    Pow,
    Reduce,
    Size,
)
from grader.properties.vectors import ranges as r
from grader.properties.vectors.shares import above_its_mean, gibbs, rest_of_a_mean
from grader.symbolic.tidy import tidy

MOST_CORNERS: Final = 6


class Ranges:
    """`inside`: the variable whose boundary does not count, if it is a probability vector."""

    def __init__(self, scope: Scope, inside: str) -> None:
        self.scope, self.inside = scope, inside
        self.rules: list[str] = []
        """The named inequalities that were used: `gibbs`, `above-its-mean`, `ratio`."""
        self._known: dict[Expr, Interval] = {}

    def of(self, expr: Expr) -> Interval:
        if expr not in self._known:
            self._known[expr] = self._of(expr)
        return self._known[expr]

    def _of(self, expr: Expr) -> Interval:
        match expr:
            case Num(value):
                return r.exactly(value)
            case Const(name):
                return {"e": r.between(2, 3), "pi": r.between(3, 4)}.get(name, REAL)
            case Name(name):
                return self._name(name)
            case IndexVar():
                return NONNEGATIVE
            case Size():
                return Interval(Fraction(1), None, False)
            case Index(base):
                return self.of(base)
            case Neg(arg):
                return r.minus(self.of(arg))
            case Add(terms):
                return self._sum(expr, terms)
            case Mul(factors):
                made = self.of(factors[0])
                for factor in factors[1:]:
                    made = r.times(made, self.of(factor))
                return made
            case Div(num, den):
                return r.times(self.of(num), r.inverse(self.of(den)))
            case Pow(base, exponent):
                return self._power(base, exponent)
            case MatMul(left, right):
                return r.summed(r.times(self.of(left), self.of(right)), empty=False)
            case Call():
                return self._call(expr)
            case Reduce():
                return self._reduce(expr)
            case Indicator():
                return r.UNIT
            case Cases(branches, otherwise):
                parts = [value for _, value in branches] + ([] if otherwise is None else [otherwise])
                return r.hull(*map(self.of, parts))
        return REAL

    def _name(self, name: str) -> Interval:
        match self.scope.variables[name].domain:
            case Interval() as domain:
                return domain
            case Finite(values):
                return Interval(min(values), max(values), False, False)
            case Simplex() if name == self.inside:
                return Interval(Fraction(0), Fraction(1))  # of two components at least
            case Simplex() | OneHot():
                return r.UNIT
            case Classes():
                return NONNEGATIVE
        return REAL

    def _power(self, base: Expr, exponent: Expr) -> Interval:
        below = self.of(base)
        match exponent:
            case Num(Fraction(denominator=1) as value) if abs(value) <= 12:
                return r.whole_power(below, int(value))
        return POSITIVE if r.positive(below) else NONNEGATIVE if r.nonnegative(below) or not _whole(exponent) else REAL

    def _sum(self, whole: Expr, terms: tuple[Expr, ...]) -> Interval:
        made = self.of(terms[0])
        for term in terms[1:]:
            made = r.plus(made, self.of(term))
        corners = self._at_corners(whole)
        if corners is not None:
            made = r.both(made, corners)
        merged = self._merged(terms)
        if merged is not None:
            made = r.both(made, merged)
        if not r.nonnegative(made):
            rule = self._inequality(terms)
            if rule is not None:
                self.rules.append(rule)
                made = r.both(made, NONNEGATIVE)
        return made

    def _inequality(self, terms: tuple[Expr, ...]) -> str | None:
        """What shows a sum to be never negative though some of its terms are."""
        if above_its_mean(terms, self.scope, self.of):
            return "above-its-mean"
        if gibbs(terms, self.scope):
            return "gibbs"
        return "ratio" if self._ratio(terms) else None

    def _ratio(self, terms: tuple[Expr, ...]) -> bool:
        """c − N/D ≥ 0 where D > 0 and c·D − N ≥ 0."""
        quotients = [term.arg for term in terms if isinstance(term, Neg) and isinstance(term.arg, Div)]
        if len(quotients) != 1:
            return False
        quotient = quotients[0]
        assert isinstance(quotient, Div)
        others = [term for term in terms if term != Neg(quotient)]
        if len(others) != len(terms) - 1 or not r.positive(self.of(quotient.den)):
            return False
        rest = others[0] if len(others) == 1 else Add(tuple(others))
        gap = Add((Mul((rest, quotient.den)), Neg(quotient.num)))
        tidied = tidy(gap, self.scope)
        return r.nonnegative(self.of(tidied))

    def _merged(self, terms: tuple[Expr, ...]) -> Interval | None:
        """Sums over the same components as one sum: Σp + Σy − 2Σpy is Σ(p + y − 2py)."""
        bodies: list[Expr] = []
        others: list[Expr] = []
        for term in terms:
            body = _summand(term)
            shape = None if body is None else shape_of(body, self.scope)
            if body is None or not shape or (bodies and shape != shape_of(bodies[0], self.scope)):
                others.append(term)
            else:
                bodies.append(body)
        if len(bodies) < 2:
            return None
        made = r.summed(self.of(Add(tuple(bodies))), empty=False)
        for other in others:
            made = r.plus(made, self.of(other))
        return made

    def _at_corners(self, expr: Expr) -> Interval | None:
        """Of what is affine in each of a few components by itself: the extremes are at the corners of their box."""
        terms = _monomials(expr)
        if terms is None:
            return None
        atoms = sorted({atom for term in terms for atom in term}, key=repr)
        boxes = [self.of(atom) for atom in atoms]
        if not atoms or len(atoms) > MOST_CORNERS or not all(map(r.finite, boxes)):
            return None
        values = []
        ends = [[end for end in (box.low, box.high) if end is not None] for box in boxes]
        for corner in product(*ends):
            at = dict(zip(atoms, corner, strict=True))
            values.append(
                sum((factor * prod(at[atom] for atom in term) for term, factor in terms.items()), Fraction(0))
            )
        return Interval(min(values), max(values), False, False)

    def _reduce(self, node: Reduce) -> Interval:
        body = self.of(node.body)
        partial = (node.low, node.high, node.condition) != (None, None, None)
        match node.op:
            case "mean" | "max" | "min":
                return body if node.op != "mean" or not partial else r.hull(body, r.exactly(Fraction(0)))
            case "prod":
                if r.at_most(body, 1) and r.nonnegative(body):
                    return r.UNIT
                return POSITIVE if r.positive(body) else NONNEGATIVE if r.nonnegative(body) else REAL
        if not partial:
            rest = rest_of_a_mean(node, self.scope)
            made = None if rest is None else self.of(rest)
            if made is not None and r.nonnegative(made):
                return made
            if not r.nonnegative(body) and gibbs((node,), self.scope):
                self.rules.append("gibbs")
                return NONNEGATIVE
            if made is not None:
                return made
        shape = shape_of(node.body, self.scope)
        single = node.index is None and shape == ()
        return body if single else r.summed(body, empty=partial)

    def _call(self, call: Call) -> Interval:
        if FUNCTIONS[call.function].rule == "elementwise":
            return self._function(call.function, [self.of(arg) for arg in call.args], call.args)
        match call.function, call.args:
            case "softmax", _:
                return r.SHARE
            case "log_softmax", _:
                return r.NONPOSITIVE
            case "norm", (u, *_):
                return POSITIVE if r.positive(r.size(self.of(u))) else NONNEGATIVE
            case "logsumexp", (u,):
                low = self.of(u)
                return Interval(low.low, None, low.low_open)
            case "eye" | "onehot", _:
                return r.UNIT
            case "transpose", (u,):
                return self.of(u)
            case "diag", (u,):
                return r.hull(self.of(u), r.exactly(Fraction(0)))
            case "outer", (a, b):
                return r.times(self.of(a), self.of(b))
        return REAL

    def _function(self, function: str, args: list[Interval], parts: tuple[Expr, ...]) -> Interval:
        x = args[0]
        match function:
            case "exp":
                return r.both(
                    POSITIVE if not r.nonnegative(x) else Interval(Fraction(1), None, x.low_open),
                    POSITIVE if not r.nonpositive(x) else Interval(Fraction(0), Fraction(1), True, x.high_open),
                )
            case "log" | "log2" | "log10":
                return _signed(r.plus(x, r.exactly(Fraction(-1))))
            case "log1p" | "expm1" | "sinh":
                return _signed(x)
            case "sqrt":
                return r.root(x)
            case "abs":
                return r.size(x)
            case "relu":
                return r.largest((x, r.exactly(Fraction(0))))
            case "max":
                return r.largest(args)
            case "min":
                return r.smallest(args)
            case "clip":
                return r.smallest((r.largest((x, args[1])), args[2]))
            case "sigmoid":
                half = Fraction(1, 2)
                low = half if r.nonnegative(x) else Fraction(0)
                high = half if r.nonpositive(x) else Fraction(1)
                return Interval(low, high, low == 0, high == 1)
            case "log_sigmoid":
                return r.NEGATIVE
            case "softplus":
                return POSITIVE
            case "tanh" | "erf":
                return r.both(_signed(x), r.between(-1, 1))
            case "atan":
                return r.both(_signed(x), r.between(-2, 2))
            case "erfc":
                return r.between(0, 2)
            case "sin" | "cos" | "sign":
                return r.between(-1, 1, closed=True)
            case "cosh":
                return Interval(Fraction(1), None, False)
            case "xlogy":
                if parts[0] == parts[1]:
                    top = r.at_most(x, 1)
                    return Interval(Fraction(-1, 2), Fraction(0) if top else None, True, not top)
                return r.times(x, _signed(r.plus(args[1], r.exactly(Fraction(-1)))))
            case "logaddexp":
                best = r.largest(args)
                return Interval(best.low, None, True)
        return REAL


def _signed(x: Interval) -> Interval:
    """The range of an increasing function that has the sign of x."""
    if r.positive(x):
        return POSITIVE
    if r.nonnegative(x):
        return NONNEGATIVE
    if r.negative(x):
        return r.NEGATIVE
    return r.NONPOSITIVE if r.nonpositive(x) else REAL


def _whole(exponent: Expr) -> bool:
    """Whether a power of a negative number may have a value."""
    return not (isinstance(exponent, Num) and exponent.value.denominator != 1)


def _summand(term: Expr) -> Expr | None:
    """c·Σu as the body c·u of a sum over all components."""
    match term:
        case Reduce("sum", body, None):
            return body
        case Neg(arg):
            inner = _summand(arg)
            return None if inner is None else Neg(inner)
        case Mul(factors):
            for place, factor in enumerate(factors):
                inner = _summand(factor)
                if inner is not None:
                    return Mul((*factors[:place], *factors[place + 1 :], inner))
    return None


def _monomials(expr: Expr) -> dict[frozenset[Expr], Fraction] | None:
    """A polynomial in which no component stands twice in a term, as its terms."""
    match expr:
        case Num(value):
            return {frozenset(): value}
        case Name() | Index(Name()):
            return {frozenset((expr,)): Fraction(1)}
        case Neg(arg):
            inner = _monomials(arg)
            return None if inner is None else {term: -factor for term, factor in inner.items()}
        case Add(terms):
            made: dict[frozenset[Expr], Fraction] = {}
            for part in terms:
                inner = _monomials(part)
                if inner is None:
                    return None
                for term, factor in inner.items():
                    made[term] = made.get(term, Fraction(0)) + factor
            return made
        case Mul(factors):
            whole: dict[frozenset[Expr], Fraction] = {frozenset(): Fraction(1)}
            for part in factors:
                inner = _monomials(part)
                if inner is None:
                    return None
                grown: dict[frozenset[Expr], Fraction] = {}
                for left, a in whole.items():
                    for right, b in inner.items():
                        if left & right:
                            return None
                        grown[left | right] = grown.get(left | right, Fraction(0)) + a * b
                whole = grown
            return whole
    return None
