"""Values with a shape, of any kind of number, and where formulas are evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any, Generic, NamedTuple, TypeVar

from grader.formula.errors import Undefined
from grader.formula.tree import Dim

T = TypeVar("T")


class Value(NamedTuple, Generic[T]):
    """Components in row-major order; a scalar has the shape (). A tuple, since one is made at every step."""

    shape: tuple[int, ...]
    items: tuple[T, ...]

    @property
    def scalar(self) -> T:
        """The one component of a scalar. Raises ValueError for anything else."""
        if self.shape:
            raise ValueError(f"a scalar was expected, not shape {self.shape}")
        return self.items[0]

    def map(self, function: Callable[[T], T]) -> Value[T]:
        return Value(self.shape, tuple(map(function, self.items)))


@dataclass(frozen=True, slots=True)
class Point(Generic[T]):
    """Where to evaluate: the variables, the dimensions, and the positions of free index letters."""

    values: Mapping[str, Value[T]]
    sizes: Mapping[str, int] = field(default_factory=dict)
    positions: Mapping[str, int] = field(default_factory=dict)

    def at(self, index: str, position: int) -> Point[T]:
        return Point(self.values, self.sizes, {**self.positions, index: position})


def size_of(dim: Dim, sizes: Mapping[str, int]) -> int:
    return dim if isinstance(dim, int) else sizes[dim]


def scalar_value(item: T) -> Value[T]:
    return Value((), (item,))


def as_vector(value: Value[T]) -> Value[T]:
    """A number as a vector of one: at size 1, a product of a matrix and a vector comes out as a number."""
    return value if value.shape else Value((1,), value.items)


def rows_of(value: Value[T]) -> list[tuple[T, ...]]:
    width = value.shape[-1] if value.shape else 1
    return [value.items[start : start + width] for start in range(0, len(value.items), width)]


def transposed(value: Value[T], *, row: bool) -> Value[T]:
    """A row becomes a column, that is a vector; a matrix stays one at every size."""
    if len(value.shape) < 2:
        return value if not value.shape else Value((1, value.shape[0]), value.items)
    rows, columns = value.shape
    items = tuple(value.items[i * columns + j] for j in range(columns) for i in range(rows))
    return Value((columns,) if row and rows == 1 else (columns, rows), items)


def common_shape(shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """NumPy's rule: aligned at the last axis, 1 stretches."""
    common: tuple[int, ...] = ()
    for shape in shapes:
        if shape == common or not shape:
            continue
        if not common:
            common = shape
            continue
        longer, shorter = (common, shape) if len(common) >= len(shape) else (shape, common)
        padded = (1,) * (len(longer) - len(shorter)) + shorter
        if any(a != b and 1 not in (a, b) for a, b in zip(longer, padded, strict=True)):
            raise Undefined(f"shapes {common} and {shape}")
        common = tuple(max(a, b) for a, b in zip(longer, padded, strict=True))
    return common


def spread(value: Value[T], shape: tuple[int, ...]) -> tuple[T, ...]:
    """The components of a value stretched to a shape."""
    if value.shape == shape:
        return value.items
    if not value.shape:
        return value.items * prod(shape)
    padded = (1,) * (len(shape) - len(value.shape)) + value.shape
    strides = [0 if size == 1 else prod(padded[axis + 1 :]) for axis, size in enumerate(padded)]
    places = product(*(range(size) for size in shape))
    return tuple(value.items[sum(i * s for i, s in zip(place, strides, strict=True))] for place in places)


def componentwise(operation: Callable[[T, T], Any], a: Value[T], b: Value[T]) -> Value[Any]:
    if not a.shape and not b.shape:  # as a rule
        return Value((), (operation(a.items[0], b.items[0]),))
    if a.shape == b.shape:
        if len(a.items) == 1:
            return Value(a.shape, (operation(a.items[0], b.items[0]),))
        return Value(a.shape, tuple(map(operation, a.items, b.items)))
    shape = common_shape([a.shape, b.shape])
    return Value(shape, tuple(map(operation, spread(a, shape), spread(b, shape))))
