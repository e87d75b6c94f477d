"""From what a curve shows to a property with its evidence, and witnesses at simple numbers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import islice

from flint import arb

from grader.formula.balls import precision
from grader.formula.balls import value as value_at
from grader.formula.declare import POSITIVE, Scope, Variable
from grader.formula.errors import NotCertain, Undefined
from grader.formula.rebuild import replaced
from grader.formula.show import show, show_number
from grader.formula.tree import Call, Expr, Node, Num, Pow
from grader.formula.values import Value
from grader.properties.analysis import Property
from grader.properties.chart import rational_beside
from grader.properties.curve import TRIED, Bound, Curve
from grader.properties.ground import Ground
from grader.properties.reduce import Subject, cases_of, specialised
from grader.properties.simple import inside, simplest_between
from grader.verdict import Fact

Judge = Callable[[Curve], Property]
DIGITS = 12
SEARCH = 0.5
"""Seconds to look, at single values of parameters, for what speaks against a property."""


def everywhere(subject: Subject, name: str, judge: Judge, order: int | None = None) -> Property:
    """The property of the whole loss: `yes` if it holds in every case, `no` if in some case it does not. `order`: of
    the derivative that the value bounds, which tells how it depends on a scale that was set to 1."""
    found: list[tuple[Curve, Property]] = []
    for curve in subject.curves:
        seen = attempt(name, judge, curve)
        if seen.answer == "undecided" and curve.parameters:
            stop = time.monotonic() + SEARCH
            for special in curve.specials(specialised):
                if time.monotonic() > stop:
                    break
                at_one = attempt(name, judge, special)
                if at_one.answer == "no":
                    curve, seen = special, at_one
                    break
        if seen.answer == "no":
            return _scaled(subject, with_cases(seen, curve), None)
        found.append((curve, seen))
    for curve, seen in found:
        if seen.answer == "undecided":
            return with_cases(seen, curve)
    return _scaled(subject, _together(name, found), order)


def _together(name: str, found: list[tuple[Curve, Property]]) -> Property:
    """One `yes` of all cases, with the bound that holds in every one: the largest, or, of a least curvature, the
    smallest. Where which one that is depends on the parameters, both stand in it."""
    curve, best = found[0]
    if len(found) == 1:
        return best
    domains = [{name: v.domain for name, v in curve.parameters.items()} for curve, _ in found]
    values_differ = any(seen.value != best.value for _, seen in found)
    if any(seen.value is None for _, seen in found) or (values_differ and any(d != domains[0] for d in domains)):
        return with_cases(replace(best, value=None), curve)
    bound, sign = (Call("min", ()), -1) if name == "strongly-convex" else (Call("max", ()), 1)
    kept: list[tuple[Curve, Property]] = []
    for other, seen in found:
        if any(_covers(earlier, (other, seen), sign) for earlier in kept):
            continue
        kept = [earlier for earlier in kept if not _covers((other, seen), earlier, sign)]
        kept.append((other, seen))
    curve, best = kept[0]
    if len(kept) == 1:
        return with_cases(best, curve)
    values = tuple(seen.value for _, seen in kept if seen.value is not None)
    whole = replace(bound, args=values)
    return replace(best, value=whole, facts={**best.facts, "bound": shown(whole)})


def _covers(one: tuple[Curve, Property], other: tuple[Curve, Property], sign: int) -> bool:
    """1 where the first bound certainly includes the other, equal ones too."""
    a, b = one[1].value, other[1].value
    assert a is not None
    assert b is not None
    if a == b:
        return True
    try:
        return one[0].compare(a, b) * sign >= 0
    except TRIED:
        return False


def _scaled(subject: Subject, seen: Property, order: int | None) -> Property:
    """Where a scale was set to 1: a witness says so, and a bound is given for every scale."""
    scaling = subject.scaling
    if scaling is None:
        return seen
    if seen.value is not None and order is not None:
        whole = scaled(subject, seen.value, order)
        return replace(seen, value=whole, facts={**seen.facts, "bound": shown(whole), "scale": scaling.name})
    if seen.answer == "yes":
        return replace(seen, facts={**seen.facts, "scale": scaling.name})
    cases = {scaling.name: "1", **_mapping(seen.facts.get("cases"))}
    return replace(seen, facts={**seen.facts, "cases": cases, "scale": scaling.name})


def scaled(subject: Subject, value: Expr, order: int | None) -> Expr:
    """A bound of a derivative at scale 1, for any scale (`order` None: a formula that only wants tidying)."""
    scaling = subject.scaling
    if scaling is None:
        return value
    whole = value if order is None else scaling.restored(value, order)
    parameters = {scaling.name: Variable(scaling.name, POSITIVE), **subject.curves[0].parameters}
    ground = Ground(subject.x.name, parameters, None, None, deadline=subject.curves[0].deadline)
    try:
        return ground.tree(ground.rationalised(ground.ratio(whole)))
    except TRIED:
        return whole


def _mapping(fact: Fact) -> Mapping[str, Fact]:
    return fact if isinstance(fact, Mapping) else {}


def with_cases(seen: Property, curve: Curve) -> Property:
    cases = cases_of(curve)
    return replace(seen, facts={**seen.facts, "cases": dict(cases)}) if cases else seen


def attempt(name: str, judge: Judge, curve: Curve) -> Property:
    try:
        return judge(curve)
    except (*TRIED, NotCertain) as stop:
        return undecided(name, str(stop))


def yes(name: str, reason: str, constant: Expr | None = None, /, **facts: Fact) -> Property:
    """`constant` is the property's value: a bound, as a formula."""
    return Property(name, "yes", "proved", reason, facts, constant)


