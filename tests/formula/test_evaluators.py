"""The evaluators agree with one another, and the balls are certain."""

from __future__ import annotations

from fractions import Fraction as F

import numpy as np
import pytest
import sympy as sp
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from grader.formula import balls
from grader.formula.declare import POSITIVE, REAL, Classes, Finite, Scope, Variable
from grader.formula.errors import Kink, NotCertain, Undefined
from grader.formula.floats import evaluate_float
from grader.formula.functions import FUNCTIONS
from grader.formula.read import read_formula, scope_from
from grader.formula.reverse import SLOPES
from grader.formula.sympy_form import slope, symbol, to_sympy
from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Compare,
    Expr,
    Index,
    IndexVar,
    Indicator,
    MatMul,
    Mul,
    Name,
    Neg,
    Num,
    Pow,
    Reduce,
)
from grader.formula.values import Value

X, Y, Z = Name("x"), Name("y"), Name("z")
SCOPE = Scope(
    {
        "x": Variable("x", REAL),
        "y": Variable("y", POSITIVE),
        "z": Variable("z", REAL, ("n",)),
        "w": Variable("w", REAL, ("d",)),
        "A": Variable("A", REAL, ("n", "d")),
    }
)
ELEMENTWISE = sorted(name for name, function in FUNCTIONS.items() if function.rule == "elementwise")
FACTS = {"x": F(3, 7), "y": F(2, 5)}


def num(value: int | str) -> Num:
    return Num(F(value))


def scalars(**values: F) -> dict[str, Value[F]]:
    return {name: Value((), (value,)) for name, value in values.items()}


def floats(value: Value[arb]) -> list[float]:
    return [float(item.mid()) for item in value.items]


def vector(*values: float) -> Value[F]:
    return Value((len(values),), tuple(map(F, values)))


def example(name: str) -> Expr:
    arguments: tuple[Expr, ...] = {1: (X,), 2: (X, Y), 3: (X, num(-1), Y)}[FUNCTIONS[name].low]
    if name in ("log", "log2", "log10", "lgamma", "gamma", "sqrt"):
        arguments = (Add((Mul((X, X)), Y)),)
    return Call(name, arguments)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_every_function_has_one_value_in_all_three_evaluators(name: str) -> None:
    expr = example(name)
    certain = balls.value(expr, SCOPE, scalars(**FACTS), bits=100).scalar
    exact = to_sympy(expr, SCOPE).scalar
    at = {symbol(SCOPE.variables[key]): sp.Rational(v.numerator, v.denominator) for key, v in FACTS.items()}
    assert abs(float(certain.mid()) - float(exact.subs(at).evalf(30))) < 1e-14
    arrays = {key: Value((), (np.array([float(v)]),)) for key, v in FACTS.items()}
    assert evaluate_float(expr, SCOPE, arrays).scalar == pytest.approx(float(certain.mid()), rel=1e-13)


@pytest.mark.parametrize("name", sorted(SLOPES))
def test_every_slope_is_the_derivative_that_sympy_finds(name: str) -> None:
    expr = example(name)
    _, slopes = balls.gradient(expr, SCOPE, scalars(**FACTS), wrt=("x", "y"))
    exact = to_sympy(expr, SCOPE).scalar
    at = {symbol(SCOPE.variables[key]): sp.Rational(v.numerator, v.denominator) for key, v in FACTS.items()}
    for key in ("x", "y"):
        truth = slope(exact, symbol(SCOPE.variables[key])).subs(at).evalf(30)
        assert float(slopes[key].scalar.mid()) == pytest.approx(float(truth), rel=1e-13, abs=1e-15)


def test_a_form_that_cancels_at_any_fixed_precision_is_still_known() -> None:
    tail = Call("log1p", (Call("exp", (Neg(Call("abs", (X,))),)),))
    loss = Add((Call("max", (X, num(0))), Neg(Mul((X, Y))), tail))
    value = balls.value(loss, SCOPE, scalars(x=F(530.7), y=F(1))).scalar
    assert float(value.mid()) == pytest.approx(3.31068951910787e-231, rel=1e-13)


def test_a_value_that_is_truly_zero_is_known_to_be_tiny() -> None:
    zero = Add((Call("sigmoid", (X,)), Call("sigmoid", (Neg(X),)), num(-1)))
    assert abs(float(balls.value(zero, SCOPE, scalars(x=F(3))).scalar.mid())) == 0


def test_no_value_is_told_from_no_certainty() -> None:
    with pytest.raises(Undefined):
        balls.value(Call("log", (X,)), SCOPE, scalars(x=F(-1)))
    tower: Expr = num(99)
    for _ in range(4):
        tower = Call("exp", (tower,))
    with pytest.raises(NotCertain):
        balls.value(tower, SCOPE, {})


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (Call("log", (num(0),)), "-inf"),
        (Call("exp", (Call("log", (num(0),)),)), "0"),
        (Call("xlogy", (num(0), num(0))), "0"),
        (Call("sigmoid", (Neg(Call("log", (num(0),))),)), "1"),
    ],
)
def test_infinities_go_where_analysis_sends_them(expr: Expr, expected: str) -> None:
    assert float(balls.value(expr, SCOPE, {}).scalar.mid()) == float(expected)


def test_zero_times_infinity_has_no_value() -> None:
    with pytest.raises(Undefined):
        balls.value(Mul((num(0), Call("log", (num(0),)))), SCOPE, {})


