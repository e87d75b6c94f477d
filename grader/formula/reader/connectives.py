"""Signs and words by which people go from one formula to the next: `L = … → dL/dz = …`, `dL/dz = …, i.e. …`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from grader.formula.functions import BY_SPELLING
from grader.formula.reader.bounds import COMPARISONS
from grader.formula.reader.rows import has_equals, last_word, relations_at, word_at
from grader.formula.reader.tokens import Kind, Token

_EQUATING: Final = frozenset(("is", "equals", "becomes"))
_FILLING: Final = frozenset(("just", "simply", "then", "thus", "therefore", "exactly", "now", "also"))
_SLOPE: Final = re.compile(
    r"d[^\W\d_]*/d[^\W\d]\w*|∂[^\W\d]*/∂[^\W\d](_?\w+|_\{\w+\})?|∇(_\w|_\{\w+\})?[^\W\d]"
    r"|frac\{[d∂][^\W\d]*\}\{[d∂][^\W\d]\w*(_\{\w+\})?\}"
)
_DERIVATIVE: Final = 16
"""Of how many tokens a derivative has at most."""
_SHORTEST: Final = 2
_OPENING_SIGNS: Final = frozenset(("-", "frac", "∑", "√", "∂", "∇", "‖", "|"))
_WRT: Final = ("w", ".", "r", ".", "t", ".")
_IT: Final = frozenset(("it", "that", "which", "what", "here", "there"))
_SLOPES: Final = frozenset(("gradient", "derivative", "slope"))
_WORDS: Final = 6
"""Of how many words `of the loss with respect to` is made."""
_BY_WORDS: Final = frozenset(
    f"{of}{by}"
    for of in ("", "of L ", "of the loss ", "of loss ", "of it ")
    for by in ("wrt", "with respect to", "in", "by")
)
_SHORT: Final = {("i", ".", "e", "."): 4, ("i", ".", "e"): 3, ("v", "i", "z", "."): 4}


def with_connectives(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with `⇒` for `i.e.`, and for an arrow between two relations; `=` for `is`, `is` for `'s`."""
    made: list[Token] = []
    for line in _lines(tokens):
        signs: dict[int, tuple[Kind, str, int]] = dict.fromkeys(_arrows(line), ("op", "⇒", 1))
        signs |= {at: ("op", "=", length) for at, length in _equating(line)}
        signs |= {at: found for at in range(len(line)) if (found := _shortened(line, at)) is not None}
        at = 0
        while at < len(line):
            if (told := _derivative_by(line, at)) is not None:
                made += told[0]
                at += told[1]
                continue
            kind, sign, length = signs.get(at, ("op", "", 1))
            last = line[at + length - 1].end
            made.append(replace(line[at], kind=kind, text=sign, end=last, space=True) if sign else line[at])
            at += length
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


