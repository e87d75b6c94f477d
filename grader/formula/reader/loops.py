"""Loops that add up, as programs write them: `g = 0`, `for i in range(n):`, `    g += (X[i] @ w − y[i]) * X[i]`.

Each becomes the sum that it is: `g = sum((X[i] @ w − y[i]) * X[i] for i in range(n))`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from grader.formula.reader.rows import word_at, words_in
from grader.formula.reader.tokens import Token

_EMPTY: Final = frozenset(("zeros", "zeros_like", "npzeros"))


_BRANCHING: Final = frozenset(("if", "elif", "else", "while", "continue", "break"))
_SIGNS: Final = frozenset(("+", "-", "*", "/"))


@dataclass(frozen=True, slots=True)
class _Change:
    name: str
    left: list[Token]
    sign: str
    value: list[Token]


def unrolled(rows: Sequence[list[Token]], text: str) -> list[list[Token]]:
    """The rows with sums for loops that add to what was zero before; other rows as they are."""
    zeroed = {name: at for at, row in enumerate(rows) if (name := _zeroed(row))}
    if not zeroed:
        return list(rows)
    made: list[tuple[int, list[Token]]] = []
    summed: set[str] = set()
    head: list[Token] = []
    margin = 0
    for at, row in enumerate(rows):
        column = _column(row[0], text)
        if head and column <= margin:
            head = []
        if _is_loop(row):
            if head:
                return list(rows)  # a loop in a loop
            head, margin = row, column
            continue
        if head:
            if word_at(row, 0)[0] in _BRANCHING:
                return list(rows)
            change = _changed(row)
            if change is not None and change.name in zeroed:
                if change.sign not in ("+", "-"):
                    return list(rows)
                row = _summed(change, head, first=change.name not in summed)
                summed.add(change.name)
        made.append((at, row))
    dropped = {zeroed[name] for name in summed}
    return [row for at, row in made if at not in dropped] if dropped else list(rows)


def _column(token: Token, text: str) -> int:
    return token.start - (text.rfind("\n", 0, token.start) + 1)


def _zeroed(row: Sequence[Token]) -> str:
    """The name that is set to `0`, `0.0`, `np.zeros(d)`, `np.zeros_like(w)`; an empty one for other rows."""
    equal = next((at for at, token in enumerate(row) if token.text == "="), 0)
    value = row[equal + 1 :]
    if not equal or not value or any(t.kind not in ("letter", "word", "number") and t.text != "_" for t in row[:equal]):
        return ""
    number = len(value) == 1 and value[0].kind == "number" and value[0].value == 0
    made = any(token.text == "(" for token in value) and bool(_EMPTY & set(_called(value)))
    return "".join(token.text for token in row[:equal]) if number or made else ""


def _called(value: Sequence[Token]) -> list[str]:
    """What is called, without the name of the module."""
    opening = next(at for at, token in enumerate(value) if token.text == "(")
    point = max((at for at in range(opening) if value[at].text == "."), default=-1)
    return ["".join(token.text for token in value[point + 1 : opening])]


def _is_loop(row: Sequence[Token]) -> bool:
    """`for i in range(n):`."""
    words = list(words_in(row))
    return words[:1] == ["for"] and words[2:4] == ["in", "range"] and row[-1].text == ":"


def _changed(row: Sequence[Token]) -> _Change | None:
    """What `g += a`, `g = g + a` change; an assignment of another kind has no sign."""
    equal = next((at for at, token in enumerate(row) if token.text == "="), 0)
    if not equal or equal + 1 >= len(row):
        return None
    updates = row[equal - 1].text in _SIGNS and not row[equal].space
    left, value = list(row[: equal - updates]), list(row[equal + 1 :])
    name = "".join(token.text for token in left)
    if updates:
        return _Change(name, left, row[equal - 1].text, value)
    again = [token.text for token in value[: len(left)]] == [token.text for token in left]
    behind = value[len(left) :]
    if again and len(behind) > 1 and behind[0].text == "+":
        return _Change(name, left, "+", behind[1:])
    return _Change(name, left, "", value)


def _summed(change: _Change, head: Sequence[Token], *, first: bool) -> list[Token]:
    """`g = sum((a) for i in range(n))`; `g += sum(…)` where it is not the first that the loop adds."""
    start, end = change.value[0].start, change.value[-1].end
    whole = word_at(head, 0)[1]
    opening, closing = Token("open", "(", start, start), Token("close", ")", end, end)
    counted = [Token("word", "for", end, end, True)]
    counted += [
        replace(each, start=end, end=end, space=each.space or at == 0) for at, each in enumerate(head[whole:-1])
    ]
    added = [Token("word", "sum", start, start, True), opening, opening, *change.value, closing, *counted, closing]
    equals = Token("op", "=", start, start, first)
    sign = Token("op", change.sign, start, start, True)
    if first:
        return [*change.left, equals, *([sign] if change.sign == "-" else []), *added]
    return [*change.left, sign, equals, *added]
