"""Trees with parts exchanged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar, cast

from grader.formula.tree import Expr, Name, Node

N = TypeVar("N", bound=Node)


def replaced(node: N, change: Callable[[Node], Node | None]) -> N:
    """The tree with every node for which `change` gives another exchanged for that one, from the top down."""
    changed = change(node)
    if changed is not None:
        return cast("N", changed)
    parts: dict[str, Any] = {}
    for item in fields(node):
        if item.name == "span":
            continue
        old = getattr(node, item.name)
        new = _replaced_part(old, change)
        if new is not old:
            parts[item.name] = new
    return replace(node, **parts) if parts else node


def _replaced_part(part: object, change: Callable[[Node], Node | None]) -> object:
    if isinstance(part, Node):
        return replaced(part, change)
    if isinstance(part, tuple):
        made = tuple(_replaced_part(item, change) for item in part)
        return part if all(a is b for a, b in zip(made, part, strict=True)) else made
    return part


def substituted(expr: Expr, mapping: Mapping[str, Expr]) -> Expr:
    """The expression with names exchanged for expressions."""
    return replaced(expr, lambda node: mapping.get(node.name) if isinstance(node, Name) else None)
