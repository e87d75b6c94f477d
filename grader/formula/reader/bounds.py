"""What is said of a formula behind it: `= σ(1 − σ) > 0`, `= σ(z) ∈ (0, 1)`, `= (y − μ)²/2 + const`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from grader.formula.names import canonical
from grader.formula.reader.rows import first_equals, last_word, relations_at, stripped, word_at, words_in
from grader.formula.reader.tokens import Token

COMPARISONS: Final = frozenset(("<", "<=", ">", ">=", "!="))
_SAID: Final = frozenset(("∈", "→", "≈", "∝"))
_MAY_CLAIM: Final = frozenset((":", ",", "∂", "∇", "d", "'", "L"))
_SOMEWHERE: Final = frozenset(("as", "when", "for", "if", "at", "where", "inf", "infty", "infinity"))
_LEFT_OUT: Final = frozenset(("const", "constant", "constants", "cst", "C", "c"))


def comparison_at(tokens: Sequence[Token]) -> int | None:
    """Where a formula is compared, as a whole."""
    return next((at for at in relations_at(tokens) if tokens[at].text in COMPARISONS), None)


def said_at(tokens: Sequence[Token]) -> int | None:
    """Where something is said of a formula that is no part of any: a set, a limit, about what it is."""
    sign = next((at for at in relations_at(tokens) if at and tokens[at].text in _SAID), None)
    word = next((at for at in range(1, len(tokens)) if _in_a_set(tokens, at)), None)
    return min((at for at in (sign, word) if at is not None), default=None)


def is_remark(tokens: Sequence[Token], *, somewhere: bool) -> bool:
    """Whether a statement equates nothing: `dL/dz → 0`, `dL/dz > 0 for y = 0`. `somewhere`: whether it is said
    where that is so (`… as z → ∞`)."""
    equals = first_equals(tokens)
    compared = comparison_at(tokens)
    if equals is None:
        at = said_at(tokens)
        return compared is not None or (at is not None and (somewhere or not is_general(tokens[at:])))
    return compared is not None and not any(token.text in _MAY_CLAIM for token in tokens[compared:equals])


def is_related(tokens: Sequence[Token]) -> bool:
    """Whether a statement is no formula alone."""
    return any(token.text in COMPARISONS | _SAID or token.text in ("=", "==", ":=") for token in tokens)


def is_general(said: Sequence[Token]) -> bool:
    """Whether `→ y − p` or `≈ 2p` says what something is, and not to what it tends somewhere, or a number."""
    if said[0].text not in ("→", "≈", "∝") and "{" not in (token.text for token in said[:2]):
        return False
    words = list(words_in(said))
    return bool(words) and not any(word in _SOMEWHERE for word in words)


def _in_a_set(tokens: Sequence[Token], at: int) -> bool:
    """`in (0, 1)`, set off by spaces."""
    if not tokens[at].space or tokens[at].text not in ("i", "in"):
        return False
    word, end = word_at(tokens, at)
    return word == "in" and end < len(tokens) and tokens[end].space and tokens[end].text in ("(", "[", "{")


def without_constant(tokens: Sequence[Token], known: Collection[str]) -> list[Token] | None:
    """A formula without the `+ const` at its end, or the `const +` at its head; None where there is none."""
    row = stripped(list(tokens))
    word, end = word_at(row, 0)
    if _left_out(word, known) and end + 1 < len(row) and row[end].text in ("+", "-"):
        return row[end + (row[end].text == "+") :]
    start = last_word(row)
    if start is None or start < 2 or row[start - 1].text != "+":
        return None
    return row[: start - 1] if _left_out(word_at(row, start)[0], known) else None


def _left_out(word: str, known: Collection[str]) -> bool:
    return word in _LEFT_OUT and canonical(word) not in known
