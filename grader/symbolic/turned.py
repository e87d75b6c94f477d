"""A formula whose one condition is turned round: its two branches exchanged."""

from __future__ import annotations

from grader.formula.rebuild import replaced
from grader.formula.tree import ONE, Add, Cases, Expr, Indicator, Neg, Node, walk


def with_condition_turned(expr: Expr) -> Expr | None:
    """`b if c else a` for `a if c else b`, `1 − 1[c]` for `1[c]`; None where no one choice between two is made."""
    choices = {node for node in walk(expr) if isinstance(node, Cases | Indicator)}
    if len(choices) != 1:
        return None
    choice = choices.pop()
    turned = _turned(choice)
    return None if turned is None else replaced(expr, lambda node: turned if node == choice else None)


def _turned(choice: Node) -> Expr | None:
    match choice:
        case Indicator():
            return Add((ONE, Neg(choice)))
        case Cases(((condition, first),), second) if second is not None:
            return Cases(((condition, second),), first, span=choice.span)
        case Cases(((condition, first), (other, second)), None):
            return Cases(((condition, second), (other, first)), None, span=choice.span)
    return None
