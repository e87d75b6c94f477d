from __future__ import annotations

from typing import Any

import pytest

from grader import grade
from grader.submission import Submission
from grader.verdict import exit_code
from questions.kinds import Code, Derivation, Number, Question

from .conftest import COMMON

NAMES: dict[str, Any] = {"loss": "(z - q)^2", "entry": "f", "starter": "def f(z): ...", "reference": "def f(z): ..."}


@pytest.mark.parametrize(
    "question",
    [
        Number(**COMMON, answer="ln ("),
        Number(**COMMON, answer="1/0"),
        Number(**COMMON, answer="1", tolerance="log(-1)"),
        Derivation(**COMMON, loss="(z - q)^2", wrt="z", variables=("z: real",), answer="2z"),
        Code(**COMMON, **NAMES, arguments=("z: real[n]",)),
    ],
    ids=["answer", "no-value", "tolerance", "derivation", "code"],
)
def test_a_question_that_cannot_be_read_is_undecided_and_no_traceback(question: Question) -> None:
    verdict = grade(question, Submission("def f(z): return 0.0" if isinstance(question, Code) else "2"))
    assert (verdict.outcome, exit_code(verdict)) == ("undecided", 3)
    assert verdict.details["fault"]
