"""The input that is shown is as simple as still fails: also of probability vectors, one-hot rows and matrices."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.formula.declare import Interval, Simplex
from grader.numeric import CodeTask, Spares, grade_code
from grader.numeric.shrink import domain_holds, simpler_arrays

KL = CodeTask("sum(xlogy(p, p/q))", ("p: simplex[K]", "q: simplex[K]"))
CE = CodeTask("-1/n*sum_i(sum_k(y_ik*log_softmax(z_i)_k))", ("z: real[n,K]", "y: onehot[n,K]"))


def test_a_divergence_fails_on_two_classes(spares: Spares) -> None:
    source = "import numpy as np\n\n\ndef f(p, q):\n    return np.sum(p * np.log(p / q))\n"
    witness = grade_code(KL, source, spares=spares).witness
    assert witness is not None
    assert (witness.inputs["p"], witness.got) == ("[1, 0]", "nan")
    assert witness.inputs["q"].count(",") == 1


def test_logits_and_one_hot_rows_come_down_to_one_row_of_two_classes(spares: Spares) -> None:
    source = (
        "import numpy as np\n\n\ndef f(z, y):\n    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)\n"
        "    return -np.mean(np.sum(y * np.log(p), axis=1))\n"
    )
    witness = grade_code(CE, source, spares=spares).witness
    assert witness is not None
    assert witness.inputs == {"z": "[[0, 710]]", "y": "[[0, 1]]"}


@given(st.lists(st.integers(0, 64), min_size=2, max_size=5).filter(any))
def test_a_simpler_point_of_a_simplex_sums_to_one_exactly(parts: list[int]) -> None:
    total = 2 ** (sum(parts) - 1).bit_length()
    row = np.array([*parts, total - sum(parts)]) / total
    for simple in simpler_arrays(row, Simplex()):
        assert sum(map(Fraction, simple.tolist())) == 1
        assert np.all(simple >= 0)


@pytest.mark.parametrize("row", [[0.9990234375, 0.00048828125, 0.00048828125], [0.0625, 0.4296875, 0.5078125]])
def test_a_row_may_give_all_to_its_largest_class(row: list[float]) -> None:
    simpler = [simple.tolist() for simple in simpler_arrays(np.array(row), Simplex())]
    assert [float(x == max(row)) for x in row] in simpler


@pytest.mark.parametrize(
    "domain",
    [
        Interval(Fraction(0), Fraction(1), True, True),
        Interval(Fraction(0), Fraction(1), False, True),
        Interval(Fraction(-1), Fraction(3), True, False),
        Interval(Fraction(0), None, True, True),
        Interval(None, Fraction(2), True, False),
    ],
    ids=str,
)
@given(share=st.floats(1e-12, 1 - 1e-12))
def test_a_simpler_number_stays_in_its_domain(domain: Interval, share: float) -> None:
    low, high = (None if end is None else float(end) for end in (domain.low, domain.high))
    x = low + (high - low) * share if low is not None and high is not None else (low or high or 0.0) + share
    x = x if high is None or low is not None else high - share
    for simple in simpler_arrays(np.array([x]), domain):
        assert domain_holds(domain, float(simple[0]))
