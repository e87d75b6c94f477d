"""Checking a bank by running it: every formula is read, every sample graded, every figure computed again.

`audit_question` is pure and takes values that can be pickled, so that questions may be spread over processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from questions.kinds import Question
from questions.places import QuestionPlaces
from questions.problems import Problem

Job = tuple[Question, QuestionPlaces]


def audit(
    questions: Iterable[Question],
    places: Mapping[str, QuestionPlaces],
    run: Callable[[Callable[[Job], tuple[Problem, ...]], list[Job]], Iterable[tuple[Problem, ...]]] = map,
) -> tuple[Problem, ...]:
    """All problems of questions that were loaded, in the order of their places (`questions.places.read`).

    `run` is `map`, or the `map` of a pool.
    """
    jobs = [(question, places[question.id]) for question in questions]
    found = [problem for problems in run(_audit_job, jobs) for problem in problems]
    return tuple(sorted(found, key=lambda problem: problem.order))


def _audit_job(job: Job) -> tuple[Problem, ...]:
    return audit_question(*job)


def audit_question(question: Question, places: QuestionPlaces) -> tuple[Problem, ...]:
    """The problems of one question: of its formulas and, if they can be read, of its samples and hints."""
    from grader.audit import formulas, samples  # heavy, and `list` imports none of it

    remarks = list(formulas.check(question))
    if not any(formulas.hinders_grading(remark) for remark in remarks):
        remarks += samples.check(question)
    return tuple(places.problem(found.code, found.path, found.offset, found.data) for found in remarks)
