"""Curves in a terminal, of dots: a few small panels beside each other. Without Unicode, of one character a cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from report.paper import Block, Paper
from report.plot_curves import Curve, Panel, Plot

ROWS: Final = 7
NARROWEST: Final = 56
"""On less, the words have to do."""
_THREE: Final = 72
_GAP: Final = 2
_BRAILLE: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The dot of a cell at each of 4 rows and 2 columns."""
_AXIS_EVERY: Final = 4


def plot_blocks(plot: Plot, paper: Paper) -> list[Block]:
    """The panels side by side, with the range of each axis; nothing on a narrow or a plain page."""
    if paper.plain or paper.measure < NARROWEST:
        return []
    shown = plot.panels[: 3 if paper.measure >= _THREE else 2]
    width = (paper.measure - 2 - _GAP * (len(shown) - 1)) // len(shown)
    pictures = [panel_lines(panel, plot, panel.what, width, paper) for panel in shown]
    return side_by_side(pictures, width)


def side_by_side(pictures: Sequence[Sequence[str]], width: int) -> list[Block]:
    """Pictures of one height beside each other; the first line of each is its title."""
    blocks = []
    for number, row in enumerate(zip(*pictures, strict=True)):
        text = (" " * _GAP).join(line + " " * (width - cell_len(line)) for line in row)
        edge = number in (0, ROWS + 1)
        blocks.append(Block(Text(text, "dim" if edge else ""), "  ", wrapped=False))
    return blocks


def panel_lines(panel: Panel, plot: Plot, title: str, width: int, paper: Paper) -> list[str]:
    """A title, the picture with the range of y on its left, and the range of x below."""
    span = panel.high - panel.low
    top, bottom = (short(end if abs(end) > span / 1000 else 0.0) for end in (panel.high, panel.low))
    margin = max(len(top), len(bottom)) + 1
    room = max(8, width - margin)
    lines = picture(panel.curves, (plot.low, plot.high), (panel.low, panel.high), room, unicode=paper.unicode)
    labels = [top, *[""] * (ROWS - 2), bottom]
    first, last = short(plot.low), short(plot.high)
    below = " " * margin + first + plot.wrt.center(room - len(first) - len(last)) + last
    return [
        title[:width].rjust(min(width, margin + len(title))),
        *(f"{label:>{margin - 1}} {line}" for label, line in zip(labels, lines, strict=True)),
        below,
    ]


def short(value: float) -> str:
    """A number for an axis."""
    text = f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}" if abs(value) < 1e5 else f"{value:.0e}"
    return ("0" if float(text) == 0 else text).replace("-", "−").replace("e+0", "e").replace("e+", "e")


def picture(
    curves: Sequence[Curve], across: tuple[float, float], along: tuple[float, float], width: int, *, unicode: bool
) -> list[str]:
    """The curves as ROWS lines of `width` cells; `across` and `along` are the ranges of x and y."""
    tall, wide = ROWS * 4, width * 2
    dots = np.zeros((tall, wide), dtype=bool)
    if along[0] <= 0 <= along[1]:
        dots[_row(0.0, along, tall), ::_AXIS_EVERY] = True
    for curve in curves:
        for column, row in _walk(curve, across, along, wide, tall):
            dots[row, column] = True
    cells = [[dots[4 * r : 4 * r + 4, 2 * c : 2 * c + 2] for c in range(width)] for r in range(ROWS)]
    return ["".join(_braille(cell) if unicode else _ascii(cell) for cell in line) for line in cells]


def _walk(
    curve: Curve, across: tuple[float, float], along: tuple[float, float], wide: int, tall: int
) -> Iterator[tuple[int, int]]:
    """The dots of a curve, without gaps between neighbours, and none beyond the range."""
    x = (curve.x - across[0]) / (across[1] - across[0]) * (wide - 1)
    y = (along[1] - curve.y) / (along[1] - along[0]) * (tall - 1)
    for (x0, y0), (x1, y1) in pairwise(zip(x.tolist(), y.tolist(), strict=True)):
        if not (np.isfinite(y0) and np.isfinite(y1)):
            continue
        steps = min(tall, int(max(abs(x1 - x0), abs(y1 - y0)))) + 1
        for step in range(steps + 1):
            column = round(x0 + (x1 - x0) * step / steps)
            row = y0 + (y1 - y0) * step / steps
            if 0 <= column < wide and -0.5 <= row <= tall - 0.5:
                yield column, min(tall - 1, max(0, round(row)))


def _row(value: float, along: tuple[float, float], tall: int) -> int:
    return round((along[1] - value) / (along[1] - along[0]) * (tall - 1))


def _braille(cell: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    bits = sum(_BRAILLE[row][column] for row in range(4) for column in range(2) if cell[row, column])
    return chr(0x2800 + bits) if bits else " "


def _ascii(cell: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    rows = np.flatnonzero(cell.any(axis=1))
    if not len(rows):
        return " "
    return "|" if len(rows) == 4 else "'" if rows.mean() < 1 else "-" if rows.mean() < 2.5 else "."
