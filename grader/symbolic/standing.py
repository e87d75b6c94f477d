"""Where a derivation stands: what is asked, and how far each derivative was brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from grader.formula.declare import Scope
from grader.formula.show import show
from grader.formula.tree import Deriv, Expr, Index, IndexVar, Name, Reduce, walk
from grader.symbolic.adjoint import in_whole_matrices
from grader.symbolic.kinds import derivatives
from grader.symbolic.layout import laid_out
from grader.symbolic.quantity import LOSS, root
from grader.symbolic.steps import Equation
from grader.symbolic.submission import Submitted
from grader.symbolic.task import Problem

_LETTERS: Final = "ijklm"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a derivation stands: what is asked, and the last form that each derivative was brought to."""

    scope: Scope
    loss: Expr
    asked: Expr
    reached: Mapping[Expr, Expr]
    """By the derivative on the left; the loss goes by its name there."""

    @property
    def goal(self) -> Deriv:
        return Deriv(Name(LOSS), self.asked)


def by_component(asked: Expr, loss: Expr, scope: Scope) -> tuple[Expr, Scope]:
    """What is asked for of a vector that goes component by component: one component of it, in a free letter."""
    if not isinstance(asked, Name) or not scope.shape(asked.name) or in_whole_matrices(loss, asked, scope):
        return asked, scope
    shape = scope.shape(asked.name)
    taken = {*scope.variables, *scope.definitions, *scope.dims, *scope.indices}
    taken |= {node.index for node in walk(loss) if isinstance(node, Reduce) and node.index is not None}
    letters = [letter for letter in _LETTERS if letter not in taken][: len(shape)]
    if len(letters) < len(shape):
        return asked, scope
    indices = {**scope.indices, **dict(zip(letters, shape, strict=True))}
    return Index(asked, tuple(map(IndexVar, letters))), replace(scope, indices=indices)


def standing_of(read: Submitted, right: Sequence[Equation], problem: Problem) -> Standing:
    """How far the equations that are right bring each derivative."""
    by_the_name = {read.loss: Name(LOSS), problem.loss: Name(LOSS)}
    reached: dict[Expr, Expr] = {}
    for equation in right:
        head, form = equation.head, equation.right
        if isinstance(head, Deriv):
            goal = replace(head, of=by_the_name.get(head.of, head.of), wrt=head.wrt or read.wrt)
            if goal not in derivatives(form):
                reached[goal] = form
    own = [goal.wrt for goal in reached if isinstance(goal, Deriv) and goal.of == Name(LOSS) and goal.wrt is not None]
    own = [by for by in own if root(by) == root(problem.wrt)]  # the letters that they use
    asked, scope = (own[-1], read.scope) if own else by_component(problem.wrt, read.loss, read.scope)
    return Standing(scope, read.loss, asked, reached)


def shown(expr: Expr, standing: Standing) -> str:
    """A formula on one line, as people lay it out: δ_jk for an indicator of two indices, x_i for a row of X."""
    return show(*laid_out(expr, standing.scope))
