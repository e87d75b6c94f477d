"""What a person hands in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Submission:
    """An answer as typed.

    `order` is the order in which a choice's options were shown: `order[0]` is the bank's number of the option
    behind the letter a. None: the bank's own order. `marks` are the points of an explain question's rubric that
    the person ticked; None: not marked yet. `name` is what to call the text in messages (a file's name).
    """

    text: str
    order: tuple[int, ...] | None = None
    marks: frozenset[int] | None = None
    name: str = "<answer>"
