"""From tokens to syntax: a small precedence parser.

Loosest first: `a if c else b`; `or`; `and`; `not`; comparisons; `+ −`; products and quotients, in which
juxtaposition ranks with `*` and `/`, left to right; a sign; powers, from right to left; subscripts, primes
and transposes. A leading minus takes the whole product that follows (`-x^2` is −(x²)).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

from grader.formula.errors import Unreadable
from grader.formula.names import LOSS_NAMES, canonical
from grader.formula.reader import branches, calls, derivatives, indicators, scripts
from grader.formula.reader.big import big
from grader.formula.reader.limits import DEPTH, NODES, too_large
from grader.formula.reader.notation import Token
from grader.formula.reader.operators import Operators
from grader.formula.reader.parse_levels import Level
from grader.formula.reader.runs import Piece, unknown_symbol
from grader.formula.reader.symbols import OPENING
from grader.formula.reader.syntax import (
    AnySyntax,
    Apply,
    Bars,
    Delta,
    Ident,
    Norm,
    Number,
    Ones,
    Power,
    Product,
    Quotient,
    Relation,
    Subscript,
    Sum,
    Syntax,
    Transpose,
    Truth,
)
from grader.formula.tree import Name, Span, walk
from grader.verdict import Fact

_OPERAND: Final = ("a formula",)
_NEVER_IN_SUBSCRIPTS: Final = frozenset(("^", "⊙", "⊗", "@", "frac", "∑", "∏", "√", "‖", "ᵀ", "⊤", "/"))


class Parser(Operators):
    """Reads one formula from tokens that end with an `end` token. `loss` lets `L` name the loss, and `losses` one
    other name in `dE/dz`."""

    def formula(self) -> Syntax:
        """The whole text as one expression."""
        node = self.expression()
        if self.token.kind != "end":
            raise self.fail("an operator", "the end")
        check_size(node)
        return node

    # -- factors

    def chosen(self, left: Syntax) -> Syntax:
        if self.token.text == "?":
            return branches.ternary(self, left)
        return branches.conditional(self, left)

    def derivative_ahead(self, at: int) -> bool:
        return derivatives.derivative_ahead(self, at)

    def size_follows(self) -> bool:
        glued = self.token.kind in ("letter", "word") and not self.token.space
        return glued and self._keyword() is None and self.runs.piece(self.at).meaning == "size"

    def factor(self) -> Syntax:
        if self.token.kind == "open":
            return self.postfix(self._bracketed())  # what is inside counts its own depth
        self.depth += 1
        if self.depth > DEPTH:
            raise too_large("depth", DEPTH, self.depth, self.token.start, self.token.end)
        try:
            return self.postfix(self._primary())
        finally:
            self.depth -= 1

    def postfix(self, base: Syntax) -> Syntax:
        """Powers, subscripts, primes and transposes that follow."""
        while True:
            token = self.token
            if token.kind == "open" and token.text == "[":
                if not self._takes_bracket(base):
                    return base
                base = scripts.bracket_subscript(self, base)
            elif token.kind == "bad" and token.text == "!" and not token.space:
                self.advance()
                base = calls.factorial(base, Span(base.span.start, token.end))
            elif token.kind != "op":
                return base
            elif token.text == "^":
                base = self._power(base)
            elif token.text == "_":
                base = self._subscripted(base)
            elif token.text == "'":
                base = derivatives.primes(self, base)
            elif token.text in ("ᵀ", "⊤"):
                self.advance()
                base = Transpose(base, span=Span(base.span.start, token.end))
            elif token.text == "." and self.ahead().kind == "letter" and token.space == self.ahead().space:
                base = calls.method(self, base)
            else:
                return base

    def _takes_bracket(self, base: Syntax) -> bool:
        """`z[0]` is a component; `2[r>0]` and `(p-y)[r>0]` are products with an indicator."""
        if indicators.holds_relation(self, self.at) or self._no_position(self.at):
            return False
        match base:
            case Ident(name, "name"):
                return bool(self.vocabulary.scope.shape(name))
            case Number():
                return False
            case Subscript() | Apply() | Transpose() | Product() | Sum() | Quotient():
                return not self.token.space
            case _:
                return False

    def _no_position(self, opening: int) -> bool:
        """Whether a bracket holds what no subscript can: `X[(Hv − y)vᵀ]` is a product."""
        for at in range(opening + 1, self.closing[opening]):
            token = self.tokens[at]
            if token.kind == "op" and token.text in _NEVER_IN_SUBSCRIPTS:
                return True
            if token.kind in ("letter", "word"):
                variable = self.vocabulary.scope.variables.get(self.vocabulary.names.get(canonical(token.text), ""))
                alone = self.tokens[at - 1].kind not in ("letter", "word", "number") and self.tokens[at + 1].text != "_"
                if alone and variable is not None and variable.continuous and token.text not in self.runs.bound:
                    return True
        return False

    def _power(self, base: Syntax) -> Syntax:
        code = self.advance().end - self.tokens[self.at - 1].start == 2
        token = self.token
        special = scripts.special_exponent(self, base)
        if special is not None:
            return special
        if token.kind in ("end", "newline") or (token.kind == "close"):
            raise self.fail("an exponent")
        exponent = self.signed()
        return Power(base, exponent, code, span=Span(base.span.start, exponent.span.end))

    def _subscripted(self, base: Syntax, piece: Piece | None = None) -> Syntax:
        whole = self.tokens[self.at - 1].text in (")", "]")  # `(x^2)_+` is no `x^2_+`
        if isinstance(base, Power) and isinstance(base.base, Ident | Transpose) and not whole:  # LaTeX allows x^2_i
            inner = self._subscripted(base.base, piece)
            return Power(inner, base.exponent, span=Span(base.span.start, inner.span.end))
        positive = self.ahead().text == "+" or (self.ahead().text == "{" and self.ahead(2).text == "+")
        if isinstance(base, Norm) and base.order is None and not positive:
            return scripts.norm_order(self, base)
        if isinstance(base, Power) and isinstance(base.base, Norm) and not positive and not whole:
            norm = scripts.norm_order(self, base.base)
            return Power(norm, base.exponent, span=Span(base.span.start, norm.span.end))
        if positive:
            self.advance()
            return scripts.positive_part(self, base)
        if isinstance(base, Number):
            raise self.fail("an operator", "the end")
        if (letter := scripts.counted_letter(self)) is not None:
            return scripts.components(self, base, letter)
        items = scripts.subscript_items(self, base, piece)
        span = self.span(self.at - 1)
        return Subscript(base, items, span=Span(base.span.start, span.end))

    def _primary(self) -> Syntax:
        token, start = self.token, self.at
        match token.kind:
            case "number":
                return self._number()
            case "letter" | "word":
                if derivatives.derivative_ahead(self, start):
                    return derivatives.derivative(self)
                if self._keyword() is not None:
                    raise self.fail(*_OPERAND)
                if self.runs.word(start) in ("True", "False") and not self.vocabulary.names.get(self.runs.word(start)):
                    value = self.runs.word(start) == "True"
                    self._skip_word()
                    return Truth(value, span=self.span(start))
                return self._named(self.runs.piece(start))
            case "begin":
                return branches.cases(self)
            case "op":
                if token.text in ("|", "‖"):
                    return self._barred()
                if token.text in ("∑", "∏"):
                    self.advance()
                    return big(self, "sum" if token.text == "∑" else "prod", start, symbol=True)
                if token.text == "frac":
                    return derivatives.fraction(self)
                if token.text in ("√", "∛", "∜"):
                    return calls.root(self)
                if token.text == "∂":
                    if derivatives.derivative_ahead(self, start):
                        return derivatives.derivative(self)
                    if self.ahead().text != "_":
                        raise self.fail("a derivative such as ∂L/∂z")
                    return derivatives.nabla(self)  # ∂_z L
                if token.text == "∇":
                    return derivatives.nabla(self)
                if token.text == "dv":
                    return derivatives.physics(self)
        raise self.fail(*_OPERAND)

    def _number(self) -> Syntax:
        token = self.token
        assert token.value is not None
        follower = self.ahead()
        indicator = token.text == "𝟙" or token.value == 1
        if indicator and follower.text in ("[", "(", "{", "_") and follower.kind in ("open", "op"):
            node = indicators.indicator(self, self.at + 1, start=self.at, sure=token.text == "𝟙")
            if node is not None:
                return node
        self.advance()
        if token.text == "𝟙":
            return self._ones(token)
        self._refuse_split_number(token)
        return Number(token.value, decimal="." in token.text, span=Span(token.start, token.end))

    def _ones(self, token: Token) -> Syntax:
        """A vector of ones: `\\mathbf{1}^\\top v`, `\\mathbf{1}_n`."""
        span = Span(token.start, token.end)
        if not self.sees("_"):
            return Ones(span=span)
        items = scripts.subscript_items(self, None, Piece("identity", "𝟙", self.at, 1))
        return Subscript(Ones(span=span), items, span=self.since(token.start))

    def _refuse_split_number(self, token: Token) -> None:
        """`3 000` and `1,000` are not read as 3·000, nor as a list."""
        after, last = self.token, self.ahead()
        if after.kind == "number" and after.text != "𝟙":
            expected = "an operator between two numbers"
            if after.space and token.text.isdigit() and len(after.text) == 3 and after.text.isdigit():
                expected = "a number without a space, such as 1000"
            raise self.fail(expected)
        comma = after.text == "," and last.kind == "number" and not after.space and not last.space
        comma = comma and token.text.isdigit() and last.text.isdigit() and not self.listing
        if comma and (len(last.text) != 3 or token.text == "0") and not self.runs.subscript:
            raise self.fail(f"a point in the number, as in {token.text}.{last.text}")
        if comma and len(last.text) == 3:
            raise self.fail("a number without a comma, such as 1000")

    def _named(self, piece: Piece) -> Syntax:
        start = self.at
        typed = "".join(token.text for token in self.tokens[start : piece.after])
        match piece.meaning:
            case "function":
                self.at = piece.after
                return calls.function(self, piece.name, start, typed)
            case "big":
                self.at = piece.after
                return big(self, piece.name, start, symbol=typed in ("Σ", "Π"))
            case "delta":
                self.at = piece.after
                items = scripts.subscript_items(self, None, piece)
                if len(items) == 1 and isinstance(items[0], Relation) and items[0].ops == ("==",):
                    items = items[0].sides
                if len(items) != 2:
                    raise unknown_symbol(typed, self.span(start), self.vocabulary)
                return Delta(items[0], items[1], span=self.span(start))
            case "matrix-row":
                self.at = piece.after
                base = Ident(piece.name, "name", typed, span=self.span(start))
                return self._subscripted(base, piece) if self.sees("_") else base
            case "name" | "index" | "size" | "constant" | "loss" | "identity" as meaning:
                self.at = piece.after
                ident = Ident(piece.name, meaning, typed, span=self.span(start))
                if meaning == "identity" and self.token.text in ("[", "(", "{"):
                    node = indicators.indicator(self, self.at, start=start, sure=False)
                    if node is not None:
                        return node
                if meaning == "loss" or (piece.name in LOSS_NAMES and piece.name in self.vocabulary.scope.definitions):
                    derivatives.skip_arguments_of_loss(self)
                if meaning == "name" and (call := calls.call_of_definition(self, ident)) is not None:
                    return call
                if self.sees("_"):
                    return self._subscripted(ident, piece)
                return ident
        raise self.fail(*_OPERAND)

    def inside(self, closing: str, *, equals: bool = False, level: Level = Level.CONDITIONAL) -> Syntax:
        """An expression up to a closing bracket, with the bars and conditions around it set aside."""
        saved = self.bars, self.norms, self.equals, self.ampersand
        self.bars = self.norms = 0
        self.equals, self.ampersand = int(equals), True
        try:
            begin = self.token.start
            node = self.expression(level)
            if self.sees("over") and closing == "}":
                self.advance()
                node = Quotient(node, self.expression(level), span=self.since(begin))
            if not self.sees(closing):
                raise self.fail("an operator", closing)
            self.advance()
        finally:
            self.bars, self.norms, self.equals, self.ampersand = saved
        return node

    def _bracketed(self) -> Syntax:
        token, start = self.token, self.at
        match token.text:
            case "|(" | "‖(":
                self.advance()
                inner = self.inside(OPENING[token.text])
                return Bars(inner, span=self.span(start)) if token.text == "|(" else Norm(inner, span=self.span(start))
            case "⟨":
                self.advance()
                left = self.expression()
                if not self.sees(",", "|"):
                    raise self.fail(",")
                self.advance()
                right = self.inside("⟩")
                return Apply("dot", (left, right), span=self.span(start))
            case "{" if branches.holds_branches(self, start):
                return branches.braced_branches(self)
            case "[" if indicators.holds_relation(self, start):
                self.advance()
                return self.inside("]", equals=True)
        self.advance()
        return self.inside(OPENING[token.text])

    def _barred(self) -> Syntax:
        """`|x|`, `||x||`, `‖x‖`. After a factor a bar closes, before one it opens."""
        if not self._closes_bar():
            token = self.token
            data: dict[str, Fact] = {"bracket": token.text, "unclosed": True}
            raise Unreadable("unreadable", Span(token.start, token.end), (token.text,), data)
        token, start = self.advance(), self.at - 1
        norm = token.text == "‖"
        saved = self.bars, self.norms
        self.bars, self.norms = (self.bars, self.norms + 1) if norm else (self.bars + 1, self.norms)
        try:
            inner = self.expression(Level.SUM)
        finally:
            self.bars, self.norms = saved
        if not self.sees(token.text):
            if self.token.kind == "end":
                raise Unreadable(
                    "unreadable", Span(token.start, token.end), (token.text,), {"bracket": token.text, "unclosed": True}
                )
            raise self.fail("an operator", token.text)
        self.advance()
        span = self.span(start)
        if norm:
            return Norm(inner, span=span)
        if isinstance(inner, Bars) and self._doubled(start) and inner.span == Span(token.end, span.end - 1):
            return Norm(inner.arg, span=span)
        return Bars(inner, span=span)

    def _closes_bar(self) -> bool:
        """Whether another bar follows, before the bracket around them ends."""
        at = self.at + 1
        while self.tokens[at].kind not in ("end", "close", "end-begin"):
            if self.tokens[at].text == self.token.text:
                return True
            at = self.closing.get(at, at) + 1
        return False

    def _doubled(self, start: int) -> bool:
        """Whether the bars at both ends are written `||`."""
        second, last = self.tokens[start + 1], self.tokens[self.at - 1]
        return second.text == "|" and not second.space and not last.space and self.tokens[self.at - 2].text == "|"

    # -- what the other modules of the parser need

    def begins_factor(self) -> bool:
        return self._juxtaposed(self._keyword())

    def split_digit(self) -> Syntax:
        """The first digit of a number; the rest stays for what comes next (`\\frac12`)."""
        token = self.token
        first = replace(token, text=token.text[0], end=token.start + 1, value=Fraction(int(token.text[0])))
        rest = token.text[1:]
        self.tokens[self.at] = replace(token, text=rest, start=token.start + 1, space=False, value=Fraction(int(rest)))
        assert first.value is not None
        return Number(first.value, span=Span(first.start, first.end))

    def one_letter(self) -> Syntax:
        """One letter as LaTeX takes it for an argument."""
        token = self.token
        piece = self.runs.meaning_of(token.text, self.at + 1)
        if piece is None or piece.meaning not in ("name", "index", "size", "constant", "loss"):
            raise unknown_symbol(token.text, Span(token.start, token.end), self.vocabulary)
        self.advance()
        return Ident(piece.name, piece.meaning, token.text, span=Span(token.start, token.end))

    def name_with_subscripts(self, piece: Piece) -> Syntax:
        """A name that was looked up, with the subscripts and components behind it."""
        start = self.at
        typed = "".join(token.text for token in self.tokens[start : piece.after])
        self.at = piece.after
        meaning = "name" if piece.meaning == "matrix-row" else piece.meaning
        node: Syntax = Ident(piece.name, meaning, typed, span=self.span(start))  # type: ignore[arg-type]
        while True:
            if self.sees("_") and self.ahead().text != "+":
                node = self._subscripted(node, piece)
            elif self.sees("[") and self._takes_bracket(node):
                node = scripts.bracket_subscript(self, node)
            else:
                return node

    def is_scalar_definition(self, ident: Ident) -> bool:
        definition = self.vocabulary.scope.definitions.get(ident.name)
        return ident.meaning == "name" and definition is not None and not definition.shape

    def mentions(self, ident: Ident, name: str) -> bool:
        """Whether the definition behind a name speaks of another name."""
        body = self.vocabulary.scope.definitions[ident.name].body
        return any(isinstance(node, Name) and node.name == name for node in walk(body))

    def arguments(self) -> tuple[tuple[Syntax, ...], tuple[tuple[str, Syntax], ...]]:
        """`(a, b, axis=0)` and its like in brackets or braces; the opening bracket is the present token."""
        opening = self.advance()
        closing = OPENING[opening.text]
        args: list[Syntax] = []
        options: list[tuple[str, Syntax]] = []
        saved = self.bars, self.norms, self.equals, self.ampersand
        self.bars = self.norms = self.equals = 0
        self.ampersand = True
        self.listing += 1
        try:
            while not self.sees(closing):
                word_end = self._option_end()
                if word_end is not None:
                    name = "".join(t.text for t in self.tokens[self.at : word_end])
                    self.at = word_end + 1
                    options.append((name, calls.option_value(self)))
                else:
                    args.append(calls.argument(self))
                if self.sees(","):
                    self.advance()
                elif not self.sees(closing):
                    raise self.fail("an operator", ",", closing)
            self.advance()
        finally:
            self.bars, self.norms, self.equals, self.ampersand = saved
            self.listing -= 1
        return tuple(args), tuple(options)

    def _option_end(self) -> int | None:
        """Where the `=` of a keyword argument stands, if one begins here."""
        at = self.at
        while self.tokens[at].kind in ("letter", "word") or (at > self.at and self.tokens[at].text == "_"):
            at += 1
        return at if at > self.at and self.tokens[at].kind == "op" and self.tokens[at].text == "=" else None


def check_size(root: Syntax) -> None:
    """Raise `too-large` for more than `limits.NODES` nodes or a depth over `limits.DEPTH`."""
    stack: list[tuple[AnySyntax, int]] = [(root, 1)]
    count = 0
    while stack:
        node, depth = stack.pop()
        count += 1
        if depth > DEPTH:
            raise too_large("depth", DEPTH, depth, node.span.start, node.span.end)
        if count > NODES:
            raise too_large("nodes", NODES, count, root.span.start, root.span.end)
        stack.extend((part, depth + 1) for part in node.below)
