"""What a formula changes by as one variable does, where a matrix is what changes: `dE = X dW` of `E = XW − Y`.

The derivative of a matrix by a matrix has four axes, and nobody writes it; the change itself is a matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from grader.formula import tree
from grader.formula.functions import FUNCTIONS
from grader.formula.reader.pieces import slope_of
from grader.formula.tree import Expr


class NotWorkedOut(Exception):
    """No rule is known here for what was met."""


def increment(expr: Expr, of_name: Callable[[str], Expr | None]) -> Expr | None:
    """d(expr), None where it is zero; `of_name` gives the increment of a name. Raises NotWorkedOut."""

    def change(node: Expr) -> Expr | None:
        match node:
            case tree.Num() | tree.Const() | tree.Size():
                return None
            case tree.Name(name):
                return of_name(name)
            case tree.Neg(arg):
                inner = change(arg)
                return None if inner is None else tree.Neg(inner)
            case tree.Add(terms):
                return _sum([part for part in map(change, terms) if part is not None])
            case tree.Mul(factors):
                return _sum(
                    [
                        tree.Mul((*factors[:at], part, *factors[at + 1 :]))
                        for at, part in enumerate(map(change, factors))
                        if part is not None
                    ]
                )
            case tree.MatMul(left, right):
                first, second = change(left), change(right)
                parts: list[Expr] = [] if first is None else [tree.MatMul(first, right)]
                return _sum([*parts, *([] if second is None else [tree.MatMul(left, second)])])
            case tree.Div(num, den) if change(den) is None:
                inner = change(num)
                return None if inner is None else tree.Div(inner, den)
            case tree.Pow(base, tree.Num(power)):
                inner = change(base)
                if inner is None:
                    return None
                return tree.Mul((tree.Num(power), tree.Pow(base, tree.Num(power - Fraction(1))), inner))
            case tree.Index(base, subscripts):
                inner = change(base)
                return None if inner is None else tree.Index(inner, subscripts)
            case tree.Call("transpose" | "diag" as function, (arg,)):
                inner = change(arg)
                return None if inner is None else tree.Call(function, (inner,))
            case tree.Call(function, (arg,)) if FUNCTIONS[function].rule == "elementwise":
                inner, slope = change(arg), slope_of(function, arg)
                if inner is None:
                    return None
                if slope is not None:
                    return tree.Mul((slope, inner))
        raise NotWorkedOut

    return change(expr)


def _sum(parts: list[Expr]) -> Expr | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return tree.Add(tuple(parts))
