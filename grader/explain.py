"""Grading an explanation: the person marks the rubric. No similarity of texts can tell right from wrong here."""

from __future__ import annotations

from grader.submission import Submission
from grader.verdict import Fact, Finding, Outcome, Place, Verdict
from questions.kinds import Explain


def grade_explain(question: Explain, submission: Submission) -> Verdict:
    """`undecided` with the open points until the rubric is marked; then what the marks cover.

    The score is the share of essential points that are marked. Unmarked, the bank's own answers cover all: their
    author says so.
    """
    text = _flat(submission.text)
    if not text:
        return Verdict("explain", "unreadable", 0.0, "place", findings=(Finding("empty", where=Place(1, 1)),))
    marks = submission.marks
    if marks is None and text in {_flat(known) for known in (question.answer, *question.accepted)}:
        return Verdict("explain", "right", 1.0, "proved")
    if marks is None:
        points = tuple(point.text for point in question.points)
        return Verdict("explain", "undecided", None, findings=(Finding("points-open", data={"points": points}),))
    essential = [number for number, point in enumerate(question.points) if point.essential]
    left = [number for number in essential if number not in marks]
    score = 1 - len(left) / len(essential) if essential else 1.0
    covered = any(number in marks for number in range(len(question.points)))
    outcome: Outcome = "right" if not left else "partly" if covered else "wrong"
    data = {"points": tuple(question.points[number].text for number in left)}
    findings = (Finding("points-open", data=data),) if left else ()
    missed = tuple(number for number in range(len(question.points)) if number not in marks)
    total = len(question.points)
    details: dict[str, Fact] = {"marked": total - len(missed), "points": total, "missed": missed}
    return Verdict("explain", outcome, score, "self-marked", findings=findings, details=details)


def _flat(text: str) -> str:
    return " ".join(text.split())
