"""The JSON contract: a verdict as an object, its keys in the order of the contract, absent parts null."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from grader.verdict import Finding, Place, Step, Stretch, Verdict
from report.text import GLUE
from report.wording import Words

Speak = Callable[[Finding], Words]


def verdict_form(verdict: Verdict, speak: Speak, *, profile: bool = False) -> dict[str, Any]:
    """The verdict as the contract has it; `speak` words its findings.

    The keys are the contract's, which has no `profile`: that is one more, and only for those who ask for it.
    """
    form = {
        "format": 1,
        "id": verdict.id,
        "question": verdict.question,
        "kind": verdict.kind,
        "outcome": verdict.outcome,
        "score": verdict.score,
        "evidence": verdict.evidence,
        "reading": verdict.reading,
        "findings": [_finding(finding, speak(finding)) for finding in verdict.findings],
        "witness": verdict.witness
        and {
            "inputs": dict(verdict.witness.inputs),
            "expected": verdict.witness.expected,
            "got": verdict.witness.got,
        },
        "steps": None if verdict.steps is None else [_step(step) for step in verdict.steps],
        "levels": verdict.levels
        and {
            "correct": verdict.levels.correct,
            "stable": verdict.levels.stable,
            "precise": verdict.levels.precise,
        },
        "seconds": round(verdict.seconds, 6),
    }
    return {**form, "profile": [_stretch(stretch) for stretch in verdict.profile]} if profile else form


def dumps(value: object, encoding: str | None = "utf-8") -> str:
    """One line of strict JSON that this encoding can hold. Raises ValueError for infinities and NaN."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return json.dumps(value, allow_nan=False)
    return text


def _finding(finding: Finding, words: Words) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": words.message.replace(GLUE, " "),
        "hint": words.hint and words.hint.replace(GLUE, " "),
        "where": finding.where and _place(finding.where),
        "data": plain(finding.data),
    }


def _place(place: Place) -> dict[str, int]:
    return {"line": place.line, "column": place.column, "length": place.length}


def _step(step: Step) -> dict[str, Any]:
    return {
        "line": step.line,
        "step": step.step,
        "outcome": step.outcome,
        "evidence": step.evidence,
        "rule": step.rule,
    }


def _stretch(stretch: Stretch) -> dict[str, Any]:
    """An end that is infinite is null."""
    return {
        "of": list(stretch.names),
        "measure": stretch.measure,
        "low": stretch.low if math.isfinite(stretch.low) else None,
        "high": stretch.high if math.isfinite(stretch.high) else None,
        "points": stretch.points,
        "correct": round(stretch.correct, 4),
        "stable": round(stretch.stable, 4),
        "precise": round(stretch.precise, 4),
        "bits": {"median": stretch.median, "worst": stretch.worst, "unavoidable": stretch.unavoidable},
    }


def plain(value: object) -> Any:
    """A fact as JSON knows it; infinities and NaN, which JSON has no numbers for, become texts."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str | int | float | None) else str(value)
