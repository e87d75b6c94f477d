"""A number that remembers what it was made from; `reverse` makes them."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Var(Generic[T]):
    """A number, and the slopes toward the numbers that it was made from."""

    __slots__ = ("order", "parents", "value")

    def __init__(self, value: T, parents: tuple[tuple[Var[T], T], ...], order: int) -> None:
        self.value = value
        self.parents = parents
        self.order = order
