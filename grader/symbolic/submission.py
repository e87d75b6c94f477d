"""A submission as the judge sees it: equations in pairs, the last line, what is asked by the letters used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from grader.formula.declare import Definition, Scope
from grader.formula.derivation import read_derivation
from grader.formula.equations import Derivation, Side, with_cases
from grader.formula.equations import Equation as Stated
from grader.formula.errors import Unreadable
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import Deriv, Expr, Index, Name, Node, Span, walk
from grader.symbolic.answering import (
    answer_at,
    asked_by,
    asked_by_component,
    turned_round,
    with_bounds_apart,
    with_points_apart,
    with_values_named,
)
from grader.symbolic.claims import Claims
from grader.symbolic.convention import SAME, Convention, convention_of
from grader.symbolic.domain import without_range
from grader.symbolic.in_names import Restated, restated
from grader.symbolic.place import place_of
from grader.symbolic.quantity import LOSS, left_standing, names_in, root, written_in
from grader.symbolic.stationary import without_optimum
from grader.symbolic.steps import Equation
from grader.symbolic.task import Problem


@dataclass(frozen=True, slots=True)
class Submitted:
    """`wrt` is what was asked, in the index letters of the answer; `loss` is the asked one, or the one that the
    submission states in a convention of its own."""

    equations: tuple[Equation, ...]
    scope: Scope
    loss: Expr
    wrt: Expr
    final: Expr
    place: Span
    """Where `final` stands, brackets and all."""
    convention: Convention | None
    partly: Mapping[tuple[Expr, str], Expr] = field(default_factory=dict)
    """As `Scope.rewritten`, where the variable asked for stands beside the name: what ∂L/∂u may be taken of."""


def read_submission(text: str, problem: Problem, *, deadline: float, own: bool = True) -> Submitted:
    """`own`: whether it may have a convention of its own. Raises Unreadable."""
    read = _read_as_asked(text, problem, deadline=deadline, own=own)
    by_component = asked_by_component(problem, read.final, read.scope) if read.wrt == problem.wrt else None
    if by_component is None:
        return read
    try:
        return _read_as_asked(text, by_component, deadline=deadline, own=own)
    except Unreadable:
        return read


def _read_as_asked(text: str, problem: Problem, *, deadline: float, own: bool) -> Submitted:
    read = read_derivation(text, problem.scope, root(problem.wrt))
    read = with_values_named(read, Claims(read.scope, problem.loss, problem.wrt, deadline=deadline))
    scope, loss, convention = read.scope, problem.loss, None
    scope = replace(scope, indices={**scope.indices, **{k: v for e in read.equations for k, v in e.indices.items()}})
    for side in (side for equation in read.equations for side in equation.sides):
        letter = without_range(side.expr, scope)
        if letter is not None:
            raise Unreadable("unreadable", side.span, ("an index of something that has components",), {"index": letter})
    stated = read.stated_loss
    if stated is not None:
        found = convention_of(stated, problem.loss, problem.wrt, scope, deadline=deadline)
        if found == SAME:
            scope = replace(scope, stated=stated)
        elif found is not None and own:
            convention, loss = found, stated
            scope = replace(scope, loss=loss)
            if LOSS not in scope.variables:
                scope = scope.with_definition(Definition(LOSS, loss))
    claims = Claims(scope, loss, problem.wrt, deadline=deadline)
    read = with_points_apart(with_bounds_apart(turned_round(read, claims), claims), claims)
    read = without_optimum(read, claims)
    at = answer_at(read.equations, claims)
    wrt = asked_by(problem.wrt, read.equations[at], scope)
    written = dict(_in_its_names(read, scope, wrt, deadline=deadline))
    scope = replace(scope, rewritten={of: form.expr for of, form in written.items() if form.alone})
    partly = {of: form.expr for of, form in written.items() if not form.alone}
    answer = _with_what_is_given(with_cases(read.equations[: at + 1]), read.equations[at:], scope)
    answer = _before_the_loss(answer, read.equations[at], claims)
    pairs = _pairs(read, text, wrt, loss, at)
    return Submitted(pairs, scope, loss, wrt, answer.expr, answer.span, convention, partly)


def _before_the_loss(answer: Side, stated: Stated, claims: Claims) -> Side:
    """`−y e^{−yf}` of `−y e^{−yf} = −y·L`: what comes before the loss by its name is the answer, written out."""
    if answer != stated.sides[-1] or not left_standing(answer.expr, claims.scope):
        return answer
    head = stated.sides[0].expr
    sides = stated.sides[1:-1] if isinstance(head, Deriv) or stated.introduces is not None else stated.sides[:-1]
    if any(isinstance(node, Deriv) for node in walk(answer.expr)) or not sides or answer.condition is not None:
        return answer
    before = sides[-1]
    closed = before.condition is None and not left_standing(before.expr, claims.scope)
    return before if closed and claims.same(before.expr, answer.expr) else answer


def _with_what_is_given(answer: Side, stated: Sequence[Stated], scope: Scope) -> Side:
    """`2(σ − y)σ′, where σ′ = σ(1 − σ)`: with what the derivatives in an answer are said to be on the same line.
    `stated`: what gives the answer, and what stands behind it."""
    line = (stated[0].lines or (stated[0].line,))[-1]
    given: dict[Node, Expr] = {}
    for equation in stated[1:]:
        head, last = equation.sides[0].expr, equation.sides[-1]
        closed = last.condition is None and not left_standing(last.expr, scope)
        if equation.line == line and len(equation.sides) > 1 and isinstance(head, Deriv) and closed:
            given[head] = last.expr
    return replace(answer, expr=replaced(answer.expr, given.get)) if given else answer


def _in_its_names(
    read: Derivation, scope: Scope, asked: Expr, *, deadline: float
) -> Iterator[tuple[tuple[Expr, str], Restated]]:
    """What is derived by a name that the submission introduces, and is not written in it."""
    introduced = {definition.name for definition in read.definitions if not definition.parameters}
    sides = (side.expr for equation in read.equations for side in equation.sides)
    taken = dict.fromkeys(
        (node.of, root(node.wrt)) for side in sides for node in walk(side)
        if isinstance(node, Deriv) and isinstance(node.wrt, Name | Index)
    )  # fmt: skip
    for of, name in taken:
        stated = scope.stated if of == Name(LOSS) else None
        within = any(name in names_in(each, scope) for each in (of, stated) if each is not None)
        if name in introduced and not within and name not in names_in(written_in(of, name, scope, asked), scope):
            below = names_in(Name(name), scope)
            others = [o for o in introduced - below if name not in names_in(Name(o), scope)]
            written = restated(of, name, sorted(others), scope, asked, deadline=deadline)
            if written is not None:
                yield (of, name), written


def _pairs(read: Derivation, text: str, wrt: Expr, loss: Expr, answers: int) -> tuple[Equation, ...]:
    """Every equation with its left and right; a formula alone that answers is what was asked."""
    made: list[Equation] = []
    asked = Deriv(Name(LOSS) if LOSS not in read.scope.variables else loss, wrt)
    for number, equation in enumerate(read.equations):
        lines: Sequence[int] = equation.lines or (equation.line,) * len(equation.sides)
        sides = equation.sides
        if len(sides) == 1 and number == answers:
            where = place_of(text, sides[0].span)
            made.append(Equation(asked, sides[0].expr, lines[0], len(made) + 1, where, asked))
        alone = len(sides) == 1 and number > answers and sides[0].compared is None
        if alone and (case := sides[0].condition or sides[0].perhaps) is not None:
            where = place_of(text, sides[0].span)  # `for y = 1 the gradient is σ(z) − 1`
            whole = _of_whole(asked, sides[0], read.scope)
            made.append(
                Equation(whole, sides[0].expr, lines[0], len(made) + 1, where, whole, condition=case, behind=True)
            )
        for place, (left, right) in enumerate(pairwise(sides)):
            given = equation.introduces is not None and place == 0
            where = place_of(text, right.span)
            if right.condition is not None and left.condition not in (None, right.condition):
                left = sides[0]  # another case of the same thing
            both = (left.expr, right.expr)
            if left.up_to_constant or right.up_to_constant:
                both = (Deriv(left.expr, wrt), Deriv(right.expr, wrt))
            made.append(
                Equation(
                    *both,
                    lines[place + 1],
                    len(made) + 1,
                    where,
                    sides[0].expr,
                    given=given,
                    condition=right.condition,
                    perhaps=right.perhaps,
                    behind=number > answers,
                )
            )
    return tuple(made)


def _of_whole(asked: Deriv, side: Side, scope: Scope) -> Deriv:
    """The derivative by the whole of z where a component was asked for, and a vector is given."""
    if isinstance(asked.wrt, Index) and side.shape and side.shape == shape_of(asked.wrt.base, scope):
        return replace(asked, wrt=asked.wrt.base)
    return asked
