"""What is said of a formula behind it: `= σ(1 − σ) > 0`, `= σ(z) ∈ (0, 1)`, `= (y − μ)²/2 + const`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from grader.formula.names import canonical
from grader.formula.reader.rows import relations_at, stripped, word_at
from grader.formula.reader.tokens import Token

_COMPARISONS: Final = frozenset(("<", "<=", ">", ">=", "!="))
_SAID: Final = frozenset(("∈", "→", "≈", "∝"))
_LEFT_OUT: Final = frozenset(("const", "constant", "constants", "cst", "C", "c"))


def comparison_at(tokens: Sequence[Token]) -> int | None:
    """Where a formula is compared, as a whole."""
    return next((at for at in relations_at(tokens) if tokens[at].text in _COMPARISONS), None)


def said_at(tokens: Sequence[Token]) -> int | None:
    """Where something is said of a formula that is no part of any: a set, a limit, about what it is."""
    sign = next((at for at in relations_at(tokens) if at and tokens[at].text in _SAID), None)
    word = next((at for at in range(1, len(tokens)) if _in_a_set(tokens, at)), None)
    return min((at for at in (sign, word) if at is not None), default=None)


def _in_a_set(tokens: Sequence[Token], at: int) -> bool:
    """`in (0, 1)`, set off by spaces."""
    if not tokens[at].space or tokens[at].text not in ("i", "in"):
        return False
    word, end = word_at(tokens, at)
    return word == "in" and end < len(tokens) and tokens[end].space and tokens[end].text in ("(", "[", "{")


def without_constant(tokens: Sequence[Token], known: Collection[str]) -> list[Token] | None:
    """A formula without the `+ const` at its end; None where there is none."""
    row = stripped(list(tokens))
    for at in range(len(row) - 1, 0, -1):
        if row[at].text == "+":
            word, end = word_at(row, at + 1)
            left_out = word in _LEFT_OUT and canonical(word) not in known and end == len(row)
            return row[:at] if left_out else None
        if row[at].kind not in ("letter", "word"):
            return None
    return None
