"""Shapes: how they combine. None is a shape that is not known (the gradient by a variable that is not named)."""

from __future__ import annotations

from typing import Literal

from grader.formula.tree import Dim, Shape

Known = Shape | None
OPEN: Dim = "?"
"""The size of an identity matrix that its neighbours have still to tell."""


def same(a: Dim, b: Dim) -> bool:
    """Whether two dimensions conform: by name, not by size."""
    return a == b or OPEN in (a, b)


def conform(a: Shape, b: Shape) -> bool:
    return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))


def merged(a: Shape, b: Shape) -> Shape:
    """Two conforming shapes, with open sizes filled in."""
    return tuple(y if x == OPEN else x for x, y in zip(a, b, strict=True))


def elementwise(a: Known, b: Known) -> Known | bool:
    """The shape of an elementwise operation, scalars spread; False where the shapes do not conform."""
    if a is None or b is None:
        return None
    if not a:
        return b
    if not b:
        return a
    if conform(a, b):
        return merged(a, b)
    column = len(a) == len(b) == 2 and 1 in (a[1], b[1])
    return stretched(a, b) if column else False


def stretched(a: Shape, b: Shape) -> Shape | Literal[False]:
    """NumPy's rule for two matrices: a column or a row is repeated beside a matrix. False where they do not fit."""
    if len(a) != 2 or len(b) != 2 or not all(same(x, y) or 1 in (x, y) for x, y in zip(a, b, strict=True)):
        return False
    return tuple(y if x == 1 else x for x, y in zip(a, b, strict=True))


def product(a: Shape, b: Shape) -> Shape | None:
    """The shape of a matrix product, vectors being columns; None where there is none."""
    rows, inner = (a[0], 1) if len(a) == 1 else (a[0], a[1])
    if len(a) == 1 and not (len(b) == 2 and b[0] == 1):
        return None  # a column times a column
    if not same(inner, b[0]):
        return None
    if len(b) == 1:
        return () if rows == 1 else (_filled(rows, b[0]) if inner != OPEN else b[0],)
    if rows == 1 and b[1] == 1:
        return ()
    return (b[0] if rows == OPEN else rows, inner if b[1] == OPEN else b[1])


def _filled(rows: Dim, other: Dim) -> Dim:
    return other if rows == OPEN else rows


def transposed(shape: Known) -> Known:
    if shape is None or not shape:
        return shape
    if len(shape) == 1:
        return (1, shape[0])
    return (shape[1],) if shape[0] == 1 else (shape[1], shape[0])


def text(shape: Known) -> str:
    """A shape as people write it: `scalar`, `[n]`, `[n, d]`."""
    if shape is None:
        return "unknown"
    if not shape:
        return "scalar"
    return f"[{', '.join(str(dim) for dim in shape)}]"
