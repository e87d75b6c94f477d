"""What a derivation says of the optimum: `σ(z) − y = 0 ⇒ σ(z) = y`, `Setting this to zero: XᵀXw = Xᵀy`.

It holds there and nowhere else, so it is no step, and behind an answer not the answer either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.formula.equations import Derivation, Equation, Side
from grader.formula.reader.asides import claims_nothing
from grader.formula.tree import ZERO
from grader.symbolic.claims import Claims
from grader.symbolic.quantity import left_standing


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
        if zero is not None and (said or _goes_on(read.equations[place + 1 :], claims)):
            there = True
            if zero > 1:
                equation = replace(equation, sides=equation.sides[:zero], lines=equation.lines[:zero])
                stated = equation.sides[-1]
                yield equation
            continue
        if claims.answers(equation):
            there = there and len(equation.sides) == 1
            stated = equation.sides[-1]
        if not there or not _is_solution(equation, claims):
            yield equation


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


def _said_of(equation: Equation, read: Derivation) -> bool:
    """Whether the words before an equation, in its own line, speak of the optimum."""
    return any(
        comment.line == equation.line and comment.span.start < equation.span.start and claims_nothing(comment.text)
        for comment in read.comments
    )
