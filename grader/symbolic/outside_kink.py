"""`wrong-outside-kink`: a slope that is one of many at a kink, given as if it were the gradient everywhere.

At a kink any slope between those of the two sides is as good. An answer that does not change with the variable and lies
strictly between the two slopes at each kink is right there, and nowhere beside it: 0 for |r|, −y/2 for the hinge.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from grader.formula.balls import precision
from grader.formula.declare import Scope
from grader.symbolic.asked import Asked
from grader.symbolic.notes import Kink, kinks
from grader.symbolic.quantity import Formula, Quantity, names_in, root
from grader.symbolic.trial import BITS, certain_value
from grader.verdict import Finding

BASES: Final = 6
"""Values of the other variables from which a kink is looked for."""
FEWEST: Final = 3


def right_at_kink_only(asked: Asked, answer: Quantity, *, deadline: float) -> Iterator[Finding]:
    """The finding, where the answer does not change with the variable, and is between the slopes at each of several
    kinks."""
    if _varies(answer, asked.scope, root(asked.wrt)):
        return
    met = 0
    for kink in kinks(asked, deadline, bases=BASES):
        if not _between(answer, kink):
            return
        met += 1
    if met >= FEWEST:
        yield Finding("wrong-outside-kink", data={"variable": root(asked.wrt)})


def _varies(answer: Quantity, scope: Scope, name: str) -> bool:
    return not isinstance(answer, Formula) or name in names_in(answer.expr, scope)


def _between(answer: Quantity, kink: Kink) -> bool:
    value = certain_value(answer, kink.points[0])
    if value is None or value.shape:
        return False
    with precision(BITS):
        low, high = sorted(kink.slopes, key=float)
        return bool(low < value.items[0] and value.items[0] < high)
