"""Laws that hold for every loss: functions built with known answers, and one loss written in several ways."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.formula.balls import precision
from grader.formula.balls import value as value_at
from grader.formula.read import read_formula, scope_from
from grader.formula.values import Value
from grader.properties import Analysis, AnalysisTask, analyse
from grader.properties.chart import chart_of
from grader.properties.ground import Ground
from grader.properties.spots import sign_at

NEVER = float("inf")
small = st.integers(-6, 6)
rationals = st.builds(Fraction, small, st.sampled_from((1, 2, 3)))
few = settings(max_examples=20, deadline=None)


def analysed(loss: str, *variables: str) -> Analysis:
    return analyse(AnalysisTask(loss, "r", ("r: real", *variables)), seconds=60)


def text(number: Fraction) -> str:
    return f"({number.numerator}/{number.denominator})"


def number(made: Analysis, name: str) -> arb:
    """The value of a property, without parameters."""
    expr = made[name].value
    assert expr is not None
    with precision(96):
        return value_at(expr, made.scope, {"r": Value((), (Fraction(0),))}).scalar


def is_value(made: Analysis, name: str, truth: Fraction) -> bool:
    return bool(number(made, name).contains(arb(truth.numerator) / truth.denominator))


# -- charts


@few
@given(
    st.lists(st.tuples(rationals, st.integers(1, 3)), min_size=1, max_size=4, unique_by=lambda root: root[0]),
    rationals.filter(bool),
    st.booleans(),
)
def test_a_chart_has_the_roots_of_a_polynomial_and_its_signs(
    roots: Sequence[tuple[Fraction, int]], lead: Fraction, more: bool
) -> None:
    ground = Ground("r", {}, None, None, deadline=NEVER)
    product = "*".join(f"(r - {text(at)})^{times}" for at, times in roots) + ("*(r^2 + r + 1)" if more else "")
    ratio = ground.ratio(read_formula(f"{text(lead)}*{product}", scope_from(["r: real"])))
    found = chart_of(ground, ratio)
    places = sorted(at for at, _ in roots)
    assert len(found.spots) == len(places)
    for spot, at in zip(found.spots, places, strict=True):
        assert spot.exact is not None
        assert ground.is_zero(ground.field.sub(spot.exact, ground.field.number(at)))
    edges = [places[0] - 2, *places, places[-1] + 2]
    assert list(found.signs) == [sign_at(ground, ratio.num, (a + b) / 2) for a, b in pairwise(edges)]
    assert not found.touching


@few
@given(st.lists(rationals, min_size=1, max_size=3, unique=True), rationals)
def test_a_chart_between_two_ends_has_the_roots_between_them(roots: Sequence[Fraction], low: Fraction) -> None:
    scope = scope_from(["r: real"])
    ends = read_formula(text(low), scope), read_formula(text(low + 4), scope)
    ground = Ground("r", {}, *ends, deadline=NEVER)
    ratio = ground.ratio(read_formula("*".join(f"(exp(r) - exp({text(at)}))" for at in roots), scope))
    found = chart_of(ground, ratio)
    assert len(found.spots) == sum(low < at < low + 4 for at in roots)


# -- losses built from pieces


def spliced(knots: Sequence[Fraction], parts: Sequence[tuple[Fraction, Fraction, Fraction]]) -> str:
    """a/2·r² + b·r + c on each piece, the last one from its knot on."""
    formula = ""
    for knot, part in zip(knots, parts, strict=False):
        formula += f"{quadratic(part)} if r < {text(knot)} else "
    return formula + quadratic(parts[-1])


def quadratic(part: tuple[Fraction, Fraction, Fraction]) -> str:
    a, b, c = part
    return f"({text(a)}/2*r^2 + {text(b)}*r + {text(c)})"


@few
@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=3, unique=True),
    st.lists(st.integers(-2, 3), min_size=4, max_size=4),
    st.lists(st.sampled_from((0, 0, 1, -1)), min_size=3, max_size=3),
    st.lists(st.sampled_from((0, 0, 0, 1)), min_size=3, max_size=3),
)
def test_a_spline_has_the_properties_that_it_was_built_with(
    places: list[int], bends: list[int], turns: list[int], jumps: list[int]
) -> None:
    knots = [Fraction(place) for place in sorted(places)]
    parts = [(Fraction(bends[0]), Fraction(1), Fraction(0))]
    for at, bend, turn, jump in zip(knots, bends[1:], turns, jumps, strict=False):
        a, b, c = parts[-1]
        slope = a * at + b + turn
        parts.append(
            (Fraction(bend), slope - bend * at, a / 2 * at**2 + b * at + c + jump - slope * at + bend * at**2 / 2)
        )
    used = list(zip(turns, jumps, knots, strict=False))
    curvatures = [a for a, _, _ in parts]
    made = analysed(spliced(knots, parts))
    seen = {item.name: item.answer == "yes" for item in made.properties if item.answer != "undecided"}
    joined = not any(jump for _, jump, _ in used)
    smooth = joined and not any(turn for turn, _, _ in used)
    convex = joined and min(curvatures) >= 0 and all(turn >= 0 for turn, _, _ in used)
    slopes = [
        abs(a * at + b) for (a, b, _), at in (*zip(parts, knots, strict=False), *zip(parts[1:], knots, strict=True))
    ]
    steep = joined and not curvatures[0] and not curvatures[-1]
    truth = {
        "convex": convex,
        "strictly-convex": convex and min(curvatures) > 0,
        "strongly-convex": convex and min(curvatures) > 0,
        "differentiable": smooth,
        "twice-differentiable": smooth and len(set(curvatures)) == 1,
        "lipschitz": steep,
        "smooth": smooth,
    }
    assert {name: seen[name] for name in truth} == truth
    if steep:
        assert is_value(made, "lipschitz", max(*slopes, abs(parts[0][1]), abs(parts[-1][1])))
    if smooth:
        assert is_value(made, "smooth", max(map(abs, curvatures)))
    if truth["strongly-convex"]:
        assert is_value(made, "strongly-convex", min(curvatures))


# -- stretched and turned

BASES = ("r^2/2 if |r| <= 1 else |r| - 1/2", "log(cosh(r))", "r^2/(1 + r^2)", "max(0, 1 - r)", "exp(-r)", "tanh(r)^2")


@settings(max_examples=5, deadline=None)
@given(st.sampled_from(BASES), rationals.filter(bool), rationals.filter(bool), rationals)
def test_a_multiple_of_a_stretched_loss_has_its_constants_multiplied(
    base: str, a: Fraction, b: Fraction, c: Fraction
) -> None:
    plain = analysed(base)
    moved = analysed(f"{text(a)}*({_put(base, f'({text(b)}*r + {text(c)})')})")
    kept = [
        "differentiable",
        "twice-differentiable",
        "lipschitz",
        "smooth",
        "bounded",
        "bounded-influence",
        "redescending",
    ]
    if a > 0:
        kept += ["convex", "strictly-convex", "strongly-convex", "nonnegative", "saturates"]
    for name in kept:
        assert moved[name].answer == plain[name].answer, name
    for name, times in (("lipschitz", abs(a * b)), ("smooth", abs(a) * b**2), ("bounded", abs(a))):
        if plain[name].value is not None:
            with precision(96):
                expected = number(plain, name) * times.numerator / times.denominator
                assert abs(number(moved, name) - expected) < arb(10) ** -9 * (1 + expected), name


def _put(base: str, inner: str) -> str:
    """The formula with another argument."""
    return re.sub(r"\br\b", inner, base)


ONE_LOSS = (
    ("softplus(-r)", "log(1 + exp(-r))", "log1p(exp(-r))", "-log(sigmoid(r))", "-log_sigmoid(r)",
     "max(0, -r) + log1p(exp(-abs(r)))", "-r/2 + log(2*cosh(r/2))", "-log(1/(1 + e^(-r)))"),
    ("(1 - sigmoid(r))^2", "1/(1 + exp(r))^2", "(1 - tanh(r/2))^2/4", "sigmoid(-r)^2", "(exp(-r)/(1 + exp(-r)))^2"),
    ("log(cosh(r))", "abs(r) + log1p(exp(-2*abs(r))) - log(2)", "softplus(2*r) - r - log(2)", "-log(2/(e^r + e^(-r)))"),
    ("abs(r)", "max(r, -r)", "sqrt(r^2)", "r*sign(r)", "r if r > 0 else -r", "relu(r) + relu(-r)", "(r^2)^(1/2)"),
    ("r^2/2 if abs(r) <= 1 else abs(r) - 1/2", "min(abs(r), 1)*(abs(r) - min(abs(r), 1)/2)",
     "(r^2 - max(abs(r) - 1, 0)^2)/2", "abs(r) - 1/2 if abs(r) > 1 else r^2/2"),
    ("min(r^2, 1)", "r^2 if -1 < r < 1 else 1", "clip(r^2, 0, 1)", "r^2*1[abs(r) <= 1] + 1[abs(r) > 1]"),
    ("r^2/(1 + r^2)", "1 - 1/(1 + r^2)", "1/(1 + 1/r^2) if r != 0 else 0"),
)  # fmt: skip


@pytest.mark.parametrize("forms", ONE_LOSS, ids=lambda forms: forms[0])
def test_however_a_loss_is_written_the_answers_are_the_same(forms: Sequence[str]) -> None:
    first = analysed(forms[0])
    for form in forms[1:]:
        made = analysed(form)
        assert {item.name: item.answer for item in made.properties} == {i.name: i.answer for i in first.properties}, (
            form
        )
        for item in first.properties:
            if item.value is not None:
                assert number(made, item.name).overlaps(number(first, item.name)), (form, item.name)


MIRRORED = (
    "exp(r) - r - 1",
    "max(0, 1 - r)^2",
    "r^3 if r > 0 else r^2",
    "1 - exp(-r^2) if r > 0 else r^2",
    "log(1 + exp(r))",
)


@pytest.mark.parametrize("loss", MIRRORED)
def test_a_mirrored_loss_has_the_same_properties(loss: str) -> None:
    one, other = analysed(loss), analysed(_put(loss, "(-r)"))
    sided = "classification-calibrated"
    assert [i.answer for i in one.properties if i.name != sided] == [
        i.answer for i in other.properties if i.name != sided
    ]
