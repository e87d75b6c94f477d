from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import grade
from grader.submission import Submission
from grader.verdict import Verdict, exit_code
from questions.kinds import Number

from .conftest import COMMON


def answer(text: str, truth: str, **more: Any) -> Verdict:
    return grade(Number(**COMMON, answer=truth, **more), Submission(text))


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("2/3", "2/3"), ("0.6667", "2/3"), ("0.667", "2/3"), ("0.666", "2/3"), ("1e-3", "1/1000"), ("0.001", "1/1000"),
        ("ln 2", "ln 2"), ("log(2)", "ln 2"), ("0.693", "ln 2"), ("−0.5", "-1/2"), ("-1/2", "-0.5"), ("50%", "1/2"),
        ("= 22", "22"), ("L = 22", "22"), ("≈ 0.693", "ln 2"), (r"\frac{2}{3}", "2/3"), ("½", "0.5"),
        ("1-1/e", "1 - exp(-1)"), ("2.12", "17/8"), ("2.13", "17/8"), ("6.91", "ln 1000"), ("np.log(2)", "ln 2"),
        ("0", "0"), ("1e-300", "10^(-300)"), ("16.1", "-ln(1e-7)"), ("0.694", "0.6935"), ("9.99e-4", "1/1000"),
    ],
)  # fmt: skip
def test_a_number_is_right_to_three_digits_however_it_is_written(text: str, truth: str) -> None:
    verdict = answer(text, truth)
    assert (verdict.outcome, verdict.score, verdict.evidence) == ("right", 1.0, "proved"), verdict


@pytest.mark.parametrize(
    ("text", "truth", "code", "data"),
    [
        ("-0.693", "ln 2", "sign-flipped", {}),
        ("1", "ln 2", "log-base", {"base": "2"}),
        ("0.301", "ln 2", "log-base", {"base": "10"}),
        ("0.0457", "-ln 0.9", "log-base", {"base": "10"}),
        ("0.693", "log2(2)", "log-base", {"base": "e"}),
        ("44", "22", "constant-factor", {"factor": "2"}),
        ("1/3", "2/3", "constant-factor", {"factor": "1/2"}),
        ("66.7", "2/3", "constant-factor", {"factor": "100"}),
        ("0.7", "2/3", "too-few-digits", {"digits": 3, "typed": 1}),
        ("0.69", "ln 2", "too-few-digits", {"digits": 3, "typed": 2}),
        ("7", "6.908", "too-few-digits", {"digits": 3, "typed": 1}),
        ("0.668", "2/3", "wrong-value", {}),
        ("0.69", "2/3", "wrong-value", {}),
        ("3", "22", "wrong-value", {}),
        ("1e400", "22", "wrong-value", {}),
        ("0", "22", "wrong-value", {}),
        ("5", "0", "wrong-value", {}),
    ],
)
def test_a_wrong_number_says_what_it_is(text: str, truth: str, code: str, data: dict[str, Any]) -> None:
    verdict = answer(text, truth)
    assert verdict.outcome == ("partly" if code == "too-few-digits" else "wrong")
    assert verdict.findings[0].code == code
    assert verdict.findings[0].data == data
    assert verdict.witness is not None
    assert exit_code(verdict) == 1


def test_a_flipped_sign_and_a_factor_are_both_named() -> None:
    assert answer("-44", "22").codes == ("sign-flipped", "constant-factor")


def test_a_sign_that_explains_nothing_is_not_claimed() -> None:
    assert answer("-7", "22").codes == ("wrong-value",)


def test_the_witness_shows_both_numbers() -> None:
    witness = answer("0.5", "ln 2").witness
    assert witness is not None
    assert (dict(witness.inputs), witness.expected, witness.got) == ({}, "0.693147180559945…", "0.5")


@pytest.mark.parametrize(
    ("text", "tolerance", "outcome"),
    [("0.7", "0.01", "right"), ("0.68", "0.01", "wrong"), ("0.7", "1/1000", "partly"), ("0.6931", "1e-4", "right")],
)
def test_a_stated_tolerance_is_absolute(text: str, tolerance: str, outcome: str) -> None:
    assert answer(text, "ln 2", tolerance=tolerance).outcome == outcome


@pytest.mark.parametrize(
    "text", ["0.693", "0.693 nats", "0.693nats", "ln 2 nats", "0.693 NATS", "0.693 nat", "L = 0.693 nats"]
)
def test_the_unit_may_be_typed(text: str) -> None:
    assert answer(text, "ln 2", unit="nats").outcome == "right"


def test_another_unit_is_a_finding() -> None:
    verdict = answer("1 bits", "ln 2", unit="nats")
    assert (verdict.outcome, verdict.codes) == ("wrong", ("wrong-unit",))
    assert verdict.findings[0].data == {"expected": "nats", "got": "bits"}


@pytest.mark.parametrize("text", ["50", "50%", "50 %"])
def test_per_cent_may_be_the_unit(text: str) -> None:
    assert answer(text, "50", unit="%").outcome == "right"


@pytest.mark.parametrize(
    ("text", "line", "column", "code"),
    [("", 1, 1, "empty"), ("2/(3", 1, 3, "unreadable"), ("L = 2/", 1, 7, "unreadable"),
     ("x + 1", 1, 1, "unknown-symbol"), ("1/0", 1, 1, "unreadable"), ("log(-1)", 1, 1, "unreadable"),
     ("1" * 3000, 1, 2001, "too-large"),
     ('__import__("os").system("touch pwned")', 1, 1, None)],
)  # fmt: skip
def test_what_cannot_be_read_has_a_place(text: str, line: int, column: int, code: str | None) -> None:
    verdict = answer(text, "22")
    assert (verdict.outcome, exit_code(verdict)) == ("unreadable", 2)
    (finding,) = verdict.findings
    assert finding.where is not None
    assert code is None or (finding.code, finding.where.line, finding.where.column) == (code, line, column)


@pytest.mark.parametrize("text", ["9**9**9**9", "exp(exp(exp(exp(99))))", "((((" * 400, "10^(10^10)", "1e999999999"])
def test_monsters_end_in_a_verdict(text: str) -> None:
    assert answer(text, "22").outcome in {"wrong", "unreadable", "undecided"}


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=1000).filter(lambda q: q != 0))
def test_three_rounded_digits_of_any_fraction_are_right_and_its_negative_is_not(truth: Any) -> None:
    stated = f"{truth.numerator}/{truth.denominator}"
    assert answer(f"{float(truth):.2e}", stated).outcome == "right"
    assert answer(stated, stated).outcome == "right"
    assert answer(f"{float(-truth):.2e}", stated).codes[0] == "sign-flipped"
