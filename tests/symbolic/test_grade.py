"""What must not happen: a wrong answer taken, a right one refused, a hang, a crash, an evaluation."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from grader.findings import CODES
from grader.symbolic import DerivationTask, TaskError, grade_derivation
from grader.verdict import Verdict

BCE = DerivationTask("-(y*log(p)+(1-y)*log(1-p))", "p", ("p: (0,1)", "y: {0,1}"))
LOGIT = DerivationTask("-(y*log(p)+(1-y)*log(1-p))", "z", ("z: real", "y: {0,1}"), ("p = sigmoid(z)",))
CUBE = DerivationTask("x^3/3", "x", ("x: real",))
MEAN = DerivationTask("mean((yhat-y)^2)", "yhat_i", ("yhat: real[n]", "y: real[n]"))


def test_the_command_lines_first_examples() -> None:
    right = grade_derivation(BCE, "(p-y)/(p(1-p))")
    assert (right.outcome, right.evidence, right.score) == ("right", "proved", 1.0)
    wrong = grade_derivation(BCE, "(y-p)/(p(1-p))")
    assert (wrong.outcome, wrong.codes[0], wrong.evidence) == ("wrong", "sign-flipped", "witness")
    assert wrong.witness is not None
    assert wrong.witness.inputs["p"] == "1/2"


@pytest.mark.parametrize(
    ("answer", "seen"),
    [("σ(10000)*x^2", "0.25 - 2.839e-4344"), ("x^2(1 + 10^-17)", "0000001"), ("x^2 + 10^-99", "e-99")],
)
def test_a_witness_shows_the_difference_however_small(answer: str, seen: str) -> None:
    witness = grade_derivation(CUBE, answer).witness
    assert witness is not None
    assert seen in witness.got
    assert len(witness.got) < 60


def test_an_open_bracket_is_unreadable_at_its_place() -> None:
    verdict = grade_derivation(BCE, "p - y\n= (p-y")
    assert verdict.outcome == "unreadable"
    where = verdict.findings[0].where
    assert where is not None
    assert (where.line, where.column) == (2, 3)
    assert verdict.findings[0].data["expected"] == (")",)


def test_typed_text_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for text in ('__import__("os").system("touch pwned")', "eval('1')", "().__class__", "open('pwned','w')"):
        assert grade_derivation(BCE, text).outcome == "unreadable"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "answer",
    [
        "p - y + max(0, |z| - 60)",
        "p - y + (|z| > 10^6)",
        "p - y + (z^2 > 10^6)",
        "p - y + (e^z > 10^9)",
        "p - y + (|z - 12345.678| < 0.01)",
        "p - y + 1/10^15",
        "p - y + 10^(-300)",
        "p - y + 10^(-1000)",
        "p - y + 0*log(z)",
        "(p - y) sqrt(z)/sqrt(z)",
        "p - y + 0/0",
        "(p - y) y/y",
        "p - y + 1e-12 z",
    ],
)
def test_a_wrong_answer_is_not_taken(answer: str) -> None:
    verdict = grade_derivation(LOGIT, answer, seconds=20)
    assert verdict.outcome == "wrong"
    assert verdict.witness is not None
    assert verdict.witness.expected != verdict.witness.got


@pytest.mark.parametrize(
    "answer",
    [
        "p - y^2",
        "p - y + y(1-y)",
        "p - y + y(1-y)/z",
        "(p-y)(p+y)/(p+y)",
        "p - [y == 1]",
        "p - 1 if y > 0 else p",
        "(p - y) z/z",
        "e^(log(p)) - y",
        "p - y + (z == 0)",
        "1 - y - 1/(1+e^z)",
        "p - y + sin(z)^2 + cos(z)^2 - 1",
    ],
)
def test_a_right_answer_is_not_refused(answer: str) -> None:
    verdict = grade_derivation(LOGIT, answer, seconds=20)
    assert (verdict.outcome, verdict.evidence) == ("right", "proved")


@pytest.mark.parametrize("answer", ["2(yhat_1 - y_1)/n", "2(yhat_i - y_i)/2", "2(yhat_i - y_i)/3", "2 mean(yhat - y)"])
def test_no_size_is_special(answer: str) -> None:
    assert grade_derivation(MEAN, answer).outcome == "wrong"


def test_what_nobody_can_evaluate_is_undecided() -> None:
    for answer in ("exp(exp(exp(exp(99))))", "x^2 + exp(-exp(exp(9)))"):
        verdict = grade_derivation(CUBE, answer, seconds=2)
        assert (verdict.outcome, verdict.score) == ("undecided", None)


@pytest.mark.parametrize(
    "answer",
    [
        "max(" * 15 + "x^2" + ", x^2-1)" * 15,
        "x^2 + " + " + ".join(f"max(0,x-{i}) - max(0,x-{i})" for i in range(20)),
        "(1+x+x^2)^300/(1+x+x^2)^299 * x^2/(1+x+x^2)",
        "(x^10000)/(x^9998)",
        "+".join(["x^2/90"] * 90),
        "9**9**9**9",
        "(" * 3000,
        "-" * 3000 + "x",
        "x^2" + "!" * 50,
        "\x00",
        "‮x^2",
    ],
)
def test_time_is_bounded(answer: str) -> None:
    start = time.monotonic()
    verdict = grade_derivation(CUBE, answer, seconds=3)
    assert time.monotonic() - start < 6  # on a machine that does other things too
    assert verdict.outcome in ("right", "wrong", "unreadable", "undecided")


def test_sympy_is_a_last_resort_from_any_thread() -> None:
    task = DerivationTask("sin(x)^2", "x", ("x: real",))
    found: list[Verdict] = []
    thread = threading.Thread(target=lambda: found.append(grade_derivation(task, "sin(2x)", seconds=60)))
    thread.start()
    thread.join()
    assert (found[0].outcome, found[0].evidence) == ("right", "proved")


def test_what_no_method_proves_is_tested() -> None:
    task = DerivationTask("x*atan(x) - log(1+x^2)/2", "x", ("x: positive",))
    verdict = grade_derivation(task, "π/2 - atan(1/x)", seconds=1)  # no time to start SymPy
    assert (verdict.outcome, verdict.evidence) == ("right", "tested")
    points = verdict.details["points"]
    assert isinstance(points, int)
    assert points >= 16


@pytest.mark.parametrize(
    ("task", "field"),
    [
        (DerivationTask("(z", "z", ("z: real",)), "loss"),
        (DerivationTask("z^2", "q", ("z: real",)), "wrt"),
        (DerivationTask("z^2", "z", ("z: real", "y: unreal")), "variables[1]"),
        (DerivationTask("z^2", "z", ("z: real", "z: real")), "variables[1]"),
        (DerivationTask("z^2", "z", ("z: real",), ("p = ",)), "given[0]"),
        (DerivationTask("z", "z", ("z: real[n]",)), "loss"),
    ],
)
def test_a_task_that_cannot_be_read_is_its_authors_error(task: DerivationTask, field: str) -> None:
    with pytest.raises(TaskError) as caught:
        grade_derivation(task, "z")
    assert caught.value.field == field


def test_a_shape_that_does_not_fit_is_a_finding() -> None:
    task = DerivationTask("sum(w^2)", "w", ("w: real[d]",))
    verdict = grade_derivation(task, "2 sum(w)")
    assert (verdict.outcome, verdict.codes[0]) == ("wrong", "shape-mismatch")
    assert verdict.witness is not None
    assert verdict.witness.expected != verdict.witness.got


def test_an_index_that_runs_over_nothing_is_unreadable() -> None:
    verdict = grade_derivation(LOGIT, "δ_ij (p - y)")
    assert verdict.outcome == "unreadable"
    assert verdict.findings[0].data["index"] == "i"


def test_findings_stay_within_the_contract() -> None:
    for answer in ("y - p", "p", "p + y", "z", "2p", "p - y", "q", "L"):
        for finding in grade_derivation(LOGIT, answer).findings:
            assert finding.code in CODES
            assert finding.severity == "note" or finding.where is not None


def test_a_kink_is_noted_where_there_is_one() -> None:
    absolute = DerivationTask("abs(x)", "x", ("x: real",))
    assert "kink" in grade_derivation(absolute, "sign(x)").codes
    stable = DerivationTask("max(z,0) - z*y + log1p(exp(-abs(z)))", "z", ("z: real", "y: [0,1]"))
    assert "kink" not in grade_derivation(stable, "σ(z) - y").codes
    huber = DerivationTask("r^2/2 if abs(r) <= 1 else abs(r) - 1/2", "r", ("r: real",))
    assert "kink" not in grade_derivation(huber, "clip(r, -1, 1)").codes


def test_a_witness_shows_short_numbers_as_they_are() -> None:
    cosine = DerivationTask("1 - (a·b)/(‖a‖ ‖b‖)", "a", ("a: real[d]", "b: real[d]"))
    witness = grade_derivation(cosine, "-b/(‖a‖‖b‖)").witness
    assert witness is not None
    assert (witness.expected, witness.got) == ("0", "-0.5")
    ridge = DerivationTask("‖y - X w‖² + ‖w‖²", "w", ("X: real[n,d]", "w: real[d]", "y: real[n]"))
    witness = grade_derivation(ridge, "2X^T(Xw - y)").witness
    assert witness is not None
    assert witness.expected.isdecimal()


def test_a_whole_gradient_is_no_factor_of_a_chain() -> None:
    half = DerivationTask("(z-t)^2/2", "z", ("z: real", "t: real"))
    assert grade_derivation(half, "1").codes == ("wrong-value",)


def test_a_factor_is_not_inferred_from_a_label() -> None:
    task = DerivationTask("softplus(z) - y*z", "z", ("z: real", "y: {0,1}"), ("p = sigmoid(z)",))
    assert "lost-chain-factor" not in grade_derivation(task, "p - 1").codes


def test_a_relation_holds_at_the_witness_too() -> None:
    verdict = grade_derivation(DerivationTask("exp(x)", "x", ("x: real",)), "e^x·[|x|<10^3]")
    assert verdict.codes == ("wrong-branch",)


def test_a_negative_factor_is_a_sign_and_a_factor() -> None:
    findings = grade_derivation(CUBE, "-x^2/2").findings
    assert [(finding.code, dict(finding.data)) for finding in findings] == [
        ("sign-flipped", {}),
        ("constant-factor", {"factor": "1/2"}),
    ]


def test_the_place_of_a_finding_is_the_answer_with_its_brackets() -> None:
    where = grade_derivation(BCE, "(y-p)/(p(1-p))").findings[0].where
    assert where is not None
    assert (where.column, where.length) == (1, len("(y-p)/(p(1-p))"))
    where = grade_derivation(BCE, "dL/dp = (y-p)/(p(1-p))").findings[0].where
    assert where is not None
    assert (where.column, where.length) == (9, len("(y-p)/(p(1-p))"))
