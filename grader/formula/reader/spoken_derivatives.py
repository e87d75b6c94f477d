"""Derivatives told in words, or by a label: `The derivative of log(1 + e^z) is σ(z)`, `dL/dz: σ(z) − y`."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from grader.formula.declare import Scope
from grader.formula.functions import BY_SPELLING
from grader.formula.names import LOSS_NAMES, Vocabulary, canonical
from grader.formula.reader.lines import Statement
from grader.formula.reader.rows import has_equals, matched, word_at, words_in
from grader.formula.reader.tokens import Token
from grader.formula.tree import ZERO, Deriv, Name, walk

_OF: Final = re.compile(
    r"(?:^|[.,;:\n]\s*|\b(?:so|thus|hence|then|therefore|and|but|since|because|where|now|that)\s+)"
    r"(?:the\s+)?(?:partial\s+|first\s+)?(?:derivative|gradient|slope)\s+of\s{0,3}$",
    re.IGNORECASE,
)
"""Nothing else stands before it: `the second derivative of`, `minus the derivative of` are others."""
_BEFORE: Final = 40
"""How many characters before a statement are looked at."""
_PHRASE: Final = 24
"""Of how many tokens `with respect to z` has at most."""
_LABEL: Final = 12
"""Of how many tokens `\\frac{\\partial L}{\\partial z}:` has at most."""


def with_label(
    tokens: list[Token], derivative_in: Callable[[list[Token]], Deriv | None], by_now: Container[str]
) -> list[Token]:
    """`dL/dz = …` for `dL/dz: …`. `d/dz: …` is that of the loss unless a derivative by z stands `by_now`: then it is
    that of the line before."""
    closing = matched(tokens[: _LABEL + 1])
    at = 0
    while at < min(len(tokens), _LABEL + 1) and tokens[at].text != ":":
        at = closing.get(at, at) + 1  # not of `d[:]`
    if not 0 < at < min(len(tokens) - 1, _LABEL + 1) or tokens[0].text not in ("d", "∂", "∇", "frac"):
        return tokens
    head = tokens[:at]
    derivative = None if has_equals(head) or any(token.text == "?" for token in head) else derivative_in(head)
    if derivative is None:
        return tokens
    bare = derivative.of == Name("L") and not any(token.text in LOSS_NAMES for token in head)
    if bare and any(isinstance(node, Name) and node.name in by_now for node in walk(derivative.wrt or ZERO)):
        return tokens
    return [*head, replace(tokens[at], text="="), *tokens[at + 1 :]]


@dataclass(frozen=True, slots=True)
class Told:
    """`d/dz (log(1 + e^z)) = σ(z)`; None where it is not clear what the derivative is by."""

    in_signs: Statement | None


def told(statement: Statement, text: str, scope: Scope, asked: str) -> Told | None:
    """What `… the derivative of log(1 + e^z) is σ(z)` says; None for other statements."""
    tokens = statement.tokens
    start = tokens[0].start
    if not asked or _OF.search(text, max(0, start - _BEFORE), start) is None:
        return None
    found = _is(tokens)
    if found is None:
        return None
    of, value = list(tokens[: found[0]]), list(tokens[found[1] :])
    of, by = _with_respect_to(of)
    names = Vocabulary.of(scope).names
    inner = {names[name] for word in words_in(of) for name in _names_in(word, names) if name in names}
    by = by or _by(inner, asked, scope, alone=len(of) == 1)
    if has_equals(of) or not value:
        return None
    if not by:
        return Told(None) if inner else None
    head, end = of[0], of[-1].end
    made = (
        replace(head, kind="letter", text="d", end=head.start, space=True), _sign("/", head.start),
        _letter("d", head.start), _letter(by, head.start), replace(_sign("(", head.start), kind="open"),
        *of, replace(_sign(")", end), kind="close"), replace(_sign("=", end), space=True), *value,
    )  # fmt: skip
    return Told(replace(statement, tokens=made))


def _names_in(word: str, names: Mapping[str, str]) -> list[str]:
    """What a word may name: itself, or each letter of `yz`; nothing, of a function."""
    if canonical(word) in names or word in BY_SPELLING:
        return [canonical(word)]
    return [canonical(letter) for letter in word]


def _by(names: set[str], asked: str, scope: Scope, *, alone: bool) -> str:
    """By what people mean who do not say so; empty where it is not clear: of log p, by p or by what p is made of."""
    if alone or names & {asked, "L"}:
        return asked
    return next(iter(names)) if len(names) == 1 and not names & set(scope.definitions) else ""


def _is(tokens: Sequence[Token]) -> tuple[int, int] | None:
    """Where `is` stands and ends, outside brackets."""
    depth = at = 0
    while at < len(tokens):
        token = tokens[at]
        depth += (token.kind in ("open", "begin")) - (token.kind in ("close", "end-begin"))
        if token.kind not in ("letter", "word"):
            at += 1
            continue
        word, end = word_at(tokens, at)
        if depth == 0 and at and word in ("is", "equals"):
            return at, end
        at = max(end, at + 1)
    return None


def _with_respect_to(of: list[Token]) -> tuple[list[Token], str]:
    """`−log p` and `p` of `−log p with respect to p`."""
    for at, token in enumerate(of):
        if not at or token.text not in ("w", "with"):
            continue
        words, end = [], at
        while end < len(of) and end < at + _PHRASE and of[end].kind in ("letter", "word", "op"):
            word, after = word_at(of, end)
            words.append(word or of[end].text)
            end = max(after, end + 1)
        said = "".join(words)
        for spelled in ("withrespectto", "w.r.t.", "wrt"):
            if said.startswith(spelled) and len(said) > len(spelled):
                return of[:at], canonical(said[len(spelled) :])
    return of, ""


def _sign(text: str, at: int) -> Token:
    return Token("op", text, at, at)


def _letter(text: str, at: int) -> Token:
    return Token("letter", text, at, at)
