"""Equations that hold in one case only: both sides are 0 where the case does not hold."""

from __future__ import annotations

from grader.formula.declare import Integers, Interval, Scope, Simplex
from grader.formula.shape_of import shape_of
from grader.formula.tree import ZERO, Cases, Compare, Cond, Expr, Logic, Mul
from grader.symbolic.quantity import names_in


def in_case(side: Expr, condition: Cond, scope: Scope) -> Expr:
    """The side where the condition holds, 0 elsewhere."""
    return Cases(((condition, side),), Mul((ZERO, side)) if shape_of(side, scope) else ZERO)


def thin(condition: Cond, scope: Scope) -> bool:
    """Whether single points meet a condition, which no test can visit: r = 0 for a real r. That y = 1 for a label,
    or i = k, is met often enough."""
    match condition:
        case Compare("==", left, right):
            names = names_in(left, scope) | names_in(right, scope)
            domains = [scope.variables[name].domain for name in names if name in scope.variables]
            return any(isinstance(domain, Interval | Integers | Simplex) for domain in domains)
        case Logic("and", args):
            return any(thin(arg, scope) for arg in args)
        case Logic("or", args):
            return all(thin(arg, scope) for arg in args)
    return False
