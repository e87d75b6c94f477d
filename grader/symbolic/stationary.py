"""What a derivation says of the optimum: `σ(z) − y = 0 ⇒ σ(z) = y`, `Setting this to zero: XᵀXw = Xᵀy`.

It holds there and nowhere else, so it is no step, and behind an answer not the answer either. Words tell it, or the
equation itself: where it holds, the derivative that was stated is zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice, pairwise
from typing import Final

from grader.formula.equations import Derivation, Equation, Side
from grader.formula.rebuild import substituted
from grader.formula.tree import ZERO, Add, Deriv, Expr, Mul, Name, Neg, Num, Size, walk
from grader.symbolic.beside import Beside
from grader.symbolic.claims import Claims
from grader.symbolic.quantity import LOSS, jumps, left_standing, names_in, root

_LARGE: Final = 500
"""How many parts a formula has at least that is not written out any further."""
_FACTORS: Final = (Fraction(1), Fraction(-1), Fraction(2), Fraction(-2), Fraction(1, 2), Fraction(-1, 2))
"""What a stated derivative may be multiplied by: `p = y` for ½(p − y)."""


def without_optimum(read: Derivation, claims: Claims) -> Derivation:
    """The derivation without what is said of the optimum behind a line that says what the derivative is."""
    kept = tuple(_kept(read, claims))
    return replace(read, equations=kept) if kept else read


def _kept(read: Derivation, claims: Claims) -> Iterator[Equation]:
    stated: Side | None = None
    there = False
    beside = Beside(read.comments)
    for place, equation in enumerate(read.equations):
        said = beside.speak_of_optimum(equation)
        there = there or (stated is not None and said)
        if stated is None and said and _is_solved_for(read.equations[place:], claims):
            continue
        zero = _zero_at(equation, stated, claims)
        if zero is not None and (
            _is_set(place, read, claims, beside)
            or beside.set_to_zero(equation)
            or _goes_on(read.equations[place + 1 :], claims)
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
        elif stated is not None and (there or _is_estimate(equation)) and _misses(equation, stated.expr, claims):
            yield _at_the_optimum(equation, stated, claims)
        elif there and _has_value(equation) and not _is_identity(equation, claims):
            continue  # its value at the optimum
        elif not there or not _is_solution(equation, claims):
            yield equation


def _is_solved_for(equations: Sequence[Equation], claims: Claims) -> bool:
    """Whether the first one holds where the derivative is zero that a later one states."""
    first, *behind = equations
    answer = next((each for each in behind if claims.answers(each)), None)
    if answer is None or claims.answers(first) or first.introduces is not None:
        return False
    return _holds_at_optimum(first, answer.sides[-1].expr, claims)


def _holds_at_optimum(equation: Equation, stated: Expr, claims: Claims) -> bool:
    """Whether the derivative that is stated is zero wherever an equation holds that is none of formulas: `p = y`
    for p − y, `η = log y` for e^η − y."""
    if len(equation.sides) != 2 or not _is_solution(equation, claims) or _is_identity(equation, claims):
        return False
    left, right = (side.expr for side in equation.sides)
    value = _value_of_asked(equation, claims)
    if value is not None:
        return claims.same(_there(stated, value, claims), ZERO) is True
    if equation.introduces is not None:
        return False
    difference = Add((left, Neg(right)))
    scales: list[tuple[Expr, ...]] = [(), *((Size(dim),) for dim in claims.scope.dims)]
    return any(claims.same(difference, Mul((Num(f), *scale, stated))) for scale in scales for f in _FACTORS)


def _misses(equation: Equation, stated: Expr, claims: Claims) -> bool:
    """Whether an equation gives the variable a value where the stated derivative is not zero: `η = −log y`."""
    value = _value_of_asked(equation, claims)
    if value is None or any(map(jumps, walk(stated))):
        return False
    missed = claims.same(_there(stated, value, claims), ZERO) is False
    return missed and claims.is_truth(stated, claims.asked) is True


def _is_estimate(equation: Equation) -> bool:
    """Whether an equation gives `μ̂` or `μ_MLE` a value."""
    return equation.introduces is not None and equation.introduces.name.endswith(("hat", "_star", "_MLE", "_ML"))


def _at_the_optimum(equation: Equation, stated: Side, claims: Claims) -> Equation:
    """What `μ̂ = −y` says of the derivative that was stated: that it is zero there."""
    if equation.introduces is None:
        return equation
    place = equation.sides[1]
    there = _there(stated.expr, place.expr, claims)
    sides = (replace(stated, expr=there, span=place.span), Side(ZERO, stated.shape, place.span))
    return replace(equation, sides=sides, introduces=None)


def _value_of_asked(equation: Equation, claims: Claims) -> Expr | None:
    """The value that an equation `η = …` gives the variable that was asked about, or `η̂`."""
    if len(equation.sides) != 2:
        return None
    left, right = (side.expr for side in equation.sides)
    asked = root(claims.asked)
    named = equation.introduces.name if equation.introduces is not None else isinstance(left, Name) and left.name
    if not named or not named.startswith(asked) or asked in names_in(right, claims.scope):
        return None
    return right


def _there(stated: Expr, value: Expr, claims: Claims) -> Expr:
    """The derivative that is stated, where the variable has a value. Names that rest on it are written out."""
    asked, scope = root(claims.asked), claims.scope
    for _ in scope.definitions:
        resting = {name: scope.definitions[name].body for name in names_in(stated, scope) & scope.definitions.keys()
                   if asked in names_in(scope.definitions[name].body, scope)}  # fmt: skip
        if not resting or sum(1 for _ in islice(walk(stated), _LARGE)) == _LARGE:
            break
        stated = substituted(stated, resting)
    return substituted(stated, {asked: value})


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


def _is_set(place: int, read: Derivation, claims: Claims, beside: Beside) -> bool:
    """Whether `∇L = … = 0` is an equation to solve, as it stands: nothing in its line or further on speaks of the 0."""
    equation = read.equations[place]
    if len(equation.sides) < 3 or not beside.leave_to_solve(equation):
        return False
    return not any(each.sides[-1].expr == ZERO and claims.answers(each) for each in read.equations[place + 1 :])
