"""An attempt to break every `yes` about losses of vectors at random points, and every `no` looked at again.

What is proved is checked here by something that shares nothing with the proof but the formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import islice, pairwise
from math import prod
from random import Random
from typing import Any

import pytest
from flint import arb

from grader.formula.balls import gradient, precision
from grader.formula.balls import value as value_at
from grader.formula.declare import Interval, Scope, Simplex, Variable
from grader.formula.errors import Kink, NotCertain, Undefined
from grader.formula.read import read_formula
from grader.formula.tree import Add, Div, Expr, Mul, Name, Neg, Num
from grader.formula.values import Point, Value
from grader.properties import Analysis, Property
from grader.symbolic import points as sampling
from tests.properties.vectors.table import ROWS, analysed, name

TRIES = 8
FAR = Fraction(10) ** 8
STEEP = 10**5
"""What a bounded slope is not, within what is drawn here."""
T = Scope({"t": Variable("t")})


class Draw:
    """A loss at one draw of its other variables, and four points of its own variable, two of them far out."""

    def __init__(self, made: Analysis, point: Point[Fraction], other: Value[Fraction], rng: Random) -> None:
        self.made, self.point, self.wrt = made, point, made.wrt
        self.a, self.b = point.values[made.wrt], other
        self.far = self._far(self.a, rng), self._far(self.b, rng)

    def _far(self, x: Value[Fraction], rng: Random) -> Value[Fraction]:
        """Far out, or as close to the boundary as FAR says."""
        domain = self.made.scope.variables[self.wrt].domain
        match domain:
            case Interval(None, None):
                return x.map(lambda item: item * FAR)
            case Interval(low, high) if low is not None and high is not None:
                return x.map(
                    lambda item: low + (item - low) / FAR if rng.random() < 0.5 else high - (high - item) / FAR
                )
            case Simplex() if len(x.items) > 1:
                rest = tuple(item / FAR for item in x.items[1:])
                return Value(x.shape, (1 - sum(rest, Fraction(0)), *rest))
        return x

    def loss(self, x: Value[Fraction]) -> arb:
        values = {**self.point.values, self.wrt: x}
        return value_at(self.made.loss, self.made.scope, values, self.point.sizes).scalar

    def slopes(self, x: Value[Fraction]) -> tuple[arb, ...]:
        values = {**self.point.values, self.wrt: x}
        return gradient(self.made.loss, self.made.scope, values, self.point.sizes, wrt=[self.wrt])[1][self.wrt].items

    @property
    def gap(self) -> arb:
        """L(a) + L(b) − 2·L((a + b)/2)."""
        return self.loss(self.a) + self.loss(self.b) - 2 * self.loss(middle(self.a, self.b))


def middle(a: Value[Fraction], b: Value[Fraction]) -> Value[Fraction]:
    return Value(a.shape, tuple((x + y) / 2 for x, y in zip(a.items, b.items, strict=True)))


def apart(a: Value[Fraction], b: Value[Fraction]) -> Fraction:
    """‖a − b‖²."""
    return sum(((x - y) ** 2 for x, y in zip(a.items, b.items, strict=True)), Fraction(0))


def largest(items: tuple[arb, ...]) -> arb:
    return max((abs(item) for item in items), key=float)


def along(slopes: tuple[arb, ...], draw: Draw) -> tuple[arb, ...]:
    """The slopes in the directions that the variable may take: of probabilities, those that keep their sum."""
    simplex = isinstance(draw.made.scope.variables[draw.wrt].domain, Simplex)
    return tuple(slope - slopes[0] for slope in slopes) if simplex else slopes


def strongly(draw: Draw, item: Property) -> bool:
    assert item.value is not None
    values = {key: value for key, value in draw.point.values.items() if not value.shape}
    least = value_at(item.value, draw.made.scope, values, draw.point.sizes).scalar
    square = apart(draw.a, draw.b)
    return not draw.gap < least / 4 * arb(square.numerator) / arb(square.denominator) - arb(2) ** -40


def is_lipschitz(draw: Draw, item: Property) -> bool:
    near, far = (largest(along(draw.slopes(x), draw)) for x in (draw.a, draw.far[0]))
    return not far > STEEP * (1 + near)


def is_smooth(draw: Draw, item: Property) -> bool:
    rates = []
    for a, b in ((draw.a, draw.b), draw.far):
        square = apart(a, b)
        if not square:
            return True
        steps = tuple(x - y for x, y in zip(draw.slopes(a), draw.slopes(b), strict=True))
        rates.append(largest(along(steps, draw)) / (arb(square.numerator) / arb(square.denominator)).sqrt())
    return not rates[1] > STEEP * (1 + rates[0])


def has_the_gradient(draw: Draw, item: Property) -> bool:
    slopes = draw.slopes(draw.a)  # raises Kink where there is none
    if draw.made.gradient is None:
        return True
    told = value_at(draw.made.gradient, draw.made.scope, draw.point.values, draw.point.sizes)
    return all(x.overlaps(y) for x, y in zip(told.items, slopes, strict=True))


BREAKERS: dict[str, Callable[[Draw, Property], bool]] = {
    "nonnegative": lambda draw, item: not draw.loss(draw.a) < 0,
    "convex": lambda draw, item: not draw.gap < 0,
    "strictly-convex": lambda draw, item: draw.a == draw.b or bool(draw.gap > 0) or draw.gap.contains(0),
    "strongly-convex": strongly,
    "differentiable": has_the_gradient,
    "twice-differentiable": has_the_gradient,
    "lipschitz": is_lipschitz,
    "smooth": is_smooth,
    "bounded": lambda draw, item: not abs(draw.loss(draw.far[0])) > STEEP * (1 + abs(draw.loss(draw.a))),
}


def draws(made: Analysis, seed: str) -> Iterator[Draw]:
    """At several sizes in turn."""
    rng = Random(seed)
    used = frozenset(made.scope.variables)
    streams = []
    for first, rest in ((1, 1), (2, 3), (3, 2), (5, 4)):
        sizes = {dim: first if place == 0 else rest for place, dim in enumerate(made.scope.dims)}
        setting = sampling.Setting(sizes, {})
        points = sampling.points(made.scope, used, setting)
        others = sampling.points(made.scope, frozenset({made.wrt}), setting, seed=7)
        next(others)
        streams.append((points, others))
    while True:
        for points, others in streams:
            yield Draw(made, next(points), next(others).values[made.wrt], rng)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_no_yes_is_broken_by_random_points(row: Mapping[str, Any]) -> None:
    made = analysed(row)
    broken, held = [], 0
    with precision(160):
        for item in made.properties:
            if item.answer != "yes":
                continue
            for draw in islice(draws(made, row["name"]), TRIES):
                try:
                    kept = BREAKERS[item.name](draw, item)
                except (Undefined, NotCertain):
                    continue
                except Kink:
                    kept = item.name not in ("differentiable", "twice-differentiable")
                held += kept
                if not kept:
                    broken.append((item.name, draw.point, draw.b))
    assert not broken
    assert held or all(item.answer != "yes" for item in made.properties)


# -- every `no` again


def numbers(text: str, t: Fraction = Fraction(0)) -> Value[Fraction]:
    """`[t, 1 − t]` at a t, `[[1, 0]]`, `½`: as a person reads them."""
    width = text.count("]") - 1 if text.startswith("[[") else 0
    items = tuple(_number(part, t) for part in text.replace("[", "").replace("]", "").split(","))
    if not text.startswith("["):
        return Value((), items)
    return Value((width, len(items) // width) if width else (len(items),), items)


def _number(text: str, t: Fraction) -> Fraction:
    return _exactly(read_formula(text.strip(), T), t)


def _exactly(expr: Expr, t: Fraction) -> Fraction:
    match expr:
        case Num(value):
            return value
        case Name("t"):
            return t
        case Neg(arg):
            return -_exactly(arg, t)
        case Add(terms):
            return sum((_exactly(term, t) for term in terms), Fraction(0))
        case Mul(factors):
            return prod((_exactly(factor, t) for factor in factors), start=Fraction(1))
        case Div(num, den):
            return _exactly(num, t) / _exactly(den, t)
    raise AssertionError(expr)


class Witness:
    """The loss at the points that a `no` names."""

    def __init__(self, made: Analysis, item: Property) -> None:
        cases = item.facts.get("cases", {})
        assert isinstance(cases, Mapping)
        self.made, self.item = made, item
        self.cases = {key: str(text) for key, text in cases.items()}

    def at(self, x: Value[Fraction] | None, t: Fraction = Fraction(0)) -> arb:
        values = {key: numbers(text, t) for key, text in self.cases.items()}
        if x is not None:
            values[self.made.wrt] = x
        sizes: dict[str, int] = {}
        for key, value in values.items():
            for dim, size in zip(self.made.scope.shape(key), value.shape, strict=True):
                assert sizes.setdefault(str(dim), size) == size
        return value_at(self.made.loss, self.made.scope, values, sizes).scalar

    def place(self, key: str) -> Value[Fraction]:
        fact = self.item.facts[key]
        assert isinstance(fact, Mapping)
        return numbers(str(fact[self.made.wrt]))

    def toward(self) -> Callable[[int], Fraction]:
        """Points that come ever closer to the place on the line that is named."""
        fact = self.item.facts["at"]
        assert isinstance(fact, Mapping)
        text = str(fact["t"]).removeprefix("→ ")
        if "∞" in text:
            sign = -1 if text.startswith(("−", "-")) else 1
            return lambda k: sign * Fraction(2) ** k
        end = _number(text, Fraction(1))
        inward = 1 if self._has_value(end + Fraction(1, 64)) else -1
        return lambda k: end + inward * Fraction(1, 2**k)

    def _has_value(self, t: Fraction) -> bool:
        try:
            return bool(self.at(None, t).is_finite())
        except (Undefined, NotCertain):
            return False

    def slope(self, t: Fraction, side: int = 1) -> arb:
        """A difference quotient on one side."""
        step = side * Fraction(1, 2**60) * max(Fraction(1), abs(t))
        return (self.at(None, t + step) - self.at(None, t)) / _ball(step)

    def bend(self, t: Fraction, step: Fraction) -> arb:
        return (self.at(None, t + step) + self.at(None, t - step) - 2 * self.at(None, t)) / _ball(step) ** 2


def _ball(x: Fraction) -> arb:
    return arb(x.numerator) / arb(x.denominator)


def _grows(sizes: list[arb]) -> bool:
    """Steadily, and by no less from one point to the next."""
    steps = [b - a for a, b in pairwise(sizes)]
    return all(step > 0 for step in steps) and steps[-1] > steps[0] * 0.9


def is_negative(w: Witness) -> bool:
    return bool(w.at(w.place("at")) < 0)


def is_above_its_chord(w: Witness) -> bool:
    a, b = w.place("a"), w.place("b")
    assert w.place("middle") == middle(a, b)
    return bool(2 * w.at(middle(a, b)) > w.at(a) + w.at(b))


def is_straight(w: Witness) -> bool:
    a, b = w.place("a"), w.place("b")
    half = middle(a, b)
    ends, inside = w.at(a) + w.at(b), w.at(middle(a, half)) + w.at(middle(half, b))
    return a != b and bool((2 * w.at(middle(a, b))).overlaps(ends)) and bool(inside.overlaps(ends))


def has_a_corner(w: Witness) -> bool:
    at = w.toward()(2000)
    return bool(abs(w.slope(at, 1) - w.slope(at, -1)) > arb(2) ** -10)


def loss_grows(w: Witness) -> bool:
    toward = w.toward()
    return _grows([abs(w.at(None, toward(k))) for k in (8, 16, 24, 32)])


def slope_grows(w: Witness) -> bool:
    toward = w.toward()
    sizes = []
    for k in (8, 16, 24, 32):
        step = abs(toward(k) - toward(k + 1)) / 64
        sizes.append(abs((w.at(None, toward(k) + step) - w.at(None, toward(k) - step)) / _ball(2 * step)))
    return _grows(sizes)


def curvature_grows(w: Witness) -> bool:
    toward = w.toward()
    return _grows([abs(w.bend(toward(k), abs(toward(k) - toward(k + 1)) / 64)) for k in (8, 16, 24, 32)])


def is_flat_somewhere(w: Witness) -> bool:
    """Between the points that come toward the place, and at some distance of it on either side."""
    toward = w.toward()
    spots = [toward(k) for k in (6, 12)]
    fact = w.item.facts["at"]
    assert isinstance(fact, Mapping)
    if "∞" not in str(fact["t"]):
        end = toward(10**4)
        spots += [2 * end - spot for spot in spots]
    return any(w._has_value(t) and not w.bend(t, Fraction(1, 2**20)) > arb(2) ** -4 for t in spots)


def curvature_jumps(w: Witness) -> bool:
    at = w.toward()(2000)
    step = Fraction(1, 2**10)
    return bool(abs(w.bend(at + 4 * step, step) - w.bend(at - 4 * step, step)) > arb(2) ** -6)


def jumps(w: Witness) -> bool:
    at = w.toward()(2000)
    step = Fraction(1, 2**40)
    return bool(abs(w.at(None, at + step) - w.at(None, at - step)) > arb(2) ** -10)


CHECKS: dict[str, Callable[[Witness], bool]] = {
    "negative-at": is_negative,
    "chord": is_above_its_chord,
    "flat-chord": is_straight,
    "kink": has_a_corner,
    "jump": jumps,
    "loss-unbounded": loss_grows,
    "slope-unbounded": slope_grows,
    "curvature-unbounded": curvature_grows,
    "curvature-vanishes": is_flat_somewhere,
    "curvature-jumps": curvature_jumps,
}


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_every_no_holds_at_its_witness(row: Mapping[str, Any]) -> None:
    made = analysed(row)
    with precision(256):
        failed = [
            (item.name, item.reason, dict(item.facts))
            for item in made.properties
            if item.answer == "no" and not CHECKS[item.reason](Witness(made, item))
        ]
    assert not failed
