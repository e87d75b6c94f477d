"""A submission as the judge sees it: equations in pairs, the last line, what is asked by the letters used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from grader.formula import equations
from grader.formula.declare import Definition, Scope
from grader.formula.derivation import read_derivation
from grader.formula.equations import Derivation
from grader.formula.errors import Unreadable
from grader.formula.tree import ONE, Call, Deriv, Expr, Index, IndexVar, Name, Span, walk
from grader.symbolic.convention import positive_factor
from grader.symbolic.domain import without_range
from grader.symbolic.in_names import Restated, restated
from grader.symbolic.place import place_of
from grader.symbolic.quantity import LOSS, indices_in, names_in, root, written_in
from grader.symbolic.steps import Equation
from grader.symbolic.task import Problem


@dataclass(frozen=True, slots=True)
class Submitted:
    """`wrt` is what was asked, in the index letters of the answer; `loss` is the asked one, or the one that the
    submission states in a convention of its own (then `convention` is the factor between them)."""

    equations: tuple[Equation, ...]
    scope: Scope
    loss: Expr
    wrt: Expr
    final: Expr
    place: Span
    """Where `final` stands, brackets and all."""
    convention: Expr | None
    partly: Mapping[tuple[Expr, str], Expr] = field(default_factory=dict)
    """As `Scope.rewritten`, where the variable asked for stands beside the name: what ∂L/∂u may be taken of."""


def read_submission(text: str, problem: Problem, *, deadline: float, own: bool = True) -> Submitted:
    """`own`: whether it may have a convention of its own. Raises Unreadable."""
    read = read_derivation(text, problem.scope)
    scope, loss, convention = read.scope, problem.loss, None
    scope = replace(scope, indices={**scope.indices, **{k: v for e in read.equations for k, v in e.indices.items()}})
    for side in (side for equation in read.equations for side in equation.sides):
        letter = without_range(side.expr, scope)
        if letter is not None:
            raise Unreadable("unreadable", side.span, ("an index of something that has components",), {"index": letter})
    if read.stated_loss is not None:
        factor = positive_factor(problem.loss, read.stated_loss, scope, deadline=deadline)
        if factor == ONE:
            scope = replace(scope, stated=read.stated_loss)
        elif factor is not None and own:
            convention, loss = factor, read.stated_loss
            scope = replace(scope, loss=loss)
            if LOSS not in scope.variables:
                scope = scope.with_definition(Definition(LOSS, loss))
    last = read.equations[-1]
    wrt = _wrt(problem.wrt, last, scope)
    written = dict(_in_its_names(read, scope, wrt, deadline=deadline))
    scope = replace(scope, rewritten={of: form.expr for of, form in written.items() if form.alone})
    partly = {of: form.expr for of, form in written.items() if not form.alone}
    pairs = _pairs(read, text, wrt, loss)
    return Submitted(pairs, scope, loss, wrt, read.answer.expr, read.answer.span, convention, partly)


def _wrt(asked: Expr, last: equations.Equation, scope: Scope) -> Expr:
    """What was asked, in the letters of the last line: `∂L/∂z_i = …` answers a question about z_k; a formula in
    `i` answers one about the whole of z, and `∂L/∂z = …`, a vector by its own words, one about z_k.

    An index letter that stands alone may be any: `2 a_i x_i` answers a question about x_j, as the reader takes the
    one free letter of the answer for the one that was asked about."""
    base = asked.base if isinstance(asked, Index) else asked
    if not isinstance(base, Name) or base.name not in scope.variables:
        return asked
    final, shape = last.sides[-1].expr, last.sides[-1].shape
    for side in last.sides:
        by = side.expr.wrt if isinstance(side.expr, Deriv) else None
        own_part = isinstance(by, Index) and by.base in (base, Call("transpose", (base,)))
        if own_part and isinstance(by, Index) and all(isinstance(letter, IndexVar) for letter in by.subscripts):
            return by  # of a matrix a row or a column too: `∂L/∂w_k`
    own = indices_in(asked)
    used = [letter for letter in last.indices if letter in indices_in(final)]
    whole = scope.shape(base.name)
    if shape == () and whole and not own & set(used):
        fitting = [letter for letter in used if last.indices[letter] in whole]
        if len(fitting) == len(whole) and [last.indices[letter] for letter in fitting] == list(whole):
            return Index(base, tuple(IndexVar(letter) for letter in fitting))
    if len(whole) == 2 and shape is not None and len(shape) == len(used) == 1 and asked == base:
        over, letter = last.indices[used[0]], IndexVar(used[0])
        if (over, *shape) == whole:
            return Index(base, (letter,))
        if (*shape, over) == whole:
            return Index(Call("transpose", (base,)), (letter,))
    named = any(isinstance(side.expr, Deriv) and side.expr.wrt == base for side in last.sides)
    if named and own and shape == whole and shape and not used:
        return base
    return asked


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


def _pairs(read: Derivation, text: str, wrt: Expr, loss: Expr) -> tuple[Equation, ...]:
    """Every equation with its left and right; a bare last line is an answer to what was asked."""
    made: list[Equation] = []
    asked = Deriv(Name(LOSS) if LOSS not in read.scope.variables else loss, wrt)
    for number, equation in enumerate(read.equations):
        lines: Sequence[int] = equation.lines or (equation.line,) * len(equation.sides)
        sides = equation.sides
        if len(sides) == 1 and number == len(read.equations) - 1:
            where = place_of(text, sides[0].span)
            made.append(Equation(asked, sides[0].expr, lines[0], len(made) + 1, where, asked))
        for place, (left, right) in enumerate(pairwise(sides)):
            given = equation.introduces is not None and place == 0
            where = place_of(text, right.span)
            if right.condition is not None and left.condition not in (None, right.condition):
                left = sides[0]  # another case of the same thing
            made.append(
                Equation(
                    left.expr,
                    right.expr,
                    lines[place + 1],
                    len(made) + 1,
                    where,
                    sides[0].expr,
                    given=given,
                    condition=right.condition,
                    perhaps=right.perhaps,
                )
            )
    return tuple(made)
