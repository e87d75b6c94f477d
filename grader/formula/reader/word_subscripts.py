"""Subscripts of a word and an index together: `y_{pred,i}`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.formula.names import Vocabulary, canonical
from grader.formula.reader.tokens import Token


def split_subscripts(tokens: Sequence[Token], vocabulary: Vocabulary) -> list[Token]:
    """The tokens with `y_{pred,i}` and `y_{i,pred}` as `y_{pred}_{i}`, where `y_pred` is declared."""
    made = list(tokens)
    at = 0
    while at + 5 < len(made):
        at += 1
        if made[at].text != "_" or made[at + 1].text != "{" or made[at - 1].kind not in ("letter", "word"):
            continue
        close = next((i for i in range(at + 2, len(made)) if made[i].text == "}"), None)
        inner = made[at + 2 : close]
        commas = [i for i, token in enumerate(inner) if token.text == ","]
        if close is None or len(commas) != 1 or any(token.kind in ("open", "close") for token in inner):
            continue
        first, second = inner[: commas[0]], inner[commas[0] + 1 :]
        begin = at - 1
        while begin > 0 and made[begin - 1].kind in ("letter", "word") and not made[begin].space:
            begin -= 1
        for word, rest in ((first, second), (second, first)):
            text = "".join(token.text for token in word)
            stems = ("".join(token.text for token in made[start:at]) for start in range(begin, at))
            if rest and any(canonical(f"{stem}_{text}") in vocabulary.names for stem in stems):
                opening, closing = made[at + 1], made[close]
                word = [replace(token, space=False) for token in word]
                made[at + 2 : close] = [*word, closing, made[at], opening, *rest]
                break
    return made
