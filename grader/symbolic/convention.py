"""The loss as a submission states it: the asked one, or one in another convention, as ½(y − ŷ)² where the question
has no ½, or with a term that has no part in the derivative, as log(y!) in the likelihood of a count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from grader.formula.declare import Scope
from grader.formula.rebuild import substituted
from grader.formula.tree import ONE, Add, Call, Deriv, Expr, Mul, Name, Neg, Num, walk
from grader.symbolic.compare import Equal, compare
from grader.symbolic.differentiate import over, times
from grader.symbolic.domain import domain_of
from grader.symbolic.quantity import Formula, Gradient, jumps, names_in, root
from grader.symbolic.trial import Trial

_BASES: Final = (ONE, Call("log", (Num(Fraction(2)),)), Call("log", (Num(Fraction(10)),)))


@dataclass(frozen=True, slots=True)
class Convention:
    """A stated loss is `factor` times the asked one; `but_for_a_constant`: but for what does not depend on the
    variable asked for."""

    factor: Expr
    but_for_a_constant: bool = False


SAME: Final = Convention(ONE)


def convention_of(stated: Expr, asked: Expr, by: Expr, scope: Scope, *, deadline: float) -> Convention | None:
    """How a stated loss goes with the asked one; None where it does not. `by`: the variable asked for."""
    factor = positive_factor(asked, stated, scope, deadline=deadline)
    if factor is not None:
        return Convention(factor)
    domain = domain_of(scope, (asked, stated, by), asked=by)
    own = Formula(Deriv(stated, by), scope, by)
    same = isinstance(compare(Gradient(asked, by, scope), own, domain, deadline=deadline), Equal)
    if same and any(_may_jump(node, scope) for node in (asked, stated)):
        same = _differ_by_a_constant(stated, asked, root(by), scope, deadline=deadline)
    return Convention(ONE, but_for_a_constant=True) if same else None


def _may_jump(expr: Expr, scope: Scope) -> bool:
    """Whether the same derivative may belong to losses that differ by more than a constant: by one on either side of
    a step."""
    bodies = [scope.definitions[name].body for name in names_in(expr, scope) if name in scope.definitions]
    return any(jumps(node) for each in (expr, *bodies) for node in walk(each))


def _differ_by_a_constant(stated: Expr, asked: Expr, by: str, scope: Scope, *, deadline: float) -> bool:
    """Whether stated − asked is the same at any two values of `by`."""
    difference: Expr = Add((stated, Neg(asked)))
    inner = {name: definition.body for name, definition in scope.definitions.items() if not definition.parameters}
    while any(name in inner for name in _spelled(difference)):  # definitions use earlier ones only
        difference = substituted(difference, inner)
    elsewhere = f"{by}_elsewhere"
    variables = {**scope.variables, elsewhere: replace(scope.variables[by], name=elsewhere, aliases=())}
    scope = replace(scope, variables=variables)
    there = substituted(difference, {by: Name(elsewhere)})
    domain = domain_of(scope, (difference, there))
    return isinstance(compare(Formula(difference, scope), Formula(there, scope), domain, deadline=deadline), Equal)


def _spelled(expr: Expr) -> set[str]:
    return {node.name for node in walk(expr) if isinstance(node, Name)}


def positive_factor(asked: Expr, stated: Expr, scope: Scope, *, deadline: float) -> Expr | None:
    """The positive constant c with stated = c·asked everywhere, or None: rational, or over ln 2 or ln 10, as
    logarithms to other bases give it. A constant that only fits where one tends to look is none: the whole domain
    is gone through."""
    domain = domain_of(scope, (asked, stated))
    own = Formula(stated, scope)
    for base in _BASES:
        scaled = own if base == ONE else Formula(Mul((base, stated)), scope)
        trial = Trial(Formula(asked, scope), scaled, domain, deadline)
        c = trial.constant(lambda row: zip(row.got.items, row.expected.items, strict=True))
        if c is not None:
            factor = over(Num(c), base)
            multiple = Formula(times(factor, asked), scope)
            same = c > 0 and isinstance(compare(multiple, own, domain, deadline=deadline), Equal)
            return factor if same else None
    return None
