"""The normal form: what it proves is so, and its gradients are those of SymPy and of the balls."""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.formula.balls import precision
from grader.formula.declare import Scope
from grader.formula.errors import NotCertain
from grader.formula.read import read_formula, scope_from
from grader.symbolic.certain import compare_at, value_at
from grader.symbolic.domain import domain_of
from grader.symbolic.points import Setting, points, within
from grader.symbolic.points import settings as choices
from grader.symbolic.proof import prove
from grader.symbolic.quantity import Formula, Gradient
from grader.symbolic.task import DerivationTask, read_task

NOWHERE = Setting({}, {})
SCOPE = scope_from(["z: real", "p: (0,1)", "y: real", "d: positive", "t: {0,1}"])


def proved(left: str, right: str, scope: Scope = SCOPE) -> bool:
    sides = [Formula(read_formula(text, scope), scope) for text in (left, right)]
    used = domain_of(scope, [side.expr for side in sides]).used
    return prove(sides[0], sides[1], scope, used, [NOWHERE], deadline=time.monotonic() + 20).proved


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("exp(z+y)", "exp(z)*exp(y)"),
        ("exp(z/2)^2", "exp(z)"),
        ("log(p/(1-p))", "log(p) - log(1-p)"),
        ("log(4 p^3)", "2 log(2) + 3 log(p)"),
        ("sigmoid(-z)", "1 - sigmoid(z)"),
        ("tanh(z)", "2*sigmoid(2z) - 1"),
        ("softplus(z) - softplus(-z)", "z"),
        ("log(cosh(z))", "|z| + log1p(exp(-2|z|)) - log(2)"),
        ("sqrt(z^2)", "|z|"),
        ("sqrt(d)*sqrt(d)", "d"),
        ("d^y * d^(-y)", "1"),
        ("(p d)^y", "p^y d^y"),
        ("sqrt(8)", "2 sqrt(2)"),
        ("max(z, y) + min(z, y)", "z + y"),
        ("max(-d, min(d, z))", "z if |z| < d else d*sign(z)"),
        ("erf(-z)", "-erf(z)"),
        ("t^2", "t"),
        ("(1 - p^2)/(1 - p)", "1 + p"),
        ("sin(z)^2", "1 - cos(z)^2"),
    ],
)
def test_identities_are_proved(left: str, right: str) -> None:
    assert proved(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("z", "sqrt(z)^2"),  # no value for z < 0
        ("z", "exp(log(z))"),
        ("log(z^2)", "2 log(z)"),
        ("|z|", "z"),
        ("p", "p + 1/10^40"),
        ("y^2", "y"),
        ("t", "t^2/t"),  # no value at t = 0, which is half of the domain
        ("z", "1/(1/z) if gamma(z) gamma(1 - z) == π/sin(π z) else 7"),
        ("max(z, y)", "z if z > d else y"),
    ],
)
def test_what_is_not_so_is_not_proved(left: str, right: str) -> None:
    assert not proved(left, right)


