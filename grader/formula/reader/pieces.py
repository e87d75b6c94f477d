"""Small pieces of tree that the elaborator builds and asks about."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from grader.formula import tree
from grader.formula.errors import Unreadable
from grader.formula.reader.syntax import (
    Binder,
    Minus,
    Number,
    Syntax,
)  # fmt: skip
from grader.formula.rebuild import replaced
from grader.formula.shapes import OPEN, Known
from grader.formula.tree import Dim, Expr, Span

SAMPLES: Final = frozenset(("n", "N", "m", "M", "b", "B", "batch"))
"""Dimensions that count samples, by their usual names."""


def is_number(expr: Expr | None, value: Fraction) -> bool:
    return isinstance(expr, tree.Num) and expr.value == value


def is_ones(expr: Expr) -> bool:
    """A vector of ones: the diagonal of an identity."""
    return (
        isinstance(expr, tree.Call)
        and expr.function == "diag"
        and isinstance(expr.args[0], tree.Call)
        and expr.args[0].function == "eye"
    )


def starts_at_first(binder: Binder) -> bool:
    return binder.low is None or (isinstance(binder.low, Number) and binder.low.value == 1)


def shifted(expr: Expr, by: int) -> Expr:
    return collected([*(expr.terms if isinstance(expr, tree.Add) else (expr,)), tree.Num(Fraction(by))])


def collected(parts: list[Expr]) -> Expr:
    """A sum of positions with its numbers added up."""
    number = sum((p.value for p in parts if isinstance(p, tree.Num)), Fraction(0))
    rest: list[Expr] = [p for p in parts if not isinstance(p, tree.Num)]
    if number or not rest:
        rest.append(tree.Num(number))
    return rest[0] if len(rest) == 1 else tree.Add(tuple(rest))


def whole(node: Syntax) -> int:
    match node:
        case Number(value) if value.denominator == 1:
            return int(value)
        case Minus(Number(value)) if value.denominator == 1:
            return -int(value)
    raise Unreadable("unreadable", node.span, ("a whole number",))


def multiplied(left: Expr, right: Expr, span: Span) -> Expr:
    if isinstance(left, tree.Mul):
        return tree.Mul((*left.factors, right), span=span)
    return tree.Mul((left, right), span=span)


def read_as_inner(expr: Expr) -> bool:
    return any(isinstance(node, tree.Call) and node.function == "dot" for node in tree.walk(expr))


def one_minus(expr: Expr) -> bool:
    """1 − a, as in `p·(1 − p)`."""
    match expr:
        case tree.Add((tree.Num(value), tree.Neg(_))):
            return value == 1
    return False


def is_column(expr: Expr) -> bool:
    """Whether a matrix has one column or row, from `r[:, None]`."""
    one = tree.Num(Fraction(1))
    if isinstance(expr, tree.Mul):  # `2*r[:, None]`
        return any(map(is_column, expr.factors))
    if isinstance(expr, tree.Neg):
        return is_column(expr.arg)
    return (
        isinstance(expr, tree.Call)
        and expr.function == "outer"
        and any(isinstance(a, tree.Call) and a.function == "onehot" and a.args[1] == one for a in expr.args)
    )


def is_row(expr: Expr) -> bool:
    """A row of a matrix, as `x_i`."""
    return isinstance(expr, tree.Index)


def has_derivative(expr: Expr) -> bool:
    return any(isinstance(node, tree.Deriv) for node in tree.walk(expr))


def settle(expr: Expr, own: Known, shape: Known) -> Expr:
    """An identity of open size takes its size from its neighbours."""
    if not own or not shape or OPEN not in own:
        return expr
    dim = next((d for d in shape if d != OPEN), None)
    return settle_dim(expr, dim) if dim is not None else expr


def settle_dim(expr: Expr, dim: Dim) -> Expr:
    size: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
    return replaced(expr, lambda node: size if isinstance(node, tree.Size) and node.name == OPEN else None)


def slope_of(function: str, x: Expr) -> Expr | None:
    """f′ at x for the functions that people write with a prime, None for others."""
    one = tree.ONE

    def call(name: str) -> Expr:
        return tree.Call(name, (x,))

    match function:
        case "sigmoid":
            return tree.Mul((call("sigmoid"), tree.Add((one, tree.Neg(call("sigmoid"))))))
        case "tanh":
            return tree.Add((one, tree.Neg(tree.Pow(call("tanh"), tree.Num(Fraction(2))))))
        case "exp":
            return call("exp")
        case "log":
            return tree.Div(one, x)
        case "softplus":
            return call("sigmoid")
        case "log_sigmoid":
            return tree.Add((one, tree.Neg(call("sigmoid"))))
        case "relu":
            return tree.Indicator(tree.Compare(">", x, tree.ZERO))
        case "abs":
            return call("sign")
        case "sqrt":
            return tree.Div(one, tree.Mul((tree.Num(Fraction(2)), call("sqrt"))))
        case "sin":
            return call("cos")
        case "cos":
            return tree.Neg(call("sin"))
    return None
