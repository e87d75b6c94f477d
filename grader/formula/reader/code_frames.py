"""Functions as Python frames them: `def grad(z, y): return …`, `sig = lambda u: …`.

The frame of the one that answers is set aside. One that other lines call is a definition: `sig(u) = 1/(1 + exp(−u))`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, islice
from typing import Final

from grader.formula.reader.rows import matched, word_at, words_in
from grader.formula.reader.tokens import Token

_DOCSTRING: Final = re.compile(r"^[ \t]*(\"{3}|'{3})[^\n]{0,500}?(\n[^\n]{0,500}){0,40}?\1", re.MULTILINE)
_MOST: Final = 20
Note = Callable[[Sequence[Token]], None]


@dataclass(frozen=True, slots=True)
class _Function:
    name: list[Token]
    parameters: list[Token]
    """With the brackets around them."""
    body: list[Token]
    """What stands behind the colon, in the same row."""
    frame: list[Token]


def docstrings(text: str) -> list[tuple[int, int]]:
    """Where `\"\"\"…\"\"\"` stands at the beginning of a line."""
    return [found.span() for found in islice(_DOCSTRING.finditer(text), _MOST)]


def unframed(rows: Sequence[list[Token]], note: Note) -> list[list[Token]]:
    """The rows without frames; `note` sets tokens aside as words."""
    rows = [each for row in rows for each in _unpacked(_at_labels(row))]
    found = [_function(row) for row in rows]
    if not any(found):
        return list(rows)
    made: list[list[Token]] = []
    within: _Function | None = None  # one that is called, up to its `return`
    for at, (row, function) in enumerate(zip(rows, found, strict=True)):
        body = row
        if function is not None:
            note(function.frame)
            body = function.body
            within = function if any(_calls(other, function) for other in (*rows[:at], *rows[at + 1 :])) else None
        if not body:
            continue
        returned = word_at(body, 0)[0] == "return"
        value = body[word_at(body, 0)[1] :] if returned else []
        if within is not None and value:
            equals = Token("op", "=", value[0].start, value[0].start, True)
            body = [*within.name, *within.parameters, equals, *value]
        elif function is not None and function.name and row[: len(function.name)] == function.name:
            body = [*row[: len(function.name) + 1], *value]  # `grad = lambda z: …`
        within = None if returned else within
        made.append(body)
    return made


def _unpacked(row: list[Token]) -> Iterator[list[Token]]:
    """`n, d = X.shape` as `n = X.shape[0]` and `d = X.shape[1]`."""
    equal = next((at for at, token in enumerate(row) if token.text == "="), 0)
    names = [list(each) for comma, each in groupby(row[:equal], key=lambda token: token.text == ",") if not comma]
    whole = row[equal + 1 :]
    told = len(names) > 1 and len(whole) > 2 and word_at(whole, len(whole) - len("shape"))[0] == "shape"
    if not told or whole[-len("shape") - 1].text != "." or any(word_at(name, 0)[1] != len(name) for name in names):
        yield row
        return
    end = row[-1].end
    for axis, name in enumerate(names):
        number = Token("number", str(axis), end, end, False, Fraction(axis))
        yield [*name, row[equal], *whole, Token("open", "[", end, end), number, Token("close", "]", end, end)]


def _at_labels(row: list[Token]) -> list[Token]:
    """`P[np.arange(n), c] -= 1` as `P[c] -= 1`, with a label c for each sample."""
    opening = next((at for at, token in enumerate(row) if token.text == "["), 0)
    close = matched(row).get(opening, 0) if opening else 0
    if not close or [token.text for token in row[close + 2 : close + 3]] != ["="]:
        return row
    comma = next((at for at in range(close - 1, opening, -1) if row[at].text == ","), 0)
    if (
        not comma
        or row[comma - 1].text != ")"
        or not any(word in ("arange", "range", "nparange") for word in words_in(row[opening + 1 : comma]))
    ):
        return row
    return [*row[: opening + 1], *row[comma + 1 :]]


def _function(row: list[Token]) -> _Function | None:
    """What a row begins to define, where it does."""
    word, end = word_at(row, 0)
    if word == "def" and end + 1 < len(row):
        opening = next((at for at, token in enumerate(row) if token.text == "("), 0)
        closing = matched(row).get(opening, 0)
        colon = next((at for at in range(closing, len(row)) if row[at].text == ":"), 0)
        if not closing or not colon:
            return None
        return _Function(row[end:opening], row[opening : closing + 1], row[colon + 1 :], row[: colon + 1])
    if word == "lambda" and len(row) > end + 1 and row[end].kind in ("letter", "word"):
        colon = next((at for at in range(end, len(row)) if row[at].text == ":"), 0)
        given = all(token.kind in ("letter", "word", "number") or token.text in ",_" for token in row[end:colon])
        return _Function([], [], row[colon + 1 :], row[: colon + 1]) if colon and given else None
    equal = next((at for at, token in enumerate(row) if token.text == "="), 0)
    if not equal or equal + 1 >= len(row) or word_at(row, equal + 1)[0] != "lambda":
        return None
    start = word_at(row, equal + 1)[1]
    colon = next((at for at in range(start, len(row)) if row[at].text == ":"), 0)
    inside = row[start:colon]
    if not inside or any(token.kind not in ("letter", "word", "number") and token.text not in ",_" for token in inside):
        return None
    first, last = inside[0], inside[-1]
    opening_bracket = Token("open", "(", first.start, first.start)
    parameters = [opening_bracket, *inside, Token("close", ")", last.end, last.end)]
    body = row[colon + 1 :]
    if not body:
        return None
    returned = Token("word", "return", body[0].start, body[0].start, True)
    called_body = [returned, replace(body[0], space=True), *body[1:]]
    return _Function(row[:equal], parameters, called_body, row[equal + 1 : colon + 1])


def _calls(row: Sequence[Token], function: _Function) -> bool:
    """Whether a row calls a function by its name."""
    if not function.name:
        return False
    name = [token.text for token in function.name]
    size = len(name)
    for at in range(len(row) - size):
        if row[at + size].text == "(" and [token.text for token in row[at : at + size]] == name:
            return True
    return False
