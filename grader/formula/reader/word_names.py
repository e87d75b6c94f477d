"""Names that are written with the word of a function: `cos θ = uᵀv/(‖u‖‖v‖)`, `cos(u, v) = …`.

Where a line introduces such a name, and θ means nothing by itself, its tokens become one name all over the text:
`cosθ`, and `cos_uv` for what has several arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from grader.formula.declare import Scope
from grader.formula.names import canonical
from grader.formula.reader.notation import Token

WORDS: Final = ("cos", "sin", "tan")
_OPENS: Final = frozenset(("\n", ";", ",", "=", ":=", "==", "&", ":", ""))
"""After one of these, or after a word, a side of an equation begins."""


@dataclass(frozen=True, slots=True)
class _Found:
    """`cos θ`, `cos(θ)`, `cos² θ`, `cos(u, v)` in a token list."""

    word: tuple[Token, ...]
    power: tuple[Token, ...]
    inside: tuple[Token, ...]
    end: int

    @property
    def key(self) -> tuple[str, ...]:
        return ("".join(token.text for token in self.word), *(token.text for token in self.inside))

    @property
    def tokens(self) -> list[Token]:
        """The same as one name, its power behind it."""
        letters = [replace(token, space=False) for token in self.inside if token.text != ","]
        if len(letters) > 1:
            first, last = letters[0], letters[-1]
            letters = [Token("op", "_", first.start, first.start), Token("open", "{", first.start, first.start),
                       *letters, Token("close", "}", last.end, last.end)]  # fmt: skip
        return [*self.word, *letters, *self.power]


def with_word_names(tokens: list[Token], scope: Scope) -> list[Token]:
    """The tokens, with each name of this kind that some line introduces as one name."""
    found = {at: one for at in range(len(tokens)) if (one := _at(tokens, at)) is not None}
    introduced = _introduced_letters(tokens) if found else frozenset()
    free = {at: one for at, one in found.items() if not _means_something(one, introduced, scope)}
    names = {one.key for at, one in free.items() if not one.power and _introduces(tokens, at, one.end)}
    if not names:
        return tokens
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        one = free.get(at)
        if one is not None and one.key in names:
            made += one.tokens
            at = one.end
        else:
            made.append(tokens[at])
            at += 1
    return made


def _at(tokens: Sequence[Token], start: int) -> _Found | None:
    text, at = "", start
    while text not in WORDS:
        token = tokens[at]
        if token.kind not in ("letter", "word") or (text and token.space) or len(text) > 2:
            return None
        text += token.text
        at += 1
    word = tuple(tokens[start:at])
    power: tuple[Token, ...] = ()
    if tokens[at].text == "^":
        end = at + 4 if tokens[at + 1].text == "{" else at + 2
        power, at = tuple(tokens[at:end]), end
        if not any(token.kind == "number" for token in power) or at >= len(tokens):
            return None
    if tokens[at].kind == "letter":
        return _Found(word, power, (tokens[at],), at + 1)
    if tokens[at].text != "(":
        return None
    end = at + 1
    while tokens[end].kind == "letter" or tokens[end].text == ",":
        end += 1
    inside = tuple(tokens[at + 1 : end])
    return _Found(word, power, inside, end + 1) if inside and tokens[end].text == ")" else None


def _means_something(found: _Found, introduced: frozenset[str], scope: Scope) -> bool:
    """Whether the function is taken of a name that is declared, or introduced by the text itself."""
    if len(found.inside) > 1:
        return "," not in (token.text for token in found.inside)
    letter = found.inside[0]
    return letter.text in introduced or scope.canonical(canonical(letter.text)) is not None


def _introduced_letters(tokens: Sequence[Token]) -> frozenset[str]:
    """What stands alone on the left of an equation."""
    before = ("", *(token.text for token in tokens))
    return frozenset(
        token.text
        for opens, token, behind in zip(before, tokens, tokens[1:], strict=False)
        if opens in _OPENS and behind.text in ("=", ":=")
    )


def _introduces(tokens: Sequence[Token], start: int, end: int) -> bool:
    before = tokens[start - 1] if start else None
    begins = before is None or before.text in _OPENS or (before.kind in ("letter", "word") and tokens[start].space)
    return begins and tokens[end].text in ("=", ":=")
