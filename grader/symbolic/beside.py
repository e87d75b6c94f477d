"""The words that stand beside an equation, in its own line: whether they speak of the optimum."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from grader.formula.equations import Equation
from grader.formula.reader.asides import claims_nothing, speaks_of_optimum
from grader.formula.reader.lines import Comment

_AT: Final = re.compile(r"\W*(when|where|iff?|at|for)\b")


@dataclass(frozen=True, slots=True)
class _Said:
    start: int
    text: str
    nothing: bool
    """Whether it says that something is wrong, or holds at the optimum only."""
    optimum: bool


class Beside:
    """What the comments of a derivation say, by lines."""

    def __init__(self, comments: Iterable[Comment]) -> None:
        self._lines: dict[int, list[_Said]] = defaultdict(list)
        for comment in sorted(comments, key=lambda comment: comment.span.start):
            nothing = claims_nothing(comment.text)
            optimum = nothing or speaks_of_optimum(comment.text)
            self._lines[comment.line].append(_Said(comment.span.start, comment.text, nothing, optimum))
        self._first = {
            line: next((each.start for each in said if each.optimum), None) for line, said in self._lines.items()
        }
        self._nothing = {line for line, said in self._lines.items() if any(each.nothing for each in said)}

    def speak_of_optimum(self, equation: Equation) -> bool:
        """Whether words before it do, or words of its line say that it holds there only."""
        first = self._first.get(equation.line)
        return equation.line in self._nothing or (first is not None and first < equation.span.start)

    def set_to_zero(self, equation: Equation) -> bool:
        """Whether the words right before `∇L = 0` speak of the optimum, or something stands behind it that was set
        aside: `∇L = 0 ⇒ w = (XᵀX)⁻¹Xᵀy`."""
        said = self._lines.get(equation.line, [])
        before = [each.optimum for each in said if each.start < equation.span.start]
        return any(before[-1:]) or any(each.start > equation.span.start and "=" in each.text for each in said)

    def leave_to_solve(self, equation: Equation) -> bool:
        """Whether nothing behind it says what its zero is for: only where it is reached."""
        behind = (each for each in self._lines.get(equation.line, []) if each.start > equation.span.start)
        return all(each.optimum or _AT.match(each.text) is not None for each in behind)
