"""What is said beside a formula in its own row: `by the chain rule: …`, `… (chain rule)`, `…, which is zero at 0`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from grader.formula.reader.beyond import holds_formula
from grader.formula.reader.prose import LEADS_TO, QUALITIES, REMARKS
from grader.formula.reader.restating import restates
from grader.formula.reader.rows import has_equals, last_word, matched, stripped, word_at, words_in
from grader.formula.reader.tokens import Token
from grader.formula.reader.trailing import remark_at
from grader.formula.reader.words import Words

_REASONS: Final = frozenset(("by", "using", "via", "from", "as", "again", "after", "with"))
_ARTICLES: Final = frozenset(("the", "a", "an"))
_APPOSING: Final = frozenset(("i", "is", "b", "be", "t", "the", "a", "an"))
"""How what says what an equation is begins, as words and as letters."""
_LAST_WORDS: Final = frozenset(("qed", "elementwise", "componentwise", "coordinatewise", "entrywise", "pointwise"))
"""What may stand behind a formula."""
_CASE: Final = 60
"""Of how many tokens a case in words has less."""
_COMMAS: Final = 20
"""How many commas of a row are looked at."""


class Remarks:
    """`note` sets tokens aside as words."""

    def __init__(self, text: str, words: Words, note: Callable[[Sequence[Token]], None]) -> None:
        self.text, self.words, self.note = text, words, note
        self.vocabulary = words.vocabulary

    def without_asides(self, row: list[Token]) -> list[Token]:
        """A row without what only says something of it: `…, which is zero at p = y`, `(chain rule)`."""
        row = self._without_reason_between(row)
        at, closing = 1, matched(row)
        while at < len(row):
            word, end = word_at(row, at)
            example = [token.text for token in row[at : at + 3]] == ["e", ".", "g"] and row[at].space
            zero = row[at - 1].text == "," and word in ("zero", "vanishing", "positive", "negative")
            if zero or example or (word == "which" and (self._only_says(row, end) or self._in_a_case(row, end))):
                self.note(row[at:])
                return self.ended(row[:at])
            at = max(end, closing.get(at, at) + 1)
        kept = self.without_remark(row)
        self.note(row[len(kept) :])
        return kept

    def _without_reason_between(self, row: list[Token]) -> list[Token]:
        """`dL/dz is, by the chain rule, …` as `dL/dz is …`."""
        commas = [at for at, token in enumerate(row) if token.text == ","]
        for first, second in pairwise(commas[:_COMMAS]):
            before = row[first - 1] if first else None
            reason = row[first + 1 : second]
            if before is None or not reason or second + 1 == len(row) or not self.words.wordy(reason):
                continue
            at = last_word(row[:first])
            leads = before.text == "=" or (at is not None and word_at(row, at)[0] in LEADS_TO)
            if leads and word_at(reason, 0)[0] in _REASONS:
                self.note(reason)
                return [*row[:first], *row[second + 1 :]]
        return row

    def without_remark(self, tokens: list[Token]) -> list[Token]:
        """A formula without a bracket of words behind it, as `(chain rule)`."""
        closing = matched(tokens)
        last = next((start for start, end in closing.items() if end == len(tokens) - 1), None)
        if last and tokens[last].text in ("(", "[") and tokens[last].space:
            word, inside = word_at(tokens, last + 1)[0], tokens[last + 1 : -1]
            remark = (word in REMARKS or word in QUALITIES) and self.words.is_word(word)
            remark = remark or "subgradient" in words_in(inside)
            if self.words.wordy(inside) or remark or self.words.foreign(inside):
                return tokens[:last]
        if at := self._apposed(tokens) or remark_at(tokens, self.text, self.words):
            return tokens[:at]
        return tokens

    def _apposed(self, tokens: Sequence[Token]) -> int:
        """Where words begin that say what an equation is: `…, the cross-entropy gradient`, `… is the sigmoid of z`."""
        equated = next((at for at in range(len(tokens)) if has_equals(tokens[at : at + 1])), len(tokens))
        for at in range(len(tokens) - 2, 0, -1):
            comma = tokens[at].text == ","
            if not comma and not (tokens[at].space and tokens[at].text in _APPOSING):
                continue
            word, start = (",", at + 1) if comma else word_at(tokens, at)
            if word in _ARTICLES and equated < at:  # `p = σ(z) the prediction`
                verb = last_word(tokens[:at])
                if verb is not None and len(said := word_at(tokens, verb)[0]) > 1 and self.words.is_word(said):
                    continue  # `λ = y at the optimum`
                if tokens[at - 1].kind not in ("letter", "word", "number", "close"):
                    continue
                word, start = "is", at
            if word in (",", "is", "be") and word_at(tokens, start)[0] in _ARTICLES:
                rest = tokens[start:]
                closed = sum((token.kind == "open") - (token.kind == "close") for token in rest) == 0
                plain = closed and self.words.wordy(rest) and not holds_formula(rest, self.vocabulary.names)
                plain = plain and not restates(self.text[rest[0].start : rest[-1].start])
                return at if plain and (comma or equated < at) else 0
        return 0

    def _only_says(self, row: list[Token], at: int) -> bool:
        """Whether `which is zero at …`, `which vanishes …` goes on at a token: no formula to judge."""
        verb, end = word_at(row, at)
        return verb in ("vanishes", "agrees", "matches") or (
            verb in ("is", "are")
            and (word_at(row, end)[0].lower() in QUALITIES or [token.text for token in row[end : end + 1]] == ["0"])
        )

    def _in_a_case(self, row: list[Token], at: int) -> bool:
        """Whether `which is 2Aw if A is symmetric` goes on at a token: a case that no formula tells."""
        last = next(
            (i for i in range(len(row) - 1, max(at, len(row) - _CASE), -1) if word_at(row, i)[0] in ("if", "when")), 0
        )
        said = row[word_at(row, last)[1] :] if last else []
        plain = all(token.kind in ("letter", "word") or token.text == "." for token in said)
        return plain and any(len(word) > 2 and self.words.is_word(word) for word in words_in(said))

    def after_colon(self, tokens: list[Token]) -> list[Token]:
        """What stands behind `by the chain rule:`."""
        for at, token in enumerate(tokens):
            if token.kind == "op" and token.text == ":":
                before = tokens[:at]
                if before and at + 1 < len(tokens) and (self.words.wordy(before) or self.words.labels(before)):
                    return tokens[at + 1 :]
                return tokens
            if token.kind not in ("letter", "word", "number", "bad") and token.text not in ",'.-()":
                return tokens
        return tokens

    def ended(self, tokens: list[Token]) -> list[Token]:
        """Without punctuation, `✓` and `QED` at the end."""
        while tokens:
            shorter = stripped(tokens)
            at = last_word(shorter)
            word = word_at(shorter, at)[0] if at else ""
            if at and word.lower() in _LAST_WORDS and shorter[at].space and self.words.is_word(word):
                shorter = shorter[:at]
            if len(shorter) == len(tokens):
                break
            tokens = shorter
        return tokens