LEAVES = st.sampled_from(["z", "p", "y", "d", "t", "1", "2", "1/2", "-1", "3"])
FUNCTIONS = ["exp", "log", "sqrt", "abs", "sigmoid", "tanh", "softplus", "relu", "sign", "erf", "sin"]
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        st.tuples(st.sampled_from(FUNCTIONS), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, st.sampled_from(["2", "3", "-1", "(1/2)", "d"])).map(lambda t: f"({t[0]})^{t[1]}"),
        st.tuples(inner, inner).map(lambda t: f"max({t[0]}, {t[1]})"),
        st.tuples(inner, inner, inner).map(lambda t: f"(({t[0]}) if ({t[1]}) < ({t[2]}) else z)"),
    ),
    max_leaves=6,
)
REWRITINGS = [
    "exp(log({}))", "log(exp({}))", "sqrt(({})^2)", "abs({})", "({})^2/({})", "sign({})*({})", "({}) + t - t^2",
    "softplus({}) - softplus(-({}))", "({}) + 1/10^30", "-({})", "({})*t/t",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(FORMULAS, st.sampled_from(REWRITINGS))
def test_what_is_proved_holds_at_every_point(formula: str, rewriting: str) -> None:
    other = rewriting.replace("{}", formula)
    if not proved(formula, other):
        return
    left, right = (Formula(read_formula(text, SCOPE), SCOPE) for text in (formula, other))
    used = domain_of(SCOPE, [left.expr, right.expr]).used
    for point in islice(points(SCOPE, used, NOWHERE, seed=3), 12):
        seen = compare_at(left, right, point)
        assert seen.relation in ("same", "nothing") or seen.tie or "/" in other, (formula, other, point)


BITS = 768
"""1 − σ cancels a few hundred where a sum is large."""


def _losses() -> list[Any]:
    """Every loss of the pairs. SymPy takes seconds where there is a matrix; the largest files are slow as well."""
    found: dict[Any, Any] = {}
    for file in sorted(Path(__file__).with_name("pairs").glob("*.yaml")):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8")):
            key = entry["loss"], entry["wrt"], tuple(entry["var"]), tuple(entry.get("let", ()))
            matrices = any("," in text.partition("[")[2] for text in entry["var"])
            slow = matrices or file.stem in ("strangers", "unseen", "habits")
            found.setdefault(key, pytest.param(*key, marks=pytest.mark.slow) if slow else key)
    return list(found.values())


@pytest.mark.parametrize(("loss", "wrt", "variables", "given"), _losses())
def test_three_ways_to_a_gradient_agree(
    loss: str, wrt: str, variables: tuple[str, ...], given: tuple[str, ...]
) -> None:
    """Reverse mode over balls, difference quotients over balls, and SymPy's rules share no rule."""
    import sympy as sp

    from grader.symbolic.last_resort import Claim
    from grader.symbolic.sympy_proof import gradient

    problem = read_task(DerivationTask(loss, wrt, variables, given))
    domain = domain_of(problem.scope, (problem.loss, problem.wrt))
    setting = next(iter(choices(domain.dims, domain.free)))
    claim = Claim(problem.loss, problem.wrt, problem.loss, problem.scope, (setting,))
    if any("index" in text for text in variables):
        return  # SymPy has no component at a symbol
    by_sympy = gradient(claim, setting)
    truth = Gradient(problem.loss, problem.wrt, problem.scope)
    met = 0
    for point in islice(points(problem.scope, domain.used, setting), 4, 16):
        try:
            expected, _ = value_at(truth, point, BITS)
        except NotCertain:  # at a tie of what is only known as balls
            continue
        if expected is None or not all(item.is_finite() for item in expected.items):
            continue
        from grader.formula.sympy_form import symbols

        numbers = {
            symbol: sp.Rational(item.numerator, item.denominator)
            for name, value in symbols(problem.scope, setting.sizes).items()
            if name in point.values
            for symbol, item in zip(value.items, point.values[name].items, strict=True)
        }
        for formula, item in zip(by_sympy.items, expected.items, strict=True):
            value = sp.N(formula.subs(numbers), 30)
            if value.is_number and value.is_finite:
                with precision(BITS):
                    gap = abs(arb(str(value)) - item)
                    assert gap < arb(10) ** -20 * (1 + abs(item)), (point, formula)
                met += 1
    assert met


def test_sizes_are_all_different() -> None:
    for proof in (True, False):
        for setting in choices(("n", "d", "K"), {}, proof=proof):
            assert len(set(setting.sizes.values())) == 3
    sizes = [setting.sizes for setting in choices(("n",), {}, proof=True)]
    assert sorted(size["n"] for size in sizes) == [1, 2, 3]


def test_points_lie_in_their_domains() -> None:
    scope = scope_from(
        ["a: (0,1)", "b: positive", "c: {-1,1}", "q: simplex[K]", "h: onehot[n,K]", "k: index(K)", "m: integer"]
    )
    setting = next(iter(choices(scope.dims, {})))
    used = frozenset(scope.variables)
    seen = set()
    for point in islice(points(scope, used, setting, (Fraction(7, 3),)), 200):
        values = point.values
        assert 0 < values["a"].scalar < 1
        assert values["b"].scalar > 0
        assert sum(values["q"].items) == 1
        assert values["m"].scalar.denominator == 1
        assert 0 <= values["k"].scalar < setting.sizes["K"]
        seen.add(values["c"].scalar)
    assert seen == {1, -1}


def test_points_of_any_size_keep_to_their_bounds() -> None:
    from random import Random

    scope = scope_from(["z: real", "d: positive"])
    bounds = {("z", 0): (Fraction(10**6), None), ("d", 0): (None, Fraction(3))}
    for point in islice(within(scope, frozenset({"z", "d"}), NOWHERE, {}, bounds, Random(1)), 50):
        assert point.values["z"].scalar > 10**6
        assert 0 < point.values["d"].scalar < 3


def test_the_terms_of_a_gradient_are_readable() -> None:
    from grader.formula.show import show
    from grader.symbolic.readable import gradient_terms

    scope = scope_from(["z: real", "y: {0,1}"], ["p = sigmoid(z)"])
    loss = read_formula("-(y*log(p)+(1-y)*log(1-p))", scope)
    terms = gradient_terms(loss, read_formula("z", scope), scope)
    assert {show(term) for term in terms} == {"p", "−y"}
