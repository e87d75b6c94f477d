"""Which equation of a derivation gives the answer.

As a rule the last one. Behind an answer that is stated as such people write what follows from it, or what they used:
`L'' = σ(1 − σ) > 0`, `1 − σ(z) = σ(−z)`, `dL/db = …`. Those are judged as steps, and the answer stays what it was.
A line goes on with the answer where it begins with its value, or reaches the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.formula.declare import Scope
from grader.formula.equations import Derivation, Equation, Side
from grader.formula.shape_of import shape_of
from grader.formula.tree import Call, Deriv, Expr, Index, IndexVar, Name
from grader.symbolic.compare import Equal, Unknown, compare
from grader.symbolic.domain import domain_of
from grader.symbolic.quantity import LOSS, Formula, Gradient, indices_in, left_standing, root


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
    named = any(isinstance(side.expr, Deriv) and side.expr.wrt == base for side in last.sides)
    if named and own and shape == whole and shape and not used:
        return base
    return asked


def with_bounds_apart(read: Derivation, scope: Scope, asked: Expr, *, deadline: float) -> Derivation:
    """Of `a = b > 0` the value b: unless a is 1 where b > 0, and 0 elsewhere."""

    def meant(before: Side, side: Side) -> Side:
        if side.compared is None:
            return side
        same = _same(Formula(before.expr, scope, asked), Formula(side.expr, scope, asked), asked, deadline)
        return side if same else replace(side, expr=side.compared)

    def settled(equation: Equation) -> Equation:
        first, *others = equation.sides
        return replace(equation, sides=(first, *(meant(first, side) for side in others)))

    if not any(side.compared is not None for equation in read.equations for side in equation.sides[1:]):
        return read
    return replace(read, equations=tuple(map(settled, read.equations)))


def answer_at(equations: Sequence[Equation], scope: Scope, loss: Expr, asked: Expr, *, deadline: float) -> int:
    """The place of the equation whose last side is the answer."""
    end = len(equations) - 1
    ending = equations[end]
    if _states(ending, asked) or (_alone(ending) and ending.sides[0].compared is None):
        return end
    at = next((place for place in range(end - 1, -1, -1) if _may_answer(equations[place], asked)), None)
    if at is None:
        return end
    stated, wrt = equations[at].sides[-1].expr, asked_by(asked, equations[at], scope)
    value = Formula(stated, scope, wrt)
    truth = Gradient(loss, wrt, scope)
    right = _same(truth, value, wrt, deadline)
    if _alone(equations[at]) and not right:
        return end
    behind = equations[at + 1 :]
    if left_standing(stated, scope) and not all(isinstance(each.sides[0].expr, Deriv) for each in behind):
        return end
    known = value if right else truth

    def goes_on(equation: Equation) -> bool:
        if _slope_of_asked(equation, asked):
            return not right  # in one case: of a right answer that is a remark
        sides = equation.sides[1:] if equation.introduces is not None else equation.sides
        formulas = [Formula(side.expr, scope, wrt) for side in sides]
        if _same(value, formulas[0], wrt, deadline) is not False:
            return True
        return any(_same(known, formula, wrt, deadline) for formula in formulas)

    return next((place for place in range(end, at, -1) if goes_on(equations[place])), at)


def _same(a: Formula | Gradient, b: Formula, asked: Expr, deadline: float) -> bool | None:
    """Whether two things are equal; of different shapes they are not. None: not decided."""
    first = a.wrt if isinstance(a, Gradient) else a.expr
    shapes = [shape_of(each, b.scope) for each in (first, b.expr)]
    if None not in shapes and shapes[0] != shapes[1]:
        return False
    domain = domain_of(b.scope, (a.of if isinstance(a, Gradient) else a.expr, first, b.expr), asked=asked)
    found = compare(a, b, domain, deadline=deadline)
    return None if isinstance(found, Unknown) else isinstance(found, Equal)


def _states(equation: Equation, asked: Expr) -> bool:
    """Whether an equation says what the asked derivative is, in all cases."""
    return _slope_of_asked(equation, asked) and not any(side.condition or side.perhaps for side in equation.sides)


def _slope_of_asked(equation: Equation, asked: Expr) -> bool:
    left = equation.sides[0].expr
    if len(equation.sides) < 2 or not isinstance(left, Deriv) or left.of != Name(LOSS) or left.order > 1:
        return False
    return left.wrt is None or root(left.wrt) == root(asked)


def _alone(equation: Equation) -> bool:
    return len(equation.sides) == 1


def _may_answer(equation: Equation, asked: Expr) -> bool:
    return _states(equation, asked) or (_alone(equation) and equation.sides[0].compared is None)
