"""`L_{BCE} = …`, `∂L_δ/∂r`: the loss by a name with a subscript, where a text has only one of them. `L = Σ L_i`: the
losses of single examples, beside the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from grader.formula.declare import Classes
from grader.formula.names import Vocabulary, canonical
from grader.formula.reader.tokens import Token

_LOSSES: Final = frozenset(("L", "ℓ"))
_OF_EXAMPLES: Final = "L\u0303"
"""What the losses of single examples are called here, since `L` is the whole."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A loss at `at`, with the tokens of its subscript from the `_` at `mark` up to `end`."""

    at: int
    mark: int
    end: int
    key: str


def without_loss_subscripts(tokens: Sequence[Token], vocabulary: Vocabulary) -> list[Token]:
    """The tokens without the subscript of the loss; as they are where it tells one loss from another (`L_1`, `L_2`,
    or `L = Σ L_i`), or where it was declared."""
    found = list(_named(tokens))
    if not found:
        return list(tokens)
    keys = {one.key for one in found}
    subscripted = {one.at for one in found}
    bare = any(
        token.text in _LOSSES
        and at + 1 < len(tokens)
        and at not in subscripted
        and not _glued(tokens, at)
        and (tokens[at + 1].kind not in ("letter", "word") or tokens[at + 1].space)  # `Loss`
        for at, token in enumerate(tokens)
    )
    declared = [canonical(name) for one in found for name in (tokens[one.at].text, f"{tokens[one.at].text}_{one.key}")]
    own = vocabulary.names.keys() - (frozenset() if "L" in vocabulary.scope.variables else {"L"})
    if any(name in own for name in declared):
        return list(tokens)
    running = [one for one in found if _is_index(one.key, vocabulary)]
    if bare and running and any(one.end < len(tokens) and tokens[one.end].text in ("=", ":=") for one in running):
        examples = {one.at for one in running}
        return [replace(token, text=_OF_EXAMPLES) if at in examples else token for at, token in enumerate(tokens)]
    if bare or len(keys) != 1 or running:
        return list(tokens)
    dropped = {at for one in found for at in range(one.mark, one.end)}
    return [token for at, token in enumerate(tokens) if at not in dropped]


def with_slopes_named(tokens: Sequence[Token], vocabulary: Vocabulary, asked: str) -> list[Token]:
    """The tokens with `∂_z L` for `L_z = …`, where the derivative by z was asked for."""
    found = {
        one.at: one
        for one in _named(tokens)
        if one.mark == one.at + 1
        and canonical(one.key) == asked
        and not (one.at and tokens[one.at - 1].text in ("d", "∂", "/", "∇"))
        and one.end < len(tokens)
        and tokens[one.end].text == "="
    }
    named = sum(canonical(one.key) == asked for one in _named(tokens))
    if len(found) < named or "L" in vocabulary.scope.variables or f"L_{asked}" in vocabulary.names:
        return list(tokens)  # `dL_w/dw`: the loss of w
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        one = found.get(at)
        if one is None:
            made.append(tokens[at])
            at += 1
            continue
        sign = replace(tokens[at], kind="op", text="∂", end=tokens[at].start)
        made += [sign, *tokens[one.mark : one.end], replace(tokens[at], space=True)]
        at = one.end
    return made


def _named(tokens: Sequence[Token]) -> Iterator[_Named]:
    for at, token in enumerate(tokens):
        if token.text not in _LOSSES or _glued(tokens, at):
            continue
        mark = at + 1
        while mark < len(tokens) and tokens[mark].text == "'":  # `L'_δ`
            mark += 1
        if mark + 1 >= len(tokens) or tokens[mark].text != "_":
            continue
        if tokens[mark + 1].text != "{":
            if _in_a_name(tokens[mark + 1]):  # not the end of the text, nor a sign
                yield _Named(at, mark, mark + 2, tokens[mark + 1].text)
            continue
        close = next((end for end in range(mark + 2, len(tokens)) if tokens[end].text == "}"), None)
        inner = tokens[mark + 2 : close]
        if close is not None and inner and all(map(_in_a_name, inner)):
            yield _Named(at, mark, close + 1, "".join(part.text for part in inner))


def _in_a_name(token: Token) -> bool:
    return token.kind in ("letter", "word", "number") or token.text in ("-", ",")


def _glued(tokens: Sequence[Token], at: int) -> bool:
    """Whether the letter ends a word, as in `KL`."""
    before = tokens[at - 1] if at else None
    return before is not None and not tokens[at].space and before.kind in ("letter", "word") and before.text != "d"


def _is_index(key: str, vocabulary: Vocabulary) -> bool:
    """Whether a subscript may run: `L_i`."""
    if len(key) != 1 or not key.isascii() or not key.islower():
        return False
    variable = vocabulary.scope.variables.get(vocabulary.names.get(canonical(key), ""))
    return variable is None or isinstance(variable.domain, Classes)
