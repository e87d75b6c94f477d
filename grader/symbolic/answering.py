"""Which equation of a derivation gives the answer.

As a rule the last one. Behind an answer that is stated as such people write what follows from it, or what they used:
`L'' = σ(1 − σ) > 0`, `1 − σ(z) = σ(−z)`, `dL/db = …`. Those are judged as steps, and the answer stays what it was.
A line goes on with the answer where it begins with its value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from grader.formula.declare import Scope
from grader.formula.equations import Derivation, Equation, Side
from grader.formula.shape_of import shape_of
from grader.formula.shapes import Known
from grader.formula.tree import ONE, Add, Call, Deriv, Expr, Index, IndexVar, Name, Num, Size, walk
from grader.symbolic.cases import thin
from grader.symbolic.claims import Claims
from grader.symbolic.quantity import indices_in, left_standing
from grader.symbolic.task import Problem


def asked_by(asked: Expr, last: Equation, scope: Scope) -> Expr:
    """What was asked, in the letters of an equation: `∂L/∂z_i = …` answers a question about z_k; a formula in
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
    named = any(isinstance(side.expr, Deriv) and side.expr.wrt in (base, None) for side in last.sides)
    if named and own and shape == whole and shape and not used:
        return base
    return asked


def asked_by_component(problem: Problem, final: Expr, scope: Scope) -> Problem | None:
    """The question that `2 Σ_i X_id (…)` answers, where d is the size of the w that was asked about: its letter, as
    a subscript, is the position of any component. None where an answer is not of that form."""
    base = problem.wrt
    if not isinstance(base, Name) or base.name not in scope.variables or shape_of(final, scope) != ():
        return None
    whole = scope.shape(base.name)
    subscripts = {each for node in walk(final) if isinstance(node, Index) for each in node.subscripts}
    free = {each.name: scope.indices.get(each.name) for each in subscripts if isinstance(each, IndexVar)}
    letters: list[str] = []
    for dim in whole:
        last = Add((Size(str(dim)), Num(Fraction(-1))))
        named = [letter for letter, over in free.items() if over == dim and letter not in letters]
        letters += [str(dim)] if len(str(dim)) == 1 and last in subscripts else named[:1]
    if len(letters) != len(whole) or not set(letters) & set(map(str, whole)) or len(set(letters)) < len(letters):
        return None
    indices = {**problem.scope.indices, **dict(zip(letters, whole, strict=True))}
    asked = Index(base, tuple(IndexVar(letter) for letter in letters))
    return replace(problem, scope=replace(problem.scope, indices=indices), wrt=asked)


def turned_round(read: Derivation, claims: Claims) -> Derivation:
    """With `p − y = dL/dz` as `dL/dz = p − y`."""

    def turned(equation: Equation) -> Equation:
        if len(equation.sides) != 2 or equation.introduces is not None:
            return equation
        first, second = equation.sides
        other = replace(equation, sides=(second, first))
        if isinstance(first.expr, Deriv) or not claims.slope_of_asked(other) or left_standing(first.expr, claims.scope):
            return equation
        return other

    return replace(read, equations=tuple(map(turned, read.equations)))


def with_bounds_apart(read: Derivation, claims: Claims) -> Derivation:
    """Of `a = b > 0` the value b: unless a is 1 where b > 0, and 0 elsewhere."""

    def meant(before: Side, side: Side) -> Side:
        if side.compared is None:
            return side
        return side if claims.same(before.expr, side.expr) else replace(side, expr=side.compared)

    def settled(equation: Equation) -> Equation:
        first, *others = equation.sides
        return replace(equation, sides=(first, *(meant(first, side) for side in others)))

    if not any(side.compared is not None for equation in read.equations for side in equation.sides[1:]):
        return read
    return replace(read, equations=tuple(map(settled, read.equations)))


