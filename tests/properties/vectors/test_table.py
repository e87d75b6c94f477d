"""Losses of vectors have the properties and the gradients that textbooks state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from grader.formula.declare import Scope
from grader.formula.read import read_formula
from grader.formula.tree import Expr
from grader.properties.analysis import PROPERTIES
from grader.symbolic.compare import Equal, compare
from grader.symbolic.domain import domain_of
from grader.symbolic.quantity import Formula
from tests.properties.vectors.table import ROWS, analysed, name

UNDECIDED = {
    "Kullback-Leibler, by the first": ["strictly-convex", "strongly-convex", "bounded"],  # log q, where q may be 0
    "cosine distance": ["nonnegative", "bounded"],  # the Cauchy-Schwarz inequality
    "a square over a sum": ["lipschitz", "smooth"],
    "all squares but the first": ["smooth"],  # no formula of its gradient in whole vectors
}


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_every_answer_is_the_true_one(row: Mapping[str, Any]) -> None:
    made = analysed(row)
    seen = {item.name: item.answer for item in made.properties}
    wrong = {key: seen.get(key) for answer in ("yes", "no") for key in row[answer] if seen.get(key) != answer}
    assert not wrong
    assert made.silent is None
    assert [key for key, answer in seen.items() if answer == "undecided"] == UNDECIDED.get(row["name"], [])


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_every_answer_has_its_evidence(row: Mapping[str, Any]) -> None:
    evidence = {"yes": "proved", "no": "witness", "undecided": None}
    asked = [item.name for item in analysed(row).properties]
    assert asked == [key for key in PROPERTIES if key in asked]
    assert [item.name for item in analysed(row).properties if item.evidence != evidence[item.answer]] == []


@pytest.mark.parametrize("row", [row for row in ROWS if "gradient" in row], ids=name)
def test_the_gradient_is_the_one_of_the_textbooks(row: Mapping[str, Any]) -> None:
    made = analysed(row)
    assert made.gradient is not None
    assert same(made.gradient, read_formula(row["gradient"], made.scope), made.scope)


@pytest.mark.parametrize("row", [row for row in ROWS if "values" in row], ids=name)
def test_a_modulus_is_told_in_the_names_of_the_loss(row: Mapping[str, Any]) -> None:
    made = analysed(row)
    for key, stated in row["values"].items():
        value = made[key].value
        assert value is not None
        assert same(value, read_formula(stated, made.scope), made.scope)


@pytest.mark.parametrize("row", [row for row in ROWS if "laws" in row], ids=name)
def test_the_laws_are_found(row: Mapping[str, Any]) -> None:
    assert [law.name for law in analysed(row).invariances] == row["laws"]


def same(left: Expr, right: Expr, scope: Scope) -> bool:
    domain = domain_of(scope, (left, right))
    return isinstance(compare(Formula(left, scope), Formula(right, scope), domain, deadline=float("inf")), Equal)
