"""What is left to do where right steps stop short of a closed form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grader.formula.tree import Deriv, Name, walk
from grader.symbolic.kinds import derivatives
from grader.symbolic.moves import moves
from grader.symbolic.quantity import LOSS, Unsupported
from grader.symbolic.standing import shown, standing_of
from grader.symbolic.steps import Equation
from grader.symbolic.submission import Submitted
from grader.symbolic.task import Problem
from grader.verdict import Fact

MOST: Final = 3


def left_to_do(read: Submitted, right: Sequence[Equation], problem: Problem) -> dict[str, Fact]:
    """`left`: the derivatives (or the loss) that stand in the answer, as they are written; `rule` and `on`: what is to
    be done next, and to what. Nothing where that cannot be said."""
    standing = standing_of(read, right, problem)
    left = [shown(each, standing) for each in derivatives(read.final)[:MOST]]
    if not left and any(node == Name(LOSS) for node in walk(read.final)):
        left = [LOSS]
    data: dict[str, Fact] = {"left": tuple(left)} if left else {}
    form = standing.reached.get(standing.goal)
    if form is None and derivatives(read.final) != [Deriv(Name(LOSS), read.wrt)]:
        return data
    try:
        move = next((move for move in moves(standing) if isinstance(move.left, Deriv)), None)
    except (Unsupported, KeyError, RecursionError):
        return data
    if move is not None and move.rule is not None:
        data |= {"rule": move.rule, "on": shown(move.on, standing)}
    return data
