"""Values at a point, as the left side tells it: `L'(0) = …`, `dL/dz(0) = …`, `L(z = 0) = …`, `dL/dz|_{z=0} = …`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from grader.formula.names import LOSS_NAMES
from grader.formula.reader.limited import joined, several
from grader.formula.reader.lines import Statement
from grader.formula.reader.rows import first_equals, matched, word_at
from grader.formula.reader.tokens import Token

_SIGNS: Final = ("d", "∂", "∇")
_LONGEST: Final = 40
"""Of how many tokens a left side has at most that is looked at."""


def at_its_point(statement: Statement, asked: str) -> Statement:
    """The statement with the point of its left side as its condition; a number alone is one of what was `asked`, or
    of what the derivative is by."""
    tokens = statement.tokens
    equal = first_equals(tokens)
    if equal is None or not asked or equal > _LONGEST:
        return statement
    found = _in_bracket(tokens[:equal], asked) or _behind_bar(tokens[:equal], asked)
    if found is None:
        return statement
    head, condition = found
    if statement.condition:  # `L'(0) = −½ for y = 1`
        condition = joined(sorted((statement.condition, condition), key=lambda said: said[0].start))
    return replace(statement, tokens=(*head, *tokens[equal:]), condition=condition, heading=False)


def _in_bracket(head: Sequence[Token], asked: str) -> tuple[Sequence[Token], tuple[Token, ...]] | None:
    """`L'(0)`, `L(z = 0)`."""
    start = _last_bracket(head)
    if not start or head[start].text != "(":
        return None
    before, inside = head[:start], head[start + 1 : -1]
    by = _by(before, asked)
    return (before, _condition(inside, by)) if by and _is_number(_value(inside)) else None


def _last_bracket(head: Sequence[Token]) -> int:
    """Where the bracket begins with which a left side ends; 0 where none does."""
    return next((start for start, end in matched(head).items() if end == len(head) - 1), 0)


def _behind_bar(head: Sequence[Token], asked: str) -> tuple[Sequence[Token], tuple[Token, ...]] | None:
    """`dL/dz|_{z=0}`, `dL/dz|_0`; `\\left.` and `\\right` are gone from it."""
    bar = next((at for at, token in enumerate(head) if token.text == "|"), 0)
    if not bar or bar + 2 >= len(head) or head[bar + 1].text != "_":
        return None
    before, inside = head[:bar], head[bar + 2 :]
    if inside[0].text == "{" and inside[-1].text == "}":
        inside = inside[1:-1]
    by = _by(before, asked)
    value = _value(inside)
    alone = len(value) < len(inside) or _is_number(value)
    return (before, _condition(inside, by)) if by and value and alone else None


def _by(head: Sequence[Token], asked: str) -> str:
    """By what a loss, or a derivative of it, is seen as a function; empty for anything else."""
    start = _last_bracket(head)
    if start and head[start].text == "(" and word_at(head, start + 1)[1] == len(head) - 1:
        head = head[:start]  # `L'(z)|_{z=0}`
    if not head:
        return ""
    word, end = word_at(head, 0)
    primes = {token.text for token in head[end:]}
    if word in LOSS_NAMES and primes <= {"'"}:
        return asked
    if head[0].text == "∇":
        return asked if word_at(head, len(head) - 1)[0] in LOSS_NAMES else ""
    last = next((at for at in range(len(head) - 2, 0, -1) if head[at].text in _SIGNS), 0)
    return _derived_by(head, last) if head[0].text in (*_SIGNS, "frac") and last > 1 else ""


def _derived_by(head: Sequence[Token], last: int) -> str:
    """`z` of `dL/dz` and of `\\frac{dL}{dz}`, where nothing stands behind it."""
    word, end = word_at(head, last + 1)
    return word if all(token.text in ("}", ")") for token in head[end:]) else ""


def _value(inside: Sequence[Token]) -> Sequence[Token]:
    """What a quantity is said to be: `0` of `z = 0`."""
    equal = first_equals(inside)
    return inside if equal is None else inside[equal + 1 :]


def _condition(inside: Sequence[Token], by: str) -> tuple[Token, ...]:
    if first_equals(inside) is not None:
        return joined(several(inside) or [inside])
    start = inside[0].start
    return Token("word", by, start, start, True), Token("op", "=", start, start), *inside


def _is_number(tokens: Sequence[Token]) -> bool:
    """`0`, `-1`, `1/2`."""
    texts = [token.kind if token.kind == "number" else token.text for token in tokens]
    return texts[texts[:1] == ["-"] :] in (["number"], ["number", "/", "number"])
