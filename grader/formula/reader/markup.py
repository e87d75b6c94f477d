"""Text with its mathematics set off, as in Markdown and LaTeX: `By the **chain rule**, $\\frac{dL}{dz} = p - y$.`

Where a line sets mathematics off, what stands outside is words for certain, whatever letters they are made of. A
formula in the middle of a sentence that says nothing (`with respect to $z$`) is one of its words.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from grader.formula.reader.prose import BREAKS, INTRODUCING, PROSE
from grader.formula.reader.rows import has_equals, last_word, matched, word_at
from grader.formula.reader.tokens import Token

_SET_OFF: Final = re.compile(
    r"\$\$(?P<display>.{1,2000}?)\$\$|(?<!\\)\$(?P<inline>[^$\n]{1,2000}?)(?<!\\)\$|\\\[(?P<square>.{1,2000}?)\\\]|\\\((?P<round>.{1,2000}?)\\\)"
    r"|(?<!`)`(?P<code>[^`\n]{1,2000})`(?!`)",
    re.DOTALL,
)
_CONDITIONAL: Final = frozenset(("if", "when", "whenever", "for", "case", "assuming", "suppose", "assume", "provided"))
_OTHERS: Final = frozenset(("otherwise", "else"))
_STRUCTURE: Final = BREAKS | INTRODUCING | _CONDITIONAL | _OTHERS | {"elif", "and", "all", "every", "each"}
"""Words that tell how the formulas beside them are meant."""
_SAYS: Final = frozenset(("=", "==", ":=", "<", "<=", ">", ">=", "!=", "≈"))
_LEADS_TO: Final = frozenset(("is", "get", "gives", "give", "obtain", "yields", "equals", "becomes", "answer", "have"))
"""Words right before a formula that is what a sentence comes to."""
_MARKS: Final = frozenset((",", ".", ":", ";"))
_BRACKETS: Final = frozenset(("(", ")"))


class Markup:
    """Which parts of a text are set off as mathematics."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans = [match.span(match.lastgroup or 0) for match in _SET_OFF.finditer(text)]
        self._starts = [start for start, _ in self.spans]

    def __bool__(self) -> bool:
        return bool(self.spans)

    def touches(self, row: Sequence[Token]) -> bool:
        """Whether some of a row is mathematics that is set off."""
        return any(inside for inside, _ in self._parts(row))

    def sentences(self, row: Sequence[Token]) -> list[list[Token]]:
        """A row cut where a sentence ends, outside of mathematics."""
        found: list[list[Token]] = [[]]
        parts = self._parts(row)
        if not any(inside for inside, _ in parts):
            return [list(row)]
        for inside, tokens in parts:
            for at, token in enumerate(tokens):
                found[-1].append(token)
                if not inside and token.text == "." and (at + 1 == len(tokens) or tokens[at + 1].space):
                    found.append([])
        return [sentence for sentence in found if sentence]

    def sieved(self, row: Sequence[Token], *, last: bool) -> tuple[list[Token], list[list[Token]]]:
        """The tokens of a row that matter, and the runs of those that are only words. `last`: whether no later row
        holds mathematics: what it comes to may be a formula alone (`the answer is $p - y$`)."""
        parts = self._parts(row)
        if not any(inside for inside, _ in parts):
            return ([], [list(row)]) if _is_sentence(row) else (list(row), [])
        outside = [tokens for inside, tokens in parts if not inside]
        if not any(map(_holds_words, outside)):
            return [token for token in row if token.text != "`"], []
        kept: list[Token] = []
        ahead: list[Token] = []
        conditions: list[bool] = []
        """Of each formula that is kept, whether it is said to be a condition."""
        for at, (inside, tokens) in enumerate(parts):
            if not inside:
                ahead += _structure(tokens, between=bool(kept))
                continue
            said = any(token.kind == "op" and token.text in _SAYS for token in tokens)
            ends = at == len(parts) - 1 or not _holds_words(parts[at + 1][1])
            conditional = any(word in _CONDITIONAL for word in _words(ahead))
            if said or (last and ends and at > 0 and _leads_to(parts[at - 1][1])):
                kept += [*ahead, replace(tokens[0], space=True), *tokens[1:]]
                conditions.append(conditional and "case" not in _words(ahead))
            elif conditional:
                return [], [list(row)]  # a case that is told in words: `if $r$ is positive, …`
            ahead = []
        if conditions == [True] and not any(token.text == ":" for token in ahead):
            return [], [list(row)]  # `when $r > 0$ the loss grows`
        kept += [token for token in ahead if token.text in (":", ")") or token.kind in ("letter", "word")]
        return _without_empty_brackets(_without_last_words(kept)), outside

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


def _structure(tokens: Sequence[Token], *, between: bool) -> list[Token]:
    """Of words, those that tell how the formulas beside them are meant, and the punctuation; a comma where words
    alone stand `between` two formulas."""
    kept: list[Token] = []
    at = 0
    counted = False
    while at < len(tokens):
        token = tokens[at]
        if token.kind in ("letter", "word"):
            word, end = word_at(tokens, at)
            counted = word.lower() == "case"
            if word.lower() in _STRUCTURE:
                kept += tokens[at:end]
            at = max(end, at + 1)
            continue
        again = bool(kept) and kept[-1].text in _MARKS and token.text in _MARKS
        if not again and (token.text in _MARKS or token.text in _BRACKETS or (counted and token.kind == "number")):
            kept.append(token)
        at += 1
    if between and not kept and _holds_words(tokens):
        return [Token("op", ",", tokens[0].start, tokens[0].end, space=True)]
    return kept


def _leads_to(tokens: Sequence[Token]) -> bool:
    """Whether words end in `is`, `we get`, or a colon."""
    shown = [token for token in tokens if token.kind in ("letter", "word") or token.text == ":"]
    if not shown:
        return False
    return shown[-1].text == ":" or list(_words(shown))[-1] in _LEADS_TO


def _without_last_words(tokens: Sequence[Token]) -> list[Token]:
    """Without words at the end that nothing follows: `… for`. `… otherwise` is one that ends a choice."""
    made = list(tokens)
    while (
        (at := last_word(made)) is not None and word_at(made, at)[0].lower() in _STRUCTURE - _OTHERS and made[at].space
    ):
        made = made[:at]
    return made


def _without_empty_brackets(tokens: Sequence[Token]) -> list[Token]:
    """Without brackets that hold no formula any more, or have lost their other half; nothing if only marks are left."""
    made = list(tokens)
    while True:
        closing = matched(made)
        halves = {at for at, token in enumerate(made) if token.text in _BRACKETS} - {*closing, *closing.values()}
        empty = [at for at in closing if all(token.text in _MARKS for token in made[at + 1 : closing[at]])]
        dropped = halves | {at for start in empty if made[start].text == "(" for at in range(start, closing[start] + 1)}
        if not dropped:
            break
        made = [token for at, token in enumerate(made) if at not in dropped]
    while made and made[0].text in _MARKS:
        made = made[1:]
    return made


def _is_sentence(tokens: Sequence[Token]) -> bool:
    """Whether a line without set-off mathematics is words: `We need ∂L/∂z for the focal loss.`"""
    if has_equals(tokens):
        return False
    return sum(len(word) > 2 and word in PROSE for word in _words(tokens)) > 1


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    at = 0
    while at < len(tokens):
        if tokens[at].kind in ("letter", "word"):
            word, at = word_at(tokens, at)
            yield word.lower()
        else:
            at += 1


def _holds_words(tokens: Sequence[Token]) -> bool:
    return any(token.kind in ("letter", "word") for token in tokens)
