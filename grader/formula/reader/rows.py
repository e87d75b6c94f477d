"""Rows of tokens: words in them, brackets, marks of lists, relations."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from grader.formula.reader.tokens import Token

_IMPLIES: Final = re.compile(r"[\s$\\,.]{0,8}(⇒|⟹|=>|→|->|\\implies|\\Rightarrow|\\to\b|\\rightarrow)")

_DERIVATIVE: Final = 6
"""Of how many letters `dL` has less."""


def single_letters_introduced(tokens: Sequence[Token]) -> frozenset[str]:
    """The letters that stand alone before `=`: `a = …` keeps `a` from being a word."""
    found: set[str] = set()
    for at, token in enumerate(tokens):
        alone = at == 0 or tokens[at - 1].kind not in ("letter", "word") or token.space
        if token.kind == "letter" and alone and at + 1 < len(tokens) and tokens[at + 1].text in ("=", ":="):
            found.add(token.text)
    return frozenset(found)


class LineOf:
    """The line, from 1, of an offset."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(at + 1 for at, char in enumerate(text) if char == "\n")]

    def __call__(self, offset: int) -> int:
        return bisect_right(self.starts, offset)


def matched(tokens: Sequence[Token]) -> dict[int, int]:
    """Opening to closing bracket, as far as they match."""
    found: dict[int, int] = {}
    stack: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind in ("open", "begin"):
            stack.append(at)
        elif token.kind in ("close", "end-begin") and stack:
            found[stack.pop()] = at
    return found


def list_mark(row: Sequence[Token], *, several: bool, dashed: bool, counted: bool) -> int:
    """How many tokens at the beginning of a row only number it."""
    texts = [token.text for token in row[:5]]
    rest = row[1:] if len(row) > 1 else ()
    if dashed or (rest and texts[0] == "*"):
        return 1
    numbered = len(row) > 1 and row[0].kind == "number"
    spaced = len(row) > 2 and numbered
    if spaced and texts[0].isdigit() and texts[1] == ")":
        return 2
    if numbered and texts[0].endswith(".") and row[1].space:
        operand = row[1].kind != "op" or row[1].text in ("∂", "∇", "∑", "√", "frac")
        if (several and has_equals(rest)) or (counted and operand):
            return 1
    closed = texts.index(")") if texts[:1] == ["("] and ")" in texts else 0
    roman = "".join(texts[1:closed]) in ("ii", "iii", "iv", "vi")
    if roman and several and len(row) > closed + 1 and row[closed + 1].space:
        return closed + 1
    bracketed = texts[:1] == ["("] and texts[2:3] == [")"] and row[1].kind == "number" and len(row) > 3
    return 3 if bracketed and several and row[3].space and has_equals(rest) else 0


def unstarred(tokens: list[Token]) -> list[Token]:
    """Without Markdown's `*…*` around it."""
    while len(tokens) > 1 and tokens[0].text == tokens[-1].text and tokens[0].text in ("^", "*"):
        tokens = tokens[1:-1]
    return tokens


def for_all(tokens: list[Token]) -> list[Token]:
    """What stands behind `for all z,`."""
    word, at = word_at(tokens, 0)
    if word == "for" and at < len(tokens) and word_at(tokens, at)[0] in ("all", "every", "each", "any"):
        return next((tokens[i + 1 :] for i, token in enumerate(tokens) if token.text in (",", ":")), tokens)
    return tokens


def stripped(tokens: list[Token]) -> list[Token]:
    """Without punctuation at the end."""
    end = len(tokens)
    while end and (
        tokens[end - 1].text in (",", ".", ":", ";")
        or (tokens[end - 1].kind == "bad" and tokens[end - 1].text in "∎□■✓")
    ):
        end -= 1
    return tokens[:end]


def word_at(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    text, end = "", at
    while end < len(tokens) and tokens[end].kind in ("letter", "word") and not (end > at and tokens[end].space):
        text += tokens[end].text
        end += 1
    return text, end


def words_in(tokens: Sequence[Token]) -> Iterator[str]:
    """The words, as they are typed."""
    at = 0
    while at < len(tokens):
        if tokens[at].kind in ("letter", "word"):
            word, at = word_at(tokens, at)
            yield word
        else:
            at += 1


def last_word(tokens: Sequence[Token]) -> int | None:
    """Where the word begins that ends the tokens, if one does."""
    at = len(tokens)
    while at and tokens[at - 1].kind in ("letter", "word") and not (at < len(tokens) and tokens[at].space):
        at -= 1
    return at if at < len(tokens) else None


def has_equals(tokens: Sequence[Token]) -> bool:
    return any(token.kind == "op" and token.text in ("=", "==", ":=") for token in tokens)


def last_question(tokens: Sequence[Token]) -> int:
    """Where the last `?` stands, as in `y == 1 ? a : b`; −1 where there is none."""
    return next(
        (at for at in range(len(tokens) - 1, -1, -1) if tokens[at].kind == "bad" and tokens[at].text == "?"), -1
    )


def implies(text: str, at: int) -> bool:
    """Whether `⇒` stands behind a place, or an arrow."""
    return _IMPLIES.match(text, at) is not None


def relations_at(tokens: Sequence[Token], *, asked: bool | None = None) -> Iterator[int]:
    """Where relations stand outside brackets, and outside the condition of `a if c else b`. `asked`: whether there
    is a `?`, where that is known."""
    depth, condition, at = 0, 0, 0
    asked = last_question(tokens) >= 0 if asked is None else asked
    while at < len(tokens):
        token = tokens[at]
        depth += (token.kind in ("open", "begin")) - (token.kind in ("close", "end-begin"))
        if token.kind in ("letter", "word"):
            word, end = word_at(tokens, at)
            within = word in ("if", "when", "else", "otherwise")
            if depth == 0 and within and not (end < len(tokens) and tokens[end].text == "_"):
                condition += 1 if word in ("if", "when") else -1
            at = end
            continue
        if depth == 0 and condition <= 0 and token.kind == "op" and not (asked and token.text == "=="):
            yield at
        at += 1


def first_equals(tokens: Sequence[Token], *, asked: bool | None = None) -> int | None:
    """Where the first side of an equation ends. `asked` as in `relations_at`."""
    return next((at for at in relations_at(tokens, asked=asked) if tokens[at].text in ("=", ":=", "==")), None)


def begins_derivative(tokens: Sequence[Token], at: int) -> bool:
    """Whether `dL/dz`, `∂L/∂z`, `∇L` begins at a token, set off from what stands before."""
    token = tokens[at]
    if not token.space or token.kind not in ("letter", "word", "op"):
        return False
    if token.text in ("∂", "∇"):
        return True
    if token.text == "frac" and at + 2 < len(tokens):
        return tokens[at + 2].text in ("∂", "d")
    word, end = word_at(tokens, at)
    below = word_at(tokens, end + 1)[0] if end < len(tokens) and tokens[end].text == "/" else ""
    return word[:1] == "d" and 1 < len(word) < _DERIVATIVE and below[:1] == "d" and len(below) > 1


def tells_derivative(tokens: Sequence[Token], at: int) -> bool:
    """Whether `the derivative of …`, `its derivative is …` stands there."""
    word, after = word_at(tokens, at)
    if word in ("and", "so"):
        word, after = word_at(tokens, after)
    if word in ("the", "its", "whose"):
        word, after = word_at(tokens, after)
    if word == "that":  # `…, and that of the penalty is 2λw`
        return word_at(tokens, after)[0] == "of"
    return word in ("derivative", "gradient", "slope") and word_at(tokens, after)[0] in ("of", "is")
