"""The statements of a derivation: lines, `align` rows, chains that go on, and the words between.

A statement is a run of tokens with the line on which it begins. Words are told from mathematics here, with
care: only what is certainly prose is set aside, so that a mistyped formula is reported and not skipped.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from grader.formula.declarations import name_at
from grader.formula.declare import Finite, Integers, Interval
from grader.formula.errors import Unreadable
from grader.formula.names import LOSS_NAMES, Vocabulary, canonical
from grader.formula.reader.bounds import comparison_at
from grader.formula.reader.columns import without_columns
from grader.formula.reader.layout import Layout
from grader.formula.reader.limited import Limits
from grader.formula.reader.limits import LINES, RUN, too_large
from grader.formula.reader.markup import Markup
from grader.formula.reader.prose import BREAKS, INTRODUCING, PROSE, REASONS
from grader.formula.reader.remarks import Remarks
from grader.formula.reader.rows import (
    LineOf,
    first_equals,
    for_all,
    has_equals,
    implies,
    matched,
    single_letters_introduced,
    tells_derivative,
    unstarred,
    word_at,
    words_in,
)
from grader.formula.reader.spoken import Choices
from grader.formula.reader.tokens import Token, ended
from grader.formula.reader.words import Words
from grader.formula.tree import Span

_CONTINUES: Final = frozenset(("=", "==", "≈", "+"))


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
    untold: bool = False
    """Said of all other cases, behind a case that was told in words: it cannot be judged."""
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
        self.words = Words(text, vocabulary, single_letters_introduced(tokens))
        self.markup = Markup(text, self.words.is_word, vocabulary.names)
        self.layout = Layout(text, self.words, self.markup, self.note)
        self.remarks = Remarks(text, self.words, self.note)
        self.tokens, remarks = without_columns(tokens, text, self.markup.holds)
        for remark in remarks:
            self.note(remark)

    def statements(self) -> list[Statement]:
        rows = self.layout.unlisted(self.layout.joined(self._sieved(self._rows())))
        choices = Choices(self.words.is_word, self.words.leads, self._at_a_point)
        rows = choices.gathered(map(self.remarks.without_asides, rows))
        found: list[Statement] = []
        heading: tuple[Token, ...] = ()
        opening: tuple[int, tuple[Token, ...]] = (0, ())
        sure = follows = False
        limits = Limits(self.words.is_word, self.vocabulary)
        for row in (part for whole in rows for part in limits.several(whole)):
            limited = limits.of(row)
            self.note(limited.aside)
            if limited.heads or not limited.row:
                heading = limited.condition
            if not limited.row:
                continue
            line = self.line_of(limited.row[0].start)
            implied = implies(self.text, row[-1].end)
            if implied and ((not has_equals(row) and comparison_at(row) is not None) or self._tells_label(row)):
                opening, sure = (line, tuple(row)), True  # `r > 0 ⇒ L = r`
                follows = True
                continue
            if follows and not has_equals(limited.row) and not self.words.wordy(limited.row):
                limited = replace(limited, row=self._as_gradient(limited.row))  # `y = 1 ⇒ p − 1`
            follows = False
            if limited.condition and limited.condition[0].start < limited.row[0].start:
                opening, sure = (line, limited.condition), False  # `r > 0: L = τr; dL/dr = τ` holds for both
            elif implied and limited.condition:
                opening, sure = (line, limited.condition), True  # `L = r for r > 0 ⇒ dL/dr = 1`
            standing = opening[1] if opening[0] == line else heading
            sure = sure and opening[0] == line
            said_last = bool(limited.condition) and limited.condition[0].start > limited.row[-1].start
            untold = word_at(limited.row, 0)[0].lower() in ("otherwise", "else")
            parts = [replace(statement, untold=untold) for statement in self._parts(limited.row)]
            for statement in parts:
                own = limited.condition
                perhaps = said_last and statement is not parts[-1]  # `dL/dz = σ(z) − y, hence dL/dz = −½ for z = 0`
                if not own and statement.tokens:
                    inner = limits.ended(list(statement.tokens))
                    self.note(inner.aside)
                    statement, own = replace(statement, tokens=tuple(inner.row)), inner.condition
                found.append(replace(statement, condition=own or standing, heading=perhaps or (not own and not sure)))
                if len(found) > LINES:
                    first, last = limited.row[0], limited.row[-1]
                    raise too_large("formulas", LINES, len(found), first.start, last.end)
        return found

    def _tells_label(self, row: Sequence[Token]) -> bool:
        """Whether `y = 1` stands there, of a label with few values: a case of its own."""
        if [token.kind for token in row[-1:]] != ["number"] or not has_equals(row) or self._at_a_point(row):
            return False
        name, after = name_at(ended(row), 0)
        variable = self.vocabulary.scope.variables.get(self.vocabulary.names.get(canonical(name), ""))
        return after + 1 < len(row) <= after + 3 and variable is not None and isinstance(variable.domain, Finite)

    @staticmethod
    def _as_gradient(row: list[Token]) -> list[Token]:
        """A formula that a case leads to, as what the gradient is there."""
        start = row[0].start
        return [Token("word", "gradient", start, start, True), Token("op", "=", start, start, True), *row]

    def _at_a_point(self, said: Sequence[Token]) -> bool:
        """Whether `γ = 0` stands there, of a quantity that takes every value between two."""
        scope = self.vocabulary.scope
        equated = (a.text for a, b in pairwise(said) if b.text in ("=", "=="))
        variables = (scope.variables.get(self.vocabulary.names.get(canonical(name), "")) for name in equated)
        return any(each is not None and isinstance(each.domain, Interval | Integers) for each in variables)

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
                self.note([token])
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
        named = len(word) > 1 and word[0].isupper() and word[1:].islower() and self.words.is_word(word)
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
                self.note(row)
                continue
            kept, words = markup.sieved(row, last=at >= last)
            for run in words:
                self.note(run)
            yield from filter(None, kept)

    def _refuse_operator(self, token: Token) -> None:
        """`x % 2`, `x // 2`: no comment where what follows is no words."""
        if token.text[0] == "#" or self.layout.begins_line(token):
            return
        mark = len(token.text) - len(token.text.lstrip("%/"))
        words = re.findall(r"[A-Za-z]+", token.text)
        plain = re.fullmatch(r"[A-Za-z\s.,;:'()!-]*", token.text[mark:]) is not None
        said = len(words) > 1 or (plain and words)
        if said and len(words[0]) > 1 and words[0].lower() in PROSE and self.words.is_word(words[0]):
            return
        if plain and len(words) > 1 and all(len(word) > 2 and self.words.is_word(word) for word in words):
            return
        span = Span(token.start, token.start + mark)
        raise Unreadable("unreadable", span, ("an operator", "the end"), {"got": token.text[:mark]})

    def _unwrapped(self, row: list[Token]) -> list[Token]:
        """`a(1-a) (where a = σ(z))` as `a(1-a) where a = σ(z)`, and `a (= b)`, `a (i.e. b)` as `a = b`."""
        row = self.remarks.ended(row)
        last = next((start for start, end in matched(row).items() if end == len(row) - 1), None)
        if last and row[last].text == "(" and row[last].space and row[last + 1].text in ("=", "⇒"):
            said = row[last + 2 : -1]
            whole = first_equals(said) is None or row[last + 1].text == "="
            return [*row[:last], replace(row[last + 1], text="=", space=True), *said] if whole else row
        if last and row[last].text == "(" and row[last].space and self._names(row[last + 1 : -1], led=False):
            where = replace(row[last], kind="word", text="where")
            return [*row[:last], where, replace(row[last + 1], space=True), *row[last + 2 : -1]]
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

    def _names(self, tokens: Sequence[Token], *, led: bool) -> bool:
        """Whether `p = σ(z)`, `Let s = σ(z)` gives a new name its meaning, and nothing else is said; `led`: by a word
        such as `let`."""
        word, end = word_at(tokens, 0)
        start = end if word.lower() in INTRODUCING | {"with"} and self.words.is_word(word) else 0
        if led and not start:
            return False
        spoken = ("?", "lambda", "if", "when", "for")
        return self._defines(tokens[start:]) and not any(text in spoken for text in self._texts(tokens[start:]))

    def _is_said(self, tokens: Sequence[Token]) -> bool:
        """Whether nothing, or a sentence that is still to end, follows: `L = e² and by the chain rule`."""
        return not tokens or tokens[0].text in (":", ",") or self.words.wordy(tokens)

    @staticmethod
    def _texts(tokens: Sequence[Token]) -> Iterator[str]:
        """Signs and words."""
        yield from words_in(tokens)
        yield from (token.text for token in tokens if token.kind not in ("letter", "word"))

    def _parts(self, row: list[Token]) -> Iterator[Statement]:
        """The formulas of one row: cut at words that end a formula, at `prose:`, at commas between equations and
        before a definition."""
        row = self._unwrapped(row)
        cuts, reasons = [0], {0: word_at(row, 0)[0].lower() in ("since", "because")}
        explained: set[int] = set()  # where `the residual` of `r = Xw − y: the residual` may stand
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
                called = called or (word == "with" and word_at(row, end)[0] == "respect")
                follows = word in ("this", "it") and equated(cuts[-1], at) and word_at(row, end)[0] in ("is", "becomes")
                if (word.lower() in BREAKS or follows) and at > 0 and self.words.is_word(word) and not called:
                    cuts.append(at)
                    reasons[at] = word.lower() in REASONS
                elif (
                    word.lower() == "and"
                    and at > 0
                    and (
                        tells_derivative(row, end)
                        or (equated(cuts[-1], at) and (equated(end, len(row)) or self._is_said(row[end:])))
                    )
                ):
                    cuts.append(at)
                    reasons[at] = False
                at = max(end, at + 1)
                continue
            ends = token.text == "." and at + 1 < len(row) and row[at + 1].space  # `Let a = σ(z). ∂L/∂w = …`
            between = token.kind == "op" and (token.text in (",", ":") or ends)
            defined = token.text == "," and at > 0 and self._defines(row[at + 1 : at + 2 * RUN])
            goes_on = token.text == "," and word_at(row, at + 1)[0] in ("the", "then", "so", "we")
            tells = token.text == "," and tells_derivative(row, at + 1)
            spaced = token.text in (":", ",") and at + 1 < len(row) and row[at + 1].space
            named = spaced and self._names(row[cuts[-1] : at], led=token.text == ",")
            both = (defined or equated(cuts[-1], at)) and (goes_on or equated(at + 1, len(row)))
            if between and (tells or named or both):
                cuts.append(at + 1)
                reasons[at + 1] = False
                if named:
                    explained.add(at + 1)
            at += 1
        for start, end in zip(cuts, [*cuts[1:], len(row)], strict=True):
            statement = self._statement(row[start:end], reason=reasons[start])
            if statement is not None:
                if start in explained and not has_equals(statement.tokens):
                    statement = replace(statement, prose=True)
                yield replace(statement, where=start > 0 or word_at(row, 0)[0].lower() in ("where", "with"))

    def _statement(self, tokens: list[Token], *, reason: bool) -> Statement | None:
        whole = tokens
        tokens = self.remarks.after_colon(for_all(unstarred(self.remarks.ended(tokens))))
        introduces = False
        while tokens:
            token = tokens[0]
            if token.kind in ("letter", "word"):
                word, end = word_at(tokens, 0)
                if not self.words.leads(word, tokens[end:]):
                    said = self.words.sentence(tokens) or self.words.called(word, end, tokens)
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
        tokens = self.remarks.ended(self.remarks.without_remark(self.remarks.ended(tokens)))
        if not tokens:
            self.note(whole)
            return None
        first, last = whole.index(tokens[0]), whole.index(tokens[-1])
        self.note(whole[:first])
        self.note(whole[last + 1 :])
        line, chained = self.line_of(tokens[0].start), tokens[0].text in _CONTINUES
        reason = reason and not any(token.text == ":" for token in whole[:first])
        prose = self.words.mostly_words(whole) or self.words.heads(whole)
        passing = tokens[0].start in self.markup.in_passing
        return Statement(tuple(tokens), line, introduces, reason, chained, prose=prose, in_passing=passing)

    def note(self, tokens: Sequence[Token]) -> None:
        """Set tokens aside as words."""
        if any(token.kind in ("letter", "word", "comment") for token in tokens):
            span = Span(tokens[0].start, tokens[-1].end)
            self.comments.append(Comment(self.line_of(span.start), self.text[span.start : span.end].strip(), span))
