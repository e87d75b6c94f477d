"""Float64 at many points at once, for searches and plots; never for a verdict.

Every component is an array over the points. What has no value is NaN, what overflows is infinite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import erf, erfc, gamma, inf, lgamma
from typing import Final

import numpy as np
from flint import arb
from numpy.typing import NDArray

from grader.formula.declare import Scope
from grader.formula.evaluate import Truth, evaluate
from grader.formula.tree import Expr
from grader.formula.values import Point, Value

Floats = NDArray[np.float64]


class FloatAlgebra:
    """Numbers are arrays of float64 over the points."""

    def number(self, value: Fraction) -> Floats:
        return np.float64(value.numerator / value.denominator)  # type: ignore[return-value]  # a 0-d array will do

    def constant(self, name: str) -> Floats:
        return np.float64({"e": np.e, "pi": np.pi, "inf": inf}[name])  # type: ignore[return-value]

    def add(self, a: Floats, b: Floats) -> Floats:
        return a + b

    def mul(self, a: Floats, b: Floats) -> Floats:
        return a * b

    def neg(self, a: Floats) -> Floats:
        return -a

    def div(self, a: Floats, b: Floats) -> Floats:
        return a / b

    def pow(self, a: Floats, b: Floats) -> Floats:
        return np.float_power(a, b)

    def function(self, name: str, args: Sequence[Floats]) -> Floats:
        return FUNCTIONS[name](*args)

    def logsumexp(self, items: Sequence[Floats]) -> Floats:
        top = self._top(items)
        return top + np.log(sum(np.exp(item - top) for item in items))

    def softmax(self, items: Sequence[Floats]) -> list[Floats]:
        top = self._top(items)
        powers = [np.exp(item - top) for item in items]
        total = sum(powers)
        return [power / total for power in powers]

    def _top(self, items: Sequence[Floats]) -> Floats:
        top = items[0]
        for item in items[1:]:
            top = np.maximum(top, item)
        return top

    def compare(self, op: str, a: Floats, b: Floats) -> Truth:
        return COMPARE[op](a, b)

    def logic(self, op: str, args: Sequence[Truth]) -> Truth:
        if op == "not":
            return np.logical_not(args[0])
        return (np.logical_and if op == "and" else np.logical_or).reduce(np.broadcast_arrays(*args))

    def choose(self, branches: Sequence[tuple[Truth, Callable[[], Floats]]]) -> Floats:
        result: Floats = np.float64(np.nan)  # type: ignore[assignment]
        for truth, branch in reversed(branches):
            result = np.where(truth, branch(), result)
        return result


COMPARE: Final[dict[str, Callable[..., Truth]]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def _softplus(x: Floats) -> Floats:
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def _sigmoid(x: Floats) -> Floats:
    power = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, power) / (1.0 + power)


def _xlogy(x: Floats, y: Floats) -> Floats:
    return np.where(x == 0, 0.0, x * np.log(np.where(x == 0, 1.0, y)))


def _each(function: Callable[[float], float]) -> Callable[..., Floats]:
    """A function of the standard library, NaN outside its domain."""

    def safe(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return inf
        except ValueError:
            return float("nan")

    return np.vectorize(safe, otypes=[np.float64])


FUNCTIONS: Final[dict[str, Callable[..., Floats]]] = {
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "min": lambda *xs: np.minimum.reduce(np.broadcast_arrays(*xs)),
    "max": lambda *xs: np.maximum.reduce(np.broadcast_arrays(*xs)),
    "clip": lambda x, low, high: np.minimum(np.maximum(x, low), high),
    "relu": lambda x: np.maximum(x, 0.0),
    "sigmoid": _sigmoid,
    "log_sigmoid": lambda x: -_softplus(-x),
    "softplus": _softplus,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "atan": np.arctan,
    "tanh": np.tanh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "erf": _each(erf),
    "erfc": _each(erfc),
    "gamma": _each(gamma),
    "lgamma": _each(lgamma),
    "digamma": _each(lambda x: float(arb(x).digamma())),
    "trigamma": _each(lambda x: float(arb(2).zeta(arb(x)))),
    "xlogy": _xlogy,
    "logaddexp": np.logaddexp,
}


def evaluate_float(
    expr: Expr,
    scope: Scope,
    values: Mapping[str, Value[Floats]],
    sizes: Mapping[str, int] | None = None,
    positions: Mapping[str, int] | None = None,
) -> Value[Floats]:
    """The formula at many points; warnings are off, since NaN and infinity say it."""
    with np.errstate(all="ignore"):
        return evaluate(expr, scope, Point(values, sizes or {}, positions or {}), FloatAlgebra())
