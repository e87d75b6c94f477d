"""Derivatives told in words, or by a label: `The derivative of log(1 + e^z) is σ(z)`, `dL/dz: σ(z) − y`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from grader.formula.declare import Scope
from grader.formula.names import LOSS_NAMES, Vocabulary, canonical
from grader.formula.reader.lines import Statement
from grader.formula.reader.rows import has_equals, word_at, words_in
from grader.formula.reader.tokens import Token

_OF: Final = re.compile(r"\b(derivative|gradient|slope) of\s{0,3}$")
_BEFORE: Final = 40
"""How many characters before a statement are looked at."""
_PHRASE: Final = 24
"""Of how many tokens `with respect to z` has at most."""
_LABEL: Final = 12
"""Of how many tokens `\\frac{\\partial L}{\\partial z}:` has at most."""


def with_label(tokens: list[Token], is_derivative: Callable[[list[Token]], bool], *, claimed: bool) -> list[Token]:
    """`dL/dz = …` for `dL/dz: …`. `d/dz: …` is that of the loss only as long as nothing was `claimed`, and that of
    the line before afterwards."""
    at = next((at for at, token in enumerate(tokens[: _LABEL + 1]) if token.text == ":"), 0)
    if not at or at + 1 == len(tokens) or tokens[0].text not in ("d", "∂", "∇", "frac"):
        return tokens
    head = tokens[:at]
    names_loss = any(token.text in LOSS_NAMES for token in head)
    if has_equals(head) or (claimed and not names_loss) or not is_derivative(head):
        return tokens
    return [*head, replace(tokens[at], text="="), *tokens[at + 1 :]]


def told(statement: Statement, text: str, scope: Scope, asked: str) -> Statement | None:
    """`d/dz (log(1 + e^z)) = σ(z)` for `… the derivative of log(1 + e^z) is σ(z)`; None for other statements, and
    where it is not clear what the derivative is by."""
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
    inner = {names[name] for word in words_in(of) if (name := canonical(word)) in names}
    by = by or (asked if inner & {asked, "L"} else next(iter(inner)) if len(inner) == 1 else "")
    if not by or has_equals(of) or not value:
        return None
    head, end = of[0], of[-1].end
    made = (
        replace(head, kind="letter", text="d", end=head.start, space=True), _sign("/", head.start),
        _letter("d", head.start), _letter(by, head.start), replace(_sign("(", head.start), kind="open"),
        *of, replace(_sign(")", end), kind="close"), replace(_sign("=", end), space=True), *value,
    )  # fmt: skip
    return replace(statement, tokens=made)


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
