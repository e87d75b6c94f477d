"""Signs and words by which people go from one formula to the next: `L = … → dL/dz = …`, `dL/dz = …, i.e. …`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from grader.formula.reader.bounds import COMPARISONS
from grader.formula.reader.rows import has_equals, relations_at
from grader.formula.reader.tokens import Token

_SHORT: Final = {("i", ".", "e", "."): 4, ("i", ".", "e"): 3, ("v", "i", "z", "."): 4}


def with_connectives(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with `⇒` for `i.e.`, and for an arrow between two relations."""
    made: list[Token] = []
    for line in _lines(tokens):
        signs = dict.fromkeys(_arrows(line), 1)
        signs.update((at, length) for at, token in enumerate(line) if (length := _shortened(line, at)))
        at = 0
        while at < len(line):
            length = signs.get(at, 0)
            if length:
                made.append(replace(line[at], kind="op", text="⇒", end=line[at + length - 1].end))
            else:
                made.append(line[at])
            at += max(length, 1)
    return made


def _arrows(line: Sequence[Token]) -> Iterator[int]:
    """The arrows of a line between a relation and an equation, outside brackets."""
    arrows = [at for at in relations_at(line) if line[at].text == "→"]
    start = 0
    for at, end in pairwise([*arrows, len(line)]):
        limit = line[at + 1].text in ("∞", "inf", "infty", "+", "-") if at + 1 < len(line) else True
        if not limit and _relates(line[start:at]) and has_equals(line[at + 1 : end]):
            yield at
        start = at + 1


def _relates(tokens: Sequence[Token]) -> bool:
    return any(token.text in COMPARISONS or has_equals((token,)) for token in tokens)


def _shortened(line: Sequence[Token], at: int) -> int:
    """How many tokens make `i.e.` at a place, set off from what stands before."""
    if at and not line[at].space and line[at - 1].text not in ("(", ","):
        return 0
    texts = tuple(token.text for token in line[at : at + 4])
    return next((length for short, length in _SHORT.items() if texts[:length] == short), 0)


def _lines(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    start = 0
    for at, token in enumerate(tokens):
        if token.kind == "newline":
            yield tokens[start : at + 1]
            start = at + 1
    yield tokens[start:]
