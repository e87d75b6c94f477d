"""Formulas for people: what nobody could read is not told, and no derivative is part of a loss."""

from __future__ import annotations

import pytest

from grader.properties import AnalysisTask, analyse
from grader.symbolic.task import TaskError


def test_a_slope_whose_cases_multiply_is_no_closed_form() -> None:
    steps = ", ".join(f"r - {place}" for place in range(16))
    found = analyse(AnalysisTask(f"max({steps})", "r", ("r: real",)), seconds=0.5)
    assert (found.gradient, found.curvature) == (None, None)
    assert len(found.properties) == 14


@pytest.mark.parametrize(("loss", "given"), [("d/dr r^2", ()), ("s^2", ("s = d/dr r^3",))])
def test_a_derivative_is_no_part_of_a_loss(loss: str, given: tuple[str, ...]) -> None:
    with pytest.raises(TaskError) as caught:
        analyse(AnalysisTask(loss, "r", ("r: real",), given))
    assert caught.value.field == "loss"
    assert caught.value.reason.expected == ("a formula of its variables, without derivatives",)
