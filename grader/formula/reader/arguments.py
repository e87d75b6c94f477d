"""`D_{KL}(p ‖ q)`, `p(y | λ)`, `f_i(w)`: brackets that tell what a quantity depends on."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from grader.formula.names import Vocabulary, canonical
from grader.formula.reader.rows import matched
from grader.formula.reader.tokens import Token

_NAME: Final = 12
"""Of how many tokens a name in such a bracket is at most."""


def without_divergence_arguments(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without the bracket of a divergence, where the text has one divergence only."""
    tokens = _with_double_bars(tokens)
    found = [
        (start, end)
        for start, end in _around(tokens, "‖")
        if start > 0
        and tokens[start].text == "("
        and (tokens[start - 1].kind in ("letter", "word") or tokens[start - 1].text == "}")
    ]
    if len({_texts(tokens[start:end]) for start, end in found}) != 1:
        return list(tokens)
    dropped = {at for start, end in found for at in range(start, end + 1)}
    return [token for at, token in enumerate(tokens) if at not in dropped]


def _with_double_bars(tokens: Sequence[Token]) -> list[Token]:
    """`KL(p||q)` as `KL(p‖q)`: names alone stand beside the bars, in the bracket behind a name."""
    made: list[Token] = []
    opening = -1
    """Where the last bracket opened behind a name, if names alone stood in it since."""
    for at, token in enumerate(tokens):
        if token.text == "(" and made and made[-1].kind in ("letter", "word"):
            opening = len(made)
        elif token.text == "|" and made and made[-1].text == "|" and not token.space and 0 < opening < len(made) - 2:
            after = next((later.text for later in tokens[at + 1 : at + 1 + _NAME] if not _in_a_name(later)), "")
            if after == ")":
                made[-1] = replace(made[-1], kind="op", text="‖", end=token.end)
                continue
        elif token.text != "|" and not _in_a_name(token):
            opening = -1
        made.append(token)
    return made


def _in_a_name(token: Token) -> bool:
    return token.kind in ("letter", "word", "number") or token.text == "_"


def _around(tokens: Sequence[Token], sign: str) -> Iterator[tuple[int, int]]:
    """The brackets that hold one such sign, with no other bracket between."""
    closing = matched(tokens)
    signs = [at for at, token in enumerate(tokens) if token.text == sign]
    opened: list[int] = []
    for at, token in enumerate(tokens):
        while opened and closing[opened[-1]] < at:
            opened.pop()
        if token.text == sign and opened:
            start, end = opened[-1], closing[opened[-1]]
            if bisect_left(signs, end) - bisect_left(signs, start) == 1:
                yield start, end
        if at in closing:
            opened.append(at)


def without_example_arguments(tokens: Sequence[Token], vocabulary: Vocabulary) -> list[Token]:
    """The tokens without the `(w)` of `f_i(w) = …`, where w is known: the components of a name, and no function."""
    closing = matched(tokens)
    found: set[tuple[str, ...]] = set()
    heads: dict[int, tuple[str, ...]] = {}
    for start, end in closing.items():
        named = start > 2 and tokens[start].text == "(" and tokens[start - 2].text == "_"
        if not named or tokens[start - 1].kind != "letter" or tokens[start - 3].kind != "letter":
            continue
        inner = tokens[start + 1 : end]
        if not all(token.text == "," or canonical(token.text) in vocabulary.names for token in inner):
            continue
        if canonical(tokens[start - 3].text) in vocabulary.names or not inner:
            continue
        heads[start] = (tokens[start - 3].text, *_texts(inner))
        if tokens[end + 1].text in ("=", ":="):
            found.add(heads[start])
    bare = {token.text for token, after in itertools.pairwise(tokens) if token.kind == "letter" and after.text != "_"}
    found = {head for head in found if head[0] not in bare}
    dropped = {at for start, head in heads.items() if head in found for at in range(start, closing[start] + 1)}
    return [token for at, token in enumerate(tokens) if at not in dropped]


def _texts(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(token.text for token in tokens)


def speaks_of_density(tokens: Sequence[Token], name: str) -> bool:
    """Whether `name(… | …)` stands in a formula: the density of a model, given its parameters."""
    return any(
        start > 0 and tokens[start].text == "(" and tokens[start - 1].text == name for start, _ in _around(tokens, "|")
    )
