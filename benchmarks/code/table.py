"""Rows as a table, and what is promised of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """A figure, and what it must not exceed (or, with `least`, fall below)."""

    name: str
    value: float
    limit: float
    least: bool = False

    @property
    def kept(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit

    def line(self) -> str:
        sign = "≥" if self.least else "≤"
        return f"{'kept  ' if self.kept else 'MISSED'} {self.name}: {self.value:.2f} ({sign} {self.limit:g})"


def shown(rows: Sequence[tuple[str, ...]]) -> str:
    """The first row is the heading; the first column is set left, the others right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"
