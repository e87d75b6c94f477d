"""How much the reader takes on. Every limit stands before the work that it bounds."""

from __future__ import annotations

from typing import Final

from grader.formula.errors import Unreadable
from grader.formula.tree import Span

FORMULA_LENGTH: Final = 2_000
DERIVATION_LENGTH: Final = 20_000
SENTENCE: Final = 400
"""How many characters before a formula are looked through for words that say what it is."""
LINES: Final = 1_000
"""Lines of a derivation, a `;` ending one too; and sides of its equations in all."""
DEPTH: Final = 60
NODES: Final = 2_000
DIGITS: Final = 400
"""Digits of one typed number, its exponent counted out."""
EXPONENT: Final = 10_000
"""The largest numeric exponent; nested numeric exponents are multiplied."""
POWER_DIGITS: Final = 20_000
"""Digits of a power of numbers, were it written out."""
TERMS: Final = 1_000
"""Terms of a sum that only its ends tell."""
COMPONENT: Final = 32
"""The largest component that may be named by its number: all vectors of that length must have one."""
ORDER: Final = 10
"""Derivatives of derivatives."""
DEFINITIONS: Final = 100
"""Names that one text may introduce: each is looked up in every later line."""
RUN: Final = 120
"""Letters in one run without a space."""
NAME: Final = 40
"""Letters in a declared name."""


def too_large(what: str, limit: int, got: int, start: int, end: int) -> Unreadable:
    """The refusal, to be raised: data `what`, `limit`, `got`."""
    return Unreadable("too-large", Span(start, end), data={"what": what, "limit": limit, "got": got})


def check_length(text: str, limit: int, *, start: int = 0) -> None:
    """Raise `too-large` for a text longer than `limit`; the span is what lies beyond."""
    if len(text) > limit:
        raise too_large("length", limit, len(text), start + limit, start + len(text))
