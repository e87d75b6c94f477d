"""Equations that hold in one case only: both sides are 0 where the case does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from grader.formula.declare import Classes, Domain, Finite, Integers, Interval, Scope, Simplex
from grader.formula.shape_of import shape_of
from grader.formula.tree import ZERO, Cases, Compare, Cond, Deriv, Expr, Logic, Mul, Name, walk
from grader.symbolic.constants import number
from grader.symbolic.quantity import names_in, root


def in_case(sides: Sequence[Expr], condition: Cond, asked: Expr, scope: Scope) -> list[Expr]:
    """The sides where the condition holds, 0 elsewhere: a vector of zeros where one of them is a vector."""
    vector = next((each for side in sides if shape_of(each := _of_its_shape(side, asked, scope), scope)), None)
    zero = ZERO if vector is None else Mul((ZERO, vector))
    return [Cases(((condition, zero if side == ZERO else side),), zero) for side in sides]


def _of_its_shape(side: Expr, asked: Expr, scope: Scope) -> Expr:
    """Something that has the shape of a side: of the derivative of a number, what it is taken by."""
    match side:
        case Deriv(of, wrt) if shape_of(of, scope) == ():
            return wrt or asked
    return side


def at_a_number(condition: Cond, sides: Sequence[Expr], asked: Expr, scope: Scope) -> Scope | None:
    """The scope in which a condition `T = 1` holds, for a declared quantity through which nothing else is derived;
    None for others."""
    match condition:
        case Logic("and", args):
            found: Scope | None = scope
            for arg in args:
                found = None if found is None else at_a_number(arg, sides, asked, found)
            return found
        case Compare("==", Name(name), right) if name in scope.variables and not scope.shape(name):
            value = number(right)
            if value is None:
                return None
            derived = [node.wrt or asked for side in sides for node in walk(side) if isinstance(node, Deriv)]
            others = (wrt for wrt in derived if root(wrt) != name)
            if name in {below for wrt in others for below in names_in(wrt, scope)}:
                return None
            variable = replace(scope.variables[name], domain=Finite((value,)))
            return replace(scope, variables={**scope.variables, name: variable})
    return None


def outside(condition: Cond, scope: Scope) -> bool:
    """Whether a condition gives a declared quantity a value that it never has: y = 1/2 for a label."""
    match condition:
        case Logic("and", args):
            return any(outside(arg, scope) for arg in args)
        case Compare("==", Name(name), right) if name in scope.variables and not scope.shape(name):
            value = number(right)
            return value is not None and not _has(scope.variables[name].domain, value)
    return False


def _has(domain: Domain, value: Fraction) -> bool:
    match domain:
        case Interval():
            return value in domain
        case Finite(values):
            return value in values
        case Integers():
            return value.denominator == 1
        case Classes(count):
            return value.denominator == 1 and value >= 0 and (isinstance(count, str) or value < count)
    return True


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
