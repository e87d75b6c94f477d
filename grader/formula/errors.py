"""What the formula package raises. Facts and offsets only: the words are in `report.wording`."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.formula.tree import Span
from grader.verdict import Fact


@dataclass
class Unreadable(Exception):
    """Text that cannot be read as a formula.

    `code` is a finding's code: `unreadable`, `unknown-symbol`, `shape-mismatch` or `too-large`.
    `span` is in the text as typed; `expected` lists what could have stood there.
    """

    code: str
    span: Span
    expected: tuple[str, ...] = ()
    data: dict[str, Fact] = field(default_factory=dict)

    def __str__(self) -> str:
        wanted = ", ".join(self.expected) or "something else"
        return f"{self.code} at {self.span.start}: expected {wanted} {self.data or ''}"


class Undefined(ArithmeticError):
    """The formula has no value at this point (log of a negative number, 0/0, no branch applies)."""


class Kink(ArithmeticError):
    """The formula has no derivative at this point."""


class NotCertain(ArithmeticError):
    """No precision within the limit decided the value or a comparison (an exact tie, most often)."""