def test_a_kink_has_no_slope_unless_one_side_is_asked() -> None:
    with pytest.raises(Kink):
        balls.gradient(Call("abs", (X,)), SCOPE, scalars(x=F(0)), wrt=("x",))
    loss = Add((Call("max", (X, num(0))), Neg(Call("abs", (X,)))))
    _, slopes = balls.gradient(loss, SCOPE, scalars(x=F(0)), wrt=("x",), one_sided=True)
    assert slopes["x"].scalar == 0  # to the right, max grows by 1 and −|x| falls by 1


def test_only_the_branch_that_applies_is_evaluated() -> None:
    piece = Cases(((Compare(">", Z, num(0)), Call("log", (Z,))),), num(0))
    value = balls.value(piece, SCOPE, {"z": vector(1, -1)}, {"n": 2})
    assert [float(item.mid()) for item in value.items] == [0.0, 0.0]


def test_vectors_matrices_sums_and_indices() -> None:
    inputs = {"A": Value((2, 3), tuple(map(F, range(6)))), "w": vector(1, -1, 2), "z": vector(5, 7)}
    sizes = {"n": 2, "d": 3}
    product = MatMul(Name("A"), Name("w"))
    assert floats(balls.value(product, SCOPE, inputs, sizes)) == [3, 9]
    residual = Add((product, Neg(Z)))
    back = MatMul(Call("transpose", (Name("A"),)), residual)
    assert floats(balls.value(back, SCOPE, inputs, sizes)) == [6, 6, 6]
    squared = MatMul(Call("transpose", (residual,)), residual)
    assert floats(balls.value(squared, SCOPE, inputs, sizes)) == [8]
    by_index = Reduce("mean", Pow(Index(residual, (IndexVar("i"),)), num(2)), index="i", over="n")
    value, slopes = balls.gradient(by_index, SCOPE, inputs, sizes, wrt=("w",))
    assert value.scalar == 4
    assert floats(slopes["w"]) == [6, 6, 6]
    off = Reduce("sum", Index(Z, (IndexVar("j"),)), "j", "n", condition=Compare("!=", IndexVar("j"), IndexVar("i")))
    assert balls.value(off, SCOPE, inputs, sizes, {"i": 0}).scalar == 7


def test_class_labels_choose_components_and_carry_no_slope() -> None:
    scope = Scope({"s": Variable("s", REAL, ("n", "K")), "t": Variable("t", Classes("K"), ("n",))})
    row = Index(Name("s"), (IndexVar("i"),))
    loss = Add((Call("logsumexp", (row,)), Neg(Index(row, (Index(Name("t"), (IndexVar("i"),)),)))))
    inputs = {"s": Value((2, 2), (F(0), F(0), F(0), F(0))), "t": vector(1, 0)}
    value, slopes = balls.gradient(Reduce("mean", loss, "i", "n"), scope, inputs, {"n": 2, "K": 2}, wrt=("s",))
    assert float(value.scalar.mid()) == pytest.approx(0.6931471805599453)
    assert [float(item.mid()) for item in slopes["s"].items] == [0.25, -0.25, -0.25, 0.25]


def test_indicators_count_and_positions_compare() -> None:
    count = Reduce("sum", Indicator(Compare(">", Z, num(1))))
    assert balls.value(count, SCOPE, {"z": vector(0, 2, 3)}, {"n": 3}).scalar == 2
    assert to_sympy(Indicator(Compare("==", IndexVar("i"), IndexVar("k"))), SCOPE, {}, {"i": 1, "k": 1}).scalar == 1


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=5))
def test_softmax_sums_to_one_and_is_the_slope_of_logsumexp(logits: list[float]) -> None:
    inputs, sizes = {"z": vector(*logits)}, {"n": len(logits)}
    shares = balls.value(Call("softmax", (Z,)), SCOPE, inputs, sizes).items
    _, slopes = balls.gradient(Call("logsumexp", (Z,)), SCOPE, inputs, sizes, wrt=("z",))
    assert sum(float(share.mid()) for share in shares) == pytest.approx(1)
    for share, slope_ in zip(shares, slopes["z"].items, strict=True):
        assert share.overlaps(slope_)


@given(st.floats(-800, 800), st.sampled_from([0, 1]))
def test_bce_with_logits_has_the_slope_sigma_minus_y(z: float, y: int) -> None:
    scope = Scope({"x": Variable("x"), "y": Variable("y", Finite((F(0), F(1))))})
    loss = Add((Call("softplus", (X,)), Neg(Mul((Y, X)))))
    _, slopes = balls.gradient(loss, scope, scalars(x=F(z), y=F(y)), wrt=("x",))
    truth = balls.value(Add((Call("sigmoid", (X,)), Neg(Y))), scope, scalars(x=F(z), y=F(y))).scalar
    assert slopes["x"].scalar.overlaps(truth)


@pytest.mark.parametrize("power", ["(a + b)^2", "(a + b)^3", "(a + b)^7", "1 + (a + b)^4"])
def test_a_power_of_a_sum_that_cancels_has_a_value(power: str) -> None:
    """−1/3 + 1/3 is a ball around zero at any precision; flint's own power of such a ball is NaN."""
    scope = scope_from(["a: real", "b: real"])
    inputs = {"a": Value((), (F(-1, 3),)), "b": Value((), (F(1, 3),))}
    found = balls.value(read_formula(power, scope), scope, inputs).scalar
    assert found.contains(1 if power.startswith("1") else 0)
