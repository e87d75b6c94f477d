"""What `bank check` reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from grader.audit import Job, audit
from questions import loader, places
from questions.problems import Problem
from questions.wording import message, render
from report.text import counted

Run = Callable[[Callable[[Job], tuple[Problem, ...]], list[Job]], Iterable[tuple[Problem, ...]]]


def audited(banks: Sequence[Path], run: Run) -> tuple[int, tuple[Problem, ...]]:
    """How many questions there are, and all problems of all banks; the built-in ones where none is named."""
    builtin = loader.builtin_banks()
    loaded = loader.load(banks or builtin, cached=False, beside=builtin if banks else ())
    found = audit(loaded.questions, places.read(loaded.files), run)
    return len(loaded.questions), tuple(sorted((*loaded.problems, *found), key=lambda problem: problem.order))


def audit_form(count: int, problems: Sequence[Problem]) -> dict[str, Any]:
    """`bank check --json`."""
    listed = [
        {"file": p.file, "line": p.line, "column": p.column, "code": p.code, "message": message(p)} for p in problems
    ]
    return {"format": 1, "questions": count, "problems": listed}


def audit_lines(count: int, problems: Sequence[Problem]) -> list[str]:
    """`file:line:column: message` for each problem, and the sum."""
    if not problems:
        return [f"{counted(count, 'question')}, no problems."]
    return [*map(render, problems), f"{counted(count, 'sound question')}, {counted(len(problems), 'problem')}."]
