"""Conditions in brackets behind what holds in them: `r (|r| ≤ c), c·sign(r) (|r| > c)`; one alone may be a product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from grader.formula.reader.bounds import comparison_at
from grader.formula.reader.rows import matched, word_at
from grader.formula.reader.tokens import Token

_SEVERAL: Final = 2


def bracketed(rows: Sequence[list[Token]]) -> list[list[Token]]:
    """Rows in which `dL/dr = r (|r| ≤ c)` and `dL/dr = c·sign(r) (|r| > c)` are followed by each other, with `if` for
    the brackets: one of them alone may be a product."""
    rows = [_listed(row) for row in rows]
    heads = [_bracketed_head(row) for row in rows]
    made: list[list[Token]] = []
    for at, (row, head) in enumerate(zip(rows, heads, strict=True)):
        beside = (*heads[max(at - 1, 0) : at], *heads[at + 1 : at + 2])
        if not head or head not in beside:
            made.append(row)
            continue
        opening = next(start for start, end in matched(row).items() if end == len(row) - 1 - (row[-1].text == "."))
        closed = row[opening + 1 : matched(row)[opening]]
        made.append([*row[label(row) : opening], replace(row[opening], kind="word", text="if", space=True),
                     replace(closed[0], space=True), *closed[1:]])  # fmt: skip
    return made


def _listed(row: list[Token]) -> list[Token]:
    """`r (|r| ≤ c), c·sign(r) (|r| > c)` with `if` for the brackets."""
    closing = matched(row)
    ends = [at for at in range(len(row)) if at == len(row) - 1 or row[at + 1].text in (",", ".", ";", "o")]
    found = [(a, b) for a, b in closing.items() if b in ends and a and row[a].text == "(" and row[a].space]
    outer = set(top(row))
    found = [(a, b) for a, b in found if a in outer and comparison_at(row[a + 1 : b]) is not None]
    commas = [at for at in outer if row[at].text == "," or (row[at].text == "o" and word_at(row, at)[0] == "or")]
    if len(found) < _SEVERAL or len(commas) != len(found) - 1 or {b + 1 for _, b in found[:-1]} != set(commas):
        return row
    made = list(row)
    for a, b in reversed(found):
        opener = replace(row[a], kind="word", text="if", space=True)
        comma = [replace(row[b + 1], kind="op", text=",")] if b + 1 in commas else []
        rest = made[b + 1 :]
        rest = rest[word_at(rest, 0)[1] :] if comma and rest[0].text == "o" else rest[bool(comma) :]
        made = [*made[:a], opener, replace(row[a + 1], space=True), *row[a + 2 : b], *comma, *rest]
    return made


def _bracketed_head(row: Sequence[Token]) -> str:
    """The left side of `dL/dr = r (|r| ≤ c)`, behind a label."""
    row = trimmed(list(row))
    opening = next((start for start, end in matched(row).items() if end == len(row) - 1), 0)
    equals = next((at for at in top(row) if row[at].text == "="), 0)
    if not equals or not equals + 1 < opening or row[opening].text != "(" or not row[opening].space:
        return ""
    if comparison_at(row[opening + 1 : -1]) is None:
        return ""
    return "".join(token.text for token in row[label(row) : equals])


def label(row: Sequence[Token], mark: str = ":") -> int:
    """Where a row goes on behind `Linear zone:`."""
    colon = next((at for at, token in enumerate(row) if token.kind not in ("letter", "word")), 0)
    return colon + 1 if colon and row[colon].text == mark else 0


def trimmed(tokens: list[Token]) -> list[Token]:
    """Without commas and stops at the end."""
    end = len(tokens)
    while end and tokens[end - 1].kind == "op" and tokens[end - 1].text in (",", ".", ";"):
        end -= 1
    return tokens[:end]


def top(tokens: Sequence[Token]) -> Iterator[int]:
    """The tokens outside brackets; a bracket that is never closed is passed over."""
    closing = matched(tokens)
    at = 0
    while at < len(tokens):
        yield at
        at = closing.get(at, at) + 1
