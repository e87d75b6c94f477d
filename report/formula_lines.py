"""Where a formula that is too long for its line goes on in the next: at an operator, the outermost that does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len

BREAK: Final = "\x1f"
"""White space without width: a word that is longer than its line may be broken there. Never printed."""
_OPENING, _CLOSING = "([{⟨", ")]}⟩"
_RELATION: Final = re.compile(r" (?=[=≤≥<>≠≈→] )")
_SPACED: Final = re.compile(r"(?<=[,;]) | (?=[+−-] )|(?<=\S) (?=if |otherwise)")
_TIGHT: Final = re.compile(r"(?<=[·⊙])(?=\S)|(?<=[^\s/])(?=/[^\s/])")
_BLANK: Final = re.compile(r"(?<=[^\sΣ∑]) (?=\S)")
_WITHIN_WORDS: Final = re.compile(r"(?<=[·⊙,])(?=\S)|(?<=[^\s/:])(?=/[^\s/])")
_RELATION_COSTS, _TIGHT_COSTS, _BLANK_COSTS = -0.5, 0.5, 0.75


def formula_breaks(formula: str, width: int) -> list[int]:
    """Where the next lines of a formula begin, none of them longer than `width` where it can be."""
    costs = dict(_places(formula))
    found: list[int] = []
    begin = 0
    while cell_len(formula[begin:]) > width:
        ahead = [place for place in costs if place > begin]
        near = [place for place in ahead if cell_len(formula[begin:place].rstrip()) <= width]
        far = [place for place in near if 3 * cell_len(formula[begin:place]) >= width] or near
        if not ahead:
            break
        begin = min(far, key=lambda place: (costs[place], -place)) if far else min(ahead)
        found.append(begin)
    return found


def word_breaks(text: str, width: int) -> list[int]:
    """Where words that are longer than a line may be broken: after a product's sign or a comma, before a slash."""
    found: list[int] = []
    for word in re.finditer(r"\S+", text):
        if cell_len(word[0]) > width:
            found += [word.start() + place.start() for place in _WITHIN_WORDS.finditer(word[0])]
    return found


def _places(formula: str) -> Iterator[tuple[int, float]]:
    """Each place where a line may begin, with what that costs: its depth in brackets, and its kind."""
    depths: list[int] = []
    depth = 0
    for char in formula:
        depth += (char in _OPENING) - (char in _CLOSING)
        depths.append(depth)
    kinds = (_BLANK, _BLANK_COSTS), (_TIGHT, _TIGHT_COSTS), (_SPACED, 0.0), (_RELATION, _RELATION_COSTS)
    for pattern, cost in kinds:
        for found in pattern.finditer(formula):
            yield found.end(), depths[found.end() - 1] + cost
