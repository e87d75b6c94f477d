"""Declarations, definitions, scopes."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from grader.formula.declare import (
    NONNEGATIVE,
    POSITIVE,
    REAL,
    Classes,
    Domain,
    Finite,
    Integers,
    Interval,
    OneHot,
    Simplex,
    Variable,
)
from grader.formula.errors import Unreadable
from grader.formula.read import read_declaration, read_definition, read_formula, read_wrt, scope_from
from grader.formula.show import show, show_domain

DOMAINS: dict[str, Domain] = {
    "real": REAL,
    "ℝ": REAL,
    "positive": POSITIVE,
    "nonnegative": NONNEGATIVE,
    "integer": Integers(),
    "(0,1)": Interval(F(0), F(1)),
    "[0,1]": Interval(F(0), F(1), low_open=False, high_open=False),
    "[0, 1)": Interval(F(0), F(1), low_open=False),
    "(0,∞)": POSITIVE,
    "(0,inf)": POSITIVE,
    "[0, \\infty)": NONNEGATIVE,
    "(-inf, inf)": REAL,
    "(−∞, 0]": Interval(None, F(0), high_open=False),
    "[1e-3, 5/2)": Interval(F(1, 1000), F(5, 2), low_open=False),
    "{0,1}": Finite((F(0), F(1))),
    "{-1,1}": Finite((F(-1), F(1))),
    "{−1, +1}": Finite((F(-1), F(1))),
    "{½, 0.25}": Finite((F(1, 2), F(1, 4))),
    "simplex[K]": Simplex(),
    "onehot[K]": OneHot(),
    "index(K)": Classes("K"),
    "index(3)": Classes(3),
}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("X: matrix[n,d]", "X: real[n,d]"),
        ("w: vector[d]", "w: real[d]"),
        ("z: scalar", "z: real"),
        ("w ∈ ℝᵈ", "w: real[d]"),
        ("w ∈ R^d", "w: real[d]"),
        ("X: ℝ^(n×d)", "X: real[n,d]"),
        (r"X \in \mathbb{R}^{n \times d}", "X: real[n,d]"),
        ("y: {0,1}^n", "y: {0,1}[n]"),
    ],
)
def test_a_shape_may_be_written_as_papers_do(text: str, meant: str) -> None:
    assert read_declaration(text) == read_declaration(meant)


@pytest.mark.parametrize(
    ("text", "expected", "at"),
    [
        ("X: matrix", "a shape such as [n,d]", 9),
        ("X: matrix[n]", "a shape such as [n,d]", 9),
        ("w: vector[n,d]", "a shape such as [n]", 9),
        ("z: scalar[n]", "no shape", 9),
        ("X: R^{n×d", "}", 9),
    ],
)
def test_a_shape_that_does_not_fit_its_word_is_located(text: str, expected: str, at: int) -> None:
    with pytest.raises(Unreadable) as raised:
        read_declaration(text)
    assert (raised.value.span.start, raised.value.expected) == (at, (expected,))


@pytest.mark.parametrize("text", DOMAINS)
def test_a_domain_reads_and_shows_back(text: str) -> None:
    variable = read_declaration(f"x: {text}")
    assert variable.domain == DOMAINS[text]
    shape = "[K]" if variable.shape else ""
    assert read_declaration(f"x: {show_domain(variable.domain)}{shape}") == variable


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("z: real[n]", Variable("z", REAL, ("n",))),
        ("X: real[n,d]", Variable("X", REAL, ("n", "d"))),
        ("v: real[3]", Variable("v", REAL, (3,))),
        ("labels: index(K)[n]", Variable("labels", Classes("K"), ("n",))),
        ("y: {0,1}[n]", Variable("y", Finite((F(0), F(1))), ("n",))),
        ("p: (0,1)[n]", Variable("p", Interval(F(0), F(1)), ("n",))),
        ("q: [0,1][n, K]", Variable("q", Interval(F(0), F(1), False, False), ("n", "K"))),
        ("alpha: (0,1) = 0.25", Variable("alpha", Interval(F(0), F(1)), default=F(1, 4))),
        ("α: positive = 1/3", Variable("alpha", POSITIVE, default=F(1, 3))),
        ("yhat|y_pred|p: real", Variable("yhat", REAL, aliases=("y_pred", "p"))),
        ("ŷ|y_hat: real", Variable("yhat", REAL)),
        ("\\sigma_2: positive", Variable("sigma_2", POSITIVE)),
        ("σ₂: positive", Variable("sigma_2", POSITIVE)),
        ("y_{true}: real", Variable("y_true", REAL)),
        ("lambda_: positive", Variable("lambda", POSITIVE)),
    ],
)
def test_a_declaration_reads_as_its_variable(text: str, variable: Variable) -> None:
    assert read_declaration(text) == variable


@pytest.mark.parametrize(
    "marked",
    [
        "«»",
        "z«»",
        "z: «foo»",
        "«3»: real",
        "z: real[«»",
        "z: real[n«»",
        "z: real[«0»]",
        "z: real[a,b,c«]»",
        "z: «(»1,0)",
        "z: «[»0,inf]",
        "z: {«}»",
        "z: {1,«}»",
        "z: simplex«»",
        "z: index(«)»",
        "z: (0,1) = «2»",
        "z: real «x»",
        "z|«:» real",
        "«if»: real",
        "z: (0,«y»)",
    ],
)
def test_the_caret_of_a_declaration(marked: str) -> None:
    start, end = marked.index("«"), marked.index("»") - 1
    with pytest.raises(Unreadable) as caught:
        read_declaration(marked.replace("«", "").replace("»", ""))
    assert (caught.value.span.start, caught.value.span.end) == (start, end)
    assert caught.value.expected


def test_definitions_use_what_comes_before_them() -> None:
    scope = scope_from(["z: real"], ["p|q = sigmoid(z)", "odds = p/(1-q)"])
    assert show(scope.definitions["odds"].body) == "p/(1 − p)"
    assert scope.definitions["p"].aliases == ("q",)


def test_a_definition_by_components_defines_a_vector() -> None:
    scope = scope_from(["X: real[n,d]", "w: real[d]", "y: real[n]"])
    made = read_definition("r_i = x_i·w − y_i", scope)
    assert (made.name, made.shape, made.body) == ("r", ("n",), read_formula("Xw - y", scope))


@pytest.mark.parametrize("text", ["p", "p =", "= z", "p = foo", "z = 1", "2 = z", "p = z = 2", "r_i = i", "a|b: z"])
def test_a_definition_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_definition(text, scope_from(["z: real"]))


def test_a_name_is_declared_once() -> None:
    for declarations, definitions in (["p: real", "q|p: real"], []), (["p: real"], ["p = 2"]):
        with pytest.raises(Unreadable) as caught:
            scope_from(declarations, definitions)
        assert caught.value.data["duplicate"] == "p"
        assert caught.value.data["declaration"] == (definitions or declarations)[-1]


@pytest.mark.parametrize(
    ("text", "shown", "indices"),
    [
        ("z", "z", {}),
        ("p", "p", {}),
        ("z_i", "z_i", {"i": "K"}),
        ("z_k", "z_k", {}),
        ("W_{ij}", "W_{i,j}", {"i": "K", "j": "d"}),
        ("w_i", "W_i", {"i": "K"}),
    ],
)
def test_what_to_differentiate_by_is_a_name_or_a_component(text: str, shown: str, indices: dict[str, str]) -> None:
    wrt, scope = read_wrt(text, scope_from(["z: real[K]", "k: index(K)", "W: real[K,d]", "p: real"]))
    assert (show(wrt), scope.indices) == (shown, indices)


@pytest.mark.parametrize("text", ["2p", "p + p", "log p", "softmax(z)_i", "1"])
def test_nothing_else_can_be_differentiated_by(text: str) -> None:
    with pytest.raises(Unreadable):
        read_wrt(text, scope_from(["z: real[K]", "p: real"]))
