"""Letters that everybody uses without a word: z in `∂L/∂z`, where p was given as σ(wx + b)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from grader.formula import tree
from grader.formula.declare import Definition, Scope
from grader.formula.names import canonical
from grader.formula.reader.notation import Token
from grader.formula.shape_of import shape_of

_SIGMOID: Final = "σ"
_LOGISTIC: Final = frozenset(("sigmoid", "log_sigmoid", "softplus"))
_BEHIND_A_NAME: Final = frozenset(("+", "-", "*", "·", "/", ",", ".", "⊙", "\n", ""))
_SQUASHING: Final = frozenset(("sigmoid", "tanh", "softmax", "log_softmax", "log_sigmoid", "softplus", "relu"))


def letters_of_derivatives(tokens: Sequence[Token]) -> frozenset[str]:
    """The letters that stand after `∂` or `d`."""
    pairs = itertools.pairwise(token.text for token in tokens)
    return frozenset(letter for before, after in pairs if before in ("∂", "d") and len(letter := canonical(after)) == 1)


def with_bare_sigmoid(tokens: Sequence[Token], scope: Scope) -> Scope:
    """The scope in which σ alone (`σ − y`, `σ(1 − σ)`) is the one σ(…) of the loss, where a text means that."""
    letters = [at for at, token in enumerate(tokens[:-1]) if token.text == _SIGMOID]
    if not letters or scope.canonical(canonical(_SIGMOID)) is not None or scope.loss is None:
        return scope
    behind = [tokens[at + 1] for at in letters]
    bare = any(token.kind == "close" or token.text in _BEHIND_A_NAME for token in behind)
    introduced = any(
        tokens[at + 1].text in ("=", ":=", "≡")
        and (
            at == 0
            or tokens[at - 1].kind in ("newline", "letter", "word")
            or tokens[at - 1].text in (",", ":", ".", ";")
        )
        for at in letters
    )
    if not bare or introduced:
        return scope
    bodies = (scope.loss, *(definition.body for definition in scope.definitions.values()))
    inner = {
        node.args[0]
        for body in bodies
        for node in tree.walk(body)
        if isinstance(node, tree.Call) and node.function in _LOGISTIC
    }
    names = {node.name for body in inner for node in tree.walk(body) if isinstance(node, tree.Name)}
    if len(inner) != 1 or not names <= scope.variables.keys():
        return scope
    (argument,) = inner
    shape = shape_of(argument, scope)
    if shape is None or any(tree.free_letters(argument, scope.hidden)):
        return scope
    return scope.with_definition(Definition(canonical(_SIGMOID), tree.Call("sigmoid", (argument,)), shape))


def with_supposed(symbol: str, scope: Scope) -> Scope | None:
    """The scope in which a letter, that was never introduced, is what σ is taken of; None where there is not just one
    thing that it can be."""
    inner = {
        node.args[0]
        for definition in scope.definitions.values()
        for node in tree.walk(definition.body)
        if isinstance(node, tree.Call) and node.function in _SQUASHING and not isinstance(node.args[0], tree.Name)
    }
    if len(inner) != 1:
        return None
    (body,) = inner
    names = {node.name for node in tree.walk(body) if isinstance(node, tree.Name)}
    if not names <= scope.variables.keys() | scope.definitions.keys():
        return None  # the parameter of `p(z) = σ(2z)`
    shape = shape_of(body, scope)
    if shape is None or any(tree.free_letters(body, scope.hidden)):  # a term of a sum: many things, not one
        return None
    made = [_through(definition, body, symbol) for definition in scope.definitions.values()]
    changed = (at for at, (new, old) in enumerate(zip(made, scope.definitions.values(), strict=True)) if new is not old)
    made.insert(next(changed, len(made)), Definition(symbol, body, shape))  # before what uses it
    return replace(scope, definitions={definition.name: definition for definition in made})


def _through(one: Definition, body: tree.Expr, symbol: str) -> Definition:
    """p = σ(wx + b) as p = σ(z)."""
    call = one.body
    if isinstance(call, tree.Call) and call.args == (body,):
        return replace(one, body=replace(call, args=(tree.Name(symbol),)))
    return one
