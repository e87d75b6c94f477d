"""The truth is certain, rounded as IEEE says, and the bounds are those of the design."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.formula.errors import Undefined
from grader.numeric.oracle import Oracle, bounds
from grader.numeric.task import state

BCE = state("mean(max(z,0) - z*y + log1p(exp(-abs(z))))", ("z: real[n]", "y: {0,1}[n]"))


def at(loss: str, arguments: tuple[str, ...], **values: object) -> tuple[Oracle, dict[str, np.ndarray]]:
    return Oracle(state(loss, arguments)), {name: np.asarray(value) for name, value in values.items()}


def test_a_value_that_any_fixed_precision_misses() -> None:
    truth = Oracle(BCE).truth({"z": np.array([530.7]), "y": np.array([1.0])})
    assert float(truth.near) == pytest.approx(3.24e-231, rel=0.01)


def test_what_lies_beyond_float64_is_rounded_as_ieee_says() -> None:
    oracle, values = at("exp(x)", ("x: real",), x=1000.0)
    assert math.isinf(float(oracle.truth(values).near))
    assert oracle.truth(values).digits[0].startswith("1.97")
    assert float(oracle.truth({"x": np.asarray(-1000.0)}).near) == 0


def test_an_infinite_truth_is_infinite_and_no_truth_is_none() -> None:
    oracle, values = at("sum(p*log(p/q))", ("p: positive[K]", "q: nonnegative[K]"), p=[1.0, 1.0], q=[1.0, 2.0])
    assert math.isfinite(float(oracle.truth(values).near))
    oracle, values = at("xlogy(p, p) - xlogy(p, q)", ("p: [0,1]", "q: [0,1]"), p=0.5, q=0.0)
    assert oracle.truth(values).digits == ("inf",)
    oracle, values = at("-y*log(p)", ("p: [0,1]", "y: {0,1}"), p=0.0, y=0.0)
    with pytest.raises(Undefined):
        oracle.truth(values)


@given(st.floats(-1e3, 1e3), st.sampled_from([0.0, 1.0]))
def test_an_error_is_known_below_the_last_place(z: float, y: float) -> None:
    truth = Oracle(BCE).truth({"z": np.array([z]), "y": np.array([y])})
    assert float(truth.error(truth.near)) <= math.ulp(float(truth.near)) / 2 * (1 + 1e-9) + 0.0
    up = np.nextafter(truth.near, np.inf)
    assert float(truth.error(up)) > 0


def test_condition_of_a_sum_is_the_sum_of_its_terms() -> None:
    oracle, values = at("sum(a)", ("a: real[n]",), a=[3.0, -4.0, 5.0])
    assert float(oracle.condition(values)) == pytest.approx(12)


def test_condition_is_one_sided_at_a_kink_and_moved_inside_where_there_is_no_slope() -> None:
    oracle, values = at("abs(a - b)", ("a: real", "b: real"), a=2.0, b=2.0)
    assert float(oracle.condition(values)) <= 4
    oracle, values = at("-(xlogy(y,p) + xlogy(1-y,1-p))", ("p: [0,1]", "y: {0,1}"), p=0.0, y=0.0)
    assert float(oracle.condition(values)) == pytest.approx(0, abs=1e-9)


def test_a_vector_has_a_condition_for_each_component() -> None:
    oracle, values = at("log_softmax(z)", ("z: real[K]",), z=[1.0, 2.0, 3.0])
    condition = oracle.condition(values, (3,))
    assert condition.shape == (3,)
    assert (condition > 0).all()


def test_bounds_are_those_of_the_design() -> None:
    oracle, values = at("mean(2*a)", ("a: real[n]",), a=[3.0, 5.0])
    truth = oracle.truth(values)
    limit = bounds(truth, oracle.condition(values), oracle.reach(values), oracle.elements(values), np.dtype(float))
    eps, v, s, t, n = 2.0**-52, 8.0, 8.0, 5.0, 2
    assert float(limit.stable) == pytest.approx(8 * n * eps * (v + s + t))
    assert float(limit.precise) == pytest.approx(8 * n * (eps * (v + s) + 5e-324))
    assert float(limit.correct) == pytest.approx(1e-6 * v)


def test_inputs_are_taken_exactly() -> None:
    from grader.numeric.oracle import exact

    assert exact({"x": np.array([0.1])})["x"].items == (Fraction(0.1),)
