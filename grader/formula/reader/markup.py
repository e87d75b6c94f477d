"""Text with its mathematics set off, as in Markdown and LaTeX: `By the **chain rule**, $\\frac{dL}{dz} = p - y$.`

Where a line sets mathematics off, what stands outside is words for certain, whatever letters they are made of. A
formula in the middle of a sentence that says nothing (`with respect to $z$`) is one of its words.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Final

from grader.formula.reader.asides import checking_code, claims_nothing, is_example, is_in_numbers, takes_back
from grader.formula.reader.beyond import holds_formula, may_derive
from grader.formula.reader.prose import MEANING, PROSE
from grader.formula.reader.restating import restates
from grader.formula.reader.rows import LineOf, has_equals
from grader.formula.reader.sieve import SAYS, Sentence, holds_words, lower_words
from grader.formula.reader.tables import table_lines
from grader.formula.reader.tokens import Token

_SET_OFF: Final = re.compile(
    r"\$\$(?P<display>.{1,2000}?)\$\$|(?<!\\)\$(?P<inline>[^$\n]{1,2000}?)(?<!\\)\$"
    r"|\\\[(?P<square>.{1,2000}?)\\\]|\\\((?P<round>.{1,2000}?)\\\)"
    r"|(?<!`)`(?P<code>[^`\n]{1,2000})`(?!`)",
    re.DOTALL,
)
_OTHERS: Final = frozenset(("otherwise", "else"))
_ABBREVIATED: Final = re.compile(r"(?:\b\w\.\w*|\b(?:eq|eqs|cf|resp|fig|vs|approx|sec|no))\.$", re.IGNORECASE)
_IN_PASSING: Final = 3
"""How many words make a formula beside them part of a sentence."""


class Markup:
    """Which parts of a text are set off as mathematics."""

    def __init__(self, text: str, is_word: Callable[[str], bool], names: Container[str]) -> None:
        self.text = text
        self.is_word = is_word
        self.spans = [match.span(match.lastgroup or 0) for match in _SET_OFF.finditer(text)]
        self.names = names
        self.claimed = False
        """Whether a row before says what a derivative is."""
        self.in_passing: set[int] = set()
        """Where formulas begin that stand within a sentence."""
        self._starts = [start for start, _ in self.spans]
        self._tables = table_lines(text) if self.spans else frozenset()
        self._line_of = LineOf(text)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def holds(self, token: Token) -> bool:
        """Whether a token is mathematics that is set off."""
        return self._span_at(token.start) is not None

    def touches(self, row: Sequence[Token]) -> bool:
        """Whether some of a row is mathematics that is set off."""
        return any(inside for inside, _ in self._parts(row))

    def sentences(self, row: Sequence[Token]) -> list[list[Token]]:
        """A row cut where a sentence ends, outside of mathematics, and the row of a table into its cells."""
        found: list[list[Token]] = [[]]
        table = self._in_table(row)
        parts = self._parts(row)
        if not table and not any(inside for inside, _ in parts):
            return [list(row)]
        for inside, tokens in parts:
            for at, token in enumerate(tokens):
                if table and not inside and token.text == "|":
                    found.append([])
                    continue
                found[-1].append(token)
                ends = not inside and token.text == "." and (at + 1 == len(tokens) or tokens[at + 1].space)
                if ends and not _ABBREVIATED.search(self.text, max(0, token.end - 12), token.end):
                    found.append([])
        return [sentence for sentence in found if sentence]

    def claimless(self, rows: Sequence[Sequence[Token]]) -> frozenset[int]:
        """Which rows hold wrong attempts, or what would be so at the optimum: sentences that say so, and the
        displayed formulas that they lead to, or take back."""
        found = set(self._checking(rows))
        leads = example = instance = False
        for at, row in enumerate(rows):
            if not row or not self._worded(row):
                found |= {at} if leads else set()
                continue
            said = self.text[row[0].start : row[-1].end]
            paragraph = at == 0 or not rows[at - 1] or "\n\n" in self.text[rows[at - 1][-1].end : row[0].start]
            example = is_example(said) or (example and not paragraph)
            instance = (example and is_in_numbers(said)) or (instance and not paragraph)
            leads = instance or claims_nothing(said)
            if leads:
                found.add(at)
            if takes_back(said):
                before = at - 1
                while before > 0 and not self._worded(rows[before]):
                    before -= 1
                found |= set(range(max(before, 0), at))
            leads = leads and row[-1].text != "." and not takes_back(said)
        return frozenset(found)

    def _checking(self, rows: Sequence[Sequence[Token]]) -> Iterator[int]:
        """Which rows are code that tries the result out."""
        blocks = checking_code(self.text)
        for at, row in enumerate(rows):
            if row and any(start <= row[0].start < end for start, end in blocks):
                yield at

    def _worded(self, row: Sequence[Token]) -> bool:
        return any(not inside and holds_words(tokens) for inside, tokens in self._parts(row))

    def _in_table(self, row: Sequence[Token]) -> bool:
        return bool(row and self._tables) and self._line_of(row[0].start) in self._tables

    def sieved(self, row: Sequence[Token], *, last: bool) -> tuple[list[list[Token]], list[list[Token]]]:
        """The tokens of a row that matter, in one row or two, and the runs of those that are only
        words. `last`: whether no later row holds mathematics: what it comes to may be a formula alone (`the answer is
        $p - y$`)."""
        parts = self._parts(row)
        if self._in_table(row) and not any(token.kind == "op" and token.text in SAYS for token in row):
            return [], [list(row)]
        behind, self.claimed = self.claimed, self.claimed or may_derive(row)
        if not any(inside for inside, _ in parts):
            restated = behind and holds_formula(row, self.names) and restates(self._said(row))
            return ([list(row)], []) if restated or not self._is_sentence(row) else ([], [list(row)])
        if not parts[0][0] and self._is_mark(parts[0][1]):
            parts[0] = (False, parts[0][1][1:])
            parts = parts if parts[0][1] else parts[1:]
        outside = [tokens for inside, tokens in parts if not inside]
        if not any(map(holds_words, outside)):
            kept = [token for inside, tokens in parts for token in tokens if inside or token.kind != "bad"]
            return [[token for token in kept if token.text != "`"]], []
        sentence = Sentence(self.text, row, parts, self.is_word, claimed=self.claimed, last=last)
        found = sentence.formulas()
        if found is None:
            return [], [list(row)]
        if sum(len(list(lower_words(tokens))) for tokens in outside) >= _IN_PASSING:
            self.in_passing |= {token.start for part in found for token in part}
        return found, outside

    def _said(self, row: Sequence[Token]) -> str:
        """The words of a row before its first sign."""
        end = next((t.start for t in row if t.kind not in ("letter", "word") and t.text not in ",.:'()*"), row[-1].end)
        return self.text[row[0].start : end]

    def _is_mark(self, tokens: Sequence[Token]) -> bool:
        """Whether tokens begin with the mark of a list, `- $p = σ(z)$`: no minus, since it is not set off."""
        first = tokens[0]
        spaced = self.text[first.end : first.end + 1].isspace()
        return first.text in ("-", "*", "+") and spaced and not self.text[: first.start].rpartition("\n")[2].strip()

    def bold(self, token: Token) -> bool:
        """Whether `**` stands here."""
        return self.text.startswith("**", token.start)

    def _is_sentence(self, tokens: Sequence[Token]) -> bool:
        """Whether a line without set-off mathematics is words: `We need ∂L/∂z for the focal loss.`, `Forward pass:`"""
        if not tokens or has_equals(tokens):
            return False
        words = list(lower_words(tokens))
        if sum(len(word) > 2 and word in PROSE for word in words) > 1:
            return True
        plain = all(
            token.kind in ("letter", "word", "number", "bad") or token.text in ",.:()'*-!?&" or self.bold(token)
            for token in tokens
        )
        own = [word for word in words if len(word) > 2 and self.is_word(word) and word not in MEANING]
        said = (
            len(own) > 1 or tokens[-1].text in (":", ",") or self.bold(tokens[-1]) or any(word in PROSE for word in own)
        )
        return plain and bool(own) and said

    def _span_at(self, offset: int) -> int | None:
        at = bisect_right(self._starts, offset) - 1
        return at if at >= 0 and offset < self.spans[at][1] else None

    def _parts(self, row: Sequence[Token]) -> list[tuple[bool, list[Token]]]:
        """The row in runs, each within one formula or outside of all."""
        parts: list[tuple[bool, list[Token]]] = []
        before: int | None = None
        for token in row:
            span = self._span_at(token.start)
            if parts and span == before:
                parts[-1][1].append(token)
            else:
                parts.append((span is not None, [token]))
            before = span
        return parts
