"""A question's samples, graded: the model answer, what it accepts, what it rejects, what it starts from."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from grader import grade
from grader.audit.remark import Remark
from grader.findings import CODE, CODES, DERIVATION, DESIGN, SMALL_KINDS
from grader.submission import Submission
from grader.verdict import Levels, Verdict
from questions.kinds import Choice, Code, Derivation, Design, Explain, Number, Question, model_answer
from questions.places import FieldPath

_SHORTEST: Final = 5
"""A shorter answer than this may stand in a hint by chance."""
_NUMBER: Final = frozenset(
    {*SMALL_KINDS, "sign-flipped", "constant-factor", "log-base", "unreadable", "unknown-symbol", "too-large"}
)


def check(question: Question) -> Iterator[Remark]:
    """What the samples show. A fault of a grader is reported at the sample, not raised."""
    yield from _findings(question)
    field = _model_field(question)
    model = _graded(question, model_answer(question), (field,))
    if isinstance(model, Remark):
        yield model
        return
    if model.outcome != "right":
        yield _not_right(question, field, model)
    elif "wrong-form" in model.codes:
        yield Remark((field,), "model-form", _facts(model))
    for number, answer in enumerate(question.accepted):
        path: FieldPath = ("accepted", number)
        verdict = _graded(question, answer, path)
        if isinstance(verdict, Remark):
            yield verdict
        elif verdict.outcome != "right":
            yield Remark(path, "accepted-not-right", _facts(verdict), _offset(answer, verdict))
    for number, sample in enumerate(question.rejected):
        path = ("rejected", number, "answer")
        verdict = _graded(question, sample.answer, path)
        if isinstance(verdict, Remark):
            yield verdict
        elif verdict.outcome == "right":
            yield Remark(path, "rejected-passes", _facts(verdict))
        elif sample.finding in CODES and verdict.codes[:1] != (sample.finding,):
            data = {**_facts(verdict), "finding": sample.finding}
            yield Remark(("rejected", number, "finding"), "other-finding-first", data)
    if isinstance(question, Code):
        verdict = _graded(question, question.starter, ("starter",))
        if isinstance(verdict, Remark):
            yield verdict
        elif verdict.outcome == "right":
            yield Remark(("starter",), "starter-passes")
    yield from _hints(question)


def _model_field(question: Question) -> str:
    match question:
        case Choice():
            return "options"
        case Code():
            return "reference"
        case Number() | Derivation() | Design() | Explain():
            return "answer"


def _graded(question: Question, answer: str, path: FieldPath) -> Verdict | Remark:
    try:
        return grade(question, Submission(answer))
    except Exception as fault:  # a bank check goes on, whatever a grader stumbles over
        return Remark(path, "grader-failed", {"key": path[0], "said": f"{type(fault).__name__}: {fault}"[:200]})


def _not_right(question: Question, field: str, verdict: Verdict) -> Remark:
    if isinstance(question, Code) and verdict.levels is not None and verdict.outcome == "partly":
        return Remark((field,), "level-not-reached", {"asked": question.asks, "reached": reached(verdict.levels)})
    answer = "" if isinstance(question, Choice) else model_answer(question)
    return Remark((field,), "model-not-right", _facts(verdict), _offset(answer, verdict))


def reached(levels: Levels) -> str:
    """The highest level that holds, or `wrong`."""
    held = [name for name in ("correct", "stable", "precise") if getattr(levels, name)]
    return held[-1] if held else "wrong"


def _facts(verdict: Verdict) -> dict[str, object]:
    return {"outcome": verdict.outcome, "codes": verdict.codes}


def _offset(text: str, verdict: Verdict) -> int:
    """Where in the answer the first finding with a place stands."""
    where = next((finding.where for finding in verdict.findings if finding.where is not None), None)
    if where is None:
        return 0
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: where.line - 1])) + where.column - 1


def _findings(question: Question) -> Iterator[Remark]:
    """Every finding that the question names must exist, and be one that its kind can have."""
    possible = _possible(question)
    named: list[tuple[FieldPath, str]] = [
        *((("mistakes", k, "finding"), mistake.finding) for k, mistake in enumerate(question.mistakes)),
        *((("rejected", k, "finding"), sample.finding) for k, sample in enumerate(question.rejected)),
    ]
    for path, finding in named:
        if finding not in CODES:
            close = difflib.get_close_matches(finding, sorted(possible), n=1)
            yield Remark(path, "unknown-finding", {"finding": finding, "nearest": close[0] if close else None})
        elif finding not in possible:
            yield Remark(path, "impossible-finding", {"finding": finding, "kind": question.kind})


def _possible(question: Question) -> frozenset[str]:
    match question:
        case Derivation():
            return frozenset(DERIVATION)
        case Code():
            return frozenset(CODE)
        case Number():
            return _NUMBER
        case Design():
            return frozenset(DESIGN)
        case Choice() | Explain():
            return frozenset((*SMALL_KINDS, "unreadable"))


def _hints(question: Question) -> Iterator[Remark]:
    """No hint holds the model answer, as it was typed."""
    for answer in _spelled(question):
        for number, hint in enumerate(question.hints):
            if answer in _flat(hint):
                yield Remark(("hints", number), "hint-gives-answer")


def _spelled(question: Question) -> Iterator[str]:
    """The model answer as it could stand in a hint: for a derivation, what its last line ends in."""
    match question:
        case Choice():
            texts = [option.text for option in question.options if option.correct]
        case Derivation():
            texts = [question.answer.strip().splitlines()[-1].split("=")[-1]]
        case Number() | Code() | Design() | Explain():
            texts = [model_answer(question)]
    for text in texts:
        if len(flat := _flat(text)) >= _SHORTEST:
            yield flat


def _flat(text: str) -> str:
    return "".join(text.split()).lower()
