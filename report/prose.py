"""An author's prose as blocks: `$maths$` as a one-line reading, `$$maths$$` in two dimensions, code in backticks.

Maths is read and printed from the tree, never passed through as it was typed; `bank check` has made sure
that it can be read, and what cannot (a bank of somebody's own) is shown as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rich.text import Text

from grader.formula.declare import Scope
from grader.formula.errors import Unreadable
from questions.prose import pieces
from report import maths
from report.paper import BLANK, Block, Paper
from report.text import GLUE

_STRESS: Final = re.compile(r"(?<!\w)\*(\w[^*\n]*)\*(?!\w)")
_ITEM: Final = re.compile(r"(?:[-*]|\d+\.)\s+")
_GLUED: Final = 24
"""Formulas up to this length are not broken between lines."""


def prose(text: str, scope: Scope, paper: Paper, indent: str = "") -> list[Block]:
    """The paragraphs of `text`: each line of it is one (YAML has folded them), list items hang."""
    blocks: list[Block] = []
    verbatim = False
    for line in text.strip("\n").split("\n"):
        if line.strip().startswith("```"):
            verbatim = not verbatim
        elif verbatim or line.startswith("    "):
            blocks.append(Block(f"{indent}{line}", wrapped=False))
        elif line.strip():
            item = _ITEM.match(line.strip())
            if blocks and not (item and _hangs(blocks[-1], indent)):
                blocks.append(BLANK)
            hang = indent + " " * (len(item[0]) if item else 0)
            blocks += _paragraph(line.strip(), scope, paper, indent, hang)
    return blocks


def inline(text: str, scope: Scope, paper: Paper, style: str = "") -> Text:
    """One paragraph, display maths set inline."""
    out = Text(style=style)
    for kind, piece in _pieces(" ".join(text.split())):
        _append(out, kind, piece, scope, paper)
    return out


def on_one_line(text: str, scope: Scope) -> str:
    """Prose as one line of plain text, its short formulas glued."""
    return inline(text, scope, Paper()).plain


def _paragraph(text: str, scope: Scope, paper: Paper, indent: str, hang: str) -> Iterator[Block]:
    out = Text()
    for kind, piece in _pieces(text):
        if kind != "display":
            _append(out, kind, piece.lstrip() if not out.plain else piece, scope, paper)
            continue
        if out.plain.strip():
            yield Block(out, indent, hang)
        yield from _display(piece, scope, paper, hang)
        out = Text()
    if out.plain.strip():
        yield Block(out, indent, hang)


def _display(source: str, scope: Scope, paper: Paper, indent: str) -> Iterator[Block]:
    width = paper.measure - len(indent) - 4
    yield BLANK
    lines = None if paper.plain else maths.in_two_dimensions(source, scope, width=width, unicode=paper.unicode)
    for line in (lines or _reading(source, scope)).split("\n"):
        yield Block(f"{indent}    {line}", wrapped=False)
    yield BLANK


def _append(out: Text, kind: str, piece: str, scope: Scope, paper: Paper) -> None:
    if kind == "text":
        out.append(piece)
    elif kind == "stress":
        out.append(piece if paper.colour else f"*{piece}*", "italic" if paper.colour else "")
    elif kind == "code":
        out.append(piece if paper.colour else f"`{piece}`", "cyan" if paper.colour else "")
    else:
        reading = _reading(piece, scope)
        out.append(reading.replace(" ", GLUE) if len(reading) <= _GLUED else reading, "bold" if paper.colour else "")


def _reading(source: str, scope: Scope) -> str:
    try:
        return maths.on_one_line(source, scope)
    except Unreadable:
        return source.strip()


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    for piece in pieces(text):
        if piece.kind != "text":
            yield piece.kind, piece.text
            continue
        for number, part in enumerate(_STRESS.split(piece.text)):
            yield "stress" if number % 2 else "text", part


def _hangs(block: Block, indent: str) -> bool:
    return block.rest is not None and block.rest != indent
