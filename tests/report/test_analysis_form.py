"""The JSON contract of an analysis."""

from __future__ import annotations

import pytest

from grader.formula.read import read_formula, read_loss, scope_from
from grader.formula.show import show
from questions.losses import library
from report.analysis_form import analysis_form, ascii_formula
from report.json_form import dumps
from report.paper import to_ascii
from tests.report.analyses import HUBER, NAMED, analysed

CONTRACT = ["format", "loss", "gradient", "curvature", "properties"]


@pytest.mark.parametrize("name", sorted(NAMED))
def test_the_keys_of_the_contract_come_first_and_all_of_it_is_strict_json(name: str) -> None:
    form = analysis_form(analysed(name))
    assert list(form)[:5] == CONTRACT
    assert form["format"] == 1
    for told in form["properties"].values():
        assert list(told) == ["answer", "evidence", "detail", "value"]
        assert told["answer"] in ("yes", "no", "undecided")
        assert (told["evidence"] is None) == (told["answer"] == "undecided")
        assert told["detail"].endswith(".")
        assert told["value"] is None or told["value"].isascii()
    assert "\n" not in dumps(form)


def test_values_are_formulas_in_ascii() -> None:
    form = analysis_form(analysed("huber"))
    assert form["properties"]["lipschitz"]["value"] == "delta"
    assert form["properties"]["smooth"]["value"] == "1"
    assert form["properties"]["convex"]["value"] is None
    assert form["kinks"][0] == {"at": "-delta", "left": "-delta", "right": "-delta", "jump": False, "cases": {}}
    assert form["ends"][1]["at"] == "inf"
    assert form["wrt"] == "r"


@pytest.mark.parametrize("typed", ["8/27", "delta^2/6", "-delta/3", "r^12", "delta/(1/2)", "(1/3)^delta", "1/2*r"])
def test_a_value_reads_back_as_what_it_was(typed: str) -> None:
    expr = read_formula(typed, HUBER.scope)
    assert read_formula(ascii_formula(expr), HUBER.scope) == expr


def test_roots_are_told_as_roots() -> None:
    assert ascii_formula(read_formula("16*delta*5^0.5/125", HUBER.scope)) == "16*delta*sqrt(5)/125"


@pytest.mark.parametrize("loss", library().values(), ids=lambda loss: loss.name)
def test_a_formula_in_ascii_reads_back_as_the_same(loss) -> None:  # type: ignore[no-untyped-def]
    scope = scope_from(loss.variables, loss.given)
    expr = read_loss(loss.formula, scope)
    assert read_loss(to_ascii(show(expr, scope)), scope) == expr
