"""An attempt to break every `yes` about the named losses, at random points and parameters, in exact arithmetic.

What is proved is checked here by something that shares nothing with the proof but the formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random

import pytest
from flint import arb

from grader.design.contradictions import contradictory
from grader.design.demands import read_demand
from grader.formula.balls import gradient, precision
from grader.formula.balls import value as value_at
from grader.formula.declare import REAL, Finite, Interval, Variable
from grader.formula.errors import Kink, NotCertain, Undefined
from grader.formula.tree import Expr
from grader.formula.values import Value
from grader.properties import Analysis, AnalysisTask, Property, analyse
from questions.losses import KnownLoss, library

Sides = Mapping[str, Fraction]
TRIES = 60
SCALAR = [known for known in library().values() if not any("[" in text for text in known.variables)]


def drawn(variable: Variable, rng: Random) -> Fraction:
    size = Fraction(rng.randint(1, 64), 8) * Fraction(10) ** rng.choice((-3, -1, 0, 0, 0, 1, 2))
    match variable.domain:
        case Finite(values):
            return rng.choice(values)
        case Interval(None, None):
            return size * rng.choice((1, -1))
        case Interval(low, None) if low is not None:
            return low + size
        case Interval(low, high) if low is not None and high is not None:
            return low + (high - low) * Fraction(rng.randint(1, 99), 100)
    return Fraction(rng.randint(-5, 9))


class Values:
    """The loss and its slope at points of one draw of the other variables."""

    def __init__(self, made: Analysis, rng: Random) -> None:
        self.made, self.scope, self.x = made, made.scope, made.wrt
        others = {name: v for name, v in made.scope.variables.items() if name != self.x}
        self.others = {name: drawn(variable, rng) for name, variable in others.items()}

    def _inputs(self, x: Fraction) -> dict[str, Value[Fraction]]:
        return {name: Value((), (value,)) for name, value in {**self.others, self.x: x}.items()}

    def loss(self, x: Fraction) -> arb:
        return value_at(self.made.loss, self.scope, self._inputs(x)).scalar

    def slope(self, x: Fraction) -> arb:
        return gradient(self.made.loss, self.scope, self._inputs(x), wrt=[self.x])[1][self.x].scalar

    def constant(self, expr: Expr) -> arb:
        inputs = {name: Value((), (value,)) for name, value in self.others.items()}
        return value_at(expr, self.scope, inputs).scalar


def no_value_below_zero(v: Values, a: Fraction, b: Fraction, item: Property) -> bool:
    return not v.loss(a) < 0


def mirrored(v: Values, a: Fraction, b: Fraction, item: Property) -> bool:
    shift = _shift(v)
    return bool(v.loss(shift + a).overlaps(v.loss(shift - a)))


def zero(v: Values, a: Fraction, b: Fraction, item: Property) -> bool:
    return bool(v.loss(_shift(v)).contains(0))


def _shift(v: Values) -> Fraction:
    """Where the residual is 0."""
    for fact in v.made.invariances:
        if fact.name == "shift":
            target, sign = fact.facts["of"], fact.facts["sign"]
            assert isinstance(target, str)
            assert isinstance(sign, int)
            return v.others[target] * sign
    return Fraction(0)


def below_the_chord(v: Values, a: Fraction, b: Fraction, item: Property) -> bool:
    return not 2 * v.loss((a + b) / 2) > v.loss(a) + v.loss(b)


def strictly_below(v: Values, a: Fraction, b: Fraction, item: Property) -> bool:
    gap = v.loss(a) + v.loss(b) - 2 * v.loss((a + b) / 2)
    return bool(gap > 0) or gap.contains(0)  # too small to be seen at this precision


def strongly_below(v: Values, a: Fraction, b: Fraction, item: Property) -> bool:
    assert item.value is not None
    width = arb((b - a).numerator) / (b - a).denominator
    gap = v.loss(a) + v.loss(b) - 2 * v.loss((a + b) / 2)
    return not gap < v.constant(item.value) * width * width / 4


def not_steeper(v: Values, a: Fraction, b: Fraction, item: Property) -> bool:
    if item.value is None:
        return True
    width = abs(arb((b - a).numerator) / (b - a).denominator)
    return not abs(v.loss(a) - v.loss(b)) > v.constant(item.value) * width * (1 + arb(2) ** -40)


def slopes_not_steeper(v: Values, a: Fraction, b: Fraction, item: Property) -> bool:
    if item.value is None:
        return True
    width = abs(arb((b - a).numerator) / (b - a).denominator)
    return not abs(v.slope(a) - v.slope(b)) > v.constant(item.value) * width * (1 + arb(2) ** -40)


def slope_within(v: Values, a: Fraction, b: Fraction, item: Property) -> bool:
    return item.value is None or not abs(v.slope(a)) > v.constant(item.value) * (1 + arb(2) ** -40)


def loss_within(v: Values, a: Fraction, b: Fraction, item: Property) -> bool:
    return item.value is None or not abs(v.loss(a)) > v.constant(item.value) * (1 + arb(2) ** -40)


def has_a_slope(v: Values, a: Fraction, b: Fraction, item: Property) -> bool:
    """The slopes just left and right of a point are all but the same."""
    step = Fraction(1, 2**90)
    left, right = v.slope(a - step), v.slope(a + step)
    return not abs(left - right) > (1 + abs(left)) * arb(2) ** -30


BREAKERS: dict[str, Callable[[Values, Fraction, Fraction, Property], bool]] = {
    "nonnegative": no_value_below_zero,
    "zero-at-zero": zero,
    "even": mirrored,
    "convex": below_the_chord,
    "strictly-convex": strictly_below,
    "strongly-convex": strongly_below,
    "lipschitz": not_steeper,
    "smooth": slopes_not_steeper,
    "bounded": loss_within,
    "bounded-influence": slope_within,
    "differentiable": has_a_slope,
}


def simple(rng: Random, variable: Variable, made: Analysis) -> Fraction:
    """A point, seams among them."""
    return drawn(variable, rng) if rng.random() < 0.8 else Fraction(rng.choice((-1, 1, 2)), rng.choice((1, 1, 2)))


@pytest.mark.slow
@pytest.mark.parametrize("known", SCALAR, ids=lambda known: known.name)
def test_no_yes_is_broken_by_random_points(known: KnownLoss) -> None:
    made = analyse(AnalysisTask(known.formula, known.wrt, known.variables, known.given, known.space), seconds=3)
    rng = Random(known.name)
    variable = made.scope.variables[known.wrt]
    broken = []
    with precision(96):
        for item in made.properties:
            breaker = BREAKERS.get(item.name)
            if item.answer != "yes" or breaker is None:
                continue
            for _ in range(TRIES):
                v = Values(made, rng)
                a, b = simple(rng, variable, made), simple(rng, variable, made)
                if not (_inside(variable, a) and _inside(variable, b)):
                    continue
                try:
                    held = breaker(v, a, b, item)
                except (Undefined, NotCertain, Kink):
                    continue
                if not held:
                    broken.append((item.name, v.others, a, b))
                    break
    assert not broken
    if variable.domain == REAL:  # what design questions call impossible, for losses on the whole line, must not exist
        stated = [(item.answer, item.name) for item in made.properties if item.answer != "undecided"]
        demands = [read_demand(f"{'not ' * (answer == 'no')}{name}") for answer, name in stated]
        assert contradictory(demands) is None


def _inside(variable: Variable, x: Fraction) -> bool:
    return not isinstance(variable.domain, Interval) or x in variable.domain