def _equating(line: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The words that equate, each with how many tokens it has: of `dL/dz is σ(z) − y`, `∂L/∂w is, by linearity, 2x`."""
    at = 0
    while at < len(line):
        if line[at].kind not in ("letter", "word"):
            at += 1
            continue
        word, end = word_at(line, at)
        if word in _EQUATING and line[at].space:
            opens = _behind_aside(line, end)
            if _ends_in_derivative(line[:at]) and _begins_formula(line[opens:]):
                yield at, opens - at
        at = end


def _behind_aside(line: Sequence[Token], at: int) -> int:
    """Where a row goes on behind `, by the chain rule,`, or the place itself."""
    if at < len(line) and line[at].text == ",":
        end = next((i for i, token in enumerate(line) if i > at and token.kind not in ("letter", "word")), at)
        return end + 1 if line[end].text == "," else at
    word, end = word_at(line, at)
    return end if word in _FILLING and end < len(line) and line[end].space else at


def _ends_in_derivative(tokens: Sequence[Token]) -> bool:
    """Whether `dL/dz`, `∂L/∂w_i`, `∇_w L`, alone or behind words, stands at the end."""
    tail = tokens[-_DERIVATIVE:]
    start = next((at for at in range(len(tail) - 1, -1, -1) if tail[at].text in (",", ".", ":", ";")), -1) + 1
    starts = (at for at in range(start, len(tail)) if at == start or tail[at].space)
    return any(_SLOPE.fullmatch("".join(token.text for token in tail[at:])) is not None for at in starts)


def _derivative_by(line: Sequence[Token], at: int) -> tuple[list[Token], int] | None:
    """`∂_z L =` for `gradient wrt z is`, `derivative of the loss w.r.t. z:`, and of how many tokens that is made."""
    if line[at].kind not in ("letter", "word") or (
        at and not line[at].space and line[at - 1].kind in ("letter", "word")
    ):
        return None
    word, end = word_at(line, at)
    if word.lower() not in _SLOPES:
        return None
    said: list[str] = []
    while end < len(line) and len(said) < _WORDS:
        if tuple(token.text for token in line[end : end + 6]) == _WRT:
            said, end = [*said, "wrt"], end + 6
        elif line[end].kind in ("letter", "word"):
            word, end = word_at(line, end)
            said.append(word)
        else:
            return None
        if " ".join(said) in _BY_WORDS:
            break
    if " ".join(said) not in _BY_WORDS or end >= len(line) or line[end].kind != "letter" or not line[end].space:
        return None
    stop = end + 1
    while stop < len(line) and not line[stop].space and line[stop].text not in (":", ",", "."):
        stop += 1
    by = line[end:stop]
    if any(token.kind not in ("letter", "number") and token.text not in ("_", "{", "}") for token in by):
        return None
    behind = stop + 1 if line[stop : stop + 1] and line[stop].text == ":" else word_at(line, stop)[1]
    equates = behind > stop and (line[stop].text == ":" or word_at(line, stop)[0] in _EQUATING)
    behind = _behind_aside(line, behind)
    if not equates or not _begins_formula(line[behind:]):
        return None
    start = line[at].start
    return [
        Token("op", "∂", start, start, True),
        Token("op", "_", start, start),
        Token("open", "{", start, start),
        *(replace(token, space=False) for token in by),
        Token("close", "}", by[-1].end, by[-1].end),
        Token("letter", "L", by[-1].end, by[-1].end, True),
        Token("op", "=", line[behind - 1].start, line[behind - 1].end, True),
    ], behind - at


def _begins_formula(tokens: Sequence[Token]) -> bool:
    """Whether no word stands at the beginning."""
    if len(tokens) < _SHORTEST:
        return False
    first = tokens[0]
    if first.kind not in ("letter", "word"):
        return first.kind in ("number", "open", "begin") or first.text in _OPENING_SIGNS
    word, end = word_at(tokens, 0)
    if len(word) == 1 and word != "a":
        return True
    return word in BY_SPELLING and end < len(tokens) and tokens[end].kind in ("open", "op")


def _relates(tokens: Sequence[Token]) -> bool:
    return any(token.text in COMPARISONS or has_equals((token,)) for token in tokens)


def _shortened(line: Sequence[Token], at: int) -> tuple[Kind, str, int] | None:
    """What `i.e.`, `w.r.t.` and the end of `it's` stand for, and of how many tokens they are made."""
    texts = tuple(token.text for token in line[at : at + 6])
    if texts[:2] == ("'", "s") and line[at + 2 : at + 3] and line[at + 2].space and _ends_in(line[:at], _IT):
        return "word", "is", 2
    if at and not line[at].space and line[at - 1].text not in ("(", ","):
        return None
    length = next((length for short, length in _SHORT.items() if texts[:length] == short), 0)
    if length:
        return "op", "⇒", length
    length = 6 if texts == _WRT else 5 if texts[:5] == _WRT[:5] else 0
    return ("word", "wrt", length) if length else None


def _ends_in(tokens: Sequence[Token], words: frozenset[str]) -> bool:
    at = last_word(tokens)
    return at is not None and word_at(tokens, at)[0].lower() in words


def _lines(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    start = 0
    for at, token in enumerate(tokens):
        if token.kind == "newline":
            yield tokens[start : at + 1]
            start = at + 1
    yield tokens[start:]
