"""`y' = (1 − ε)y + ε/2`: a name with a prime, where a text introduces it for a declared quantity.

Its tokens become one letter, `ỹ`, all over the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from grader.formula.names import LOSS_NAMES, Vocabulary, canonical
from grader.formula.reader.tokens import Token

_MARK: Final = "\u0303"


def with_primed_names(tokens: Sequence[Token], vocabulary: Vocabulary, asked: str) -> list[Token]:
    """The tokens with one letter for each primed name that is introduced (`y' = …`); `asked`: what the derivative was
    asked by, which has no such name."""
    variables = vocabulary.scope.variables
    names = {
        token.text
        for at, token in enumerate(tokens[:-2])
        if token.kind == "letter"
        and (at == 0 or token.space or tokens[at - 1].kind == "newline")
        and tokens[at + 1].text == "'"
        and tokens[at + 2].text in ("=", ":=")
        and token.text not in LOSS_NAMES
        and canonical(token.text) in variables
        and canonical(token.text) != asked
        and canonical(token.text + _MARK) not in vocabulary.names
    }
    if not names:
        return list(tokens)
    made: list[Token] = []
    for token in tokens:
        before = made[-1] if made else None
        if token.text == "'" and not token.space and before is not None and before.text in names:
            made[-1] = replace(before, text=before.text + _MARK, end=token.end)
        else:
            made.append(token)
    return made
