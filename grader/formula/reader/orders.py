"""How often a formula is differentiated in all, told from the tree before anything works it out."""

from __future__ import annotations

from collections.abc import Mapping

from grader.formula import tree
from grader.formula.declare import Scope
from grader.formula.reader.limits import ORDER, too_large
from grader.formula.tree import Expr, Node


def check_order(expr: Expr, scope: Scope) -> None:
    """Raise `too-large` where derivatives of derivatives, through definitions too, go beyond `limits.ORDER`: each
    order takes half as long again."""
    if not any(isinstance(node, tree.Deriv) for node in tree.walk(expr)):
        return
    known: dict[str, int] = {}
    for name, definition in scope.definitions.items():  # each may use earlier ones
        known[name] = _order(definition.body, known)
    order = _order(expr, known)
    if order > ORDER:
        span = expr.span or tree.Span(0, 0)
        raise too_large("order of the derivatives", ORDER, order, span.start, span.end)


def _order(node: Node, known: Mapping[str, int]) -> int:
    if isinstance(node, tree.Name):
        return known.get(node.name, 0)
    below = max((_order(child, known) for child in tree.children(node)), default=0)
    return below + node.order if isinstance(node, tree.Deriv) else below
