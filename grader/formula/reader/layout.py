"""How the rows of a derivation are laid out: lists, frames of code, emphasis, formulas that go over several lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from grader.formula.reader.code_frames import docstrings, unframed
from grader.formula.reader.loops import unrolled
from grader.formula.reader.markup import Markup
from grader.formula.reader.prose import MEANING
from grader.formula.reader.rows import has_equals, implies, list_mark, word_at, words_in
from grader.formula.reader.tokens import Token
from grader.formula.reader.words import Words

_OPEN_ENDED: Final = frozenset(("+", "-", "*", "·", "/", "=", "==", ":=", "^", "⊙", "⊗", "@", ","))
_CASES: Final = frozenset(("if", "when", "otherwise", "undefined"))
_COUNTED: Final = frozenset(("two", "three", "both", "several"))
_TAG: Final = re.compile(r"</?(details|summary|p|div|br|center|b|ul|li|hr)\b[^<>\n]{0,80}>")
_EMPHASIS: Final = 80
"""How many tokens are emphasised at most."""


class Layout:
    """`note` sets tokens aside as words."""

    def __init__(self, text: str, words: Words, markup: Markup, note: Callable[[Sequence[Token]], None]) -> None:
        self.text, self.words, self.markup, self.note = text, words, markup, note

    def joined(self, rows: Iterator[list[Token]]) -> list[list[Token]]:
        """Rows that end in an operator, or go on with `+`, belong together."""
        found: list[list[Token]] = []
        for row in self._choices_unlisted([row for row in rows if row]):
            if self._is_rule(row):
                continue
            before = found[-1] if found else None
            if before and (self._goes_on(before, row)):
                before.extend(row)
            else:
                found.append(row)
        return found

    def _choices_unlisted(self, rows: list[list[Token]]) -> Iterator[list[Token]]:
        """`dL/df =` with a list of its cases below: there a `-` is the mark of an item, and no sign."""
        listing = False
        for at, row in enumerate(rows):
            dashed = row[0].text == "-" and len(row) > 1 and row[1].space and self.begins_line(row[0])
            above = rows[at - 1][-1].text if at else ""
            listing = dashed and (listing or above in ("=", ":")) and self._says_case(row)
            item = row[1:] if listing else row
            if word_at(item, 0)[0].lower() == "undefined":
                self.note(item)  # `undefined at f = y`
            else:
                yield item

    def _says_case(self, row: Sequence[Token]) -> bool:
        """Whether a row holds in one case: `−1 if r < 0`, `0 otherwise`."""
        said = {word.lower() for word in words_in(row) if self.words.is_word(word)}
        return bool(said & _CASES)

    def unlisted(self, rows: list[list[Token]]) -> list[list[Token]]:
        """Rows without the marks of a list: `1.`, `2)`, `(3)`, `*`, and `-` where every row has one."""
        kept: list[list[Token]] = []
        unmarked = [row for row in rows if len(row) > 1]
        documented = docstrings(self.text)
        for row in rows:
            if self._is_frame(row) or any(start <= row[0].start < end for start, end in documented):
                self.note(row)
            elif row := self._unmarked(row):
                kept.append(row)
        rows = unframed(unrolled(kept, self.text), self.note)
        several = len(rows) > 1
        heads = [row for row in rows if self.begins_line(row[0])]
        dashed = all(row[0].text == "-" and len(row) > 1 and row[1].space for row in heads)
        dashed = dashed and (several or any(self.markup.bold(row[1]) for row in unmarked))
        counted = [row[0].text for row in rows] == [f"{number}." for number in range(1, len(rows) + 1)]
        return [row[list_mark(row, several=several, dashed=dashed and self.begins_line(row[0]), counted=counted) :]
                for row in rows]  # fmt: skip

    def _goes_on(self, before: list[Token], row: list[Token]) -> bool:
        """Whether a row continues the one before: after an operator, before `+`, and before a minus that is set
        off by a space or an indent, as in a broken formula (`-y/p` at the margin is a line of its own)."""
        if before[-1].kind == "op" and before[-1].text in _OPEN_ENDED - {","}:
            return not self._is_emphasised(before)
        if row[0].kind != "op" or len(row) < 2:
            return False
        if self._says_case(before) and self._says_case(row):
            return False  # `+1 if r > 0`, and `−1 if r < 0` below it
        if row[0].text == "+":
            return True
        if ";" in self.text[before[-1].end : row[0].start] or implies(self.text, row[-1].end):
            return False
        if self.markup.holds(row[0]) and "$" in self.text[before[-1].end : row[0].start]:
            return False
        margin = row[0].start == 0 or self.text[row[0].start - 1] == "\n"
        return row[0].text == "-" and (row[1].space or not margin) and has_equals(before) and not has_equals(row)

    def _is_rule(self, row: Sequence[Token]) -> bool:
        """`---`, `***`, `===`: a line drawn across the text."""
        drawn = self.text[row[0].start : row[-1].end]
        return self.begins_line(row[0]) and len(drawn) > 2 and set(drawn) in ({"-"}, {"*"}, {"_"}, {"="})

    def _is_frame(self, row: Sequence[Token]) -> bool:
        """`import numpy as np`, and the fences around code."""
        if not self.begins_line(row[0]):
            return False
        if self.text.startswith("```", row[0].start):
            return all(token.text == "`" or token.kind in ("letter", "word") for token in row)
        if _TAG.match(self.text, row[0].start) and not self.markup.touches(row):
            return True
        word, end = word_at(row, 0)
        if end < len(row) and row[end:] == row[-1:] and row[-1].text == ":":  # `Forward:`
            return len(word) > 4 and word not in MEANING and self.words.is_word(word)
        plain = all(token.kind in ("letter", "word") for token in row[end:-1]) and row[-1].text in (".", ":")
        if word.lower() in _COUNTED and plain and len(row) > end + 1 and self.words.is_word(word):
            return True  # `Two regimes.`
        if word == "from":
            return "import" in (word_at(row, at)[0] for at in range(end, len(row)))
        return word == "import"

    def _unmarked(self, row: list[Token]) -> list[Token]:
        """A row without what only sets it off: bullets, quotes, Markdown's `**…**` and backticks."""
        while row and self.begins_line(row[0]) and (self.text[row[0].start] in "•●▪◦∙" or row[0].text == ">"):
            row = row[1:]
        ticks = [token for token in row if token.text == "`"]
        if len(ticks) % 2 == 0:
            row = [token for token in row if token.text != "`"]
        if len(row) > 2 and self.markup.bold(row[1]) and row[0].text == "-" and self.begins_line(row[0]):
            inner = self._unmarked(row[1:])  # `- **dL/dz = …**`
            return [row[0], replace(inner[0], space=True), *inner[1:]]
        stars = [at for at, token in enumerate(row) if self.markup.bold(token)]
        if len(stars) < 2:
            return row
        first, last = stars[0], stars[-1]
        heading = row[1 : stars[1]] if first == 0 else []  # `**Step 1.** Let …`
        if heading and stars[1] + 1 < len(row) and self.words.names_step(heading):
            self.note(heading)
            rest = row[stars[1] + 1 :]
            return rest[1:] if rest[0].text == ":" else rest
        if last == len(row) - 1 and (first == 0 or row[first - 1].text == ":"):
            return [*row[:first], *row[first + 1 : last]]
        ends = next((at for at in stars[1:] if row[at - 1].text == ":" or row[at + 1 : at + 2] == []
                     or row[at + 1].text == ":"), None)  # fmt: skip
        return [*row[1:ends], *row[ends + 1 :]] if first == 0 and ends is not None else row

    def _is_emphasised(self, row: Sequence[Token]) -> bool:
        """Whether a row ends in what Markdown's `*…*` or `**…**` sets off: no sign stands there."""
        row = row[-_EMPHASIS:]
        stars = [at for at, token in enumerate(row) if self.text.startswith("*", token.start)]
        if len(stars) < 2 or stars[-1] != len(row) - 1 or row[-1].space:
            return False
        return row[stars[-2]].space and not row[stars[-2] + 1].space

    def begins_line(self, token: Token) -> bool:
        return not self.text[: token.start].rpartition("\n")[2].strip()
