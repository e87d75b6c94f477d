"""Demands are read strictly, and pairs that exclude each other are found through what follows from each."""

from __future__ import annotations

import pytest

from grader.design.contradictions import contradictory
from grader.design.demands import read_demand
from grader.formula.errors import Unreadable


@pytest.mark.parametrize(
    "text",
    ["", "convecks", "convex <= 1", "not bounded <= 1", "recall >= 0.5", "convex and smooth", "bounded-influence =< 1"],
)
def test_what_is_no_demand_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_demand(text)


@pytest.mark.parametrize("text", ["recall >= 0.5", "pr-auc ≥ 0.2", "calibration-error <= 0.1"])
def test_measures_belong_to_their_experiment(text: str) -> None:
    assert read_demand(text, "imbalance").measure
    with pytest.raises(Unreadable):
        read_demand(text, "outliers")


@pytest.mark.parametrize(
    "pair",
    [
        ("convex", "redescending"),
        ("strongly-convex", "bounded-influence <= 1"),
        ("strongly-convex", "lipschitz"),
        ("bounded", "convex"),
        ("smooth", "not differentiable"),
        ("even", "not even"),
        ("bounded", "linear-tails"),
        ("strictly-proper", "not proper"),
        ("not convex", "strictly-convex"),
    ],
)
def test_demands_that_exclude_each_other_are_found_in_either_order(pair: tuple[str, str]) -> None:
    for texts in (pair, pair[::-1]):
        assert contradictory([read_demand(text) for text in texts]) == texts
