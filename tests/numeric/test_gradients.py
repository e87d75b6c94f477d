"""Gradients in code: their truth, its two sides at a kink, what is said of each value, and the laws of a loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.formula.errors import NotCertain, Unreadable
from grader.numeric import CodeTask, Spares, grade_code
from grader.numeric.asked import names_of
from grader.numeric.child import BrokenFrame
from grader.numeric.laws import names
from grader.numeric.messages import read_rows
from grader.numeric.oracle import Inputs
from grader.numeric.slopes import GradientOracle
from report.wording import words

BCE = ("mean(softplus(z) - y*z)", ("z: real[n]", "y: {0,1}[n]"))
HINGE = ("mean(max(0, 1 - y*z))", ("z: real[n]", "y: {-1,1}[n]"))
MARGIN = ("mean(max(0, 1 - y*(X@w)))", ("X: real[n,d]", "y: {-1,1}[n]", "w: real[d]"))
LINEAR = ("mean((X@w - y)^2)", ("X: real[n,d]", "y: real[n]", "w: real[d]"))
SOFTMAX = ("-sum(y*log_softmax(z))/n", ("z: real[n,K]", "y: onehot[n,K]"))
PINBALL = ("mean(where(y >= q, t*(y-q), (1-t)*(q-y)))", ("q: real[n]", "y: real[n]", "t: (0,1) = 0.25"))
FLOAT = np.dtype(np.float64)
numbers = st.floats(-8, 8).map(lambda x: round(x, 3))


def oracle(loss: str, arguments: tuple[str, ...], wrt: str) -> GradientOracle:
    return GradientOracle(CodeTask(loss, arguments, returns="gradient", wrt=(wrt,)).statement, 0, wrt)


def arrays(**values: object) -> dict[str, np.ndarray]:
    return {name: np.asarray(value, dtype=float) for name, value in values.items()}


@given(st.lists(numbers, min_size=6, max_size=6), st.lists(numbers, min_size=2, max_size=2))
@settings(max_examples=25, deadline=None)
def test_the_gradient_of_a_linear_model_is_that_of_the_textbook(entries: list[float], weights: list[float]) -> None:
    values = arrays(X=np.reshape(entries, (3, 2)), y=[1, -2, 0.5], w=weights)
    truth = oracle(*LINEAR, "w").truth(values)
    textbook = 2 / 3 * values["X"].T @ (values["X"] @ values["w"] - values["y"])
    assert np.all(truth.error(textbook) <= 1e-13 * (1 + np.max(np.abs(values["X"])) ** 2 * 40))


def test_a_component_is_certain_where_a_difference_cancels() -> None:
    truth = oracle(*BCE, "z").truth(arrays(z=[40.0], y=[1.0]))
    assert float(truth.near[0]) == pytest.approx(-np.exp(-40.0), rel=1e-14)


def test_the_condition_of_a_component_is_its_own() -> None:
    """∂v/∂z of σ(z)/n is σ′(z)/n, so S = |z σ′(z)|/n, with the target's share left out: it is a label."""
    z = np.array([1.0, -3.0, 20.0])
    found = oracle(*BCE, "z").condition(arrays(z=z, y=[0, 1, 1]), (3,))
    p = 1 / (1 + np.exp(-z))
    assert found == pytest.approx(np.abs(z) * p * (1 - p) / 3, rel=1e-6)