def with_points_apart(read: Derivation, claims: Claims) -> Derivation:
    """Of `dL/dz = σ(z) − y = −½ at z = 0, y = 1` the part that holds for all, and by itself the value at the point.
    That part ends with the last side that is the derivative: before it, dL/dp·dp/dz may stand."""

    def parted(equation: Equation) -> tuple[Equation, ...]:
        sides = equation.sides
        named = isinstance(sides[0].expr, Deriv)
        if len(sides) < 2 or sides[-1].condition is None or (named and not claims.slope_of_asked(equation)):
            return (equation,)
        wrt = asked_by(claims.asked, equation, claims.scope)
        claimed = range(1, len(sides)) if named else range(1)
        whole = next((at for at in reversed(claimed) if claims.is_truth(sides[at].expr, wrt)), None)
        thinly = thin(sides[-1].condition, claims.scope)
        if whole is None or (whole == len(sides) - 1 and not thinly) or not (named or thinly):
            return (equation,)
        lines = equation.lines or (equation.line,) * len(sides)
        general = tuple(replace(side, condition=None, perhaps=None) for side in sides[: whole + 1])
        there = (replace(equation, sides=(sides[0], *sides[whole + 1 :]), lines=(lines[0], *lines[whole + 1 :])),)
        return (replace(equation, sides=general, lines=lines[: whole + 1]), *(there if whole + 1 < len(sides) else ()))

    if all(side.condition is None for equation in read.equations for side in equation.sides):
        return read
    return replace(read, equations=tuple(part for equation in read.equations for part in parted(equation)))


def with_values_named(read: Derivation, claims: Claims) -> Derivation:
    """With `p = σ(z) > 0` as a name for σ(z): 1 wherever σ(z) > 0 would be one for 1."""
    scope, made = read.scope, list(read.equations)
    for at, equation in enumerate(made):
        definition = equation.introduces
        if definition is None or definition.parameters or all(side.compared is None for side in equation.sides[1:]):
            continue
        sides = tuple(
            side
            if side.compared is None or claims.same(side.expr, ONE) is not True
            else replace(side, expr=side.compared)
            for side in equation.sides
        )
        definition = replace(definition, body=sides[1].expr)
        made[at] = replace(equation, sides=sides, introduces=definition)
        scope = scope.with_definition(definition)
    return replace(read, scope=scope, equations=tuple(made))


def answer_at(equations: Sequence[Equation], claims: Claims) -> int:
    """The place of the equation whose last side is the answer."""
    end = len(equations) - 1
    if claims.answers(equations[end]):
        return end
    at = next((place for place in range(end - 1, -1, -1) if claims.answers(equations[place])), None)
    if at is None:
        return end
    alone = len(equations[at].sides) == 1
    stated, wrt = equations[at].sides[-1].expr, asked_by(claims.asked, equations[at], claims.scope)
    right = claims.is_truth(stated, wrt)
    if alone and right is False:
        return end
    behind = equations[at + 1 :]
    if left_standing(stated, claims.scope) and not all(isinstance(each.sides[0].expr, Deriv) for each in behind):
        return end

    def goes_on(place: int) -> bool:
        equation = equations[place]
        if claims.slope_of_asked(equation) or any(side.condition for side in equation.sides):
            return right is False  # in one case: of a right answer that is a remark
        if equation.introduces is not None:
            if _is_other(equation, shape_of(stated, claims.scope)):
                return False
            return not any(each.uses(equation.introduces.name) for each in equations[place + 1 :])
        first = equation.sides[0].expr
        if left_standing(first, claims.scope):
            return first == stated
        return claims.same(stated, first, wrt) is not False

    return next((place for place in range(end, at, -1) if goes_on(place)), at)


def _is_other(equation: Equation, shape: Known) -> bool:
    """Whether a name that is introduced behind an answer is not the answer again: `H = 2XᵀX`, `curvature = …`."""
    definition = equation.introduces
    own = equation.sides[0].shape
    if definition is None or (None not in (shape, own) and shape != own):
        return True
    return not definition.name.lower().startswith(_ANSWERS)


_ANSWERS: Final = ("g", "d", "ans", "res", "out", "result", "final")
"""How names begin under which people give the answer once more."""
