"""Operators from the loosest to products: the levels of the parser.

Loosest first: `a if c else b`; `or`; `and`; `not`; comparisons; `+ −`; products and quotients, in which
juxtaposition ranks with `*` and `/`, left to right; a sign.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

from grader.formula.names import LossNames, Vocabulary
from grader.formula.reader.cursor import Cursor
from grader.formula.reader.limits import DEPTH, too_large
from grader.formula.reader.notation import Token
from grader.formula.reader.parse_levels import Level
from grader.formula.reader.runs import Runs
from grader.formula.reader.syntax import (
    Logical,
    Minus,
    Number,
    Product,
    Quotient,
    Relation,
    Sum,
    Syntax,
)
from grader.formula.reader.word_subscripts import split_subscripts
from grader.formula.tree import Span

_PRODUCTS: Final = frozenset(("*", "·", "@", "⊙", "⊗", "/"))
RELATIONS: Final = frozenset(("<", "<=", ">", ">=", "==", "!="))
_OPERAND: Final = ("a formula",)


class Operators(Cursor, ABC):
    """The part of the parser that knows operators; what stands between them, the parser itself reads."""

    def __init__(
        self, tokens: Sequence[Token], vocabulary: Vocabulary, *, loss: bool = False, losses: LossNames | None = None
    ) -> None:
        super().__init__(split_subscripts(tokens, vocabulary))
        self.vocabulary = vocabulary
        self.losses = losses or LossNames()
        self.depth = 0
        self.bars = 0
        self.norms = 0
        self.equals = 0
        """Inside a condition, one `=` compares."""
        self.ampersand = True
        self.listing = 0
        """Inside the arguments of a call, a comma separates."""
        self.runs = Runs(
            self.tokens,
            vocabulary,
            self.closing,
            loss=loss,
            is_derivative=self.derivative_ahead,
        )

    @abstractmethod
    def factor(self) -> Syntax:
        """What an operator stands between."""

    @abstractmethod
    def size_follows(self) -> bool:
        """Whether a size stands right behind what was read, as in `1/2n`: nobody means n/2 by that."""

    @abstractmethod
    def chosen(self, left: Syntax) -> Syntax:
        """A choice, at its `if` or `?`, behind the value or the condition `left`."""

    @abstractmethod
    def derivative_ahead(self, at: int) -> bool:
        """Whether `dA/dB` begins at a token."""

    def expression(self, level: Level = Level.CONDITIONAL) -> Syntax:
        self.depth += 1
        if self.depth > DEPTH:
            raise too_large("depth", DEPTH, self.depth, self.token.start, self.token.end)
        begin = self.token.start
        try:
            return self._continue(self._prefix(level), level, begin)
        finally:
            self.depth -= 1

    def _prefix(self, level: Level) -> Syntax:
        start = self.at
        if self.sees("not") or self._keyword() == "not":
            self._skip_word()
            return Logical("not", (self.expression(Level.COMPARISON),), span=self.span(start))
        if self.sees("-", "+"):
            sign = self.advance().text
            arg = self.expression(Level.PRODUCT)
            return Minus(arg, span=self.span(start)) if sign == "-" else arg
        return self.factor()

    def _continue(self, left: Syntax, level: Level, begin: int) -> Syntax:
        while True:
            token = self.token
            keyword = self._keyword()
            if self._joins_conditions(left):
                if level > Level.OR:
                    return left
                left = self._logical("|", left, Level.AND, begin)
            elif level <= Level.PRODUCT and (self.sees(*_PRODUCTS) or self._juxtaposed(keyword)):
                left = self._times(left, begin)
            elif level <= Level.SUM and self.sees("+", "-"):
                left = self._sum(left, begin)
            elif (
                level <= Level.COMPARISON
                and token.kind == "op"
                and (token.text in RELATIONS or (token.text == "=" and self.equals))
            ):
                left = self._relation(left, begin)
            elif level <= Level.AND and (self.sees("and") or keyword == "and" or (self.sees("&") and self.ampersand)):
                left = self._logical("and", left, Level.NOT, begin)
            elif level <= Level.OR and (self.sees("or") or keyword == "or"):
                left = self._logical("or", left, Level.AND, begin)
            elif level <= Level.CONDITIONAL and (
                keyword in ("if", "when") or (token.kind == "bad" and token.text == "?")
            ):
                left = self.chosen(left)
            else:
                return left

    def _joins_conditions(self, left: Syntax) -> bool:
        """Whether `|` stands between two conditions in brackets, as NumPy's `(a > 0) | (b > 0)`."""
        return isinstance(left, Relation | Logical) and self.sees("|") and self.ahead().text == "(" and not self.bars

    def _times(self, left: Syntax, begin: int) -> Syntax:
        sign = self.advance().text if self.sees(*_PRODUCTS) else ""
        if sign and (self.sees(*_PRODUCTS) or self.token.kind in ("end", "close", "newline")):
            raise self.fail(*_OPERAND)
        right = self.signed() if sign else self.factor()
        if sign == "/" and isinstance(right, Number) and self.size_follows():
            below = self.factor()
            right = Product("", right, below, span=Span(right.span.start, below.span.end))
        span = self.since(begin)
        return Quotient(left, right, span=span) if sign == "/" else Product(sign, left, right, span=span)

    def _sum(self, left: Syntax, begin: int) -> Syntax:
        terms = [left]
        while self.sees("+", "-"):
            start = self.at
            sign = self.advance().text
            term = self.expression(Level.PRODUCT)
            terms.append(Minus(term, span=self.span(start)) if sign == "-" else term)
        return Sum(tuple(terms), span=self.since(begin))

    def _relation(self, left: Syntax, begin: int) -> Syntax:
        ops: list[str] = []
        sides = [left]
        while self.token.kind == "op" and (self.token.text in RELATIONS or (self.token.text == "=" and self.equals)):
            op = self.advance().text
            ops.append("==" if op == "=" else op)
            sides.append(self.expression(Level.SUM))
        return Relation(tuple(ops), tuple(sides), span=self.since(begin))

    def _logical(self, op: str, left: Syntax, level: Level, begin: int) -> Syntax:
        args = [left]
        while self.sees(op) or self._keyword() == op or (op == "and" and self.sees("&") and self.ampersand):
            self._skip_word()
            args.append(self.expression(level))
        return Logical("and" if op == "and" else "or", tuple(args), span=self.since(begin))

    def signed(self) -> Syntax:
        """A factor with a sign before it, as after `*`, `/` and `^`."""
        if not self.sees("-", "+"):
            return self.factor()
        start = self.at
        self.depth += 1
        if self.depth > DEPTH:
            raise too_large("depth", DEPTH, self.depth, self.token.start, self.token.end)
        try:
            sign = self.advance().text
            arg = self.signed()
        finally:
            self.depth -= 1
        return Minus(arg, span=self.span(start)) if sign == "-" else arg

    # -- words that are operators

    def _keyword(self) -> str | None:
        return self.runs.keyword(self.at) if self.token.kind in ("letter", "word") else None

    def is_keyword(self, *words: str) -> bool:
        return self._keyword() in words

    def _skip_word(self) -> None:
        self.at = self.runs.word_end(self.at) if self.token.kind in ("letter", "word") else self.at + 1

    skip_word = _skip_word

    def _juxtaposed(self, keyword: str | None) -> bool:
        """Whether a factor begins here without a sign before it."""
        token = self.token
        match token.kind:
            case "letter" | "word":
                return keyword is None
            case "number":
                return self.tokens[self.at - 1].kind != "number" or token.text == "𝟙"
            case "open" | "begin":
                return True
            case "op":
                if token.text == "|":
                    return not self.bars
                if token.text == "‖":
                    return not self.norms
                return token.text in ("∑", "∏", "∂", "∇", "√", "∛", "∜", "frac", "dv")
            case _:
                return False
