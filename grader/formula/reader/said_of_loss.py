"""Cases told by what the loss is: `if the loss is zero the gradient is zero` as `if L = 0 the gradient is 0`."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from grader.formula.reader.rows import word_at
from grader.formula.reader.tokens import Token

_OPENERS: Final = frozenset(("if", "when", "whenever", "where"))
_SAID: Final = {"zero": "=", "positive": ">", "nonzero": ">"}
_SO: Final = ("so", "is", "the", "gradient")
_SLOPES: Final = frozenset(("gradient", "derivative", "slope"))
_PATTERN: Final = ("the", "loss", "is", "zero")
_VERBS: Final = frozenset(("is", "are", "becomes"))


def with_loss_named(tokens: Sequence[Token], names: Container[str]) -> list[Token]:
    """The tokens with signs for what such a sentence says of the loss; `names`: those that are declared."""
    made: list[Token] = []
    at = 0
    within = False  # a sentence that tells such a case
    while at < len(tokens):
        token = tokens[at]
        if token.kind not in ("letter", "word"):
            within = within and token.kind != "newline" and not (token.text == "." and tokens[at + 1].space)
            made.append(token)
            at += 1
            continue
        word, end = word_at(tokens, at)
        if word.lower() in _OPENERS and "L" not in names and (found := _of_the_loss(tokens, end)):
            comparison, last = found
            start = tokens[end].start
            zero = Token("number", "0", tokens[last].start, tokens[last].end, True, Fraction(0))
            made += [*tokens[at:end], Token("letter", "L", start, start, True), Token("op", comparison, start, start)]
            made.append(zero)
            at, within = word_at(tokens, last)[1], True
            continue
        if within and word == "so" and (behind := _so_is(tokens, at)):
            zero = Token("number", "0", tokens[behind - 1].end, tokens[behind - 1].end, True, Fraction(0))
            subject = tokens[end:behind]
            said = word_at(subject, 0)[1]
            made += [*subject[said:], *subject[:said], zero]  # `the gradient is 0`
            at = behind
            continue
        if within and word == "zero" and _said_before(made):
            made.append(replace(token, kind="number", text="0", end=tokens[end - 1].end, value=Fraction(0)))
        else:
            made += tokens[at:end]
        at = end
    return made


def _of_the_loss(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    """The comparison, and where its last word begins, where `the loss is zero` stands at a token."""
    words: list[tuple[str, int]] = []
    while at < len(tokens) and tokens[at].kind in ("letter", "word", "number") and len(words) < len(_PATTERN):
        word, end = word_at(tokens, at) if tokens[at].kind != "number" else ("zero" * (tokens[at].text == "0"), at + 1)
        words.append((word, at))
        at = end
        if word in _SAID:
            break
    if [word for word, _ in words[:-1]] not in (list(_PATTERN[:3]), list(_PATTERN[1:3])):
        return None
    return (_SAID[words[-1][0]], words[-1][1]) if words[-1][0] in _SAID else None


def _so_is(tokens: Sequence[Token], at: int) -> int:
    """Where `so is the gradient` ends that begins at a token; 0 where it does not stand there."""
    words: list[str] = []
    while len(words) < len(_SO) and tokens[at].kind in ("letter", "word"):
        word, at = word_at(tokens, at)
        words.append(word)
    return at if tuple(words[:3]) == _SO[:3] and words[3:] and words[3] in _SLOPES else 0


def _said_before(made: Sequence[Token]) -> bool:
    """Whether `is` stands right before."""
    end = len(made)
    start = end
    while start and made[start - 1].kind in ("letter", "word") and not (start < end and made[start].space):
        start -= 1
    return start < end and word_at(made, start)[0] in _VERBS
