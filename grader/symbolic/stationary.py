"""What a derivation says of the optimum: `σ(z) − y = 0 ⇒ σ(z) = y`, `Setting this to zero: XᵀXw = Xᵀy`.

It holds there and nowhere else, so it is no step, and behind an answer not the answer either. Words tell it, or the
equation itself: where it holds, the derivative that was stated is zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from grader.formula.equations import Derivation, Equation, Side
from grader.formula.reader.asides import claims_nothing, speaks_of_optimum
from grader.formula.reader.lines import Comment
from grader.formula.rebuild import substituted
from grader.formula.tree import ZERO, Add, Deriv, Expr, Mul, Name, Neg, Num
from grader.symbolic.claims import Claims
from grader.symbolic.quantity import LOSS, left_standing, names_in, root

_AT: Final = re.compile(r"\W*(when|where|iff?|at|for)\b")
_FACTORS: Final = (Fraction(1), Fraction(-1), Fraction(2), Fraction(-2), Fraction(1, 2), Fraction(-1, 2))
"""What a stated derivative may be multiplied by: `p = y` for ½(p − y)."""


def without_optimum(read: Derivation, claims: Claims) -> Derivation:
    """The derivation without what is said of the optimum behind a line that says what the derivative is."""
    kept = tuple(_kept(read, claims))
    return replace(read, equations=kept) if kept else read


def _kept(read: Derivation, claims: Claims) -> Iterator[Equation]:
    stated: Side | None = None
    there = False
    for place, equation in enumerate(read.equations):
        said = _said_of(equation, read)
        there = there or (stated is not None and said)
        zero = _zero_at(equation, stated, claims)
        if zero is not None and (
            _is_set(place, read, claims) or _sets(equation, read) or _goes_on(read.equations[place + 1 :], claims)
        ):
            there = True
            if zero > 1:
                equation = replace(equation, sides=equation.sides[:zero], lines=equation.lines[:zero])
                stated = equation.sides[-1]
                yield equation
            continue
        if claims.answers(equation):
            there = there and len(equation.sides) == 1
            stated = equation.sides[-1]
        if stated is not None and _holds_at_optimum(equation, stated.expr, claims):
            there = True
        elif there and _has_value(equation) and not _is_identity(equation, claims):
            continue  # its value at the optimum
        elif not there or not _is_solution(equation, claims):
            yield equation


def _holds_at_optimum(equation: Equation, stated: Expr, claims: Claims) -> bool:
    """Whether the derivative that is stated is zero wherever an equation holds that is none of formulas: `p = y`
    for p − y, `η = log y` for e^η − y."""
    if len(equation.sides) != 2 or not _is_solution(equation, claims) or _is_identity(equation, claims):
        return False
    left, right = (side.expr for side in equation.sides)
    asked = root(claims.asked)
    named = equation.introduces.name if equation.introduces is not None else isinstance(left, Name) and left.name
    if named and named.startswith(asked):
        if asked in names_in(right, claims.scope):
            return False
        return claims.same(substituted(stated, {asked: right}), ZERO) is True
    if equation.introduces is not None:
        return False
    difference = Add((left, Neg(right)))
    return any(claims.same(difference, Mul((Num(factor), stated))) for factor in _FACTORS)


def _is_identity(equation: Equation, claims: Claims) -> bool:
    """Whether neighbouring sides are equal, or may be."""
    if equation.introduces is not None:
        return False
    return all(claims.same(one.expr, other.expr) is not False for one, other in pairwise(equation.sides))


def _has_value(equation: Equation) -> bool:
    """Whether an equation may tell what the loss is at the optimum, or its second derivative."""
    left = equation.sides[0].expr
    return left == Name(LOSS) or (isinstance(left, Deriv) and left.order > 1)


def _goes_on(behind: Sequence[Equation], claims: Claims) -> bool:
    """Whether something follows from setting the derivative to zero."""
    return bool(behind) and _is_solution(behind[0], claims)


def _is_solution(equation: Equation, claims: Claims) -> bool:
    """Whether an equation may hold at the optimum only: it derives nothing, and gives no new name a value, but for
    that of a declared one (`λ̂ = y`)."""
    if len(equation.sides) == 1 or any(left_standing(side.expr, claims.scope) for side in equation.sides):
        return False
    name = "" if equation.introduces is None else equation.introduces.name
    return not name or any(name.startswith(known) for known in claims.scope.variables)


def _zero_at(equation: Equation, stated: Side | None, claims: Claims) -> int | None:
    """Which side, the last one, sets a derivative to zero that is not zero everywhere."""
    at, last = len(equation.sides) - 1, equation.sides[-1]
    if last.expr != ZERO or at == 0 or (at == 1 and stated is None) or last.condition or last.perhaps:
        return None
    first = equation.sides[0].expr
    about = claims.slope_of_asked(equation) or (stated is not None and claims.same(first, stated.expr))
    return at if about and claims.same(first, ZERO) is False else None


def _is_set(place: int, read: Derivation, claims: Claims) -> bool:
    """Whether `∇L = … = 0` is an equation to solve, as it stands: nothing in its line or further on speaks of the 0."""
    equation = read.equations[place]
    behind = (comment for comment in _beside(equation, read) if comment.span.start > equation.span.start)
    if len(equation.sides) < 3 or not all(_is_of_optimum(c.text) or _AT.match(c.text) for c in behind):
        return False
    return not any(each.sides[-1].expr == ZERO and claims.answers(each) for each in read.equations[place + 1 :])


def _sets(equation: Equation, read: Derivation) -> bool:
    """Whether the words right before `∇L = 0` speak of the optimum, or something stands behind it in its line that
    was set aside: `∇L = 0 ⇒ w = (XᵀX)⁻¹Xᵀy`."""
    before = [comment.text for comment in _beside(equation, read) if comment.span.start < equation.span.start]
    return any(map(_is_of_optimum, before[-1:])) or any(
        comment.span.start > equation.span.start and "=" in comment.text for comment in _beside(equation, read)
    )


def _beside(equation: Equation, read: Derivation) -> Iterator[Comment]:
    """What was set aside in the line of an equation."""
    return (comment for comment in read.comments if comment.line == equation.line)


def _is_of_optimum(text: str) -> bool:
    return claims_nothing(text) or speaks_of_optimum(text)


def _said_of(equation: Equation, read: Derivation) -> bool:
    """Whether the words before an equation, in its own line, speak of the optimum."""
    before = (comment.text for comment in _beside(equation, read) if comment.span.start < equation.span.start)
    return any(map(_is_of_optimum, before))
