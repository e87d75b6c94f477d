"""The gradient of a loss by a whole vector or matrix as a formula, shown only once it is seen to be the true one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from grader.formula.declare import Scope
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.show import show
from grader.formula.tree import Expr, Mul, Name, Node, walk
from grader.properties.reduce import expanded
from grader.properties.vectors.prepared import by_whole_vectors, prepared
from grader.properties.vectors.rows import gradient_by_rows
from grader.symbolic.adjoint import gradient
from grader.symbolic.compare import Equal, compare
from grader.symbolic.differentiate import differentiate
from grader.symbolic.domain import domain_of
from grader.symbolic.quantity import Formula, Gradient, Unsupported
from grader.symbolic.task import Problem
from grader.symbolic.tidy import tidy

SECONDS: Final = 1.0
"""For one comparison with the true gradient."""


def gradient_of(problem: Problem) -> Expr | None:
    """dL/dwrt in the variable's own shape, as short as found; None where no formula was found or none is verified."""
    wrt, scope = problem.wrt, problem.scope
    assert isinstance(wrt, Name)
    made = {show(each, scope): each for each in _candidates(problem.loss, wrt, scope)}
    for _, each in sorted(made.items(), key=lambda item: (len(item[0]), sum(1 for _ in walk(item[1])))):
        if is_gradient(each, problem):
            return each
    return None


def is_gradient(found: Expr, problem: Problem) -> bool:
    """Whether a formula is the gradient of the loss, by the graders' comparison with the true one."""
    scope = problem.scope
    if shape_of(found, scope) != shape_of(problem.wrt, scope):
        return False
    domain = domain_of(scope, (problem.loss, problem.wrt, found))
    truth = Gradient(problem.loss, problem.wrt, scope)
    try:
        seen = compare(truth, Formula(found, scope), domain, deadline=time.monotonic() + SECONDS)
    except Unsupported:
        return False
    return isinstance(seen, Equal)


def _candidates(loss: Expr, wrt: Name, scope: Scope) -> Iterator[Expr]:
    whole = by_whole_vectors(expanded(loss, scope), wrt.name, scope)
    forms = dict.fromkeys((loss, whole, by_whole_vectors(prepared(loss, scope), wrt.name, scope)))
    for of in forms:
        for take in (gradient, differentiate, gradient_by_rows):
            with suppress(Unsupported, KeyError):
                raw = take(of, wrt, scope)
                yield numbers_first(raw, scope)
                yield numbers_first(tidy(raw, scope), scope)


def numbers_first(expr: Expr, scope: Scope) -> Expr:
    """A product's numbers before its vectors."""

    def change(node: Node) -> Node | None:
        if not isinstance(node, Mul):
            return None
        factors = [numbers_first(factor, scope) for factor in node.factors]
        return Mul(tuple(sorted(factors, key=lambda factor: bool(shape_of(factor, scope)))))

    return replaced(expr, change)
