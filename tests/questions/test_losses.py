"""The library of named losses: sound, readable, with a value and a slope all over its domains."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from grader.formula import balls
from grader.formula.declare import Interval, Scope, Simplex
from grader.formula.errors import Kink, Undefined
from grader.formula.floats import evaluate_float
from grader.formula.functions import BY_SPELLING
from grader.formula.read import read_loss, read_typed, read_wrt, scope_from
from grader.formula.show import show
from grader.formula.tree import Expr, Name
from grader.formula.values import Point, Value
from grader.symbolic.differentiate import differentiate
from grader.symbolic.points import Setting, points
from grader.symbolic.quantity import names_in
from questions import losses, sources
from questions.losses import KnownLoss

LIBRARY = losses.library()
NAMES = list(LIBRARY)
EVERY = pytest.mark.parametrize("name", NAMES)
SIZES = {"K": 3, "n": 4}
STEP = Fraction(1, 10**18)


def read(loss: KnownLoss) -> tuple[Expr, Scope]:
    scope = scope_from(loss.variables, loss.given)
    return read_loss(loss.formula, scope), scope


def some_points(scope: Scope, count: int) -> list[Point[Fraction]]:
    setting = Setting({dim: SIZES[dim] for dim in scope.dims}, {})
    return list(islice(points(scope, frozenset(scope.variables), setting), count))


def test_the_file_is_sound_and_there_are_enough() -> None:
    loaded = losses.load()
    assert loaded.problems == ()
    assert len(loaded.by_name) >= 36
    assert {loss.space for loss in loaded.by_name.values()} == set(losses.SPACES)


def test_every_source_is_one() -> None:
    assert {key for loss in LIBRARY.values() for key in loss.sources} <= sources.load().by_key.keys()
    assert all(loss.sources for loss in LIBRARY.values())


def test_no_name_is_taken_twice_or_by_a_function() -> None:
    every = [name for loss in LIBRARY.values() for name in (loss.name, *loss.aliases)]
    assert len(every) == len(set(every))
    assert not set(every) & BY_SPELLING.keys()
    assert all(name == name.lower() and name.replace("_", "").isalnum() for name in every)


@EVERY
def test_a_loss_is_a_scalar_of_declared_names_and_its_reading_reads_back(name: str) -> None:
    loss = LIBRARY[name]
    expr, scope = read(loss)
    assert read_typed(loss.formula, scope)[1] == ()
    wrt, _ = read_wrt(loss.wrt, scope)
    assert isinstance(wrt, Name)
    assert scope.variables[wrt.name].continuous
    assert read_loss(show(expr, scope), scope) == expr


@EVERY
def test_all_that_is_declared_is_used(name: str) -> None:
    expr, scope = read(LIBRARY[name])
    assert names_in(expr, scope) == scope.variables.keys() | scope.definitions.keys()


@EVERY
def test_required_arguments_come_before_optional_ones(name: str) -> None:
    """As in a Python function, which `lossprep test` calls with them."""
    _, scope = read(LIBRARY[name])
    optional = [variable.default is not None for variable in scope.variables.values()]
    assert optional == sorted(optional)


@EVERY
def test_a_loss_has_a_value_all_over_its_domain(name: str) -> None:
    expr, scope = read(LIBRARY[name])
    for point in some_points(scope, 4):
        assert balls.value(expr, scope, point.values, point.sizes).scalar.is_finite()


@EVERY
def test_the_gradient_is_the_slope_of_the_loss(name: str) -> None:
    """Derived by reverse mode, against a difference quotient in certain arithmetic."""
    loss = LIBRARY[name]
    expr, scope = read(loss)
    wrt = read_wrt(loss.wrt, scope)[0]
    assert isinstance(wrt, Name)
    tried = 0
    for point in some_points(scope, 5):
        here = point.values[wrt.name]
        there = Value(here.shape, (here.items[0] + STEP, *here.items[1:]))
        domain = scope.variables[wrt.name].domain
        if isinstance(domain, Interval) and there.items[0] not in domain:
            continue
        try:
            _, slopes = balls.gradient(expr, scope, point.values, point.sizes, wrt=[wrt.name])
            ahead = balls.value(expr, scope, {**point.values, wrt.name: there}, point.sizes, bits=200).scalar
        except (Kink, Undefined):
            continue
        now = balls.value(expr, scope, point.values, point.sizes, bits=200).scalar
        with balls.precision(256):
            quotient = (ahead - now) / balls.ball(STEP)
        slope = float(slopes[wrt.name].items[0])
        assert float(quotient) == pytest.approx(slope, rel=1e-9, abs=1e-9)
        tried += 1
    assert tried >= 2
    assert isinstance(scope.variables[wrt.name].domain, Interval | Simplex)


ZERO_SLOPE_AT_ZERO = [
    loss.name for loss in LIBRARY.values()
    if loss.space == "residual" and loss.name not in ("mae", "quantile", "epsilon_insensitive", "laplace_nll")
]  # fmt: skip


@pytest.mark.parametrize("name", ZERO_SLOPE_AT_ZERO)
def test_a_smooth_regression_loss_is_flat_where_the_residual_is_zero(name: str) -> None:
    expr, scope = read(LIBRARY[name])
    for point in some_points(scope, 3):
        inputs = {**point.values, "r": Value((), (Fraction(0),))}
        slope = balls.gradient(expr, scope, inputs, wrt=["r"], one_sided=True)[1]["r"].scalar
        assert float(slope) == 0


CURVATURE_ONE = (
    "huber", "pseudo_huber", "log_cosh", "tukey_biweight", "cauchy", "welsch", "geman_mcclure", "fair", "andrews",
    "hampel", "truncated_squared_error",
)  # fmt: skip


@pytest.mark.parametrize("name", CURVATURE_ONE)
def test_robust_losses_are_half_a_square_near_zero(name: str) -> None:
    """The usual normalisation, in which their tuning constants are comparable."""
    expr, scope = read(LIBRARY[name])
    inputs = {name: Value((), (v.default or Fraction(0),)) for name, v in scope.variables.items()}
    small = Fraction(1, 10**12)
    value = balls.value(expr, scope, {**inputs, "r": Value((), (small,))}, bits=128).scalar
    assert float(value) / float(small**2) == pytest.approx(0.5, rel=1e-9)


@pytest.mark.parametrize(
    "name", ["tukey_biweight", "cauchy", "welsch", "fair", "andrews", "truncated_squared_error"]
)  # fmt: skip
def test_the_usual_constants_give_an_efficiency_of_95_percent(name: str) -> None:
    """Of the location estimate on Gaussian data, E[xψ]²/E[ψ²] (Holland & Welsch 1977), by the trapezoidal rule."""
    expr, scope = read(LIBRARY[name])
    slope = differentiate(expr, Name("r"), scope)
    x = np.linspace(-9, 9, 20_001)
    values = {name: Value((), (np.float64(v.default or 0),)) for name, v in scope.variables.items()}
    psi = evaluate_float(slope, scope, {**values, "r": Value((), (x,))}).scalar  # type: ignore[dict-item]
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    along, square = (np.sum(part * density) * (x[1] - x[0]) for part in (x * psi, psi**2))
    assert along**2 / square == pytest.approx(0.95, abs=5e-4)


def test_a_probability_and_its_logit_are_one_loss() -> None:
    pairs = {"bce": "bce_with_logits", "focal": "focal_with_logits", "weighted_bce": "weighted_bce_with_logits"}
    for by_probability, by_logit in {**pairs, "brier": "mse_with_logits"}.items():
        stated = LIBRARY[by_probability]
        left, scope = read(LIBRARY[by_logit])
        composed = scope_from(LIBRARY[by_logit].variables, ["p = sigmoid(z)"])
        right = read_loss(stated.formula, composed)
        for point in some_points(scope, 6):
            here = balls.value(left, scope, point.values).scalar
            assert float(here) == pytest.approx(float(balls.value(right, composed, point.values).scalar), rel=1e-12)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("huber", "huber"), ("Huber", "huber"), ("bce-with-logits", "bce_with_logits"), ("pinball", "quantile"),
     ("tukey", "tukey_biweight"), (" l1 ", "mae")],
)  # fmt: skip
def test_a_loss_is_found_by_any_of_its_names(typed: str, name: str) -> None:
    assert losses.find(typed).name == name


def test_a_name_that_nothing_goes_by_comes_with_close_ones() -> None:
    with pytest.raises(losses.UnknownLoss) as told:
        losses.find("bce_with_logit")
    assert told.value.nearest[0] == "bce_with_logits"
    with pytest.raises(losses.UnknownLoss) as told:
        losses.find("xyzzy")
    assert told.value.nearest == ()


def test_what_is_wrong_with_a_library_is_said_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "library.yaml"
    entry = "title: T, formula: r^2, wrt: r, variables: ['r: real'], space: {}, meaning: M, sources: [huber-1964]"
    rows = [f"  - {{name: a, {entry.format('residual')}}}", f"  - {{name: b, {entry.format('resdual')}}}",
            f"  - {{name: a, {entry.format('margin')}}}", "  - {name: c}"]  # fmt: skip
    file.write_text("\n".join(["format: 1", "losses:", *rows]), "utf-8")
    loaded = losses.load(file)
    assert list(loaded.by_name) == ["a"]
    codes = {(problem.line, problem.code) for problem in loaded.problems}
    assert {(4, "unknown-value"), (5, "duplicate-id"), (6, "missing-key")} <= codes


def test_the_library_costs_no_heavy_import() -> None:
    script = "import sys; from questions.losses import library; library(); print(*sys.modules)"
    root = Path(__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert not {"sympy", "numpy", "flint", "rich"} & set(found.stdout.split())
