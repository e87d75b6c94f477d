"""Names for the vectors inside a loss, so that the chain rule can go through them: r = Xw − y."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from grader.formula.declare import Definition, Scope
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import Add, Call, Expr, IndexVar, MatMul, Name, Neg, walk
from grader.symbolic.adjoint import in_whole_matrices
from grader.symbolic.components import rests_on
from grader.symbolic.pleasant import terms_of
from grader.symbolic.quantity import LOSS

_RESIDUALS: Final = ("r", "u", "v", "s", "h")
_OTHERS: Final = ("z", "a", "u", "v", "s", "h")
_MATRICES: Final = ("R", "Z", "E", "A", "U", "H"), ("Z", "A", "U", "H", "R")


def new_name(inside: Expr, scope: Scope) -> str | None:
    """A letter that is free: r for a difference, z for a product, capital for a matrix."""
    difference = isinstance(inside, Add) and any(isinstance(term, Neg) for term in terms_of(inside))
    if len(shape_of(inside, scope) or ()) == 2:
        letters = _MATRICES[0] if difference else _MATRICES[1]
    else:
        letters = _RESIDUALS if difference else _OTHERS
    taken = {*scope.dims, *scope.indices}
    return next((letter for letter in letters if scope.canonical(letter) is None and letter not in taken), None)


def inside_vector(body: Expr, by: Name, scope: Scope) -> Expr | None:
    """The one vector through which alone a loss rests on the variable: Xw − y, a product with a matrix, first; else the
    outermost."""
    found = [node for node in walk(body) if isinstance(node, Add | MatMul) and _alone(node, body, by, scope)]
    plain = next((node for node in found if _is_plain(node, by, scope)), None)
    if plain is not None or not in_whole_matrices(body, by, scope):
        return plain
    return next(iter(found), None)


def _alone(node: Expr, body: Expr, by: Name, scope: Scope) -> bool:
    shape = shape_of(node, scope)
    if not shape or shape[0] == 1 or node == body or not rests_on(node, by.name, scope):
        return False
    if any(isinstance(part, IndexVar) for part in walk(node)):
        return False
    rest = replaced(body, lambda part: Name(LOSS) if part == node else None)
    return not any(isinstance(part, Name) and part == by for part in walk(rest))


def _is_plain(node: Expr, by: Name, scope: Scope) -> bool:
    """Whether the variable stands there once, as a factor of a product of matrices."""
    products = [part.arg if isinstance(part, Neg) else part for part in terms_of(node)]
    resting = [part for part in products if rests_on(part, by.name, scope)]
    if len(resting) != 1 or not isinstance(resting[0], MatMul):
        return False
    left, right = resting[0].left, resting[0].right
    return (left == by and not rests_on(right, by.name, scope)) or (right == by and not rests_on(left, by.name, scope))


def inside_softmax(known: Expr, by: Name, scope: Scope) -> Expr | None:
    """Z of P = softmax(Z): by Z, a loss with log P is short."""
    match known:
        case Call("softmax", (Add() | MatMul() | Name() as inside,)) if rests_on(inside, by.name, scope):
            return inside
    return None


def in_order(scope: Scope) -> Scope:
    """The definitions in terms of one another: once Z = XW has a name, P = softmax(XW) is softmax(Z), behind it."""
    bodies = {name: known.body for name, known in scope.definitions.items() if not known.parameters}
    bodies = {name: body for name, body in bodies.items() if isinstance(body, Add | MatMul) and name != LOSS}
    if not bodies:
        return scope
    made: dict[str, Definition] = {}
    for name, known in scope.definitions.items():
        body = known.body
        for other, inner in bodies.items():
            if other != name and other not in made and any(node == inner for node in walk(body)):
                here = Name(other)
                body = replaced(body, lambda node: here if node == inner else None)  # noqa: B023
                made[other] = scope.definitions[other]
        made.setdefault(name, replace(known, body=body))
    return replace(scope, definitions=made)