@pytest.mark.parametrize(
    ("task", "wrt", "values", "low", "high"),
    [
        (HINGE, "z", arrays(z=[1, -1, 0.5], y=[1, -1, 1]), [-1 / 3, 0, -1 / 3], [0, 1 / 3, -1 / 3]),
        (PINBALL, "q", arrays(q=[2, 1], y=[2, 3], t=0.25), [-0.125, -0.125], [0.375, -0.125]),
        (("sum(abs(x))", ("x: real[n]",)), "x", arrays(x=[0, -2]), [-1, -1], [1, -1]),
        (("max(a, b)", ("a: real", "b: real")), "a", arrays(a=1, b=1), 0, 1),
        (("x*sign(x)", ("x: real",)), "x", arrays(x=0), -1, 1),
        (MARGIN, "w", arrays(X=[[1, 0], [2, 1]], y=[1, 1], w=[1, -1]), [-1.5, -0.5], [0, 0]),
    ],
)
def test_at_a_kink_all_between_the_one_sided_derivatives_is_right(
    task: tuple[str, tuple[str, ...]], wrt: str, values: Inputs, low: object, high: object
) -> None:
    truth = oracle(*task, wrt).truth(values)
    lower, upper = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    for share in (0.0, 0.3, 1.0):
        assert np.all(truth.error(lower + share * (upper - lower)) <= 1e-16)
    assert np.all(truth.error(upper + 0.01) >= 0.0099)
    assert np.all(truth.error(lower - 0.01) >= 0.0099)


def test_within_rounding_of_a_kink_either_side_is_right_and_beyond_it_is_not() -> None:
    near = oracle(*HINGE, "z")
    widened = near.widened(arrays(z=[1 + 1e-15], y=[1]), FLOAT)
    assert widened is not None
    assert np.all(widened.error(np.array([-1.0])) == 0)
    assert near.widened(arrays(z=[1.001], y=[1]), FLOAT) is None
    assert oracle(*BCE, "z").widened(arrays(z=[0.0], y=[1]), FLOAT) is None


def test_where_neither_side_has_a_slope_there_is_no_truth() -> None:
    with pytest.raises(NotCertain):
        oracle("sqrt(abs(x))", ("x: real",), "x").truth(arrays(x=0))


@pytest.mark.parametrize(
    ("loss", "arguments", "wrt"),
    [
        ("mean(z - y)", ("z: real[n]", "y: {0,1}[n]"), "y"),
        ("mean(z)", ("z: real[n]",), "w"),
        ("softplus(z)", ("z: real[n]",), "z"),
    ],
    ids=["a-label", "nothing-declared", "no-number"],
)
def test_what_has_no_gradient_is_not_asked(loss: str, arguments: tuple[str, ...], wrt: str) -> None:
    with pytest.raises(Unreadable):
        _ = CodeTask(loss, arguments, returns="gradient", wrt=(wrt,)).statement


def test_several_arguments_are_named_between_commas() -> None:
    assert names_of("w, b") == ("w", "b")
    assert names_of(None) == ()


PAIR = """import numpy as np


def f(z, y):
    small = np.exp(-np.abs(z))
    p = np.where(z >= 0, 1, small) / (1 + small)
    return {loss}, {gradient}
"""


@pytest.mark.parametrize(
    ("loss", "gradient", "part"),
    [
        ("np.sum(np.logaddexp(0, z) - y * z)", "(p - y) / len(z)", "loss"),
        ("np.mean(np.logaddexp(0, z) - y * z)", "p - y", "gradient"),
    ],
)
def test_a_finding_says_which_of_the_two_is_at_fault(spares: Spares, loss: str, gradient: str, part: str) -> None:
    task = CodeTask(*BCE, returns="loss-and-gradient", wrt=("z",))
    verdict = grade_code(task, PAIR.format(loss=loss, gradient=gradient), spares=spares)
    assert verdict.outcome == "wrong"
    (finding,) = [found for found in verdict.findings if found.severity == "error"]
    assert (finding.code, finding.data["part"], finding.data["factor"]) == ("wrong-reduction", part, "n")
    assert words(finding).message.startswith(f"In the {'loss' if part == 'loss' else 'gradient by z'}: the reduction")