def no(name: str, reason: str, /, **facts: Fact) -> Property:
    """The facts are the witness: a point, or an end and the limit there."""
    return Property(name, "no", "witness", reason, facts)


def undecided(name: str, *tried: str) -> Property:
    return Property(name, "undecided", None, "not-shown", {"tried": tried})


# -- values at points


def at_point(curve: Curve, x: Fraction, bits: int = 64) -> arb:
    """The certain value of the loss at a rational point, parameters set. Raises Undefined, NotCertain."""
    scope = Scope({curve.x: Variable(curve.x)})
    with precision(bits + 32):
        return value_at(curve.expr, scope, {curve.x: Value((), (x,))}, bits=bits).scalar


def certain_at(curve: Curve, x: Fraction) -> arb | None:
    try:
        return at_point(curve, x)
    except (Undefined, NotCertain):
        return None


def within(curve: Curve, low: Expr | None, high: Expr | None) -> Iterator[Fraction]:
    """Simple numbers strictly between two constants, from the simplest on."""
    left, right = rational(curve, low, upper=True), rational(curve, high, upper=False)
    start = inside(left, right)
    yield start
    if left is not None and right is not None:
        for depth in range(1, 7):
            step = (right - left) / 2**depth
            for k in range(1, 2**depth, 2):
                middle = left + k * step
                yield simplest_between(middle - step / 2, middle + step / 2)
        return
    for k in range(14):
        for reach in (Fraction(2) ** k, Fraction(1, 2 ** (k + 1))):
            if left is not None or right is None:
                yield _near((left or Fraction(0)) + reach, reach)
            if right is not None or left is None:
                yield _near((right or Fraction(0)) - reach, reach)


def _near(x: Fraction, reach: Fraction) -> Fraction:
    """A simple number close to x, as far as `reach` allows."""
    return simplest_between(x - reach / 4, x + reach / 4)


def rational(curve: Curve, end: Expr | None, *, upper: bool) -> Fraction | None:
    """A rational number at a constant, or just above or below it."""
    if end is None:
        return None
    ball = curve.number(end, 256)
    return rational_beside(ball, upper=upper) if ball.is_finite() else None


def first(points: Iterator[Fraction], holds: Callable[[Fraction], bool], most: int = 60) -> Fraction | None:
    """The first point at which something is certain."""
    for x in islice(points, most):
        try:
            if holds(x):
                return x
        except (Undefined, NotCertain):
            continue
    return None


# -- words for numbers


def number_text(value: arb) -> str:
    """Twelve digits of a certain value."""
    if not value.is_finite():
        return "∞" if value > 0 else "−∞"
    text = value.str(DIGITS, radius=False)
    return text.strip("[]").replace("-", "−")


def shown(expr: Expr) -> str:
    """A constant on one line, its roots as roots."""

    def change(node: Node) -> Node | None:
        if isinstance(node, Pow) and node.exponent == Num(Fraction(1, 2)):
            return Call("sqrt", (replaced(node.base, change),))
        return None

    return show(replaced(expr, change))


def point_text(x: Fraction) -> str:
    return show_number(x)


def bound_text(bound: Bound) -> str:
    """An extreme value: exact, with its decimals where it is no simple number."""
    if bound.value is not None:
        return shown(bound.value)
    assert bound.ball is not None
    return "≈ " + number_text(bound.ball)


def place_text(bound: Bound) -> str:
    if bound.at is not None:
        return shown(bound.at)
    assert bound.place is not None
    return "≈ " + number_text(bound.place)
