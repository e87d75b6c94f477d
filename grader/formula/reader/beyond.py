"""Statements that go beyond the derivative asked for: how it is used, and what comes of deriving it once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.formula.declarations import name_at
from grader.formula.names import canonical
from grader.formula.reader.rows import word_at
from grader.formula.reader.sides import first_equals
from grader.formula.reader.tokens import Token

_ARROWS = ("←", "leftarrow", "gets")
_END = Token("end", "", 0, 0, True)


def is_update(tokens: Sequence[Token], declared: Callable[[str], bool]) -> bool:
    """Whether a variable is moved, or what it is moved to: `w ← w − η∇L`, `w -= lr * grad`, `w = w − 0.1·grad`,
    `w_{t+1} = w_t − …`, `w* = …`."""
    ended = [*tokens, _END]
    name, after = name_at(ended, 0)
    letters, end = word_at(tokens, 0)
    if not declared(canonical(name)):
        if not declared(canonical(letters)):
            return False
        after = end
    rest = [token.text for token in tokens[after : after + 4]] + [""] * 4
    if rest[:2] in (["*", "="], ["^", "*"]):
        return True  # `w* = …`: what it is at the optimum
    if rest[0] in _ARROWS or (rest[0] in ("-", "+") and rest[1] == "=" and not tokens[after + 1].space):
        return True
    equal = first_equals(tokens)
    if equal is None or equal < after or tokens[equal].text == "==":
        return False
    below = {token.text for token in tokens[after:equal]}
    later = below & {"new", "next", "t"} or below >= {"k", "+"}
    if equal != after and not (rest[0] == "_" and later):
        return False
    right = {name_at(ended, at)[0] for at in range(equal + 1, len(tokens))}
    return name in right or letters in right


def is_second_derivative(tokens: Sequence[Token]) -> bool:
    """Whether a statement begins with `∇²L` or `∂²L/∂z_i∂z_j`."""
    texts = [token.text for token in tokens[:6]]
    if texts[:2] == ["frac", "{"]:
        texts = texts[2:]
    return bool(texts) and texts[0] in ("∇", "∂", "d") and texts[1:2] == ["^"] and "2" in texts[2:4]
