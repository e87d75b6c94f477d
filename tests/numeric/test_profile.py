"""Where a program loses its digits: by stretches of the inputs, beyond what the condition number takes."""

from __future__ import annotations

import math

import pytest

from grader.numeric import CodeTask, Spares, grade_code
from grader.numeric.profile import Axis, axes
from grader.verdict import Stretch, Verdict

NAIVE = """import numpy as np


def loss(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
"""


def by_low(verdict: Verdict) -> dict[float, Stretch]:
    return {stretch.low: stretch for stretch in verdict.profile}


def test_a_naive_loss_loses_all_digits_where_the_exponential_overflows_and_none_near_zero(
    spares: Spares, bce: CodeTask
) -> None:
    found = by_low(grade_code(bce, NAIVE, spares=spares))
    assert found[-math.inf].worst == 53
    assert found[-math.inf].stable == 0
    assert found[-1e-5].worst <= 3
    assert found[-1e-5].precise == 1
    assert 10 < found[5.0].median < 53  # 1 − p has lost some of them


def test_a_precise_loss_loses_none_anywhere(spares: Spares, bce: CodeTask, stable: str) -> None:
    verdict = grade_code(bce, stable, spares=spares)
    assert len(verdict.profile) == 9
    assert all(stretch.precise == 1 and stretch.worst <= 3 and stretch.points for stretch in verdict.profile)


def test_a_profile_is_the_same_again(spares: Spares, bce: CodeTask) -> None:
    assert grade_code(bce, NAIVE, spares=spares).profile == grade_code(bce, NAIVE, spares=spares).profile


def test_nobody_is_blamed_for_what_the_condition_number_takes(spares: Spares) -> None:
    """log p next to 1: a program gets p rounded, and has no more digits of 1 − p than p has."""
    task = CodeTask("mean((log(p) + 1 - p)*1e8 + log(p))", ("p: (0,1)[n]",))
    source = "import numpy as np\n\n\ndef loss(p):\n    return np.mean((np.log(p) + (1 - p)) * 1e8 + np.log(p))\n"
    found = grade_code(task, source, spares=spares).profile
    assert max(stretch.unavoidable for stretch in found) > 20


def test_what_is_wrong_on_ordinary_inputs_has_no_profile(spares: Spares, bce: CodeTask) -> None:
    assert grade_code(bce, NAIVE.replace("-np.mean", "np.mean"), spares=spares).profile == ()


@pytest.mark.parametrize(
    ("loss", "arguments", "expected"),
    [
        ("mean(softplus(z) - y*z)", ("z: real[n]", "y: {0,1}[n]"), [(("z",), "value")]),
        ("mean((a - b)^2)", ("a: real[n]", "b: real[n]"), [(("a", "b"), "size")]),
        ("mean_i(logsumexp(Z_i))", ("Z: real[n,K]",), [(("Z",), "size")]),
        ("-mean(log(p))", ("p: (0,1)[n]",), [(("p",), "value")]),
        ("sum(xlogy(p, p/q))", ("p: simplex[K]", "q: simplex[K]"), [(("p",), "smallest"), (("q",), "smallest")]),
        ("mean(log(x))", ("x: positive[n]",), [(("x",), "value")]),
        ("mean([a != b])", ("a: {0,1}[n]", "b: {0,1}[n]"), []),
    ],
)
def test_the_numbers_that_the_inputs_are_measured_by(
    loss: str, arguments: tuple[str, ...], expected: list[tuple[tuple[str, ...], str]]
) -> None:
    found = axes(CodeTask(loss, arguments).statement)
    assert [(axis.names, axis.measure) for axis in found] == expected


@pytest.mark.parametrize("x", [0.0, 5e-324, 1e-9, 0.5, 1 - 2.0**-53, 1.0])
def test_every_number_is_in_one_stretch(x: float) -> None:
    (axis,) = axes(CodeTask("mean(p)", ("p: [0,1][n]",)).statement)
    assert axis.place(x) in set(axis.stretches())
    assert Axis(("z",), "value", (-math.inf, 0.0, math.inf)).place(x) == (0.0, math.inf)


def test_an_end_of_the_domain_is_a_stretch_of_its_own() -> None:
    (axis,) = axes(CodeTask("mean(p)", ("p: [0,1][n]",)).statement)
    assert axis.place(0.0) == (0.0, 0.0)
    assert axis.place(1.0) == (1.0, 1.0)
