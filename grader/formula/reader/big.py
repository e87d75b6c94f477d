"""Big operators: Σ, mean, Π, max, min, with an index or over all components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from grader.formula.errors import Unreadable
from grader.formula.reader.derivatives import latex_argument
from grader.formula.reader.indicators import COMPARISONS
from grader.formula.reader.parse_levels import Level
from grader.formula.reader.runs import Piece
from grader.formula.reader.symbols import OPENING
from grader.formula.reader.syntax import (
    Apply,
    Big,
    Binder,
    Condition,
    Logical,
    Minus,
    Number,
    Product,
    Quotient,
    Relation,
    Syntax,
)
from grader.formula.tree import Span

if TYPE_CHECKING:
    from grader.formula.reader.notation import Token
    from grader.formula.reader.parse import Parser


BigOp = Literal["sum", "mean", "prod", "max", "min"]


def big(parser: Parser, op: str, start: int, *, symbol: bool) -> Syntax:
    """Σ, mean, Π, max, min. With an index they take the product that follows; `sum(…)` is a call."""
    binders: list[Binder] = []
    condition: Condition | None = None
    high: Syntax | None = None
    pushed = 0
    try:
        while True:
            if parser.sees("_") and not binders:
                binders, condition = _binders(parser)
                pushed = len(binders)
            elif parser.sees("^") and (symbol or binders) and high is None:
                parser.advance()
                high = latex_argument(parser)
            else:
                break
        if high is not None and binders:
            last = binders[-1]
            binders[-1] = Binder(last.index, last.low, high, span=last.span)
        if not binders and not symbol and parser.token.kind == "open" and parser.token.text in ("(", "[", "{"):
            return _called(parser, op, start)
        body = parser.expression(Level.PRODUCT)
    finally:
        if pushed:
            del parser.runs.bound[-pushed:]
    return Big(cast("BigOp", op), tuple(binders), condition, body, span=parser.span(start))


def _called(parser: Parser, op: str, start: int) -> Syntax:
    generator = _generator(parser)
    if generator is not None:
        return Big(cast("BigOp", op), generator[0], generator[1], generator[2], span=parser.span(start))
    args, options = parser.arguments()
    return reduced(parser, op, args, options, parser.span(start))


def reduced(
    parser: Parser, op: str, args: tuple[Syntax, ...], options: tuple[tuple[str, Syntax], ...], span: Span
) -> Syntax:
    if not args:
        raise parser.fail("a formula", at=parser.at - 1)
    weights = next((value for key, value in options if key == "weights"), None)
    if op == "mean" and weights is not None and len(args) == len(options) == 1:
        above = Big("sum", (), None, Product("⊙", weights, args[0], span=span), span=span)
        return Quotient(above, Big("sum", (), None, weights, span=span), span=span)
    if op in ("max", "min") and len(args) > 1:
        return Apply(op, args, options, span=span)
    if len(args) == 2 and isinstance(args[1], Number | Minus):
        options = (*options, ("axis", args[1]))
    elif len(args) > 1:
        raise Unreadable("unreadable", args[1].span, (")",), {"got": ","})
    return Big(cast("BigOp", op), (), None, args[0], options, span=span)


def _generator(parser: Parser) -> tuple[tuple[Binder, ...], Condition | None, Syntax] | None:
    """`sum(f(z[j]) for j in range(K))`."""
    opening = parser.at
    if parser.tokens[opening + 1].text == "[" and parser.closing.get(opening + 1) == parser.closing[opening] - 1:
        opening += 1
    at = next((t for t in parser.top_level(opening) if parser.runs.keyword(t) == "for"), None)
    if at is None:
        return None
    close = parser.closing[opening]
    index_at = parser.runs.word_end(at)
    index = parser.tokens[index_at]
    if index.kind != "letter" or parser.runs.keyword(index_at + 1) != "in":
        raise parser.fail("an index letter and `in range(…)`", at=index_at)
    parser.at = opening + 1
    parser.runs.bound.append(index.text)
    try:
        body = parser.expression(Level.OR)
        if parser.at != at:
            raise parser.fail("for")
        parser.at = parser.runs.word_end(index_at + 1)
        if parser.runs.word(parser.at) != "range":
            raise parser.fail("range(…)")
        parser.skip_word()
        bounds, _ = parser.arguments()
        if not 1 <= len(bounds) <= 2:
            raise parser.fail("range(n)", at=parser.at - 1)
        condition: Condition | None = None
        if parser.is_keyword("if"):
            parser.skip_word()
            found = parser.expression(Level.OR)
            if not isinstance(found, Relation | Logical):
                raise parser.fail("a comparison", at=parser.at - 1)
            condition = found
    finally:
        parser.runs.bound.pop()
    while parser.at <= close or (parser.sees(")") and opening != close and parser.tokens[opening - 1].text == "("):
        if not parser.sees(")", "]"):
            raise parser.fail(")")
        parser.advance()
        if parser.at > close and parser.tokens[opening].text == "(":
            break
    low = bounds[0] if len(bounds) == 2 else None
    binder = Binder(index.text, low, bounds[-1], code=True, span=Span(index.start, index.end))
    return (binder,), condition, body


def _binders(parser: Parser) -> tuple[list[Binder], Condition | None]:
    """`_i`, `_{i=1}`, `_{j≠k}`, `_{i,j}`, `_{i<j}`. The letters are bound from here on."""
    parser.advance()
    token = parser.token
    bound = parser.runs.bound
    if token.kind == "letter":
        following = [t.text for t in parser.glued_letters(parser.at)]
        count = parser.runs.subscript_letters(Piece("big", "", parser.at, 2), following)
        made: list[Binder] = []
        for _ in range(count):
            letter = parser.advance()
            bound.append(letter.text)
            made.append(Binder(letter.text, span=Span(letter.start, letter.end)))
        return made, None
    if not (token.kind == "open" and token.text in ("{", "(", "[")):
        raise parser.fail("an index letter")
    closing = OPENING[token.text]
    parser.advance()
    binders: list[Binder] = []
    conditions: list[Condition] = []
    saved = parser.bars, parser.norms, parser.equals
    parser.bars = parser.norms = 0
    try:
        while True:
            letter = parser.token
            if binders and _says_condition(parser):
                conditions.append(cast("Condition", parser.expression(Level.OR)))
                break
            if letter.kind != "letter":
                raise parser.fail("an index letter")
            known = letter.text in [b.index for b in binders]
            if not known:
                bound.append(letter.text)
            at = parser.at
            parser.advance()
            span = Span(letter.start, letter.end)
            low: Syntax | None = None
            high: Syntax | None = None
            if parser.sees("=", ":="):
                parser.advance()
                low = parser.expression(Level.SUM)
                if parser.sees(":"):
                    parser.advance()
                    high = parser.expression(Level.SUM)
            elif parser.token.kind == "op" and parser.token.text in COMPARISONS:
                pair = _ordered_pair(parser)
                if pair is not None and not known:
                    bound.append(pair.text)
                    binders.append(Binder(pair.text, span=Span(pair.start, pair.end)))
                parser.at = at
                conditions.append(cast("Relation", _comparison(parser)))
            if not known:
                binders.append(Binder(letter.text, low, high, span=span))
            if parser.sees(",", ":", "|", ";"):
                parser.advance()
                continue
            break
        parser.expect(closing)
    finally:
        parser.bars, parser.norms, parser.equals = saved
    if not conditions:
        return binders, None
    condition: Condition = conditions[0]
    if len(conditions) > 1:
        condition = Logical("and", tuple(conditions), span=parser.span(parser.at - 1))
    return binders, condition


def _says_condition(parser: Parser) -> bool:
    """Whether a condition on other quantities follows the index: `_{i: y_i wᵀx_i < 1}`."""
    parser.equals = 0
    if parser.tokens[parser.at - 1].text not in (":", "|", ";", ","):
        return False
    token, after = parser.token, parser.ahead()
    whole = after.kind == "close" or (after.kind == "op" and after.text in (*COMPARISONS, ",", ":", "|", ";", ":="))
    if token.kind == "letter" and whole:
        return False
    parser.equals = 1
    return True


def _ordered_pair(parser: Parser) -> Token | None:
    """The second letter of `i<j`, where it means nothing else: the sum runs over pairs."""
    letter, after = parser.ahead(), parser.ahead(2)
    if not parser.sees("<", "<=") or letter.kind != "letter" or after.kind not in ("close", "op"):
        return None
    known = parser.runs.has_meaning(letter.text)
    return None if known else letter


def _comparison(parser: Parser) -> Syntax:
    parser.runs.subscript += 1
    try:
        return parser.expression(Level.COMPARISON)
    finally:
        parser.runs.subscript -= 1
