"""What a verdict says: outcome, levels, witness, findings with their facts and places."""

from __future__ import annotations

import numpy as np
import pytest

from grader import grade
from grader.findings import CODES
from grader.numeric import CodeTask, Spares, grade_code
from grader.numeric.process import Child
from grader.numeric.shrink import number, text
from grader.numeric.source import Source, examine
from grader.submission import Submission
from grader.verdict import Verdict, exit_code
from questions.loader import builtin_banks, load

NAIVE = """import numpy as np


def loss(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
"""


def errors(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings if finding.severity == "error"]


def test_a_naive_loss_is_correct_but_not_stable_and_the_input_proves_it(spares: Spares, bce: CodeTask) -> None:
    verdict = grade_code(bce, NAIVE, spares=spares)
    assert (verdict.outcome, verdict.score, exit_code(verdict)) == ("partly", 0.5, 1)
    assert verdict.levels is not None
    assert (verdict.levels.correct, verdict.levels.stable, verdict.levels.precise) == (True, False, False)
    assert verdict.codes[0] in ("overflow", "nan")
    assert verdict.witness is not None
    assert abs(float(verdict.witness.inputs["z"])) <= 1000
    assert verdict.witness.got in ("nan", "inf", "-inf")
    overflow = next(finding for finding in verdict.findings if finding.code == "overflow")
    assert overflow.where is not None
    assert (overflow.where.line, overflow.where.column, overflow.where.length) == (5, 18, len("np.exp(-z)"))
    assert set(verdict.codes) <= CODES


def test_a_stable_loss_is_right_at_every_level(spares: Spares, bce: CodeTask, stable: str) -> None:
    verdict = grade_code(bce, stable, spares=spares)
    assert (verdict.outcome, verdict.score, verdict.evidence) == ("right", 1.0, "tested")
    assert verdict.levels is not None
    assert verdict.levels.precise
    assert verdict.findings == ()
    assert verdict.witness is None
    assert verdict.details["shares"] == {"correct": 1.0, "stable": 1.0, "precise": 1.0}


def test_the_level_asked_decides(spares: Spares, bce: CodeTask) -> None:
    source = "import numpy as np\n\n\ndef loss(z, y):\n    return np.mean(np.logaddexp(0, z) - y * z)\n"
    asks_precise = grade_code(CodeTask(bce.loss, bce.arguments, asks="precise"), source, spares=spares)
    assert (asks_precise.outcome, asks_precise.score) == ("partly", 0.8)
    assert errors(asks_precise)
    asks_stable = grade_code(bce, source, spares=spares)
    assert asks_stable.outcome == "right"
    assert not errors(asks_stable)
    assert "cancellation" in asks_stable.codes  # a note: what it would take to be precise
    assert grade_code(CodeTask(bce.loss, bce.arguments, asks="correct"), NAIVE, spares=spares).outcome == "right"


@pytest.mark.parametrize(
    ("body", "code", "facts"),
    [
        ("-np.mean({s})", "wrong-sign", {}),
        ("np.sum({s})", "wrong-reduction", {"factor": "n"}),
        ("np.mean({s}) / len(z)", "wrong-reduction", {"factor": "1/n"}),
        ("np.sum({s}) / max(1, len(z) - 1)", "wrong-reduction", {"factor": "n/(n - 1)"}),
        ("np.mean({s}) + 0.25", "wrong-value", {"offset": 0.25}),
        ("np.mean({s}) / np.log(10)", "log-base", {"base": 10}),
        ("np.mean({s}) * 0.5", "wrong-value", {"factor": 0.5}),
        ("{s}", "wrong-reduction", {"factor": "none"}),
    ],
)
def test_a_wrong_value_is_told_by_its_law(
    spares: Spares, bce: CodeTask, body: str, code: str, facts: dict[str, object]
) -> None:
    expression = body.format(s="(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))")
    verdict = grade_code(bce, f"import numpy as np\n\n\ndef loss(z, y):\n    return {expression}\n", spares=spares)
    assert verdict.outcome == "wrong"
    assert errors(verdict)[0] == code
    assert facts.items() <= dict(verdict.findings[0].data).items()


