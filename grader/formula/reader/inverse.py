"""A new name that is introduced by what is made of it: `v = log σ²`, of a declared v, as `σ = exp(v/2)`; `σ² = e^v`,
where nothing but σ² stands in the text, as `σ = √(e^v)`."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

from grader.formula.names import LOSS_NAMES, Vocabulary, canonical
from grader.formula.reader.rows import word_at
from grader.formula.reader.tokens import Token

_LOGS: Final = frozenset(("log", "ln"))
_ENDS: Final = frozenset((",", ".", ":", ";", ")", "\n", "\\\\", ""))


def with_inverse_names(tokens: Sequence[Token], vocabulary: Vocabulary) -> list[Token]:
    """The tokens with `σ = exp(v/2)` for `v = log σ²`, where σ is not declared and v is."""
    alone = {a.text for a, b in pairwise(tokens) if a.kind == "letter" and b.text != "^"}
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        found = _logarithm(tokens, at, vocabulary) or _root(tokens, at, vocabulary, alone)
        if found is None:
            made.append(tokens[at])
            at += 1
        else:
            made += found[0]
            at = found[1]
    return made


def _logarithm(tokens: Sequence[Token], at: int, vocabulary: Vocabulary) -> tuple[list[Token], int] | None:
    """What `v = log σ²` at a token says of σ, and where it ends."""
    own = tokens[at]
    if own.kind != "letter" or at + 3 >= len(tokens) or tokens[at + 1].text not in ("=", ":="):
        return None
    if (at and not own.space and tokens[at - 1].kind != "newline") or canonical(own.text) not in vocabulary.names:
        return None
    word, place = word_at(tokens, at + 2)
    if word not in _LOGS:
        return None
    bracket = tokens[place].text in ("(", "{")
    place += bracket
    new = tokens[place]
    if new.kind != "letter" or canonical(new.text) in vocabulary.names or new.text in LOSS_NAMES:
        return None
    place += 1
    power, place = _power(tokens, place)
    if bracket:
        if tokens[place].kind != "close":
            return None
        place += 1
    if tokens[place].text not in _ENDS and not (tokens[place].space and tokens[place].kind in ("letter", "word")):
        return None
    end = tokens[place - 1].end
    value = [Token("word", "exp", own.start, own.end, True), Token("open", "(", own.start, own.start), own]
    if power is not None:
        value += [Token("op", "/", own.start, own.start), replace(power, start=own.start)]
    name = replace(new, start=own.start, end=own.start, space=True)
    equals = replace(tokens[at + 1], start=own.start, end=own.start)
    return [name, equals, *value, Token("close", ")", own.start, end)], place


def _root(
    tokens: Sequence[Token], at: int, vocabulary: Vocabulary, alone: Container[str]
) -> tuple[list[Token], int] | None:
    """What `σ² = e^v` at a token says of σ; `alone`: letters that stand somewhere without a power."""
    new = tokens[at]
    if new.kind != "letter" or at + 3 >= len(tokens) or tokens[at + 1].text != "^":
        return None
    begins = at == 0 or new.space or tokens[at - 1].kind == "newline"
    known = canonical(new.text) in vocabulary.names or new.text in LOSS_NAMES
    power, equals = _power(tokens, at + 1)
    if known or not begins or power is None or tokens[equals].text not in ("=", ":="):
        return None
    if new.text in alone:
        return None
    end = equals + 1
    while tokens[end].text not in _ENDS and not (tokens[end].space and len(word_at(tokens, end)[0]) > 1):
        end = _closing_of(tokens, end) + 1
    value = tokens[equals + 1 : end]
    if not value:
        return None
    last = value[-1].start  # within the same `$…$`
    first, one = value[0].start, Token("number", "1", last, last, False, Fraction(1))
    opening, closing = Token("open", "(", first, first, True), Token("close", ")", last, last)
    exponent = [Token("op", "^", last, last), replace(opening, start=last, end=last), one, Token("op", "/", last, last)]
    made = [new, tokens[equals], opening, *value, closing, *exponent, replace(power, start=last, end=last), closing]
    return made, end


def _closing_of(tokens: Sequence[Token], at: int) -> int:
    """Where the bracket ends that opens at a token; the token itself where none does."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += (tokens[place].kind == "open") - (tokens[place].kind == "close")
        if depth <= 0:
            return place
    return len(tokens) - 2


def _power(tokens: Sequence[Token], at: int) -> tuple[Token | None, int]:
    """The whole number of `σ²`, and what follows it."""
    if tokens[at].text != "^" or at + 2 >= len(tokens):
        return None, at
    braced = tokens[at + 1].text == "{"
    number, end = tokens[at + 1 + braced], at + 2 + 2 * braced
    closed = end < len(tokens) and (not braced or tokens[end - 1].text == "}")
    value = number.value if number.kind == "number" and closed else None
    return (number, end) if value is not None and value > 0 and value.denominator == 1 else (None, at)
