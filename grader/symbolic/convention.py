"""A loss stated in another convention: ½(y − ŷ)² where the question has no ½."""

from __future__ import annotations

from fractions import Fraction

from grader.formula.declare import Scope
from grader.formula.tree import Expr
from grader.symbolic.domain import domain_of
from grader.symbolic.quantity import Formula
from grader.symbolic.trial import Trial


def positive_factor(asked: Expr, stated: Expr, scope: Scope, *, deadline: float) -> Fraction | None:
    """The positive constant c ≠ 1 with stated = c·asked everywhere, or None."""
    domain = domain_of(scope, (asked, stated))
    trial = Trial(Formula(asked, scope), Formula(stated, scope), domain, deadline)
    c = trial.constant(lambda row: zip(row.got.items, row.expected.items, strict=True))
    return c if c is not None and c > 0 and c != 1 else None