def test_a_clip_names_its_epsilon(spares: Spares, bce: CodeTask) -> None:
    source = NAIVE.replace("    return", "    p = np.clip(p, 1e-12, 1 - 1e-12)\n    return")
    first = grade_code(bce, source, spares=spares).findings[0]
    assert (first.code, first.data["epsilon"]) == ("clip-bias", 1e-12)


def test_an_ignored_argument_is_named(spares: Spares) -> None:
    task = CodeTask("mean(w*(softplus(z) - y*z))", ("z: real[n]", "y: {0,1}[n]", "w: positive[n]"))
    source = "import numpy as np\n\n\ndef loss(z, y, w):\n    return np.mean(np.logaddexp(0, z) - y * z)\n"
    first = grade_code(task, source, spares=spares).findings[0]
    assert (first.code, first.data["name"]) == ("ignores-argument", "w")


def test_scalars_are_passed_as_python_numbers(spares: Spares) -> None:
    task = CodeTask("softplus(z) - y*z", ("z: real", "y: {0,1}"))
    source = "import math\n\n\ndef loss(z, y):\n    return max(z, 0) - z * y + math.log1p(math.exp(-abs(z)))\n"
    verdict = grade_code(task, source, spares=spares)
    assert verdict.outcome == "right", verdict


def test_a_python_loop_is_slow_and_its_line_is_told(spares: Spares) -> None:
    task = CodeTask("mean((a - b)^2)", ("a: real[n]", "b: real[n]"))
    source = (
        "def loss(a, b):\n    total = 0.0\n    for x, y in zip(a, b):\n"
        "        for _ in range(100):\n            pass\n        total += (x - y) ** 2\n    return total / len(a)\n"
    )
    verdict = grade_code(task, source, spares=spares)
    assert verdict.outcome == "right"
    (slow,) = [finding for finding in verdict.findings if finding.code == "slow"]
    assert slow.severity == "note"
    assert slow.data["line"] == 3
    assert float(str(slow.data["ratio"])) >= 30


def test_a_warning_with_a_right_result_is_a_note(spares: Spares, bce: CodeTask) -> None:
    source = (
        "import numpy as np\n\n\ndef loss(z, y):\n"
        "    s = np.where(z > 0, z + np.log1p(np.exp(-z)), np.log1p(np.exp(z)))\n    return np.mean(s - z * y)\n"
    )
    verdict = grade_code(bce, source, spares=spares)
    assert verdict.outcome == "right"
    assert ("overflow", "note") in {(finding.code, finding.severity) for finding in verdict.findings}


def test_nothing_is_clipped_that_the_formula_itself_clips(spares: Spares) -> None:
    task = CodeTask("mean(-log(clip(p, 0.01, 0.99)))", ("p: (0,1)[n]",))
    source = "import numpy as np\n\n\ndef loss(p):\n    return -np.mean(np.log(np.clip(p, 0.01, 0.99)))\n"
    assert grade_code(task, source, spares=spares).outcome == "right"


def test_the_entry_is_decided_before_anything_runs() -> None:
    one = examine("def f(x):\n    return x\n\n\ndef _g(x):\n    return x\n", None, "<answer>")
    assert isinstance(one, Source)
    assert one.entry == "f"
    assert isinstance(examine("f = lambda x: x\n", None, "<answer>"), Source)
    assert isinstance(
        examine("try:\n    from m import f\nexcept ImportError:\n    f = None\n", "f", "<answer>"), Source
    )
    several = examine("def f(x):\n    return x\n\n\ndef g(x):\n    return x\n", None, "<answer>")
    assert not isinstance(several, Source)
    assert (several.code, several.data["names"]) == ("no-entry", ("f", "g"))
    missing = examine("def f(x):\n    return x\n", "loss", "<answer>")
    assert not isinstance(missing, Source)
    assert (missing.code, missing.data["asked"]) == ("no-entry", "loss")


