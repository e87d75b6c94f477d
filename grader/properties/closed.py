"""The gradient and the second derivative as formulas for people: the shorter of the forms that are at hand."""

from __future__ import annotations

from grader.formula.tree import Expr
from grader.symbolic.differentiate import differentiate
from grader.symbolic.quantity import Unsupported
from grader.symbolic.task import Problem


def closed_forms(problem: Problem) -> tuple[Expr | None, Expr | None]:
    """dL/dwrt and d²L/dwrt². None where there is no such formula (of a matrix product, say)."""
    try:
        first = differentiate(problem.loss, problem.wrt, problem.scope)
    except Unsupported:
        return None, None
    try:
        return first, differentiate(first, problem.wrt, problem.scope)
    except Unsupported:
        return first, None
