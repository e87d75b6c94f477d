"""Convexity by composition, valid at every size: disciplined convex programming read off the tree.

Grant, Boyd and Ye, "Disciplined convex programming" (2006); Boyd and Vandenberghe, "Convex Optimization" (2004),
section 3.2 (sums, affine maps, maxima, composition, perspectives) and 3.5 (log-concave and log-convex functions).
A formula of vectors has the shape that every one of its components has. Where a formula has no value it does not
count, as long as it has one on a convex set.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final, Literal

from grader.formula.declare import Interval, Scope
from grader.formula.functions import FUNCTIONS
from grader.formula.tree import (
    ONE,
    Add,
    Call,
    Cases,
    Cond,
    Deriv,
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
)
from grader.properties.vectors import ranges as r
from grader.properties.vectors.signs import Ranges
from grader.symbolic.components import rests_on

Bend = Literal["flat", "affine", "convex", "concave"]
"""`flat`: it does not rest on the variable."""
Way = Literal[-1, 0, 1]
"""Falling, neither, rising."""
_FLIPPED: Final[dict[Bend, Bend]] = {"convex": "concave", "concave": "convex", "affine": "affine", "flat": "flat"}
_STRAIGHT: Final = ("flat", "affine")


class Bends:
    """How the parts of a formula bend as functions of one variable; None: it is not known."""

    def __init__(self, wrt: str, scope: Scope, signs: Ranges) -> None:
        self.wrt, self.scope, self.signs = wrt, scope, signs
        self.by_elements: Callable[[Expr], Bend | None] = lambda body: None
        """What is tried on the terms of a sum of which composition says nothing."""
        self._known: dict[Expr, Bend | None] = {}

    def of(self, expr: Expr) -> Bend | None:
        if expr not in self._known:
            made = self._of(expr) if rests_on(expr, self.wrt, self.scope) else "flat"
            if made is None and self.log(expr) in (*_STRAIGHT, "convex"):
                made = "convex"  # what has a convex logarithm is convex
            self._known[expr] = made
        return self._known[expr]

    def _of(self, expr: Expr) -> Bend | None:
        match expr:
            case Name():
                return "affine"
            case Index(base, _):
                return self.of(base)
            case Neg(arg):
                return flipped(self.of(arg))
            case Add(terms):
                return together(*map(self.of, terms))
            case Mul(factors):
                return self._product(factors)
            case Div(num, den):
                return self._quotient(num, den)
            case Pow(base, exponent):
                return self._power(base, exponent)
            case MatMul(left, right):
                return self._bilinear(left, right)
            case Call():
                return self._call(expr)
            case Reduce(op, body) if not self.moves(expr):
                bend = self.of(body)
                if bend is None and op in ("sum", "mean"):
                    bend = self.by_elements(body)
                if op in ("sum", "mean") or (op == "max" and bend in (*_STRAIGHT, "convex")):
                    return bend if op != "max" else "convex"
                return "concave" if op == "min" and bend in (*_STRAIGHT, "concave") else None
            case Cases(branches, otherwise) if not self.chooses(expr):
                parts = [value for _, value in branches] + ([] if otherwise is None else [otherwise])
                return together(*map(self.of, parts))
        return None

    def moves(self, node: Reduce) -> bool:
        """Whether what is summed up depends on the variable."""
        ends = [end for end in (node.low, node.high) if end is not None]
        moved = any(rests_on(end, self.wrt, self.scope) for end in ends)
        return moved or (node.condition is not None and self._stirs(node.condition))

    def chooses(self, node: Cases) -> bool:
        """Whether the case that applies depends on the variable."""
        return any(self._stirs(condition) for condition, _ in node.branches)

    def _stirs(self, condition: Cond) -> bool:
        return rests_on(condition, self.wrt, self.scope)

    def _scaled(self, factor: Interval, bend: Bend | None) -> Bend | None:
        if bend in _STRAIGHT:
            return bend
        if r.nonnegative(factor):
            return bend
        return flipped(bend) if r.nonpositive(factor) else None

    def _product(self, factors: tuple[Expr, ...]) -> Bend | None:
        moving = [factor for factor in factors if self.of(factor) != "flat"]
        still = [factor for factor in factors if self.of(factor) == "flat"]
        scale = self.signs.of(Mul(tuple(still))) if still else self.signs.of(ONE)
        if len(moving) == 1:
            return self._scaled(scale, self.of(moving[0]))
        if len(moving) == 2 and any(self._entropy(*pair) for pair in (moving, moving[::-1])):
            return self._scaled(scale, "convex")
        for factor in moving:  # u·(a + b) term by term
            if isinstance(factor, Add):
                rest = tuple(other for other in factors if other is not factor)
                parts = [Mul((*rest, term)) if rest else term for term in factor.terms]
                made = together(*map(self.of, parts))
                if made is not None:
                    return made
        return None

    def _entropy(self, u: Expr, log: Expr) -> bool:
        """Whether this is u·log u or u·log(u/v), the perspective of −log, of affine u ≥ 0 and v > 0."""
        if not isinstance(log, Call) or log.function != "log" or not self._weight(u):
            return False
        match log.args[0]:
            case Div(num, den) if num == u:
                return self.of(den) in _STRAIGHT and r.nonnegative(self.signs.of(den))
            case arg:
                return arg == u

    def _weight(self, u: Expr) -> bool:
        return self.of(u) in _STRAIGHT and r.nonnegative(self.signs.of(u))

    def _quotient(self, num: Expr, den: Expr) -> Bend | None:
        below = self.of(den)
        if below == "flat":
            return self._scaled(r.inverse(self.signs.of(den)), self.of(num))
        range_of = self.signs.of(den)
        if self.of(num) == "flat":
            if r.positive(range_of) and below in ("affine", "concave"):
                return self._scaled(self.signs.of(num), "convex")
            if r.negative(range_of) and below in ("affine", "convex"):
                return self._scaled(self.signs.of(num), "concave")
            return None
        if r.positive(range_of) and below in ("affine", "concave") and self._square(num):
            return "convex"  # a square over what is positive
        return None

    def _square(self, expr: Expr) -> bool:
        match expr:
            case Reduce("sum" | "mean", body):
                return self._square(body)
            case Pow(base, Num(Fraction(numerator=2, denominator=1))):
                return self.of(base) in _STRAIGHT
        return False

    def _power(self, base: Expr, exponent: Expr) -> Bend | None:
        if self.of(exponent) != "flat":
            if self.of(base) != "flat" or not r.positive(self.signs.of(base)):
                return None
            factor = self.signs.of(Call("log", (base,)))
            bend = self._scaled(factor, self.of(exponent))
            return "convex" if bend in (*_STRAIGHT, "convex") else None
        below, bend = self.signs.of(base), self.of(base)
        if exponent == ONE:
            return bend
        match exponent:
            case Num(Fraction(denominator=1) as value):
                found = whole_power(int(value), below)
                return None if found is None else composed(*found, bend)
        return self._real_power(self.signs.of(exponent), below, bend)

    def _real_power(self, exponent: Interval, below: Interval, bend: Bend | None) -> Bend | None:
        """x^k on x ≥ 0; elsewhere it may have no value, which is a convex set only for some x."""
        if not r.nonnegative(below):
            return None
        if r.nonnegative(exponent) and r.at_most(exponent, 1):
            return composed("concave", 1, bend)
        if r.at_least(exponent, 1):
            return composed("convex", 1, bend)
        if r.nonpositive(exponent) and r.positive(below):
            return composed("convex", -1, bend)
        return None

    def _bilinear(self, left: Expr, right: Expr) -> Bend | None:
        a, b = self.of(left), self.of(right)
        if a == "flat":
            return self._scaled(self.signs.of(left), b)
        if b == "flat":
            return self._scaled(self.signs.of(right), a)
        return None

    def _call(self, call: Call) -> Bend | None:
        args = call.args
        rule = FUNCTIONS[call.function].rule
        match call.function, args:
            case (("transpose" | "diag"), (u,)):
                return self.of(u)
            case (("dot" | "outer"), (a, b)):
                return self._bilinear(a, b)
            case "norm", (u, *_):
                return composed("convex", _way_of_size(self.signs.of(u)), self.of(u))
            case "logsumexp", (u,):
                return composed("convex", 1, self.of(u))
            case "log_softmax", (u,):
                return "concave" if self.of(u) in _STRAIGHT else None
            case "log", (u,):
                return self.log(u)
            case "xlogy", (u, v):
                return self._xlogy(u, v)
            case (("max" | "logaddexp"), _):
                parts = [composed("convex", 1, self.of(arg)) for arg in args]
                return "convex" if all(part in (*_STRAIGHT, "convex") for part in parts) else None
            case "min", _:
                parts = [composed("concave", 1, self.of(arg)) for arg in args]
                return "concave" if all(part in (*_STRAIGHT, "concave") for part in parts) else None
        if rule != "elementwise" or len(args) != 1:
            return None
        found = bend_of(call.function, self.signs.of(args[0]))
        return None if found is None else composed(*found, self.of(args[0]))

    def _xlogy(self, u: Expr, v: Expr) -> Bend | None:
        if self.of(u) == "flat":
            inner = self.log(v)
            return self._scaled(self.signs.of(u), inner)
        if u == v and self._weight(u):
            return "convex"
        if self.of(v) == "flat":
            return self._scaled(self.signs.of(Call("log", (v,))), self.of(u))
        match v:
            case Div(num, den) if num == u and self._weight(u) and self._weight(den):
                return "convex"
        return None

    def log(self, expr: Expr) -> Bend | None:
        """How the logarithm of a part bends, where that part is positive; None: not known, or of no certain sign."""
        if self._is_flat(expr):
            return "flat"
        match expr:
            case Call("exp", (u,)):
                return self.of(u)
            case Mul(factors) if all(r.nonnegative(self.signs.of(factor)) for factor in factors):
                return together(*map(self.log, factors))
            case Div(num, den) if r.nonnegative(self.signs.of(num)) and r.positive(self.signs.of(den)):
                return together(self.log(num), flipped(self.log(den)))
            case Pow(base, exponent) if self._is_flat(exponent) and r.positive(self.signs.of(base)):
                return self._scaled(self.signs.of(exponent), self.log(base))
            case Call("sigmoid", (u,)):
                return composed("concave", 1, self.of(u))
            case Index(Call("softmax", (u,)), _) | Call("softmax", (u,)):
                return "concave" if self.of(u) in _STRAIGHT else None
            case Index(base, _) if not isinstance(base, Name):
                return self.log(base)
            case Add(terms) if all(r.nonnegative(self.signs.of(term)) for term in terms):
                if self._all_log_convex(terms):
                    return "convex"
            case Reduce("sum" | "mean", body) if r.nonnegative(self.signs.of(body)) and not self.moves(expr):
                if self._all_log_convex((body,)):
                    return "convex"
        if isinstance(expr, Deriv | Indicator | Cases):
            return None
        inner = self._known[expr] if expr in self._known else self._of(expr)
        return "concave" if inner in ("affine", "concave") else None

    def _all_log_convex(self, parts: tuple[Expr, ...]) -> bool:
        return all(self.log(part) in (*_STRAIGHT, "convex") for part in parts)

    def _is_flat(self, expr: Expr) -> bool:
        return not rests_on(expr, self.wrt, self.scope)


def flipped(bend: Bend | None) -> Bend | None:
    return None if bend is None else _FLIPPED[bend]


def together(*bends: Bend | None) -> Bend | None:
    """Of a sum."""
    kinds = set(bends) - {"flat"}
    if not kinds:
        return "flat"
    if None in kinds or {"convex", "concave"} <= kinds:
        return None
    return "convex" if "convex" in kinds else "concave" if "concave" in kinds else "affine"


def composed(outer: Literal["convex", "concave"], way: Way, inner: Bend | None) -> Bend | None:
    """Of f(u), f bent like `outer` and going this way."""
    if inner == "flat":
        return "flat"
    if inner == "affine":
        return outer
    if way == 0 or inner is None:
        return None
    same = inner if way > 0 else _FLIPPED[inner]
    return outer if same == outer else None


def _way_of_size(x: Interval) -> Way:
    return 1 if r.nonnegative(x) else -1 if r.nonpositive(x) else 0


def whole_power(exponent: int, x: Interval) -> tuple[Literal["convex", "concave"], Way] | None:
    """How x^k bends and which way it goes, for whole k other than 1 and 0."""
    if exponent in (0, 1):
        return None
    if exponent > 0:
        if exponent % 2 == 0:
            return "convex", _way_of_size(x)
        return ("convex", 1) if r.nonnegative(x) else ("concave", 1) if r.nonpositive(x) else None
    if r.positive(x):
        return "convex", -1
    if r.negative(x):
        return ("convex", 1) if exponent % 2 == 0 else ("concave", -1)
    return None


def bend_of(function: str, x: Interval) -> tuple[Literal["convex", "concave"], Way] | None:
    """How a function of one number bends on a range, and which way it goes there."""
    match function:
        case "exp" | "expm1" | "softplus" | "relu":
            return "convex", 1
        case "log" | "log2" | "log10" | "log1p" | "sqrt" | "log_sigmoid":
            return "concave", 1
        case "abs" | "cosh":
            return "convex", _way_of_size(x)
        case "sinh":
            return ("convex", 1) if r.nonnegative(x) else ("concave", 1) if r.nonpositive(x) else None
        case "sigmoid" | "tanh" | "atan" | "erf":
            return ("concave", 1) if r.nonnegative(x) else ("convex", 1) if r.nonpositive(x) else None
        case "erfc" if r.nonnegative(x):
            return "convex", -1
        case "lgamma" if r.positive(x):
            return "convex", 0
        case "digamma" if r.positive(x):
            return "concave", 1
        case "trigamma" if r.positive(x):
            return "convex", -1
    return None