@pytest.mark.parametrize("layout", [np.transpose, lambda a: a], ids=["transposed", "right"])
def test_the_layout_is_judged(spares: Spares, layout: Callable[[np.ndarray], np.ndarray]) -> None:
    turn = ".T" if layout is np.transpose else ""
    source = (
        "import numpy as np\n\n\ndef f(z, y):\n    e = np.exp(z - z.max(axis=1, keepdims=True))\n"
        f"    return ((e / e.sum(axis=1, keepdims=True) - y) / len(z)){turn}\n"
    )
    verdict = grade_code(CodeTask(*SOFTMAX, returns="gradient", wrt=("z",)), source, spares=spares)
    assert (verdict.codes[0] == "transposed") is bool(turn)
    assert (verdict.outcome == "wrong") is bool(turn)


def row(*parts: Sequence[object]) -> list[object]:
    return ["tuple", None, [len(parts)], 0.0, None, [], [], list(parts)]


def test_the_values_of_a_tuple_are_read_one_after_the_other() -> None:
    body = np.array([7.0, 1.0, 2.0]).tobytes()
    (reply,) = read_rows([row(["number", "float", []], ["array", "float64", [2]])], body, [1])
    assert reply.parts is not None
    loss, gradient = reply.parts
    assert loss.value is not None
    assert gradient.value is not None
    assert (float(loss.value), gradient.value.tolist(), reply.value) == (7.0, [1.0, 2.0], None)


@pytest.mark.parametrize(
    "forged",
    [
        row(["array", "float64", [4]]),
        row(["number", "float"]),
        row(*[["number", "float", []]] * 9),
        ["number", "float", [], 0.0, None, [], [], [["number", "float", []]]],
    ],
    ids=["too-few-bytes", "no-shape", "too-many", "a-number-with-parts"],
)
def test_forged_parts_break_their_frame(forged: list[object]) -> None:
    with pytest.raises(BrokenFrame):
        read_rows([forged], bytes(24), [1])


def test_every_law_has_words_of_its_own() -> None:
    from grader.verdict import Finding

    said = {
        words(Finding("breaks-law", data={"law": law, "from": "1", "to": "2", "first": "z = 0"})).message
        for law in names()
    }
    assert len(said) == len(set(names()))
    assert not any("A law that" in sentence for sentence in said)


def test_a_law_that_the_formula_does_not_keep_is_never_named(spares: Spares) -> None:
    task = CodeTask("mean(y*softplus(-z) + 3*(1-y)*softplus(z))", BCE[1])
    source = "import numpy as np\n\n\ndef f(z, y):\n    return np.mean(np.cosh(z) - y * z**3)\n"
    verdict = grade_code(task, source, spares=spares)
    assert verdict.codes[0] == "wrong-value"
    assert not [f for f in verdict.findings if f.code == "breaks-law" and f.data["law"] == "label-symmetry"]


def test_one_maximum_for_the_whole_batch_is_seen(spares: Spares) -> None:
    source = (
        "import numpy as np\n\n\ndef f(z, y):\n    e = np.exp(z - {top})\n"
        "    return (e / e.sum(axis=1, keepdims=True) - y) / len(z)\n"
    )
    task = CodeTask(*SOFTMAX, returns="gradient", wrt=("z",))
    whole = grade_code(task, source.format(top="z.max()"), spares=spares).findings[0]
    assert (whole.code, whole.data.get("together")) == ("nan", True)
    assert "one maximum" in words(whole).message
    naive = grade_code(task, source.format(top="0"), spares=spares).findings[0]
    assert "together" not in naive.data


def test_where_a_type_is_blamed_the_witness_is_of_that_type() -> None:
    source = """
import numpy as np

def f(z, y):
    return (1 / (1 + np.exp(-z)) - y).astype(z.dtype) / len(z) + (1e-3 if z.dtype == np.float32 else 0)
"""
    verdict = grade_code(CodeTask(*BCE, returns="gradient", wrt=("z",), asks="correct"), source)
    finding = verdict.findings[0]
    assert (finding.code, finding.data["dtype"]) == ("dtype", "float32")
    assert verdict.witness is not None
    assert verdict.witness.inputs["inputs"] == "float32"
