"""The shape of a tree that was read before."""

from __future__ import annotations

from grader.formula import shapes
from grader.formula.declare import Scope
from grader.formula.functions import FUNCTIONS
from grader.formula.shapes import Known
from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Cond,
    Const,
    Deriv,
    Div,
    Expr,
    Index,
    IndexVar,
    Indicator,
    Logic,
    MatMul,
    Mul,
    Name,
    Neg,
    Num,
    Pow,
    Reduce,
    Size,
)  # fmt: skip


def shape_of(expr: Expr, scope: Scope) -> Known:
    """The shape of an expression that conforms; None where it is not known. Raises KeyError for undeclared names."""
    match expr:
        case Num() | Const() | IndexVar() | Size():
            return ()
        case Name("L") if scope.canonical("L") is None:
            return ()
        case Name(name):
            return scope.shape(name)
        case Index(base, subscripts):
            shape = shape_of(base, scope)
            return None if shape is None else shape[len(subscripts) :]
        case Add(parts) | Mul(parts):
            return _spread([shape_of(part, scope) for part in parts])
        case Div(left, right) | Pow(left, right):
            return _spread([shape_of(left, scope), shape_of(right, scope)])
        case Neg(arg):
            return shape_of(arg, scope)
        case MatMul(left, right):
            a, b = shape_of(left, scope), shape_of(right, scope)
            return shapes.product(a, b) if a and b else None
        case Call():
            return _call(expr, scope)
        case Reduce(_, body, index):
            return () if index is None else shape_of(body, scope)
        case Indicator(condition):
            return _condition(condition, scope)
        case Cases(branches, otherwise):
            found = [shape_of(value, scope) for _, value in branches] + [_condition(c, scope) for c, _ in branches]
            return _spread(found + ([] if otherwise is None else [shape_of(otherwise, scope)]))
        case Deriv(of, wrt):
            a = shape_of(of, scope)
            b = None if wrt is None else shape_of(wrt, scope)
            return None if a is None or b is None else (*a, *b)


def _spread(found: list[Known]) -> Known:
    shape: Known = ()
    for other in found:
        joined = shapes.elementwise(shape, other)
        shape = None if isinstance(joined, bool) else joined
    return shape


def _condition(condition: Cond, scope: Scope) -> Known:
    if isinstance(condition, Logic):
        return _spread([_condition(part, scope) for part in condition.args])
    return _spread([shape_of(condition.left, scope), shape_of(condition.right, scope)])


def _call(call: Call, scope: Scope) -> Known:
    args = [shape_of(arg, scope) for arg in call.args] if call.function not in ("eye", "onehot") else []
    first = args[0] if args else ()
    match FUNCTIONS[call.function].rule:
        case "elementwise":
            return _spread(args)
        case "last-axis":
            return first
        case "reduce-last":
            return None if first is None else first[:-1]
        case "norm" | "dot":
            return ()
        case "outer":
            return None if first is None or args[1] is None else (*first, *args[1])
        case "transpose":
            return shapes.transposed(first)
        case "diag":
            return None if not first else (first[0], first[0]) if len(first) == 1 else (first[0],)
        case "eye" | "onehot":
            size = call.args[-1]
            dim = size.name if isinstance(size, Size) else int(size.value) if isinstance(size, Num) else None
            if dim is None:
                return None
            return (dim, dim) if call.function == "eye" else (dim,)
