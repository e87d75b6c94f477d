"""A caret under the character that was typed."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len

from grader.verdict import Place

_SHOWN_BEFORE: Final = 40
_TAB: Final = " "


def caret(text: str, where: Place, width: int) -> tuple[str, str] | None:
    """The line of `text` at `where`, and a line with the carets under it; None if nothing stands there.

    Both fit `width` cells; a long line is cut around the place. Cells are counted as a terminal does,
    so that the caret stands under `ŷ` whether it was typed as one character or as two.
    """
    lines = text.split("\n")
    if not 1 <= where.line <= len(lines) or not lines[where.line - 1].strip():
        return None
    line = "".join(char if char.isprintable() else _TAB for char in lines[where.line - 1].rstrip("\r"))
    start = min(where.column - 1, len(line))
    cut = max(0, start - _SHOWN_BEFORE) if cell_len(line) > width else 0
    head = "…" if cut else ""
    shown = head + line[cut:]
    while cell_len(shown) > width:
        shown = shown[: max(1, len(shown) - 1 - (cell_len(shown) - width) // 2)]
    before = cell_len(head + line[cut:start])
    under = cell_len(line[start : start + max(1, where.length)])
    return shown, " " * before + "^" * max(1, min(under, width - before))
