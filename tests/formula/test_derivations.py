"""Whole derivations as people write them: from examples/derivations.yaml and as-typed.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.formula import tree
from grader.formula.declare import Scope
from grader.formula.equations import Derivation, Equation, with_cases
from grader.formula.errors import Unreadable
from grader.formula.read import read_derivation, read_formula, read_loss, read_wrt, scope_from
from grader.formula.show import show

FILES = [Path(__file__).with_name("examples") / name for name in ("derivations.yaml", "as-typed.yaml")]


def _scope(declare: list[str], loss: str, wrt: str) -> Scope:
    scope = scope_from(declare)
    return replace(read_wrt(wrt, scope)[1], loss=read_loss(loss, scope))


def _cases() -> Iterator[Any]:
    for task in (task for file in FILES for task in yaml.safe_load(file.read_text(encoding="utf-8"))):
        scope = _scope(task["declare"], task["loss"], task["wrt"])
        for case in task["cases"]:
            yield pytest.param(scope, case, id=case["typed"].replace("\n", " / "))


def _told(equation: Equation, scope: Scope) -> str:
    role = " defines" if equation.introduces else " loss" if equation.states_loss else ""
    last = equation.sides[-1]
    case = f" [{show(last.condition, scope)}]" if last.condition else ""
    case += f" [perhaps {show(last.perhaps, scope)}]" if last.perhaps else ""
    return f"{equation.line}{role}: " + " = ".join(show(side.expr, scope) for side in equation.sides) + case


@pytest.mark.parametrize(("scope", "case"), list(_cases()))
def test_a_derivation_reads_as_its_entry_says(scope: Scope, case: dict[str, Any]) -> None:
    typed = case["typed"]
    if "unreadable" in case:
        with pytest.raises(Unreadable) as caught:
            read_derivation(typed, scope)
        span = caught.value.span
        assert f"{caught.value.code}: {typed[span.start : span.end]}" == case["unreadable"]
        return
    read = read_derivation(typed, scope)
    assert [_told(equation, read.scope) for equation in read.equations] == case["read"]
    assert [comment.line for comment in read.comments] == case.get("words", [])
    for equation in read.equations:
        for side in equation.sides:
            assert 0 <= side.span.start < side.span.end <= len(typed)


BCE = _scope(["z: real", "y: {0,1}"], "softplus(z) - y z", "z")


def read(typed: str) -> Derivation:
    return read_derivation(typed, BCE)


def test_a_name_introduced_by_components_is_a_vector() -> None:
    scope = _scope(["z: real[K]", "y: onehot[K]"], "-sum(y*log_softmax(z))", "z_i")
    made = read_derivation("p_k = e^{z_k}/Σ_j e^{z_j}", scope)
    assert made.scope.definitions["p"].shape == ("K",)
    assert made.scope.definitions["p"].body == read_formula("exp(z)/Σ_j e^{z_j}", scope)
    assert made.equations[0].indices == {"k": "K"}


def test_the_loss_stands_in_the_scope_under_its_name() -> None:
    made = read("dL/dz = σ(z) - y")
    assert made.scope.definitions["L"].body == BCE.loss
    assert made.equations[0].sides[0].expr == tree.Deriv(tree.Name("L"), tree.Name("z"))


def test_the_stated_loss_and_the_answer_are_told_apart() -> None:
    made = read("L = ½(y − z)²\ndL/dz = z - y")
    assert made.stated_loss == read_formula("½(y − z)²", BCE)
    assert with_cases(made.equations).expr == read_formula("z - y", BCE)


def test_lines_count_as_typed_and_each_side_of_a_chain_knows_its_own() -> None:
    made = read("\n\np = σ(z)\n# a remark\n\ndL/dz = p - y\n  = σ(z) - y\n")
    assert [equation.lines for equation in made.equations] == [(3, 3), (6, 6, 7)]
    assert [comment.line for comment in made.comments] == [4]


def test_a_name_can_be_introduced_once_and_is_an_equation_after_that() -> None:
    made = read("p = σ(z)\np = 1/(1+e^{-z})\ndL/dz = p - y")
    assert [equation.introduces is not None for equation in made.equations] == [True, False, False]


def test_an_empty_text_says_so() -> None:
    for typed in ("", "  \n ", "# only a remark"):
        with pytest.raises(Unreadable) as caught:
            read(typed)
        assert caught.value.expected == ("a formula",)


def test_words_alone_are_no_answer() -> None:
    with pytest.raises(Unreadable):
        read("by the chain rule")


@pytest.mark.parametrize("name", ["L", "J", "ℓ", "𝓛", "loss", "cost", "E", "C", "f", "NLL", "BCE", "KL", "obj", "err"])
def test_a_word_that_means_nothing_else_names_the_loss_in_its_derivative(name: str) -> None:
    forms = ("d{}/dz", "∂{}/∂z", "\\frac{{\\partial {}}}{{\\partial z}}", "d {} / d z", "∇_z {}", "\\frac{{d{}}}{{dz}}")
    for form in forms:
        read_as = read(f"{form.format(name)} = σ(z) - y").equations[0].sides[0].expr
        assert read_as == tree.Deriv(tree.Name("L"), tree.Name("z")), form


def test_a_text_has_one_name_for_the_loss() -> None:
    for typed in ("dE/dz = dF/dz = σ(z) - y", "dL/dz = σ(z) - y; dE/dz = σ(z) - y", "dL/dz = (σ(z) - y) da/dz"):
        with pytest.raises(Unreadable) as caught:
            read(typed)
        assert caught.value.code == "unknown-symbol"


def test_definitions_that_need_each_other_are_refused() -> None:
    with pytest.raises(Unreadable):
        read("a, a = b, b = a")
