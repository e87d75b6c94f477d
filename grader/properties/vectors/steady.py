"""What holds by composition, for each size and each value of the parameters: bounded, Lipschitz, smooth.

Sums, products of bounded parts and steps that themselves keep such a bound have one again. Softmax and log-sum-exp are
Lipschitz with constant 1 (Gao and Pavel, "On the properties of the softmax function", 2017, proposition 4).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Div,
    Expr,
    Index,
    MatMul,
    Mul,
    Name,
    Neg,
    Num,
    Pow,
    Reduce,
)
from grader.properties.vectors import ranges as r
from grader.properties.vectors.convexity import Bends
from grader.properties.vectors.elements import Elements

_KEEP: Final = frozenset({"transpose", "diag"})
_ONE_LIPSCHITZ: Final = frozenset({
    "abs", "relu", "max", "min", "sigmoid", "log_sigmoid", "softplus", "tanh", "atan", "sin", "cos", "erf", "erfc",
    "logaddexp", "softmax", "log_softmax", "logsumexp", "norm", "clip", *_KEEP,
})  # fmt: skip
"""With a finite constant, at least: erf has 2/√π, log-softmax and norms one that grows with the size."""
_CONTINUOUS: Final = frozenset({"exp", "expm1", "sinh", "cosh", *_ONE_LIPSCHITZ})
_SMOOTH: Final = frozenset({
    "exp", "expm1", "sigmoid", "log_sigmoid", "softplus", "sin", "cos", "atan", "tanh", "sinh", "cosh", "erf", "erfc",
    "softmax", "log_softmax", "logsumexp", "logaddexp", "dot", "outer", *_KEEP,
})  # fmt: skip
_SMOOTH_ABOVE_ZERO: Final = frozenset({"log", "log2", "log10", "sqrt", "gamma", "lgamma", "digamma", "trigamma"})


class Steady:
    def __init__(self, bends: Bends, elements: Elements) -> None:
        self.bends, self.signs, self.elements = bends, bends.signs, elements

    def _flat(self, expr: Expr) -> bool:
        return self.bends.of(expr) == "flat"

    # -- bounded

    def bounded(self, expr: Expr) -> bool:
        """Whether every component stays within some bound, for fixed parameters."""
        if self._flat(expr) or r.finite(self.signs.of(expr)):
            return True
        match expr:
            case Name():
                return False
            case Mul(factors) if any(self._entropy(factor, factors) for factor in factors):
                return all(self.bounded(part) for part in factors if not self._entropy(part, factors))
            case Add() | Neg() | Index() | Mul() | MatMul():
                return all(map(self.bounded, _below(expr)))
            case Div(num, den):
                return self.bounded(num) and self.apart(den)
            case Pow(base, exponent):
                return self._bounded_power(base, exponent)
            case Reduce(_, body):
                return self.bounded(body)
            case Cases():
                return all(map(self.bounded, _branches(expr)))
            case Call("log" | "log2" | "log10", (u,)):
                return self.bounded(u) and self.apart(u)
            case Call("log1p" | "sqrt", (u,)):
                return self.bounded(u) and r.nonnegative(self.signs.of(u))
            case Call("xlogy", (u, v)):
                if u == v:
                    return self.bounded(u)
                return self.bounded(u) and (self._flat(v) or (self.bounded(v) and self.apart(v)))
            case Call(function, args):
                return function in (*_CONTINUOUS, "dot", "outer") and all(map(self.bounded, args))
        return False

    def _entropy(self, log: Expr, factors: tuple[Expr, ...]) -> bool:
        """log u of a product u·log u, which tends to 0 with u."""
        match log:
            case Call("log", (u,)):
                return u in factors and r.nonnegative(self.signs.of(u))
        return False

    def _bounded_power(self, base: Expr, exponent: Expr) -> bool:
        if not self._flat(exponent) or not self.bounded(base):
            return False
        whole = isinstance(exponent, Num) and exponent.value.denominator == 1
        if whole or r.nonnegative(self.signs.of(base)):
            return r.nonnegative(self.signs.of(exponent)) or self.apart(base)
        return False

    # -- away from zero

    def apart(self, expr: Expr) -> bool:
        """Whether no component comes close to 0, for fixed parameters."""
        x = self.signs.of(expr)
        if (x.low is not None and x.low > 0) or (x.high is not None and x.high < 0):
            return True
        if self._flat(expr):
            return r.positive(x) or r.negative(x)
        match expr:
            case Add(terms):
                return any(self.apart(term) and self._on_its_side(term, terms) for term in terms)
            case Neg(arg) | Index(arg, _):
                return self.apart(arg)
            case Mul(factors):
                return all(map(self.apart, factors))
            case Div(num, den):
                return self.apart(num) and self.bounded(den)
            case Pow(base, Num(Fraction(denominator=1) as value)) if value > 0:
                return self.apart(base)
            case Call("exp", (u,)):
                return self.bounded(u)
            case Call("sqrt", (u,)):
                return self.apart(u)
            case Reduce("sum" | "mean", body, condition=None, low=None, high=None):
                return r.nonnegative(self.signs.of(body)) and self.apart(body)
        return False

    def _on_its_side(self, term: Expr, terms: tuple[Expr, ...]) -> bool:
        """Whether the rest of a sum has the sign of one of its terms."""
        x = self.signs.of(term)
        rest = tuple(other for other in terms if other is not term)
        beside = self.signs.of(Add(rest) if len(rest) > 1 else rest[0])
        return (r.nonnegative(x) and r.nonnegative(beside)) or (r.nonpositive(x) and r.nonpositive(beside))

    # -- Lipschitz

    def lipschitz(self, expr: Expr) -> bool:
        """Whether differences are at most some multiple of those of the variable, for fixed parameters."""
        if self._flat(expr) or self.bends.of(expr) == "affine":
            return True
        match expr:
            case Add() | Neg() | Index():
                return all(map(self.lipschitz, _below(expr)))
            case Mul() | MatMul() | Call("dot" | "outer"):
                parts = _below(expr)
                moving = [part for part in parts if not self._flat(part)]
                return all(map(self.lipschitz, moving)) and (len(moving) == 1 or all(map(self.bounded, moving)))
            case Div(num, den):
                if not self.lipschitz(num):
                    return False
                return self._flat(den) or (self.lipschitz(den) and self.apart(den) and self.bounded(num))
            case Pow(base, exponent):
                return self._lipschitz_power(base, exponent)
            case Reduce(op, body):
                if self.bends.moves(expr):
                    return False
                if self.lipschitz(body):
                    return op != "prod" or self.bounded(body)
                return op in ("sum", "mean") and self.elements.holds(body, "lipschitz") is not None
            case Cases() if not self.bends.chooses(expr):
                return all(map(self.lipschitz, _branches(expr)))
            case Call(function, args):
                return self._lipschitz_call(function, args)
        return False

    def _lipschitz_power(self, base: Expr, exponent: Expr) -> bool:
        if not self._flat(exponent) or not self.lipschitz(base):
            return False
        if not isinstance(exponent, Num):
            return r.nonnegative(self.signs.of(base)) and self.bounded(base) and self.apart(base)
        if exponent.value.denominator == 1 and exponent.value > 0:
            return exponent.value == 1 or self.bounded(base)
        if exponent.value > 1:
            return r.nonnegative(self.signs.of(base)) and self.bounded(base)
        return self.apart(base) and (exponent.value.denominator == 1 or r.nonnegative(self.signs.of(base)))

    def _lipschitz_call(self, function: str, args: tuple[Expr, ...]) -> bool:
        if not all(map(self.lipschitz, args)):
            return False
        x = self.signs.of(args[0])
        match function:
            case "exp" | "expm1":
                return x.high is not None or self.bounded(args[0])
            case "sinh" | "cosh":
                return self.bounded(args[0])
            case "log" | "log2" | "log10" | "sqrt":
                return r.nonnegative(x) and self.apart(args[0])
            case "log1p":
                return r.nonnegative(x)
            case "xlogy":
                u, v = args
                if self._flat(v):
                    return True
                steady = r.nonnegative(self.signs.of(v)) and self.apart(v)
                return steady and (self._flat(u) or (self.bounded(u) and self.bounded(v)))
        return function in _ONE_LIPSCHITZ

    # -- derivatives

    def smooth(self, expr: Expr, order: int) -> bool:
        """Whether the derivatives up to this order (1 or 2) exist at every point of the domain, its inside at least."""
        if self._flat(expr):
            return True
        match expr:
            case Name():
                return True
            case Add() | Neg() | Index() | Mul() | MatMul():
                return self._all_smooth(_below(expr), order)
            case Div(num, den):
                return self._all_smooth((num, den), order) and self._signed(den)
            case Pow(base, exponent):
                return self._smooth_power(base, exponent, order)
            case Reduce(op, body):
                if op in ("max", "min") or self.bends.moves(expr):
                    return False
                if self.smooth(body, order):
                    return True
                name = "differentiable" if order == 1 else "twice-differentiable"
                return op in ("sum", "mean") and self.elements.holds(body, name) is not None
            case Cases() if not self.bends.chooses(expr):
                return self._all_smooth(_branches(expr), order)
            case Call(function, args):
                return self._all_smooth(args, order) and self._smooth_call(function, args)
        return False

    def _all_smooth(self, parts: tuple[Expr, ...], order: int) -> bool:
        return all(self.smooth(part, order) for part in parts)

    def _signed(self, expr: Expr) -> bool:
        x = self.signs.of(expr)
        return self._flat(expr) or r.positive(x) or r.negative(x)

    def _smooth_power(self, base: Expr, exponent: Expr, order: int) -> bool:
        if not self._all_smooth((base, exponent), order):
            return False
        if r.positive(self.signs.of(base)):
            return True
        match exponent:
            case Num(Fraction(denominator=1) as value):
                return value >= 0 or self._signed(base)
        return False

    def _smooth_call(self, function: str, args: tuple[Expr, ...]) -> bool:
        x = self.signs.of(args[0])
        match function:
            case "abs" | "relu":
                return r.nonnegative(x) or r.nonpositive(x)
            case "log1p":
                return r.positive(r.plus(x, r.exactly(Fraction(1))))
            case "norm":
                return len(args) == 1 and self._signed(args[0])
            case "xlogy":
                return self._flat(args[1]) or r.positive(self.signs.of(args[1]))
        return function in _SMOOTH or (function in _SMOOTH_ABOVE_ZERO and self._above_zero(args[0]))

    def _above_zero(self, u: Expr) -> bool:
        """Whether a part is positive wherever the formula has a finite value: p/q, where p is a given p ≥ 0."""
        x = self.signs.of(u)
        if r.positive(x) or (self._flat(u) and r.nonnegative(x)):
            return True
        match u:
            case Mul() | Div():
                parts = (u.num, u.den) if isinstance(u, Div) else u.factors
                return all(map(self._above_zero, parts))
        return False


def _below(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case Add(parts) | Mul(parts) | Call(_, parts):
            return parts
        case Neg(arg) | Index(arg, _):
            return (arg,)
        case MatMul(left, right):
            return left, right
    return ()


def _branches(expr: Cases) -> tuple[Expr, ...]:
    return tuple(value for _, value in expr.branches) + (() if expr.otherwise is None else (expr.otherwise,))
