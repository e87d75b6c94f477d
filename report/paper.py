"""What text is written on: the width, and what the terminal can show. Blocks in, one string out.

Colour is never the only channel: whatever a style says, a word beside it says too.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rich.console import Console
from rich.text import Text

from report.formula_lines import BREAK, formula_breaks, word_breaks
from report.text import GLUE

WIDEST: Final = 88
"""Prose is not set wider than this, however wide the terminal."""
NARROWEST: Final = 20


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: `text` is wrapped under `first` and `rest`; not `wrapped`, it keeps its lines (code, layouts).
    A `formula` is broken at its outermost operators."""

    text: Text | str
    first: Text | str = ""
    rest: str | None = None
    style: str = ""
    wrapped: bool = True
    formula: bool = False


BLANK: Final = Block("")


@dataclass(frozen=True)
class Paper:
    """`unicode`: the terminal's encoding holds our mathematics. `plain`: for screen readers, one reading order."""

    width: int = 80
    height: int | None = None
    """The lines of the screen; None where nobody has to scroll back."""
    colour: bool = False
    unicode: bool = True
    plain: bool = False

    def write(self, blocks: Iterable[Block]) -> str:
        """The blocks as text, each ended by a newline, without trailing blanks; blank ones in a row are one."""
        kept: list[Block] = []
        for block in blocks:
            if block is not BLANK or not kept or kept[-1] is not BLANK:
                kept.append(block)
        return "".join(f"{line}\n" for block in kept for line in self._lines(block))

    def fits(self, blocks: Iterable[Block], *, spare: int) -> bool:
        """Whether one screen holds the blocks, and as many lines more."""
        return self.height is None or self.write(blocks).count("\n") + spare <= self.height

    @property
    def measure(self) -> int:
        """The width that prose is set in."""
        return max(NARROWEST, min(self.width, WIDEST))

    @cached_property
    def _console(self) -> Console:
        return Console(
            file=io.StringIO(),
            width=self.measure,
            force_terminal=self.colour,
            color_system="standard" if self.colour else None,
            no_color=not self.colour,
            highlight=False,
            legacy_windows=False,
            _environ={},  # the decision about colour was made by whoever made this paper
        )

    def _lines(self, block: Block) -> list[str]:
        first, text = self._text(block.first), self._text(block.text)
        rest = self._text(first if block.rest is None else block.rest)
        if block.style:
            text.stylize_before(block.style)
        if block.wrapped:
            room = max(8, self.measure - max(first.cell_len, rest.cell_len))
            if block.formula:
                text = Text("\n").join(text.divide(formula_breaks(text.plain, room)))
            else:
                text = Text(BREAK).join(text.divide(word_breaks(text.plain, room)))
            pieces = list(text.wrap(self._console, room, no_wrap=block.formula))
        else:
            pieces = list(text.split("\n", allow_blank=True))
        return [
            self._shown(Text.assemble(lead, piece))
            for lead, piece in zip([first] + [rest] * len(pieces), pieces or [Text("")], strict=False)
        ]

    def _text(self, text: Text | str) -> Text:
        text = text.copy() if isinstance(text, Text) else Text(text)
        return text if self.unicode else _ascii_text(text)

    def _shown(self, text: Text) -> str:
        text = text.copy()
        text.rstrip()
        with self._console.capture() as capture:
            self._console.print(text, soft_wrap=True, end="")
        return capture.get().replace(GLUE, " ").replace(BREAK, "")


_ASCII: Final[Mapping[str, str]] = {
    "✓": "+", "✗": "x", "█": "#", "░": ".", "…": "...", "–": "-", "—": "-", "−": "-", "·": "*", "×": "*", "⊙": "*",
    "∂": "d", "∇": "grad ", "Σ": "sum", "∑": "sum", "∏": "prod", "√": "sqrt", "‖": "||", "≤": "<=", "≥": ">=",
    "≠": "!=", "∞": "inf", "→": "->", "←": "<-", "↑": "Up", "↓": "Down", "⇒": "=>", "𝟙": "1", "ᵀ": "^T", "½": "1/2",
    "“": '"', "”": '"', "‘": "'", "’": "'", "«": '"', "»": '"', "≈": "~", "±": "+-", "∈": " in ", "∝": " prop. to ",
    "▒": "=", "⌊": "floor(", "⌋": ")", "ℓ": "l", "°": " deg", "∀": "for all ", "─": "-", "│": "|",
    "⁄": "/",
}  # fmt: skip
_MARKS: Final[Mapping[str, str]] = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u0305": "bar"}

_RAISED: Final = re.compile("[⁰¹²³⁴-⁹]{2,}")
_BOUND: Final = re.compile("(?<=[/^])[½⅓⅔⅙⅚⅐⅑]|[½⅓⅔⅙⅚⅐⅑](?=[\\^⁰¹²³⁴-⁹])")
"""Fractions of one character that need brackets once they have three."""


def to_ascii(text: str) -> str:
    """The text in ASCII, readably: `ŷ − σ(z)²` is `yhat - sigma(z)^2`, `r¹²` is `r^12`, `r^½` is `r^(1/2)`."""
    text = _RAISED.sub(lambda found: f"^{unicodedata.normalize('NFKD', found[0])}", text)
    text = _BOUND.sub(lambda found: f"({_letter(found[0])})", text)
    return "".join(_letter(char) for char in text)


def _letter(char: str) -> str:
    if char.isascii():
        return char
    if char in _ASCII or char == GLUE:
        return _ASCII.get(char, char)
    name = unicodedata.name(char, "")
    if name.startswith("GREEK") and " LETTER " in name:
        letter = name.split(" LETTER ")[1].split(" WITH ")[0].lower()
        letter = letter.removeprefix("final ").removesuffix(" symbol")
        return letter.capitalize() if "CAPITAL" in name else letter
    if char in _MARKS:
        return _MARKS[char]
    parts = unicodedata.normalize("NFKD", char)
    plain = "".join(_MARKS.get(part, "" if unicodedata.combining(part) else part) for part in parts)
    if not plain.isascii() or not plain:
        return "".join(_letter(part) for part in plain if part != char) or "?"
    if unicodedata.decomposition(char).startswith("<super>"):
        return f"^{plain}"
    return f"_{plain}" if unicodedata.decomposition(char).startswith("<sub>") else plain


def _ascii_text(text: Text) -> Text:
    out = Text(style=text.style)
    for segment, style in _segments(text):
        out.append(to_ascii(segment), style)
    return out


def _segments(text: Text) -> Iterable[tuple[str, str]]:
    """Runs of one style. Spans of ours never overlap."""
    at = 0
    for span in sorted(text.spans, key=lambda span: span.start):
        yield text.plain[at : span.start], ""
        yield text.plain[span.start : span.end], str(span.style)
        at = span.end
    yield text.plain[at:], ""
