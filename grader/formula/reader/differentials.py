"""Differentials: `dL = (2/n) rᵀ dr`, `dr = X dw`.

Each is what a quantity changes by as the variable that was asked about does: `dw` is any vector, `dr` is (∂r/∂w) dw.
They become names of their own, so that such a line is judged as any equation is.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from grader.formula.declare import REAL, Definition, Scope
from grader.formula.names import LOSS_NAMES, canonical
from grader.formula.reader.increments import NotWorkedOut, increment
from grader.formula.reader.lines import Statement
from grader.formula.reader.rows import first_equals, word_at, words_in
from grader.formula.reader.tokens import Token
from grader.formula.tree import ZERO, Call, Deriv, Expr, MatMul, Mul, Name, Reduce, Shape


def is_differential(tokens: Sequence[Token], known: Container[str]) -> bool:
    """Whether a differential is told by others: `dL = (2/n) rᵀ dr`."""
    equal = first_equals(tokens)
    return equal is not None and bool(_head(tokens, known)) and any(_of_differentials(tokens[equal:], known))


def are_told(statements: Sequence[Statement], known: Container[str], asked: str) -> bool:
    """Whether a text calculates with differentials. In `dp = …`, `dz = dp * p * (1 - p)` those are names of
    gradients: each is set before it is used."""
    told = [s.tokens for s in statements if is_differential(s.tokens, known)]
    heads = {_head(s.tokens, known) for s in statements}
    used = {name for tokens in told for name in _of_differentials(tokens, known)}
    return bool(told) and asked not in heads and bool(used - heads)


def with_differentials(tokens: Sequence[Token], scope: Scope, asked: str) -> tuple[list[Token], Scope] | None:
    """The tokens with a name for each differential, and a scope that knows it; None where one has a shape that is not
    worked out."""
    made: list[Token] = []
    at = 0
    if _head(tokens, ()) == "(":
        return None
    while at < len(tokens):
        word, end = word_at(tokens, at)
        name = _differential_of(word, scope.definitions.keys() | scope.variables.keys())
        if not name:
            made.append(tokens[at])
            at += 1
            continue
        extended = _knowing(name, scope, asked)
        if extended is None:
            return None
        scope = extended
        made.append(Token("word", _named(name), tokens[at].start, tokens[end - 1].end, tokens[at].space))
        at = end
    return made, scope


def _knowing(name: str, scope: Scope, asked: str) -> Scope | None:
    """The scope with the differential of a name."""
    if asked not in scope.variables:
        return None
    by = scope.variables[asked]
    if _named(asked) not in scope.variables:
        scope = scope.with_variable(replace(by, name=_named(asked), domain=REAL, aliases=()))
    if name == asked or _named(name) in scope.definitions:
        return scope
    shape = scope.shape(name)
    if name in scope.variables:
        return scope.with_definition(Definition(_named(name), Mul((ZERO, Name(name))), shape))
    definition = scope.definitions[name]
    if definition.letters or definition.parameters:
        return None
    body = _change(Deriv(Name(name), Name(asked)), Name(_named(asked)), shape, scope.shape(asked))
    if body is None:
        body = _increment(name, scope, asked)
    return None if body is None else scope.with_definition(Definition(_named(name), body, shape))


def _change(slope: Expr, step: Expr, shape: Shape, by: Shape) -> Expr | None:
    if not by:
        return Mul((slope, step))
    if not shape:
        return Call("dot", (slope, step)) if len(by) == 1 else Reduce("sum", Mul((slope, step)))
    return MatMul(slope, step) if len(shape) == len(by) == 1 else None


def _increment(name: str, scope: Scope, asked: str) -> Expr | None:
    """The differential of a matrix; None where it is not worked out."""

    def of_name(each: str) -> Expr | None:
        if each == asked:
            return Name(_named(asked))
        definition = scope.definitions.get(each)
        return None if definition is None else increment(definition.body, of_name)

    try:
        return increment(scope.definitions[name].body, of_name) or Mul((ZERO, Name(name)))
    except NotWorkedOut:
        return None


def _head(tokens: Sequence[Token], known: Container[str]) -> str:
    """Of which name the differential stands alone on the left, if one does."""
    equal = first_equals(tokens)
    if [(token.text, token.space) for token in tokens[1:2]] == [("(", False)] and tokens[0].text == "d":
        return "("  # `d(rᵀr) = 2rᵀ dr`
    word, end = word_at(tokens, 0)
    return _differential_of(word, known) if end == equal else ""


def _of_differentials(tokens: Sequence[Token], known: Container[str]) -> Iterator[str]:
    return filter(None, (_differential_of(word, known) for word in words_in(tokens)))


def _differential_of(word: str, known: Container[str]) -> str:
    """`r` of `dr`."""
    if word[:1] != "d" or len(word) < 2 or canonical(word) in known:
        return ""
    name = "L" if word[1:] in LOSS_NAMES else canonical(word[1:])
    return name if name in known else ""


def _named(name: str) -> str:
    return f"diff_{name}"
