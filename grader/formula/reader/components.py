"""A vector from the formula of its components: `r_i = y_i − p_i` is `r = y − p`."""

from __future__ import annotations

from fractions import Fraction

from grader.formula import tree
from grader.formula.declare import Scope
from grader.formula.functions import FUNCTIONS
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import Dim, Expr


def _row_product(node: tree.Node, letter: str, scope: Scope) -> tree.Node | None:
    """`x_iᵀw`, `wᵀx_i`, `x_i·w` for all i at once: the matrix times the vector."""
    match node:
        case tree.MatMul(tree.Mul((*numbers, tree.Call("transpose") as first)), right):  # `y_i x_iᵀw`
            product = _row_product(tree.MatMul(first, right), letter, scope)
            if isinstance(product, tree.MatMul) and all(_rank(number, scope) == 0 for number in numbers):
                return tree.Mul((*numbers, product))
        case tree.MatMul(tree.Call("transpose", (left,)), right) | tree.Call("dot", (left, right)):
            for row, vector in ((left, right), (right, left)):
                if isinstance(row, tree.Index) and len(row.subscripts) == 1 and _is_letter(row.subscripts[0], letter):
                    matrix = _rank(row.base, scope) == 2 and not _mentions(row.base, letter)
                    if matrix and not _mentions(vector, letter) and _rank(vector, scope) == 1:
                        return tree.MatMul(row.base, vector)
    return None


def lifted(body: Expr, letter: str, dim: Dim, scope: Scope) -> Expr | None:
    """The vector whose component at `letter` is `body`; None where it is no elementwise formula of components."""

    def change(node: tree.Node) -> tree.Node | None:
        if isinstance(node, tree.Index) and any(_is_letter(s, letter) for s in node.subscripts):
            if any(_mentions(s, letter) for s in node.subscripts if not _is_letter(s, letter)) or _mentions(
                node.base, letter
            ):
                return None
            if len(node.subscripts) == 1:
                return node.base if _rank(node.base, scope) == 1 else None
            if len(node.subscripts) == 2:
                if _is_letter(node.subscripts[1], letter) and not _is_letter(node.subscripts[0], letter):
                    return tree.Index(node.base, (node.subscripts[0],))
                if _is_letter(node.subscripts[0], letter) and not _is_letter(node.subscripts[1], letter):
                    return tree.Index(tree.Call("transpose", (node.base,)), (node.subscripts[1],))
            return None
        if isinstance(node, tree.Indicator) and isinstance(node.condition, tree.Compare) and node.condition.op == "==":
            left, right = node.condition.left, node.condition.right
            if _is_letter(right, letter):
                left, right = right, left
            if _is_letter(left, letter) and not _mentions(right, letter):
                size: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
                return tree.Call("onehot", (right, size))
        return None

    mentioned = _mentions(body, letter)
    body = replaced(body, lambda node: _row_product(node, letter, scope))
    for node in tree.walk(body):
        if not _mentions(node, letter):
            continue
        whole = isinstance(node, tree.Call) and FUNCTIONS[node.function].rule != "elementwise"
        if (
            whole
            or isinstance(node, tree.MatMul | tree.Deriv)
            or (isinstance(node, tree.Reduce) and node.index is None)
        ):
            return None
    made = replaced(body, change)
    return made if mentioned and not _mentions(made, letter) else None


def _rank(expr: Expr, scope: Scope) -> int:
    shape = shape_of(expr, scope)
    return len(shape) if shape is not None else -1


def _is_letter(node: tree.Node, letter: str) -> bool:
    return isinstance(node, tree.IndexVar | tree.Name) and node.name == letter


def _mentions(node: tree.Node, letter: str) -> bool:
    return any(_is_letter(part, letter) for part in tree.walk(node))
