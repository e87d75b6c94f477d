"""Next line, please: from the last line that is right, the rule to apply, and the line that it gives.

Every line is graded before it is handed out: behind what is right so far, it follows.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Final, Literal

from grader.formula.errors import Unreadable
from grader.formula.tree import Reduce, walk
from grader.symbolic.grade import grade_derivation
from grader.symbolic.moves import Move, is_delta, moves
from grader.symbolic.standing import Standing, by_component, shown, standing_of
from grader.symbolic.steps import Equation, judge
from grader.symbolic.submission import Submitted, read_submission
from grader.symbolic.task import DerivationTask, Problem, read_task
from grader.verdict import Place, Verdict

MOST_TRIES: Final = 4
SECONDS: Final = 5.0
"""For one look at what was typed. Far less is used, as a rule."""
MUCH_SHORTER: Final = 0.75
"""A right answer is not touched, unless it is this much shorter in another form."""


@dataclass(frozen=True, slots=True)
class NextLine:
    """What comes next. `state`: there is a `line`; the answer is `finished`; what was typed is `unreadable` (at
    `where`); `none`: no line could be derived.

    `after` is the line from which it goes on (None: from the loss itself), `wrong` the first line that does not hold.
    """

    state: Literal["line", "finished", "unreadable", "none"]
    rule: str | None = None
    on: str | None = None
    through: str | None = None
    line: str | None = None
    after: int | None = None
    wrong: int | None = None
    where: Place | None = None
    right: bool = False
    """Whether the answer is right as it stands; a line is then a shorter form of it."""


def next_line(task: DerivationTask, text: str, *, seconds: float = 10.0) -> NextLine:
    """The next line of a derivation, within about `seconds`. Never raises for what `text` holds.

    Raises TaskError where the task itself cannot be read.
    """
    deadline = time.monotonic() + seconds
    problem = read_task(task)
    verdict = _graded(task, text) if text.strip() else None
    if verdict is not None and verdict.outcome == "unreadable":
        return NextLine("unreadable", where=verdict.findings[0].where if verdict.findings else None)
    try:
        so_far = _so_far(text, problem, verdict, deadline)
    except Unreadable:
        return NextLine("unreadable")
    right = verdict is not None and verdict.outcome == "right"
    standing = so_far.standing
    for move in islice(moves(standing), MOST_TRIES):
        line = written(move, standing)
        if time.monotonic() > deadline:
            break
        if right and not _worth_it(so_far, move, line):
            break
        if _follows(task, so_far.kept, line):
            through = None if move.through is None else shown(move.through, standing)
            return NextLine(
                "line", move.rule, shown(move.on, standing), through, line, so_far.after, so_far.wrong, right=right
            )
    if right:
        return NextLine("finished", right=True)
    return NextLine("none", after=so_far.after, wrong=so_far.wrong)


def _worth_it(so_far: _SoFar, move: Move, line: str) -> bool:
    """Whether a right answer should be brought to another form: one that is much shorter, or has no δ under a sum."""
    standing = so_far.standing
    form = standing.reached.get(standing.goal)
    if form is None or move.left != standing.goal:
        return False
    summed = [node for node in walk(form) if isinstance(node, Reduce)]
    unsummed = any(is_delta(node) for each in summed for node in walk(each))
    return unsummed or len(line) <= MUCH_SHORTER * len(written(replace(move, right=form), standing))


@dataclass(frozen=True, slots=True)
class _SoFar:
    standing: Standing
    kept: str
    after: int | None
    wrong: int | None


def _so_far(text: str, problem: Problem, verdict: Verdict | None, deadline: float) -> _SoFar:
    """What was typed, up to the first line that does not hold. Raises Unreadable."""
    if verdict is None:
        asked, scope = by_component(problem.wrt, problem.loss, problem.scope)
        return _SoFar(Standing(scope, problem.loss, asked, {}), "", None, None)
    read = read_submission(text, problem, deadline=deadline)
    right: list[Equation] = []
    wrong = None
    for equation, step in zip(read.equations, verdict.steps or (), strict=False):
        if step.outcome in ("wrong", "carried"):
            wrong = equation.line
            break
        right.append(equation)
    kept = text if wrong is None else "\n".join(text.split("\n")[: wrong - 1])
    if wrong is not None:
        read = _read_again(kept, problem, deadline) or read
    after = right[-1].line if right else None
    return _SoFar(standing_of(read, right, problem), kept, after, wrong)


def _read_again(kept: str, problem: Problem, deadline: float) -> Submitted | None:
    """What stands before the first wrong line, by itself: names that were introduced later are not known there."""
    try:
        return read_submission(kept, problem, deadline=deadline) if kept.strip() else None
    except Unreadable:
        return None


def _follows(task: DerivationTask, kept: str, line: str) -> bool:
    """Whether a line is right behind what is kept."""
    text = f"{kept}\n{line}" if kept.strip() else line
    deadline = time.monotonic() + SECONDS
    try:
        read = read_submission(text, read_task(task), deadline=deadline)
    except Unreadable:
        return False
    begins = text.count("\n") + 1
    new = [equation for equation in read.equations if equation.line >= begins]
    judged = judge(new, read.scope, read.wrt, deadline=deadline)
    return bool(new) and all(one.outcome == "right" for one in judged)


@lru_cache(maxsize=16)
def _graded(task: DerivationTask, text: str) -> Verdict:
    """Who takes a line as it was given asks about the same text next."""
    return grade_derivation(task, text, seconds=SECONDS)


def written(move: Move, standing: Standing) -> str:
    """A move as a line that reads back as it."""
    return f"{shown(move.left, standing)} = {shown(move.right, standing)}"
