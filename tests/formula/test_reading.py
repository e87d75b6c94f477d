"""Formulas as people type them, and how they are read: from the files in examples/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.formula.declare import Scope
from grader.formula.errors import Unreadable
from grader.formula.read import read_declaration, read_formula, scope_from
from grader.formula.show import show

EXAMPLES = Path(__file__).with_name("examples")
ARROW = "  ⇒  "


def _lines(name: str) -> Iterator[tuple[str, str, str]]:
    """(declarations, left, right) of each line of an example file."""
    declarations = ""
    for line in (EXAMPLES / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("declare "):
            declarations = line.removeprefix("declare ")
        elif ARROW in line:
            left, right = line.split(ARROW)
            yield declarations, left, right


def _cases(name: str) -> list[Any]:
    return [pytest.param(*case, id=f"{name}: {case[1]}") for case in _lines(name)]


READ = [c for file in sorted(EXAMPLES.glob("*.txt")) if file.name != "unreadable.txt" for c in _cases(file.name)]
SCOPES: dict[str, Scope] = {}


def scope(declarations: str) -> Scope:
    if declarations not in SCOPES:
        SCOPES[declarations] = scope_from(declarations.split("; "))
    return SCOPES[declarations]


@pytest.mark.parametrize(("declarations", "typed", "reading"), READ)
def test_an_example_reads_as_its_line_says_and_its_reading_reads_back(
    declarations: str, typed: str, reading: str
) -> None:
    names = scope(declarations)
    tree = read_formula(typed, names)
    shown = show(tree, names)
    assert shown == reading
    assert read_formula(shown, names) == tree


@pytest.mark.parametrize(("declarations", "marked", "what"), _cases("unreadable.txt"))
def test_the_caret_stands_under_what_cannot_be_read(declarations: str, marked: str, what: str) -> None:
    start, end = marked.index("«"), marked.index("»") - 1
    typed = marked.replace("«", "").replace("»", "")
    with pytest.raises(Unreadable) as caught:
        read_formula(typed, scope(declarations))
    error = caught.value
    code, _, note = what.partition(": ")
    assert (error.code, error.span.start, error.span.end) == (code, start, end)
    facts = error.data
    operation = f"{facts.get('left')} {facts.get('operation')} {facts.get('right')}"
    assert note in (*error.expected, facts.get("suggestion"), facts.get("symbol"), facts.get("what"), operation)


def test_there_are_many_examples() -> None:
    assert len(READ) > 500


def test_an_unknown_name_comes_with_the_nearest_declared_one_and_all_of_them() -> None:
    names = scope_from(["y_true: real", "y_pred: real"])
    with pytest.raises(Unreadable) as caught:
        read_formula("y_tru - y_pred", names)
    assert caught.value.data == {"symbol": "y_tru", "suggestion": "y_true", "known": "y_true, y_pred"}


def test_a_span_counts_in_the_text_as_typed_whatever_the_signs_before_it() -> None:
    names = scope_from(["y: real", "v: real[n]"])
    for before in (
        "½",
        "\\hat{y}^0",
        "𝑦²",
        "\\left(y\\right)",
        "v₁",
        "yˆ".replace("ˆ", "\u0302"),
        "‖v‖₂²",
        "\\tfrac12\\,y",
    ):
        names_too = names.with_variable(read_declaration("yhat: real"))
        typed = f"{before} + foo"
        with pytest.raises(Unreadable) as caught:
            read_formula(typed, names_too)
        assert typed[caught.value.span.start : caught.value.span.end] == "foo"


@pytest.mark.parametrize(
    "spelling", ["yhat", "ŷ", "y_hat", "\\hat{y}", "\\hat y", "\\widehat{y}", "y\u0302", "\\mathbf{\\hat{y}}"]
)
def test_the_spellings_of_a_decorated_name_are_one(spelling: str) -> None:
    for declared in ("yhat: real", "ŷ: real", "y_hat: real", "p|ŷ: real"):
        names = scope_from([declared])
        assert read_formula(spelling, names) == read_formula(next(iter(names.variables)), names)


@pytest.mark.parametrize("spelling", ["epsilon", "ε", "ϵ", "\\epsilon", "\\varepsilon", "𝜀", "𝜖"])
def test_a_greek_letter_its_variants_and_its_name_are_one(spelling: str) -> None:
    for declared in ("epsilon: real", "ε: real", "ϵ: real"):
        assert show(read_formula(spelling, scope_from([declared]))) == "ε"


def test_a_declared_name_wins_over_a_function_and_a_constant() -> None:
    names = scope_from(["sigma: real", "e: real", "pi: real", "I: real", "gamma: real", "y: real", "T: positive"])
    assert (
        show(read_formula("σ(y) + e^2 + π y + I y + gamma(y) + y^T", names), names)
        == "σ·y + e² + π·y + I·y + γ·y + y^T"
    )


def test_a_bound_index_shadows_a_declared_name() -> None:
    names = scope_from(["z: real[K]", "k: index(K)", "j: real"])
    assert show(read_formula("z_k + Σ_k z_k + j Σ_j z_j", names), names) == "z_k + Σ_k z_k + j·Σ_j z_j"
