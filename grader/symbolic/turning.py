"""Transposes as people write them: (AB)ᵀ is BᵀAᵀ, a diagonal matrix is its own."""

from __future__ import annotations

from grader.formula.declare import Scope
from grader.formula.shape_of import shape_of
from grader.formula.tree import Add, Call, Div, Expr, MatMul, Mul, Name, Neg
from grader.symbolic.differentiate import minus, over, plus, times


def turned(expr: Expr, scope: Scope) -> Expr:
    """The transpose of a matrix, taken to its parts; a vector is a column and stays one."""
    if len(shape_of(expr, scope) or ()) != 2:
        return expr
    match expr:
        case Call("transpose", (inner,)):
            return inner
        case Name() if symmetric(expr, scope):
            return expr
        case Neg(arg):
            return minus(turned(arg, scope))
        case Add(terms):
            return plus(*(turned(term, scope) for term in terms))
        case Mul(factors):
            return times(*(turned(factor, scope) for factor in factors))
        case Div(num, den):
            return over(turned(num, scope), turned(den, scope))
        case MatMul(left, right) if len(shape_of(left, scope) or ()) == len(shape_of(right, scope) or ()) == 2:
            return MatMul(turned(right, scope), turned(left, scope))
        case Call("outer", (a, b)):
            return Call("outer", (b, a))
        case Call("diag"):
            return expr
    return Call("transpose", (expr,))


def symmetric(expr: Expr, scope: Scope) -> bool:
    """Whether a matrix is its own transpose by the way it is built."""
    match expr:
        case Name(name) if name in scope.definitions:
            return symmetric(scope.definitions[name].body, scope)
        case Call("diag", (inner,)):
            return len(shape_of(inner, scope) or ()) == 1
        case Call("eye"):
            return True
    return False
