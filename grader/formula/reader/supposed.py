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

_SQUASHING: Final = frozenset(("sigmoid", "tanh", "softmax", "log_softmax", "log_sigmoid", "softplus", "relu"))


def letters_of_derivatives(tokens: Sequence[Token]) -> frozenset[str]:
    """The letters that stand after `∂` or `d`."""
    pairs = itertools.pairwise(token.text for token in tokens)
    return frozenset(letter for before, after in pairs if before in ("∂", "d") and len(letter := canonical(after)) == 1)


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
