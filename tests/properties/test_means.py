"""The means of the proofs: limits, enclosed points, seams."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.formula.read import read_formula, scope_from
from grader.formula.show import show
from grader.formula.tree import Num
from grader.properties.chart import chart_of
from grader.properties.curve import Curve
from grader.properties.ground import Ground
from grader.properties.simple import inside, simplest_between
from grader.properties.spots import merged, order
from grader.symbolic.field import GiveUp

NEVER = float("inf")


def curve(loss: str, *declared: str, low: int | None = None, high: int | None = None) -> Curve:
    scope = scope_from(["r: real", *declared])
    left, right = (None if end is None else Num(Fraction(end)) for end in (low, high))
    parameters = {name: variable for name, variable in scope.variables.items() if name != "r"}
    return Curve("r", read_formula(loss, scope), parameters, left, right, NEVER)


LIMITS = (  # the loss, the order of the derivative, the side (1: toward the low end), the limit
    ("sin(r)/r", 0, 1, 0, "1"),
    ("sin(r)/r", 0, -1, 0, "0"),
    ("(exp(r) - 1 - r)/r^2", 0, 1, 0, "1/2"),
    ("log(1 + exp(r)) - r", 0, -1, None, "0"),
    ("log(1 + exp(r))/r", 0, -1, 0, "1"),
    ("r*(sqrt(1 + r^2) - r)", 0, -1, None, "1/2"),
    ("r^2*exp(-r)", 0, -1, None, "0"),
    ("exp(r)/r^9", 0, -1, 0, "∞"),
    ("log(r)/r", 0, -1, 0, "0"),
    ("r*log(r)", 0, 1, 0, "0"),
    ("log(log(r))/log(r)", 0, -1, 2, "0"),
    ("log(r + 1) - log(r)", 0, -1, 0, "0"),
    ("r*(atan(r) - pi/2)", 0, -1, None, "−1"),
    ("exp(r^2)*(1 - erf(r))*r", 0, -1, None, "1/√(π)"),
    ("(tanh(r) - r)/r^3", 0, 1, 0, "−1/3"),
    ("2^r/3^r", 0, -1, None, "0"),
    ("r^pi/r^3", 0, -1, 0, "∞"),
    ("r^sqrt(2)/r^(3/2)", 0, -1, 0, "0"),
    ("(1 - cos(r))/r^2", 0, 1, 0, "1/2"),
    ("r^2 + 9*r*sin(r)", 0, -1, None, "∞"),
    ("sqrt(r)", 1, 1, 0, "∞"),
    ("log(cosh(r))", 1, -1, None, "1"),
    ("log(cosh(r))", 2, 1, None, "0"),
    ("exp(-1/r)", 2, 1, 0, "0"),
)


@pytest.mark.parametrize(("loss", "derivative", "side", "low", "limit"), LIMITS)
def test_a_limit_is_exact(loss: str, derivative: int, side: Literal[1, -1], low: int | None, limit: str) -> None:
    made = curve(loss, low=low)
    found = made.end_limit(derivative, side)
    if "∞" in limit:
        assert show(found) == limit
    else:
        assert made.compare(found, read_formula(limit, scope_from(["r: real"]))) == 0


def test_a_limit_that_holds_for_every_parameter_is_told_as_a_formula() -> None:
    made = curve("(exp(a*r) - 1)/r", "a: positive", low=0)
    assert show(made.end_limit(0, 1)) == "a"
    assert show(curve("r^g", "g: (1,2)", low=0).end_limit(1, 1)) == "0"
    assert show(curve("r^g", "g: (1,2)", low=0).end_limit(2, 1)) == "∞"


@pytest.mark.parametrize("loss", ["r^g", "exp(r*(g - 1))", "r^g - r"])
def test_a_limit_that_depends_on_a_parameter_is_not_told(loss: str) -> None:
    with pytest.raises(GiveUp):
        curve(loss, "g: (0,2)", low=1).limit(0, 1 if loss == "r^g" else 0, -1)


@pytest.mark.parametrize("loss", ["sin(r)", "r*sin(r)", "exp(sin(r))", "1/(2 + cos(r))"])
def test_a_wave_has_no_limit(loss: str) -> None:
    with pytest.raises(GiveUp):
        curve(loss).end_limit(0, -1)


# -- points


@settings(max_examples=60, deadline=None)
@given(st.fractions(max_denominator=10**6), st.fractions(min_value=0, max_denominator=10**6).filter(bool))
def test_the_simplest_number_between_two_lies_between_them_and_none_is_simpler(low: Fraction, width: Fraction) -> None:
    found = simplest_between(low, low + width)
    assert low < found < low + width
    if found.denominator > 1:
        assert width <= 1
        below = (low * (found.denominator - 1)).__floor__() + 1
        assert not Fraction(below, found.denominator - 1) < low + width


def test_there_is_nothing_inside_of_nothing() -> None:
    with pytest.raises(GiveUp):
        inside(Fraction(1), Fraction(1))


def test_a_root_that_is_no_closed_number_is_enclosed_as_closely_as_asked_and_ordered() -> None:
    ground = Ground("r", {}, None, None, deadline=NEVER)
    scope = scope_from(["r: real"])
    found = chart_of(ground, ground.ratio(read_formula("(r^5 - r - 1)*(r - 7/6)*(exp(r) + r)", scope)))
    assert [spot.exact is None for spot in found.spots] == [True, False, True]
    fifth = found.spots[2].enclose(ground, 200)
    assert fifth.rel_accuracy_bits() > 190
    assert (fifth**5 - fifth - 1).contains(0)
    assert fifth.overlaps(arb("1.16730397826141868425604589985484218"))
    assert [order(ground, a, b) for a, b in zip(found.spots, found.spots[1:], strict=False)] == [-1, -1]
    assert merged(ground, reversed(found.spots)) == list(found.spots)


# -- seams


@pytest.mark.parametrize(
    ("loss", "seams"),
    [
        ("||r| - 1|", ["−1", "0", "1"]),
        ("max(0, r) - r/2 - |r|/2", []),
        ("max(r, 0) - r + log1p(exp(-|r|))", []),
        ("r*sign(r) - |r|", []),
        ("r^2 if r != 1 else 1", []),
        ("r^2 if r != 1 else 2", ["1"]),
        ("r^2/r", ["0"]),
        ("(r^2 - 1)/(r - 1) if r != 1 else 2", []),
        ("sqrt(r^4)", []),
        ("(r^2)^(3/2)", ["0"]),
        ("log(r^2)", ["0"]),
        ("min(r^2, 2)", ["−√(2)", "√(2)"]),
        ("max(exp(r), 3)", ["log(3)"]),
        ("clip(r, -1, 2)", ["−1", "2"]),
        ("0 if r < 0 else 1 if r < 1 else 1", ["0"]),
        ("[(r if r > 0 else -r) > 1]", ["-1", "1"]),
        ("[[r > 0] > 0]", ["0"]),
        ("r if [r > 1] + [r < -1] > 0 else r^2", ["-1", "1"]),
    ],
)
def test_a_seam_is_where_something_happens(loss: str, seams: list[str]) -> None:
    made = curve(loss)
    scope = scope_from(["r: real"])
    assert len(made.seams) == len(seams)
    assert all(made.compare(at, read_formula(text, scope)) == 0 for at, text in zip(made.seams, seams, strict=True))


@pytest.mark.parametrize(
    ("loss", "b"), [("1/((r - b)^2 + (r - 1)^2)", "b: (0,2)"), ("sqrt((r - b)^2 + (r - 1)^2)", "b: (0,2)")]
)
def test_what_may_touch_zero_for_some_parameter_is_not_taken_for_smooth(loss: str, b: str) -> None:
    with pytest.raises(GiveUp):
        _ = curve(loss, b).pieces
