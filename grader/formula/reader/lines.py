"""The statements of a derivation: lines, `align` rows, chains that go on, and the words between.

A statement is a run of tokens with the line on which it begins. Words are told from mathematics here, with
care: only what is certainly prose is set aside, so that a mistyped formula is reported and not skipped.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from grader.formula.declarations import name_at
from grader.formula.errors import Unreadable
from grader.formula.functions import BY_SPELLING
from grader.formula.names import LOSS_NAMES, Vocabulary, canonical
from grader.formula.reader.beyond import holds_formula
from grader.formula.reader.bounds import comparison_at
from grader.formula.reader.columns import without_columns
from grader.formula.reader.limited import Limits
from grader.formula.reader.limits import LINES, RUN, too_large
from grader.formula.reader.markup import Markup
from grader.formula.reader.prose import BREAKS, INTRODUCING, MEANING, PROSE, QUALITIES, REASONS, REMARKS, SAYING
from grader.formula.reader.restating import restates
from grader.formula.reader.rows import (
    LineOf,
    for_all,
    has_equals,
    last_word,
    list_mark,
    matched,
    single_letters_introduced,
    stripped,
    unstarred,
    word_at,
    words_in,
)
from grader.formula.reader.spoken import Choices
from grader.formula.reader.tokens import Token, ended
from grader.formula.tree import Span

_CONTINUES: Final = frozenset(("=", "==", "≈", "+"))
_OPEN_ENDED: Final = frozenset(("+", "-", "*", "·", "/", "=", "==", ":=", "^", "⊙", "⊗", "@", ","))
_IMPLIED: Final = re.compile(r"[\s$\\,.]*(⇒|⟹|=>|→|->|\\implies|\\Rightarrow|\\to\b|\\rightarrow)")
_KEYWORDS: Final = frozenset(("case", "Case", "lambda", "else", "elif", "return", "def", "class"))
"""Words before a colon that are no label."""
_TAG: Final = re.compile(r"</?(details|summary|p|div|br|center|b|ul|li|hr)\b[^<>\n]{0,80}>")


@dataclass(frozen=True, slots=True)
class Statement:
    """Tokens that make one formula or chain; `introduces` after `let`, `reason` after `since` and its like."""

    tokens: tuple[Token, ...]
    line: int
    introduces: bool = False
    reason: bool = False
    chained: bool = False
    """Begins with `=`: it goes on with the statement before."""
    prose: bool = False
    """Mostly words: where it cannot be read, it is set aside."""
    in_passing: bool = False
    """Said within a sentence: set aside where it is about a name of which nothing else is known."""
    where: bool = False
    """Said after `where`, or further on in the same line: it may be needed by what stands before it."""
    condition: tuple[Token, ...] = ()
    """In which case it holds; `heading`: as a line before says, and perhaps in all."""
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """What was set aside as words."""

    line: int
    text: str
    span: Span


class Lines:
    """Cuts the tokens of a whole text into statements. Names that are declared later do not matter here:
    `vocabulary` only keeps declared names from being taken for words."""

    def __init__(self, tokens: Sequence[Token], text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.vocabulary = vocabulary
        self.comments: list[Comment] = []
        self.line_of = LineOf(text)
        self.introduced = single_letters_introduced(tokens)
        self.markup = Markup(text, self._is_word, vocabulary.names)
        self.tokens, remarks = without_columns(tokens, text, self.markup.holds)
        for remark in remarks:
            self._note(remark)

    def statements(self) -> list[Statement]:
        rows = self._unlisted(self._joined(self._sieved(self._rows())))
        rows = Choices(self._is_word, self._leads).gathered(map(self._without_asides, rows))
        found: list[Statement] = []
        heading: tuple[Token, ...] = ()
        opening: tuple[int, tuple[Token, ...]] = (0, ())
        sure = False
        limits = Limits(self._is_word, self.vocabulary)
        for row in (part for whole in rows for part in limits.several(whole)):
            limited = limits.of(row)
            self._note(limited.aside)
            if not limited.row:
                heading = limited.condition
                continue
            line = self.line_of(limited.row[0].start)
            implied = _IMPLIED.match(self.text, row[-1].end) is not None
            if implied and not has_equals(row) and comparison_at(row) is not None:
                opening, sure = (line, tuple(row)), True  # `r > 0 ⇒ L = r`
                continue
            if limited.condition and limited.condition[0].start < limited.row[0].start:
                opening, sure = (line, limited.condition), False  # `r > 0: L = τr; dL/dr = τ` holds for both
            elif implied and limited.condition:
                opening, sure = (line, limited.condition), True  # `L = r for r > 0 ⇒ dL/dr = 1`
            standing = opening[1] if opening[0] == line else heading
            sure = sure and opening[0] == line
            for statement in self._parts(limited.row):
                own = limited.condition
                if not own and statement.tokens:
                    inner = limits.ended(list(statement.tokens))
                    self._note(inner.aside)
                    statement, own = replace(statement, tokens=tuple(inner.row)), inner.condition
                found.append(replace(statement, condition=own or standing, heading=not own and not sure))
                if len(found) > LINES:
                    first, last = limited.row[0], limited.row[-1]
                    raise too_large("formulas", LINES, len(found), first.start, last.end)
        return found

    # -- rows

    def _rows(self) -> Iterator[list[Token]]:
        """The text cut at line ends, `\\\\`, `;` and `⇒` that stand outside brackets and cases."""
        closing = matched(self.tokens)
        row: list[Token] = []
        until, count = -1, 0
        for at, token in enumerate(self.tokens):
            until = max(until, closing.get(at, -1))
            inside = at <= until and at != until
            if token.kind == "comment":
                self._refuse_operator(token)
                self._note([token])
            elif token.kind == "end" or (
                not inside and (token.kind == "newline" or (token.kind == "op" and self._cuts(at)))
            ):
                count += bool(row)
                if count > LINES:
                    raise too_large("lines", LINES, count, token.start, token.end)
                yield row
                row = []
            elif not (token.kind == "newline" and token.text == "\n") and not (
                not inside and token.kind == "op" and token.text == "&"
            ):
                row.append(token)
                if len(row) > 1 and token.kind == "number" and not inside and self._stops(at):
                    yield row
                    row = []

    def _cuts(self, at: int) -> bool:
        """Whether `;`, `⇒` or a full stop ends a formula: not in `TL;DR`."""
        token, after = self.tokens[at : at + 2]
        if token.text == "." and after.space and at and not self.markup:
            return self._begins_sentence(at + 1)
        if token.text not in (";", "⇒"):
            return False
        return not self.markup or self.markup.holds(token) or after.kind not in ("letter", "word") or after.space

    def _stops(self, at: int) -> bool:
        """Whether a sentence ends with a number: `… else 0. dm/df = y`."""
        ends = self.tokens[at].text[-1:] == "." and not self.markup
        return ends and self.tokens[at + 1].space and self._begins_sentence(at + 1)

    def _begins_sentence(self, at: int) -> bool:
        """Whether `For r > 0 …`, `dL/dz = …` begins at a token, behind a full stop."""
        word, end = word_at(self.tokens, at)
        named = len(word) > 1 and word[0].isupper() and word[1:].islower() and self._is_word(word)
        return named or (word[:1] == "d" and 1 < len(word) < 4 and self.tokens[end].text == "/")

    def _sieved(self, rows: Iterator[list[Token]]) -> Iterator[list[Token]]:
        """The rows without what is words for certain, since the mathematics beside it is set off."""
        markup = self.markup
        if not markup:
            yield from rows
            return
        every = [sentence for row in rows for sentence in markup.sentences(row)]
        last = max((at for at, row in enumerate(every) if markup.touches(row)), default=-1)
        claimless = markup.claimless(every)
        for at, row in enumerate(every):
            if at in claimless:
                self._note(row)
                continue
            kept, words = markup.sieved(row, last=at >= last)
            for run in words:
                self._note(run)
            yield from filter(None, kept)

    def _refuse_operator(self, token: Token) -> None:
        """`x % 2`, `x // 2`: no comment where what follows is no words."""
        if token.text[0] == "#" or self._begins_line(token):
            return
        mark = len(token.text) - len(token.text.lstrip("%/"))
        words = re.findall(r"[A-Za-z]+", token.text)
        plain = re.fullmatch(r"[A-Za-z\s.,;:'()!-]*", token.text[mark:]) is not None
        said = len(words) > 1 or (plain and words)
        if said and len(words[0]) > 1 and words[0].lower() in PROSE and self._is_word(words[0]):
            return
        if plain and len(words) > 1 and all(len(word) > 2 and self._is_word(word) for word in words):
            return
        span = Span(token.start, token.start + mark)
        raise Unreadable("unreadable", span, ("an operator", "the end"), {"got": token.text[:mark]})

    def _joined(self, rows: Iterator[list[Token]]) -> list[list[Token]]:
        """Rows that end in an operator, or go on with `+`, belong together."""
        found: list[list[Token]] = []
        for row in rows:
            if not row or self._is_rule(row):
                continue
            before = found[-1] if found else None
            if before and (self._goes_on(before, row)):
                before.extend(row)
            else:
                found.append(row)
        return found

    def _unlisted(self, rows: list[list[Token]]) -> list[list[Token]]:
        """Rows without the marks of a list: `1.`, `2)`, `(3)`, `*`, and `-` where every row has one."""
        kept: list[list[Token]] = []
        unmarked = [row for row in rows if len(row) > 1]
        for row in rows:
            if self._is_frame(row):
                self._note(row)
            elif row := self._unmarked(row):
                kept.append(row)
        rows = kept
        several = len(rows) > 1
        heads = [row for row in rows if self._begins_line(row[0])]
        dashed = all(row[0].text == "-" and len(row) > 1 and row[1].space for row in heads)
        dashed = dashed and (several or any(self._is_bold(row[1]) for row in unmarked))
        counted = [row[0].text for row in rows] == [f"{number}." for number in range(1, len(rows) + 1)]
        return [row[list_mark(row, several=several, dashed=dashed and self._begins_line(row[0]), counted=counted) :]
                for row in rows]  # fmt: skip

    def _is_rule(self, row: Sequence[Token]) -> bool:
        """`---`, `***`, `===`: a line drawn across the text."""
        drawn = self.text[row[0].start : row[-1].end]
        return self._begins_line(row[0]) and len(drawn) > 2 and set(drawn) in ({"-"}, {"*"}, {"_"}, {"="})

    def _is_frame(self, row: Sequence[Token]) -> bool:
        """`import numpy as np`, `def grad(z):`, and the fences around code."""
        if not self._begins_line(row[0]):
            return False
        if self.text.startswith("```", row[0].start):
            return all(token.text == "`" or token.kind in ("letter", "word") for token in row)
        if _TAG.match(self.text, row[0].start) and not self.markup.touches(row):
            return True
        word, end = word_at(row, 0)
        if end < len(row) and row[end:] == row[-1:] and row[-1].text == ":":  # `Forward:`
            return len(word) > 4 and word not in MEANING and self._is_word(word)
        if word == "from":
            return "import" in (word_at(row, at)[0] for at in range(end, len(row)))
        return word == "import" or (word == "def" and row[-1].text == ":")

    def _unmarked(self, row: list[Token]) -> list[Token]:
        """A row without what only sets it off: bullets, quotes, Markdown's `**…**` and backticks."""
        while row and self._begins_line(row[0]) and (self.text[row[0].start] in "•●▪◦∙" or row[0].text == ">"):
            row = row[1:]
        ticks = [token for token in row if token.text == "`"]
        if len(ticks) % 2 == 0:
            row = [token for token in row if token.text != "`"]
        if len(row) > 2 and self._is_bold(row[1]) and row[0].text == "-" and self._begins_line(row[0]):
            inner = self._unmarked(row[1:])  # `- **dL/dz = …**`
            return [row[0], replace(inner[0], space=True), *inner[1:]]
        stars = [at for at, token in enumerate(row) if self._is_bold(token)]
        if len(stars) < 2:
            return row
        first, last = stars[0], stars[-1]
        heading = row[1 : stars[1]] if first == 0 else []  # `**Step 1.** Let …`
        if heading and stars[1] + 1 < len(row) and self._names_step(heading):
            self._note(heading)
            rest = row[stars[1] + 1 :]
            return rest[1:] if rest[0].text == ":" else rest
        if last == len(row) - 1 and (first == 0 or row[first - 1].text == ":"):
            return [*row[:first], *row[first + 1 : last]]
        ends = next((at for at in stars[1:] if row[at - 1].text == ":" or row[at + 1 : at + 2] == []
                     or row[at + 1].text == ":"), None)  # fmt: skip
        return [*row[1:ends], *row[ends + 1 :]] if first == 0 and ends is not None else row

    def _is_emphasised(self, row: Sequence[Token]) -> bool:
        """Whether a row ends in what Markdown's `*…*` or `**…**` sets off: no sign stands there."""
        stars = [at for at, token in enumerate(row) if self.text.startswith("*", token.start)]
        if len(stars) < 2 or stars[-1] != len(row) - 1 or row[-1].space:
            return False
        return row[stars[-2]].space and not row[stars[-2] + 1].space

    def _is_bold(self, token: Token) -> bool:
        return self.text.startswith("**", token.start)

    def _names_step(self, tokens: Sequence[Token]) -> bool:
        """Whether tokens are words and numbers, the first a word: `Step 1.`, `Answer`, `Chain rule.`"""
        word = word_at(tokens, 0)[0] if tokens[0].kind in ("letter", "word") else ""
        plain = all(t.kind in ("letter", "word", "number") or t.text in (".", ":", ",") for t in tokens)
        return plain and len(word) > 2 and self._is_word(word)

    def _begins_line(self, token: Token) -> bool:
        return not self.text[: token.start].rpartition("\n")[2].strip()

    def _goes_on(self, before: list[Token], row: list[Token]) -> bool:
        """Whether a row continues the one before: after an operator, before `+`, and before a minus that is set
        off by a space or an indent, as in a broken formula (`-y/p` at the margin is a line of its own)."""
        if before[-1].kind == "op" and before[-1].text in _OPEN_ENDED - {","}:
            return not self._is_emphasised(before)
        if row[0].kind != "op" or len(row) < 2:
            return False
        if row[0].text == "+":
            return True
        if ";" in self.text[before[-1].end : row[0].start] or _IMPLIED.match(self.text, row[-1].end):
            return False
        if self.markup.holds(row[0]) and "$" in self.text[before[-1].end : row[0].start]:
            return False
        margin = row[0].start == 0 or self.text[row[0].start - 1] == "\n"
        return row[0].text == "-" and (row[1].space or not margin) and has_equals(before) and not has_equals(row)

    # -- one row

    def _only_says(self, row: list[Token], at: int) -> bool:
        """Whether `which is zero at …`, `which vanishes …` goes on at a token: no formula to judge."""
        verb, end = word_at(row, at)
        return verb in ("vanishes", "agrees", "matches") or (
            verb in ("is", "are")
            and (word_at(row, end)[0].lower() in QUALITIES or [token.text for token in row[end : end + 1]] == ["0"])
        )

    def _without_asides(self, row: list[Token]) -> list[Token]:
        """A row without what only says something of it: `…, which is zero at p = y`, `(chain rule)`."""
        at, closing = 1, matched(row)
        while at < len(row):
            word, end = word_at(row, at)
            example = [token.text for token in row[at : at + 3]] == ["e", ".", "g"] and row[at].space
            zero = row[at - 1].text == "," and word in ("zero", "vanishing", "positive", "negative")
            if zero or example or (word == "which" and self._only_says(row, end)):
                self._note(row[at:])
                return self._ended(row[:at])
            at = max(end, closing.get(at, at) + 1)
        kept = self._without_remark(row)
        self._note(row[len(kept) :])
        return kept

    def _unwrapped(self, row: list[Token]) -> list[Token]:
        """`a(1-a) (where a = σ(z))` as `a(1-a) where a = σ(z)`."""
        row = self._ended(row)
        last = next((start for start, end in matched(row).items() if end == len(row) - 1), None)
        if last and row[last].text == "(" and word_at(row, last + 1)[0] in ("where", "with"):
            return [*row[:last], replace(row[last + 1], space=True), *row[last + 2 : -1]]
        return row

    def _defines(self, tokens: Sequence[Token]) -> bool:
        """Whether `a = …` or `f(u) = …` with a new name begins here."""
        name, after = name_at(ended(tokens), 0)
        if [token.text for token in tokens[after : after + 4 : 2]] == ["(", ")"]:
            after += 3
        new = bool(name) and canonical(name) not in self.vocabulary.names and canonical(name) not in LOSS_NAMES
        return new and after + 1 < len(tokens) and tokens[after].text in ("=", ":=") and not name.startswith("d_")

    def _parts(self, row: list[Token]) -> Iterator[Statement]:
        """The formulas of one row: cut at words that end a formula, at `prose:`, at commas between equations and
        before a definition."""
        row = self._unwrapped(row)
        cuts, reasons = [0], {0: word_at(row, 0)[0].lower() in ("since", "because")}
        closing = matched(row)
        equals = [at for at in range(len(row)) if has_equals(row[at : at + 1])]

        def equated(start: int, end: int) -> bool:
            return bisect_left(equals, start) < bisect_left(equals, end)

        at = 0
        while at < len(row):
            if at in closing:
                at = closing[at] + 1
                continue
            token = row[at]
            if token.kind in ("letter", "word"):
                word, end = word_at(row, at)
                called = word == "where" and end < len(row) and row[end].text == "("
                if word.lower() in BREAKS and at > 0 and self._is_word(word) and not called:
                    cuts.append(at)
                    reasons[at] = word.lower() in REASONS
                elif word.lower() == "and" and at > 0 and equated(cuts[-1], at) and equated(end, len(row)):
                    cuts.append(at)
                    reasons[at] = False
                at = max(end, at + 1)
                continue
            ends = token.text == "." and at + 1 < len(row) and row[at + 1].space  # `Let a = σ(z). ∂L/∂w = …`
            between = token.kind == "op" and (token.text in (",", ":") or ends)
            defined = token.text == "," and at > 0 and self._defines(row[at + 1 : at + 2 * RUN])
            goes_on = token.text == "," and word_at(row, at + 1)[0] in ("the", "then", "so", "we")
            if between and (defined or equated(cuts[-1], at)) and (goes_on or equated(at + 1, len(row))):
                cuts.append(at + 1)
                reasons[at + 1] = False
            at += 1
        for start, end in zip(cuts, [*cuts[1:], len(row)], strict=True):
            statement = self._statement(row[start:end], reason=reasons[start])
            if statement is not None:
                yield replace(statement, where=start > 0 or word_at(row, 0)[0].lower() in ("where", "with"))

    def _statement(self, tokens: list[Token], *, reason: bool) -> Statement | None:
        whole = tokens
        tokens = self._after_colon(for_all(unstarred(self._ended(tokens))))
        introduces = False
        while tokens:
            token = tokens[0]
            if token.kind in ("letter", "word"):
                word, end = word_at(tokens, 0)
                if not self._leads(word, tokens[end:]):
                    said = self._sentence(tokens) or self._called(word, end, tokens)
                    if not said:
                        break
                    end = said
                introduces = introduces or word.lower() in INTRODUCING
                tokens = tokens[end:]
            elif (
                (token.kind == "op" and token.text in (",", ":", ".", "'") and len(tokens) < len(whole))
                or (token.kind == "op" and token.text in ("⇒", "→"))
                or (token.kind == "bad" and token.text in "•●▪◦")
            ):
                tokens = tokens[1:]
            else:
                break
        tokens = self._ended(self._without_remark(self._ended(tokens)))
        if not tokens:
            self._note(whole)
            return None
        first, last = whole.index(tokens[0]), whole.index(tokens[-1])
        self._note(whole[:first])
        self._note(whole[last + 1 :])
        line, chained = self.line_of(tokens[0].start), tokens[0].text in _CONTINUES
        reason = reason and not any(token.text == ":" for token in whole[:first])
        prose = self.mostly_words(whole) or self._heads(whole)
        passing = tokens[0].start in self.markup.in_passing
        return Statement(tuple(tokens), line, introduces, reason, chained, prose=prose, in_passing=passing)

    def _ended(self, tokens: list[Token]) -> list[Token]:
        """Without punctuation, `✓` and `QED` at the end."""
        while tokens:
            shorter = stripped(tokens)
            at = last_word(shorter)
            word = word_at(shorter, at)[0] if at else ""
            if at and word.upper() == "QED" and shorter[at].space and self._is_word(word):
                shorter = shorter[:at]
            if len(shorter) == len(tokens):
                break
            tokens = shorter
        return tokens

    def _leads(self, word: str, rest: list[Token]) -> bool:
        """Whether a word at the beginning is prose: not part of a formula, nor the name of its left side."""
        if not self._certain(word):
            return False
        if not rest:
            return True
        after = rest[0]
        if word == "where" and after.text == "(":
            return False
        if after.kind == "op" and after.text in ("=", ":=", "=="):
            return False
        if not after.space and (after.text in ("_", "(", "[", "^", "'") or after.kind == "number"):
            return word.lower() in INTRODUCING
        if len(word) == 1:
            return after.kind in ("letter", "word") and word_at(rest, 0)[0].lower() in PROSE
        return True

    def _sentence(self, tokens: list[Token]) -> int:
        """How much of `temperature T the logits are u = …` are words: up to the last word that only sentences have."""
        word, end = word_at(tokens, 0)
        if len(word) < 3 or word in MEANING or not self._is_word(word):
            return 0
        said = 0
        while end < len(tokens) and tokens[end].kind in ("letter", "word") and tokens[end].space:
            word, end = word_at(tokens, end)
            if word.lower() in SAYING and self._is_word(word) and end < len(tokens) and tokens[end].space:
                said = end
        return said

    def _called(self, word: str, end: int, tokens: list[Token]) -> int:
        """How much of `residual r_i = …` is a word: what the quantity is called before its name."""
        rest = tokens[end:]
        if len(word) < 5 or not word.isalpha() or not rest or not rest[0].space or rest[0].kind != "letter":
            return 0
        plain = self._is_word(word) and word not in MEANING and canonical(word) not in BY_SPELLING
        elsewhere = len(re.findall(rf"\b{word}\b", self.text)) > 1
        return end if plain and not elsewhere and has_equals(rest) and self.vocabulary.suggestion(word) is None else 0

    def _after_colon(self, tokens: list[Token]) -> list[Token]:
        """What stands behind `by the chain rule:`."""
        for at, token in enumerate(tokens):
            if token.kind == "op" and token.text == ":":
                before = tokens[:at]
                if before and at + 1 < len(tokens) and (self.wordy(before) or self._labels(before)):
                    return tokens[at + 1 :]
                return tokens
            if token.kind not in ("letter", "word", "number", "bad") and token.text not in (
                ",",
                "'",
                ".",
                "-",
                "(",
                ")",
            ):
                return tokens
        return tokens

    def _labels(self, tokens: Sequence[Token]) -> bool:
        """Whether a word of its own stands before a colon: `Total: …`, `softplus: …`."""
        word, end = word_at(tokens, 0)
        name = canonical(word)
        return end == len(tokens) and len(word) > 2 and name not in self.vocabulary.names and word not in _KEYWORDS

    def _without_remark(self, tokens: list[Token]) -> list[Token]:
        """A formula without a bracket of words behind it, as `(chain rule)`."""
        closing = matched(tokens)
        last = next((start for start, end in closing.items() if end == len(tokens) - 1), None)
        if last and tokens[last].text in ("(", "[") and tokens[last].space:
            word, inside = word_at(tokens, last + 1)[0], tokens[last + 1 : -1]
            remark = (word in REMARKS or word in QUALITIES) and self._is_word(word)
            if self.wordy(inside) or remark or self._foreign(inside):
                return tokens[:last]
        if at := self._apposed(tokens):
            return tokens[:at]
        return tokens

    def _apposed(self, tokens: Sequence[Token]) -> int:
        """Where words begin that say what an equation is: `…, the cross-entropy gradient`, `… is the sigmoid of z`."""
        for at in range(len(tokens) - 2, 0, -1):
            comma = tokens[at].text == ","
            word, start = ("", at + 1) if comma else word_at(tokens, at)
            if (comma or (word in ("is", "be") and tokens[at].space)) and word_at(tokens, start)[0] in (
                "the",
                "a",
                "an",
            ):
                rest = tokens[start:]
                plain = self.wordy(rest) and not holds_formula(rest, self.vocabulary.names)
                plain = plain and not restates(self.text[rest[0].start : rest[-1].start])
                return at if plain and (comma or has_equals(tokens[:at])) else 0
        return 0

    def _foreign(self, tokens: Sequence[Token]) -> bool:
        """Whether tokens are long words only, none of them like anything that is known: `reparameterisation`."""
        words = list(words_in(tokens))
        return (
            bool(words)
            and all(token.kind in ("letter", "word") for token in tokens)
            and any(len(word) > 2 for word in words)
            and (all(map(self._is_foreign, words)) or (len(words) > 1 and all(map(self._is_unknown, words))))
        )

    def _is_foreign(self, word: str) -> bool:
        return self._is_unknown(word) and self.vocabulary.suggestion(word) is None

    def _is_unknown(self, word: str) -> bool:
        return len(word) > 1 and self._is_word(word) and word not in MEANING

    def mostly_words(self, tokens: Sequence[Token]) -> bool:
        """Whether tokens are words and punctuation only, and most of them certainly words, or two of a sentence."""
        if not self.wordy(tokens):
            return False
        words = list(words_in(tokens))
        certain = sum(self._certain(word) for word in words)
        return 2 * certain > len(words) or (certain > 1 and len(words) > 3)

    def _heads(self, tokens: Sequence[Token]) -> bool:
        """Whether tokens announce what follows, as `KL(p ‖ q), only two terms hold σ:` does."""
        ended = tokens[-1].text == ":" or self.text[tokens[-1].end :].lstrip(" ").startswith(":")
        if not ended or has_equals(tokens):
            return False
        return sum(len(word) > 1 and self._certain(word) for word in words_in(tokens)) > 1

    def wordy(self, tokens: Sequence[Token]) -> bool:
        """Whether tokens are words and punctuation only, one of them certainly a word."""
        certain = False
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.kind in ("letter", "word"):
                word, at = word_at(tokens, at)
                certain = certain or (
                    len(word) > 1 and word.lower() in PROSE and word not in MEANING and self._is_word(word)
                )
                continue
            if token.kind == "number" and not token.text.rstrip(".").isdigit():
                return False
            if token.kind not in ("bad", "number") and token.text not in (",", ".", ":", "'", "-", "(", ")", ";"):
                return False
            at += 1
        return certain

    def _certain(self, word: str) -> bool:
        return word.lower() in PROSE and word not in MEANING and self._is_word(word)

    def _is_word(self, word: str) -> bool:
        return canonical(word) not in self.vocabulary.names and word not in self.introduced

    def note(self, tokens: Sequence[Token]) -> None:
        """Set tokens aside as words."""
        self._note(tokens)

    def _note(self, tokens: Sequence[Token]) -> None:
        if any(token.kind in ("letter", "word", "comment") for token in tokens):
            span = Span(tokens[0].start, tokens[-1].end)
            self.comments.append(Comment(self.line_of(span.start), self.text[span.start : span.end].strip(), span))
