"""The tree as SymPy expressions, for proofs and for printing in two dimensions.

Only this module makes SymPy nodes, and it makes them from our own tree: no text reaches SymPy's parsers,
and a symbol's name is a canonical name with positions, never what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import Final

import sympy as sp

from grader.formula.declare import Finite, Integers, Interval, OneHot, Scope, Simplex, Variable
from grader.formula.evaluate import Truth, evaluate
from grader.formula.tree import Expr
from grader.formula.values import Point, Value, size_of


class SympyAlgebra:
    """Numbers are SymPy expressions. Functions that SymPy lacks are spelled out in exp and log."""

    def number(self, value: Fraction) -> sp.Expr:
        return sp.Rational(value.numerator, value.denominator)

    def constant(self, name: str) -> sp.Expr:
        return {"e": sp.E, "pi": sp.pi, "inf": sp.oo}[name]

    def add(self, a: sp.Expr, b: sp.Expr) -> sp.Expr:
        return a + b

    def mul(self, a: sp.Expr, b: sp.Expr) -> sp.Expr:
        return a * b

    def neg(self, a: sp.Expr) -> sp.Expr:
        return -a

    def div(self, a: sp.Expr, b: sp.Expr) -> sp.Expr:
        return a / b

    def pow(self, a: sp.Expr, b: sp.Expr) -> sp.Expr:
        return sp.Pow(a, b)

    def function(self, name: str, args: Sequence[sp.Expr]) -> sp.Expr:
        return FUNCTIONS[name](*args)

    def logsumexp(self, items: Sequence[sp.Expr]) -> sp.Expr:
        return sp.log(sp.Add(*map(sp.exp, items)))

    def softmax(self, items: Sequence[sp.Expr]) -> list[sp.Expr]:
        total = sp.Add(*map(sp.exp, items))
        return [sp.exp(item) / total for item in items]

    def compare(self, op: str, a: sp.Expr, b: sp.Expr) -> Truth:
        relation = RELATIONS[op](a, b)
        return bool(relation) if relation in (sp.true, sp.false) else relation

    def logic(self, op: str, args: Sequence[Truth]) -> Truth:
        joined = {"and": sp.And, "or": sp.Or, "not": sp.Not}[op](*args)
        return bool(joined) if joined in (sp.true, sp.false) else joined

    def choose(self, branches: Sequence[tuple[Truth, Callable[[], sp.Expr]]]) -> sp.Expr:
        pieces = [(branch(), truth) for truth, branch in branches if truth is not False]
        return sp.Piecewise(*pieces) if pieces else sp.nan


RELATIONS: Final = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "==": sp.Eq, "!=": sp.Ne}

FUNCTIONS: Final[dict[str, Callable[..., sp.Expr]]] = {
    "exp": sp.exp,
    "expm1": lambda x: sp.exp(x) - 1,
    "log": sp.log,
    "log2": lambda x: sp.log(x) / sp.log(2),
    "log10": lambda x: sp.log(x) / sp.log(10),
    "log1p": lambda x: sp.log(1 + x),
    "sqrt": sp.sqrt,
    "abs": sp.Abs,
    "sign": sp.sign,
    "min": sp.Min,
    "max": sp.Max,
    "clip": lambda x, low, high: sp.Min(sp.Max(x, low), high),
    "relu": lambda x: sp.Max(x, 0),
    "sigmoid": lambda x: 1 / (1 + sp.exp(-x)),
    "log_sigmoid": lambda x: -sp.log(1 + sp.exp(-x)),
    "softplus": lambda x: sp.log(1 + sp.exp(x)),
    "sin": sp.sin,
    "cos": sp.cos,
    "tan": sp.tan,
    "atan": sp.atan,
    "tanh": sp.tanh,
    "sinh": sp.sinh,
    "cosh": sp.cosh,
    "erf": sp.erf,
    "erfc": sp.erfc,
    "gamma": sp.gamma,
    "lgamma": sp.loggamma,
    "digamma": sp.digamma,
    "trigamma": sp.trigamma,
    "xlogy": lambda x, y: sp.Piecewise((sp.S.Zero, sp.Eq(x, 0)), (x * sp.log(y), True)),
    "logaddexp": lambda a, b: sp.log(sp.exp(a) + sp.exp(b)),
}


def symbol(variable: Variable, place: tuple[int, ...] = ()) -> sp.Symbol:
    """The symbol of a variable, or of one component of it; it knows what the domain says."""
    name = "_".join([variable.name, *map(str, place)])
    return sp.Symbol(name, **_assumptions(variable))


def _assumptions(variable: Variable) -> dict[str, bool]:
    match variable.domain:
        case Interval(low, high, low_open, high_open):
            known = {"real": True}
            if low is not None and low >= 0:
                known["positive" if low > 0 or low_open else "nonnegative"] = True
            if high is not None and high <= 0:
                known["negative" if high < 0 or high_open else "nonpositive"] = True
            return known
        case Integers():
            return {"integer": True}
        case Simplex():
            return {"positive": True}
        case Finite(values) if all(value > 0 for value in values):
            return {"positive": True}
        case OneHot() | Finite():
            return {"real": True}
    return {"real": True}


def symbols(scope: Scope, sizes: Mapping[str, int]) -> dict[str, Value[sp.Expr]]:
    """Every declared variable whose sizes are given as symbols, one for each component."""
    made = {}
    for name, variable in scope.variables.items():
        if any(isinstance(dim, str) and dim not in sizes for dim in variable.shape):
            continue
        shape = tuple(size_of(dim, sizes) for dim in variable.shape)
        places = product(*(range(size) for size in shape))
        made[name] = Value(shape, tuple(symbol(variable, place) for place in places))
    return made


def to_sympy(
    expr: Expr,
    scope: Scope,
    sizes: Mapping[str, int] | None = None,
    positions: Mapping[str, int] | None = None,
    *,
    values: Mapping[str, Value[sp.Expr]] | None = None,
) -> Value[sp.Expr]:
    """The formula with every component a symbol of its own, and definitions worked in.

    `values` replaces some variables (a label by 0, say). Raises Undefined or NotClosed, as `evaluate` does.
    """
    known = {**symbols(scope, sizes or {}), **(values or {})}
    return evaluate(expr, scope, Point(known, sizes or {}, positions or {}), SympyAlgebra())


def slope(loss: sp.Expr, by: sp.Symbol) -> sp.Expr:
    """dloss/dby away from kinks. |·|, max, min and sign are taken by cases first: SymPy differentiates
    them into Heaviside and DiracDelta, which have a say at the kink only."""
    flat = loss.replace(sp.Abs, lambda x: sp.Piecewise((x, x >= 0), (-x, True)))
    flat = flat.replace(sp.Max, lambda *xs: reduce(lambda a, b: sp.Piecewise((a, a >= b), (b, True)), xs))
    flat = flat.replace(sp.Min, lambda *xs: reduce(lambda a, b: sp.Piecewise((a, a <= b), (b, True)), xs))
    flat = flat.replace(sp.sign, lambda x: sp.Piecewise((1, x > 0), (-1, x < 0), (0, True)))
    return sp.diff(flat, by)