def test_a_syntax_error_has_its_line_and_column(bce: CodeTask) -> None:
    verdict = grade_code(bce, "def loss(z, y):\n    return (z +\n")
    assert verdict.outcome == "unreadable"
    assert verdict.findings[0].where is not None
    assert (verdict.findings[0].where.line, verdict.findings[0].where.column) == (2, 12)


def test_epsilons_are_read_from_the_text() -> None:
    source = examine(
        "import numpy as np\nA = 1e-7\nB = 10**-9\nC = np.finfo(float).eps\n\n\ndef f(x):\n    return x\n", None, ""
    )
    assert isinstance(source, Source)
    assert {1e-7, 1e-9, 2.0**-52} <= set(source.epsilons)


@pytest.mark.parametrize(
    ("x", "shown"),
    [(710.0, "710"), (-0.5, "-0.5"), (1e-300, "1e-300"), (1e8, "1e8"), (3, "3"), (float("nan"), "nan"), (1e77, "1e77")],
)
def test_numbers_are_shown_short(x: float, shown: str) -> None:
    assert number(x) == shown


def test_arrays_are_shown_short() -> None:
    assert text(np.array([710.0])) == "710"
    assert text(np.array([[0.0, -800.0, 3.0]])) == "[[0, -800, 3]]"
    assert text(np.arange(100.0)) == "[0, 1, 2, 3, …, 98, 99]"


@pytest.mark.parametrize(
    ("loss", "arguments"),
    [
        ("log(-1 - z^2)", ("z: real",)),
        ("mean(z)/0", ("z: real[n]",)),
        ("mean(log(z - 4.9))", ("z: real[n]",)),
    ],
)
def test_nothing_is_right_where_the_formula_has_hardly_a_value(
    spares: Spares, loss: str, arguments: tuple[str, ...]
) -> None:
    verdict = grade_code(CodeTask(loss, arguments), "def f(z):\n    return float('nan')\n", spares=spares)
    assert verdict.outcome in ("undecided", "wrong")
    if verdict.outcome == "undecided":
        assert exit_code(verdict) == 3
        assert "ordinary" in str(verdict.details["tried"])
        assert verdict.witness is None
    else:
        assert verdict.witness is not None


def test_a_formula_of_labels_alone_has_no_extremes_and_is_judged_all_the_same(spares: Spares) -> None:
    task = CodeTask("mean([a != b])", ("a: {0,1}[n]", "b: {0,1}[n]"))
    source = "import numpy as np\n\n\ndef f(a, b):\n    return np.mean(a != b)\n"
    assert grade_code(task, source, spares=spares).outcome == "right"


def test_a_fault_that_only_a_large_batch_shows_is_shown_by_one(spares: Spares, bce: CodeTask, stable: str) -> None:
    verdict = grade_code(bce, stable.replace("(z, y):", "(z, y):\n    z, y = z[:1000], y[:1000]"), spares=spares)
    assert (verdict.outcome, verdict.codes[0]) == ("partly", "wrong-value")
    assert int(str(verdict.findings[0].data["n"])) > 1000


def test_a_question_is_graded_in_the_child_that_was_started_beforehand(stable: str) -> None:
    taken: list[Child] = []

    class Counted(Spares):
        def take(self) -> Child:
            taken.append(super().take())
            return taken[-1]

        def replace(self) -> None:
            pass

    question = next(q for q in load(builtin_banks()).questions if q.id == "bce-logits-code")
    spares = Counted()
    spares.prepare()
    waiting = spares._spare
    source = stable.replace("def loss", "def bce_with_logits")
    assert grade(question, Submission(source), spares=spares).outcome == "right"
    assert taken == [waiting]
