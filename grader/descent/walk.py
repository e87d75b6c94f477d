"""Descent on a formula: x ← x − rate·L′(x), the slope certain, the position a float64.

The slope comes from the formula by reverse mode over balls, so that it is right also where a float64 program would
overflow or cancel; a step is worked out exactly and rounded once. Where a film and a program part, it is the program.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flint import arb

from grader.descent.film import Ending, Film, Frame, Run
from grader.formula import balls
from grader.formula.declare import Interval, Scope
from grader.formula.errors import Kink, NotCertain, Undefined
from grader.formula.rebuild import substituted
from grader.formula.tree import Expr, Name, Neg
from grader.formula.values import Value

FAR: Final = 1e9
"""Beyond so many times the start (and at least 1), a run is taken to have diverged."""
_BITS: Final = 60


@dataclass(frozen=True, slots=True)
class Walker:
    """A loss to descend on: a scalar formula, its variable `wrt` (a real number), and a value for each other one."""

    name: str
    loss: Expr
    scope: Scope
    wrt: str
    values: Mapping[str, Fraction]


def film(walkers: Iterable[Walker], wrt: str, start: float, rate: Fraction, steps: int) -> Film:
    """Every walker's descent from `start`. Raises Undefined if one of them has no value there."""
    return Film(wrt, start, float(rate), steps, tuple(_run(walker, start, rate, steps) for walker in walkers))


def _run(walker: Walker, start: float, rate: Fraction, steps: int) -> Run:
    frames: list[Frame] = []
    ended: Ending = "steps"
    beyond = None
    at = start
    for step in range(steps + 1):
        try:
            loss, gradient = slope_at(walker, at)
        except (NotCertain, Undefined):
            if not frames:
                raise
            ended, beyond = "no-slope", at
            break
        frames.append(Frame(step, at, loss, gradient))
        if step == steps:
            break
        if gradient == 0:
            ended = "flat"
            break
        there = _moved(at, rate, gradient)
        if not math.isfinite(there) or abs(there) > FAR * max(1.0, abs(start)):
            ended, beyond = "diverged", there
            break
        if not _inside(walker, there):
            ended, beyond = "left-domain", there
            break
        at = there
    return Run(walker.name, walker.wrt, tuple(frames), ended, beyond)


def slope_at(walker: Walker, at: float) -> tuple[float, float]:
    """The loss and its slope; at a kink 0 where the loss is smallest there, else the slope toward the right.

    Raises Undefined and NotCertain.
    """
    loss, slope = _sided(walker, walker.loss, Fraction(at), one_sided=False) or (None, None)
    if loss is not None and slope is not None:
        return loss, slope
    mirrored = substituted(walker.loss, {walker.wrt: Neg(Name(walker.wrt))})
    loss, right = _certain(_sided(walker, walker.loss, Fraction(at), one_sided=True))
    _, falling = _certain(_sided(walker, mirrored, -Fraction(at), one_sided=True))
    return loss, 0.0 if -falling <= 0 <= right else right


def _certain(found: tuple[float, float] | None) -> tuple[float, float]:
    if found is None:
        raise NotCertain("slope")
    return found


def _sided(walker: Walker, loss: Expr, at: Fraction, *, one_sided: bool) -> tuple[float, float] | None:
    """The loss and its slope, None at a kink."""
    inputs = {name: Value((), (value,)) for name, value in walker.values.items()}
    inputs[walker.wrt] = Value((), (at,))
    try:
        value, slopes = balls.gradient(loss, walker.scope, inputs, wrt=[walker.wrt], bits=_BITS, one_sided=one_sided)
    except Kink:
        return None
    return _float(value.scalar), _float(slopes[walker.wrt].scalar)


def _float(ball: arb) -> float:
    return float(ball.mid())


def _moved(at: float, rate: Fraction, gradient: float) -> float:
    """One step, rounded once."""
    if not math.isfinite(gradient):
        return -math.copysign(math.inf, gradient)
    try:
        return float(Fraction(at) - rate * Fraction(gradient))
    except OverflowError:
        return -math.copysign(math.inf, gradient)


def _inside(walker: Walker, at: float) -> bool:
    domain = walker.scope.variables[walker.wrt].domain
    return not isinstance(domain, Interval) or Fraction(at) in domain
