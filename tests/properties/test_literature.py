"""The properties of well-known losses are those that the literature states, with their constants; and those of losses
made to break the analysis are the true ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from _pytest.mark import ParameterSet

from grader.formula.declare import Scope
from grader.formula.read import read_formula, scope_from
from grader.formula.tree import Expr
from grader.properties import Analysis, AnalysisTask, analyse
from grader.properties.analysis import PROPERTIES
from grader.symbolic.compare import Equal, compare
from grader.symbolic.domain import domain_of
from grader.symbolic.quantity import Formula
from questions.losses import Space

FILES = ("literature.yaml", "attack.yaml")
ROWS = [row for name in FILES for row in yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))]


def cases(rows: Iterable[Mapping[str, Any]]) -> list[ParameterSet]:
    return [pytest.param(row, id=row["name"], marks=[pytest.mark.slow] * row.get("slow", False)) for row in rows]


@cache
def analysis(loss: str, wrt: str, variables: tuple[str, ...], space: Space | None) -> Analysis:
    return analyse(AnalysisTask(loss, wrt, variables, space=space), seconds=60)


def analysed(row: Mapping[str, Any]) -> Analysis:
    return analysis(row["loss"], row["wrt"], tuple(row["variables"]), row.get("space"))


@pytest.mark.parametrize("row", cases(ROWS))
def test_every_answer_is_the_true_one(row: Mapping[str, Any]) -> None:
    seen = {item.name: item.answer for item in analysed(row).properties}
    wrong = {name: seen.get(name) for answer in ("yes", "no") for name in row[answer] if seen.get(name) != answer}
    assert not wrong


@pytest.mark.parametrize("row", cases(ROWS))
def test_every_answer_has_its_evidence(row: Mapping[str, Any]) -> None:
    evidence = {"yes": ("proved",), "no": ("witness",), "undecided": (None,)}
    for item in analysed(row).properties:
        assert item.evidence in evidence[item.answer]
        assert item.name in PROPERTIES


@pytest.mark.parametrize("row", cases(row for row in ROWS if "values" in row))
def test_the_constants_are_the_sharp_ones(row: Mapping[str, Any]) -> None:
    scope = scope_from(row["variables"])
    for name, stated in row["values"].items():
        value = analysed(row)[name].value
        assert value is not None, name
        assert same(value, read_formula(stated, scope), scope), name


def same(left: Expr, right: Expr, scope: Scope) -> bool:
    domain = domain_of(scope, (left, right))
    return isinstance(compare(Formula(left, scope), Formula(right, scope), domain, deadline=float("inf")), Equal)
