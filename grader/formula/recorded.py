"""A number that remembers what it was made from; `reverse` makes them."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Var(Generic[T]):
    """A number, and the slopes toward the numbers that it was made from.

    `order` is its place among those made from a variable, from 1; 0 if it rests on none (and has no parents)."""

    __slots__ = ("order", "parents", "value")

    def __init__(self, value: T, parents: tuple[tuple[Var[T], T], ...], order: int) -> None:
        self.value = value
        self.parents = parents
        self.order = order
