"""Equations between plain numbers in prose, computed again: `$ln 10 = 2.303$`."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from flint import arb

from grader.formula import balls
from grader.formula.declare import Scope
from grader.formula.errors import Kink, NotCertain, Undefined
from grader.formula.tree import Deriv, Expr, Index, IndexVar, Name, Node, Num, Size, walk
from grader.number import digits

_DECIMAL: Final = re.compile(r"\d*\.(\d+)(?:[eE]([-+−]?\d{1,3}))?")
_BITS: Final = 128


def differ(left: Expr, right: Expr, text: str) -> dict[str, object] | None:
    """What two sides without names come to, if they certainly differ; a decimal is good for the digits it shows."""
    if not (_closed(left) and _closed(right)):
        return None
    try:
        values = [balls.value(side, Scope(), {}, {}, bits=_BITS).items[0] for side in (left, right)]
    except (Undefined, Kink, NotCertain):
        return None
    if not all(value.is_finite() for value in values):
        return None
    allowed = sum((_rounding(side, value, text) for side, value in zip((left, right), values, strict=True)), arb(0))
    if abs(values[0] - values[1]) > allowed:
        return {"left": digits(values[0]), "right": digits(values[1])}
    return None


def _closed(node: Node) -> bool:
    return not any(isinstance(part, Name | Size | IndexVar | Index | Deriv) for part in walk(node))


def _rounding(side: Expr, value: arb, text: str) -> arb:
    """Half a unit of the last digit, where the side is one typed decimal, perhaps times a power of ten."""
    decimals = [
        (part.value, match)
        for part in walk(side)
        if isinstance(part, Num) and part.span is not None
        if (match := _DECIMAL.fullmatch(text[part.span.start : part.span.end].strip()))
    ]
    if len(decimals) != 1 or not decimals[0][0]:
        return arb(0)
    number, match = decimals[0]
    last = int((match[2] or "0").replace("−", "-")) - len(match[1])
    # a hair more than half a unit, so that a tie may be rounded either way
    return abs(value) * balls.ball(Fraction(10) ** last * Fraction(500001, 1000000) / number)
