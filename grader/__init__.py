"""Is it right? `grade(question, submission)` says so, with the evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from grader.formula.errors import Unreadable
from grader.submission import Submission
from grader.verdict import Verdict
from questions.kinds import Choice, Code, Derivation, Design, Explain, Number, Question

if TYPE_CHECKING:
    from grader.numeric import Spares


def grade(
    question: Question, submission: Submission, *, seconds: float | None = None, spares: Spares | None = None
) -> Verdict:
    """The verdict on one answer. `seconds` bounds the work on a derivation or on code; None: as each kind has it.

    With `spares`, code runs in a child that was started beforehand. Heavy modules are imported by the kinds that need
    them. Bad input never raises. Where the question itself cannot be read (a bank that `bank check` has not seen), the
    verdict is `undecided`, with `details["fault"]`.
    """
    try:
        verdict = _graded(question, submission, seconds, spares)
    except Unreadable as fault:
        verdict = Verdict(question.kind, "undecided", None, details={"fault": str(fault)})
    return replace(verdict, question=question.id)


def _graded(question: Question, submission: Submission, seconds: float | None, spares: Spares | None) -> Verdict:
    match question:
        case Choice():
            from grader import choice

            return choice.grade_choice(question, submission)
        case Number():
            from grader import number

            return number.grade_number(question, submission.text)
        case Derivation():
            from grader import symbolic

            task = symbolic.DerivationTask(
                question.loss, question.wrt, question.variables, question.given, question.form
            )
            try:
                return symbolic.grade_derivation(task, submission.text, seconds=2.0 if seconds is None else seconds)
            except symbolic.TaskError as fault:
                raise fault.reason from fault
        case Code():
            from grader import numeric

            code_task = numeric.CodeTask(
                question.loss, question.arguments, question.entry, question.asks, question.returns,
                numeric.asked.names_of(question.wrt),
            )  # fmt: skip
            allowed = 10.0 if seconds is None else seconds
            name = submission.name
            return numeric.grade_code(code_task, submission.text, seconds=allowed, name=name, spares=spares)
        case Design():
            from grader import design

            design_task = design.DesignTask(
                question.wrt, question.variables, question.demands, question.space, question.experiment
            )
            return design.grade_design(design_task, submission.text, seconds=6.0 if seconds is None else seconds)
        case Explain():
            from grader import explain

            return explain.grade_explain(question, submission)
    assert_never(question)
