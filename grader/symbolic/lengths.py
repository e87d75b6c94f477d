"""`|v|` of a vector, which is taken component by component, where somebody means its length ‖v‖."""

from __future__ import annotations

from dataclasses import replace

from grader.formula.declare import Scope
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import Call, Expr, MatMul, Mul, Node, walk


def absolute_vectors(expr: Expr, scope: Scope) -> list[Call]:
    """The absolute values of vectors that stand in a formula, in reading order."""
    return [node for node in walk(expr) if isinstance(node, Call) and _of_a_vector(node, scope)]


def with_lengths(expr: Expr, scope: Scope) -> Expr:
    """A formula with ‖v‖ for every |v| of a vector, and products of a vector with that number for its inner products
    with |v|."""

    def change(node: Node) -> Node | None:
        match node:
            case Call() if _of_a_vector(node, scope):
                return replace(node, function="norm", args=(with_lengths(node.args[0], scope),))
            case Call("dot", (left, right)) | MatMul(left, right):
                sides = with_lengths(left, scope), with_lengths(right, scope)
                if sides != (left, right) and () in [shape_of(side, scope) for side in sides]:
                    return Mul(sides)
        return None

    return replaced(expr, change)


def _of_a_vector(node: Call, scope: Scope) -> bool:
    return node.function == "abs" and len(shape_of(node.args[0], scope) or ()) == 1
