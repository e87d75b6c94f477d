"""Trees with parts exchanged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar, cast

from grader.formula.tree import Base, Expr, Name, Node, parts

N = TypeVar("N", bound=Node)


def replaced(node: N, change: Callable[[Node], Node | None]) -> N:
    """The tree with every node for which `change` gives another exchanged for that one, from the top down."""
    changed = change(node)
    if changed is not None:
        return cast("N", changed)
    others: dict[str, Any] = {}
    for name in parts(type(node)):
        old = getattr(node, name)
        new = _replaced_part(old, change)
        if new is not old:
            others[name] = new
    return replace(node, **others) if others else node


def _replaced_part(part: object, change: Callable[[Node], Node | None]) -> object:
    if isinstance(part, Base):
        return replaced(cast("Node", part), change)
    if isinstance(part, tuple):
        made = tuple(_replaced_part(item, change) for item in part)
        return part if all(a is b for a, b in zip(made, part, strict=True)) else made
    return part


def substituted(expr: Expr, mapping: Mapping[str, Expr]) -> Expr:
    """The expression with names exchanged for expressions."""
    return replaced(expr, lambda node: mapping.get(node.name) if isinstance(node, Name) else None)
