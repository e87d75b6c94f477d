"""The gradient and the second derivative as formulas for people: the shortest of the equal forms that are at hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Final

from grader.formula.declare import Scope
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.show import show
from grader.formula.tree import (
    ONE,
    ZERO,
    Call,
    Cases,
    Compare,
    Cond,
    Div,
    Expr,
    Index,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    walk,
)
from grader.properties.vectors.gradient import gradient_of, is_gradient
from grader.symbolic.compare import Equal, compare
from grader.symbolic.components import component
from grader.symbolic.differentiate import differentiate, minus, over, power, times
from grader.symbolic.domain import domain_of
from grader.symbolic.quantity import Formula, Unsupported
from grader.symbolic.task import Problem
from grader.symbolic.tidy import tidy

SECONDS: Final = 0.3
"""For the proof that a shorter form is an equal one."""
LARGE: Final = 160
"""Nodes of a formula that is not rewritten: it would stay unreadable, and take long."""
HUGE: Final = 5000
"""Nodes of a formula that nobody would read: the slope of a maximum of many, say, whose cases multiply."""


def closed_forms(problem: Problem) -> tuple[Expr | None, Expr | None]:
    """dL/dwrt and d²L/dwrt², each as short as an equal form was found. None where there is no such formula, or a huge
    one.

    By a vector, the first is its gradient, and the second is left out: it is a matrix."""
    first, second = _closed_forms(problem)
    return _readable(first), _readable(second)


def _closed_forms(problem: Problem) -> tuple[Expr | None, Expr | None]:
    if isinstance(problem.wrt, Name) and shape_of(problem.wrt, problem.scope):
        return gradient_of(problem), None
    if isinstance(problem.wrt, Index):
        forms = [form for form in (_component(problem), _by_one(problem)) if form is not None]
        first = min(forms, key=lambda form: len(show(form, problem.scope)), default=None)
        return first, None if first is None else _by_one(replace(problem, loss=first))
    try:
        first = shortest(differentiate(problem.loss, problem.wrt, problem.scope), problem.scope)
    except Unsupported:
        return gradient_of(problem), None
    if not _readable(first):
        return None, None
    try:
        return first, shortest(differentiate(first, problem.wrt, problem.scope), problem.scope)
    except Unsupported:
        return first, None


def _readable(expr: Expr | None) -> Expr | None:
    return None if expr is None or _larger(expr, HUGE) else expr


def _larger(expr: Expr, nodes: int) -> bool:
    """Without looking at more of them: what is shared inside a formula may stand in it very often."""
    return next(islice(walk(expr), nodes, None), None) is not None


def _by_one(problem: Problem) -> Expr | None:
    """The derivative by a component that stands in the formula itself; None where the whole vector does as well."""
    try:
        made = shortest(differentiate(problem.loss, problem.wrt, problem.scope), problem.scope)
    except Unsupported:
        return None
    return made if is_gradient(made, problem) else None


def _component(problem: Problem) -> Expr | None:
    """The gradient by z_i as that component of the gradient by z: softmax(z)_i − y_i."""
    wrt = problem.wrt
    if not isinstance(wrt, Index) or not isinstance(wrt.base, Name):
        return None
    whole = gradient_of(replace(problem, wrt=wrt.base))
    if whole is None:
        return None
    try:
        part = component(whole, wrt.subscripts, problem.scope)
    except Unsupported:
        return None
    return part if is_gradient(part, problem) else None


def curvatures(gradient: Expr | None, problem: Problem) -> Expr | None:
    """The second derivative of each component of a loss that is a sum over them: the diagonal, all else being 0."""
    if gradient is None:
        return None
    try:
        return shortest(differentiate(gradient, problem.wrt, problem.scope), problem.scope)
    except Unsupported:
        return None


def shortest(expr: Expr, scope: Scope) -> Expr:
    """The shortest equal form at hand: one that is proved to be equal, or the formula as it is."""
    if _larger(expr, LARGE):
        return expr
    within = _into_cases(expr)
    forms = {show(form, scope): form for form in (expr, tidy(expr, scope), within, tidy(within, scope))}
    for text, form in sorted(forms.items(), key=lambda item: len(item[0])):
        if form == expr or len(text) >= len(show(expr, scope)) or _same(form, expr, scope):
            return form
    return expr


def _same(form: Expr, expr: Expr, scope: Scope) -> bool:
    domain = domain_of(scope, (form, expr))
    try:
        seen = compare(Formula(expr, scope), Formula(form, scope), domain, deadline=time.monotonic() + SECONDS)
    except Unsupported:
        return False
    return isinstance(seen, Equal) and seen.evidence == "proved"


def _into_cases(expr: Expr) -> Expr:
    """Factors and divisors taken into the cases beside them: 2·max(0, u)·{−1 if 0 < u; 0} is {−2u if 0 < u; 0}."""

    def change(node: Node) -> Node | None:
        match node:
            case Mul(factors):
                return _product([replaced(factor, change) for factor in factors])
            case Neg(arg):
                return _each(replaced(arg, change), minus)
            case Div(num, den):
                return _each(replaced(num, change), lambda value: over(value, replaced(den, change)))
            case Pow(Call("sign"), Num(value)) if value == 2:
                return ONE
            case Pow(base, Num() as exponent):
                return _each(replaced(base, change), lambda value: power(value, exponent))
        return None

    return replaced(expr, change)


def _product(factors: list[Expr]) -> Expr:
    for factor in factors:
        if isinstance(factor, Call) and factor.function == "sign" and Call("abs", factor.args) in factors:
            rest = list(factors)
            rest.remove(factor)
            rest.remove(Call("abs", factor.args))
            return _product([factor.args[0], *rest])
    cases = [factor for factor in factors if isinstance(factor, Cases)]
    if not cases:
        return times(*factors)
    first = cases[0]
    rest = [factor for factor in factors if factor is not first]
    made = []
    for place, (condition, value) in enumerate(first.branches):
        beside = [_branch(factor, first, place) for factor in rest]
        made.append((condition, _where(times(value, *beside), condition)))
    if first.otherwise is None:
        return Cases(tuple(made), None)
    last = [_branch(factor, first, len(made)) for factor in rest]
    return Cases(tuple(made), times(first.otherwise, *last))


def _branch(expr: Expr, cases: Cases, place: int) -> Expr:
    """A factor where a case of another one applies: its own value there, if it has the same cases."""
    if not isinstance(expr, Cases) or [c for c, _ in expr.branches] != [c for c, _ in cases.branches]:
        return expr
    return expr.branches[place][1] if place < len(expr.branches) else expr.otherwise or expr


def _where(expr: Expr, condition: Cond) -> Expr:
    """max(0, u) where 0 < u."""
    if not isinstance(condition, Compare) or condition.op != "<" or condition.left != ZERO:
        return expr
    top = condition.right
    tops = (Call("max", (ZERO, top)), Call("max", (top, ZERO)), Call("relu", (top,)))
    return replaced(expr, lambda node: top if node in tops else None)


def _each(expr: Expr, make: Callable[[Expr], Expr]) -> Expr:
    """Something made of every case."""
    if not isinstance(expr, Cases):
        return make(expr)
    branches = tuple((condition, make(value)) for condition, value in expr.branches)
    return Cases(branches, None if expr.otherwise is None else make(expr.otherwise))
