"""Where code loses its digits, drawn: a bar for each stretch of the inputs, with the share of points that pass.

In full, the bar shows the median and the worst of the bits lost; in brief, for a small screen, the worst alone, over
a few stretches put together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from rich.text import Text

from grader.formula.show import show_name
from grader.verdict import Stretch
from report.paper import BLANK, Block, Paper
from report.text import short_number

BITS: Final = 53
CLEAN: Final = 3.0
"""Bits that every level allows."""
BRIEF: Final = 4
"""Lines of the brief form."""
_BAR: Final = 20
_SHORT_BAR: Final = 8
_LABEL: Final = 17
_WIDE: Final = 66


def profile_blocks(
    profile: Sequence[Stretch], paper: Paper, *, every: bool = False, brief: bool = False
) -> list[Block]:
    """The profile in full or in brief: of `every` number of the inputs, with remarks, or of the one that tells most."""
    level = next((name for name in ("stable", "precise") if _least(profile, name) < 1), "precise")
    axes = [list(group) for _, group in groupby(profile, lambda stretch: (stretch.names, stretch.measure))]
    if axes and not every:
        axes = [max(axes, key=lambda axis: max(_share(s, level) for s in axis) - _least(axis, level))]
    blocks: list[Block] = []
    for axis in axes:
        rows = _together(axis, level) if brief else _clean_together(axis)
        blocks += [BLANK, *_title(rows[0], level, paper, brief)]
        blocks += [_row(row, level, paper, brief) for row in rows]
        taken = max(axis, key=lambda stretch: stretch.unavoidable)
        if every and taken.unavoidable > CLEAN:
            said = f"Not counted: bits that no float64 program could keep, up to {taken.unavoidable:.0f} of them"
            blocks.append(Block(f"{said} ({words(taken)}).", "  ", style="dim"))
    return blocks


def words(stretch: Stretch) -> str:
    """A stretch in words: `below −745`, `−5 to 5`, `exactly 0`, `745 or more`."""
    low, high = stretch.low, stretch.high
    if low == high:
        return f"exactly {short_number(low)}"
    if low == -math.inf or (low == 0 and stretch.measure == "size"):
        return f"below {short_number(high)}" if math.isfinite(high) else "any"
    return f"{short_number(low)} to {short_number(high)}" if math.isfinite(high) else f"{short_number(low)} or more"


def _title(stretch: Stretch, level: str, paper: Paper, brief: bool) -> list[Block]:
    names = ", ".join(f"|{show_name(name)}|" for name in stretch.names)
    by = {"value": show_name(stretch.names[0]), "size": f"the largest {names}", "smallest": f"the least {names}"}
    if stretch.measure == "smallest":
        by["smallest"] = f"the smallest {show_name(stretch.names[0])}"
    said = f"Bits lost, of {BITS}, by {by[stretch.measure]}"
    if paper.plain:
        return [Block(f"{said}:", "  ")]
    narrow = paper.measure < _WIDE
    heads = _columns("worst", level) if brief or narrow else f"{'median':>8}{'worst':>7}{level:>9}"
    width = _LABEL + (_SHORT_BAR if narrow else 2 + _BAR) + len(heads)
    if len(said) + len(heads) > width:  # the heads on a line of their own
        return [Block(said, "  "), Block(f"{heads:>{width}}", "  ", style="dim", wrapped=False)]
    return [Block(Text(f"{said:<{width - len(heads)}}").append(heads, "dim"), "  ", wrapped=False)]


def _columns(worst: str, share: str) -> str:
    return f"{worst:>5}{share:>8}"


def _row(stretch: Stretch, level: str, paper: Paper, brief: bool) -> Block:
    share = f"{math.floor(100 * _share(stretch, level))} %"
    label = words(stretch)
    if paper.plain:
        median = "" if brief else f"median {stretch.median:.0f}, "
        points = f"{stretch.points} {'point' if stretch.points == 1 else 'points'}"
        return Block(f"{label}: {median}worst {stretch.worst:.0f}; {level} at {share} of {points}", "    ", "      ")
    narrow = paper.measure < _WIDE
    width = _SHORT_BAR if narrow else _BAR
    text = Text(f"{label:<{_LABEL}}")
    for cells, style in _bar(stretch, width, brief):
        text.append(cells, style)
    if brief or narrow:
        text.append(_columns(f"{stretch.worst:.0f}", share))
    else:
        text.append(f"{stretch.median:>8.0f}{stretch.worst:>7.0f}{share:>9}")
    return Block(text, "  " if narrow else "    ", wrapped=False)


def _bar(stretch: Stretch, width: int, brief: bool) -> list[tuple[str, str]]:
    """Up to the median solid, from there to the worst light."""
    worst = _cells(stretch.worst, width)
    median = worst if brief else min(worst, _cells(stretch.median, width))
    style = "green" if stretch.worst <= CLEAN else "red" if stretch.stable < 1 else "yellow"
    return [("█" * median + "▒" * (worst - median), style), ("░" * (width - worst), "dim")]


def _cells(bits: float, width: int) -> int:
    return min(width, max(int(bits > CLEAN), round(bits / BITS * width)))


def _share(stretch: Stretch, level: str) -> float:
    return float(getattr(stretch, level))


def _least(profile: Iterable[Stretch], level: str) -> float:
    return min((_share(stretch, level) for stretch in profile), default=1.0)


def _clean_together(axis: Sequence[Stretch]) -> list[Stretch]:
    """Neighbours at which nothing is lost, as one."""
    made = [axis[0]]
    for stretch in axis[1:]:
        clean = all(s.worst <= CLEAN and s.precise == 1 for s in (made[-1], stretch))
        if clean and stretch.low == made[-1].high:
            made[-1] = _pooled(made[-1], stretch)
        else:
            made.append(stretch)
    return made


def _together(axis: Sequence[Stretch], level: str) -> list[Stretch]:
    """At most a few rows: neighbours that are most alike are put together."""

    def apart(at: int) -> float:
        a, b = made[at], made[at + 1]
        return abs(_share(a, level) - _share(b, level)) + abs(a.worst - b.worst) / BITS

    made = _clean_together(axis)
    while len(made) > BRIEF:
        at = min(range(len(made) - 1), key=apart)
        made[at : at + 2] = [_pooled(made[at], made[at + 1])]
    return made


def _pooled(a: Stretch, b: Stretch) -> Stretch:
    """Two neighbours as one. The median of both is not known; it is at most the larger."""
    total = a.points + b.points

    def share(level: str) -> float:
        return (a.points * _share(a, level) + b.points * _share(b, level)) / total

    return replace(
        a, high=b.high, points=total, correct=share("correct"), stable=share("stable"), precise=share("precise"),
        median=max(a.median, b.median), worst=max(a.worst, b.worst), unavoidable=max(a.unavoidable, b.unavoidable),
    )  # fmt: skip
