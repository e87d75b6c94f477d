"""The ways in which people write the value at hand, sound and clipped: formulas for a loss, slopes for a gradient."""

from __future__ import annotations

from dataclasses import replace

from grader.formula.tree import Expr
from grader.numeric import variants, wrong_slopes
from grader.numeric.trial import Trial
from grader.numeric.wrong_slopes import Slope

Form = Expr | Slope


def usual(trial: Trial) -> Form:
    """In probabilities, as most people write it."""
    statement, wrt = trial.statement, trial.oracle.wrt
    return variants.usual(statement) if wrt is None else wrong_slopes.usual(statement, wrt)


def clipped(trial: Trial) -> tuple[Form, ...]:
    """With probabilities kept off zero, with open ends."""
    statement, wrt = trial.statement, trial.oracle.wrt
    return variants.clipped(statement) if wrt is None else wrong_slopes.clipped(statement, wrt)


def bounded(trial: Trial) -> tuple[Form, ...]:
    """With real numbers kept within bounds, with open ends."""
    statement, wrt = trial.statement, trial.oracle.wrt
    return variants.bounded(statement) if wrt is None else wrong_slopes.bounded(statement, wrt)


def settled(form: Form, ends: variants.Ends) -> Form:
    """With its open ends settled."""
    return replace(form, ends=ends) if isinstance(form, Slope) else variants.settled(form, ends)
