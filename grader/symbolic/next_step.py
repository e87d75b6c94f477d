"""Next line, please: from the last line that is right, the rule to apply, and the line that it gives.

Every line is graded before it is handed out: behind what is right so far, it follows.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import Final, Literal

from grader.formula.errors import Unreadable
from grader.formula.shape_of import shape_of
from grader.formula.tree import Deriv, Expr, Name, Reduce, walk
from grader.symbolic.compare import Equal, Outcome
from grader.symbolic.moves import Move, moves
from grader.symbolic.place import place_of
from grader.symbolic.pleasant import is_delta, left_as_it_came
from grader.symbolic.quantity import LOSS, left_standing
from grader.symbolic.standing import Standing, by_component, shown, standing_of
from grader.symbolic.steps import Equation, Judged, judge
from grader.symbolic.submission import Submitted, read_submission
from grader.symbolic.task import DerivationTask, Problem, read_task
from grader.verdict import Place

MOST_TRIES: Final = 4
SECONDS: Final = 5.0
"""For one look at what was typed. Far less is used, as a rule."""
MUCH_SHORTER: Final = 0.75
"""A right answer is not touched, unless it is this much shorter in another form, or its factors stand as they came."""


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
    try:
        so_far = _so_far(task, text, problem, deadline)
    except Unreadable as reason:
        return NextLine("unreadable", where=place_of(text, reason.span))
    right = so_far.right
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
    """Whether a right answer should be brought to another form: one that is much shorter, or has fewer δ under sums."""
    standing = so_far.standing
    form = standing.reached.get(standing.goal)
    if form is None or move.left != standing.goal:
        return False
    before = written(replace(move, right=form), standing)
    if _summed_deltas(move.right) < _summed_deltas(form) or len(line) <= MUCH_SHORTER * len(before):
        return True
    return (
        left_as_it_came(form)
        and (len(line) < len(before) or not left_as_it_came(move.right))
        and len(line) <= len(before)
    )


def _summed_deltas(form: Expr) -> int:
    summed = [node for node in walk(form) if isinstance(node, Reduce)]
    return sum(is_delta(node) for each in summed for node in walk(each))


@dataclass(frozen=True, slots=True)
class _SoFar:
    standing: Standing
    kept: str
    after: int | None
    wrong: int | None
    right: bool = False
    """Whether it is a right answer already."""


def _so_far(task: DerivationTask, text: str, problem: Problem, deadline: float) -> _SoFar:
    """What was typed, up to the first line that does not hold. Raises Unreadable."""
    if not text.strip():
        asked, scope = by_component(problem.wrt, problem.loss, problem.scope)
        return _SoFar(Standing(scope, problem.loss, asked, {}), "", None, None)
    read = read_submission(text, problem, deadline=deadline)
    judged = _judged(task, read, read.equations, deadline)
    wrong = next((one.equation.line for one in judged if one.outcome in ("wrong", "carried")), None)
    held = [one.equation for one in takewhile(lambda one: one.outcome not in ("wrong", "carried"), judged)]
    kept = text if wrong is None else "\n".join(text.split("\n")[: wrong - 1])
    right = wrong is None and judged[-1].outcome == "right" and _is_answer(read)
    if wrong is not None:
        read = _read_again(kept, problem, deadline) or read
    after = held[-1].line if held else None
    return _SoFar(standing_of(read, held, problem), kept, after, wrong, right)


def _is_answer(read: Submitted) -> bool:
    """Whether the last equation gives the asked gradient, in closed form and in its own shape."""
    last = [equation for equation in read.equations if not equation.behind][-1]
    asked: list[Expr] = [Deriv(whole, by) for whole in (Name(LOSS), read.loss) for by in (read.wrt, None)]
    if last.head not in asked or left_standing(read.final, read.scope):
        return False
    return shape_of(read.final, read.scope) in (None, shape_of(read.wrt, read.scope))


_Known = tuple[DerivationTask, tuple[tuple[str, Expr], ...], Expr, Expr, Expr]
_HELD: Final[dict[_Known, Outcome]] = {}
"""Equations that were seen to hold: who takes a line as it was given asks again with all that stands before it."""
MOST_HELD: Final = 256


def _judged(task: DerivationTask, read: Submitted, equations: Sequence[Equation], deadline: float) -> list[Judged]:
    names = tuple((name, known.body) for name, known in read.scope.definitions.items())

    def key(equation: Equation) -> _Known:
        return task, names, read.wrt, equation.left, equation.right

    known = {(each.left, each.right): _HELD[key(each)] for each in equations if key(each) in _HELD}
    judged = judge(equations, read.scope, read.wrt, deadline=deadline, known=known)
    if len(_HELD) > MOST_HELD:
        _HELD.clear()
    _HELD.update((key(one.equation), one.found) for one in judged if isinstance(one.found, Equal))
    return judged


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
    judged = _judged(task, read, new, deadline)
    return bool(new) and all(one.outcome == "right" for one in judged)


def written(move: Move, standing: Standing) -> str:
    """A move as a line that reads back as it."""
    return f"{shown(move.left, standing)} = {shown(move.right, standing)}"
