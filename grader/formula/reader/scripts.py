"""What stands below or above an operand: subscripts, Python's brackets, exponents that are none."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, cast

from grader.formula import names
from grader.formula.names import canonical
from grader.formula.reader.derivatives import latex_argument, primes
from grader.formula.reader.parse_levels import Level
from grader.formula.reader.runs import Piece, unknown_symbol
from grader.formula.reader.symbols import OPENING
from grader.formula.reader.syntax import (
    Apply,
    Column,
    Components,
    Ident,
    Norm,
    Number,
    Power,
    Prime,
    Subscript,
    Syntax,
    Transpose,
)
from grader.formula.tree import Span

if TYPE_CHECKING:
    from grader.formula.reader.notation import Token
    from grader.formula.reader.parse import Parser


def subscript_items(parser: Parser, base: Syntax | None, piece: Piece | None) -> tuple[Syntax, ...]:
    """What stands after `_`: digits, one letter (one for each axis), or a group."""
    parser.advance()
    token, start = parser.token, parser.at
    rank = piece.rank if piece is not None else -1
    if token.kind == "number" and token.value is not None:
        if not token.text.isdigit():
            raise parser.fail("a subscript")
        parser.advance()
        return _digits(token, rank)
    if token.kind in ("letter", "word"):
        following = [t.text for t in parser.glued_letters(start)]
        after = parser.tokens[start + len(following)]
        if after.text == "_":
            following.append("_")
        wanted = parser.runs.subscript_letters(piece or Piece("name", "", start, 2), following)
        return tuple(_subscript_letter(parser) for _ in range(wanted))
    if token.kind == "open" and token.text in ("{", "(", "["):
        parser.advance()
        inner = parser.token
        if inner.kind == "number" and inner.text.isdigit() and parser.ahead().text == OPENING[token.text]:
            parser.at += 2
            return _digits(inner, rank)
        items = _group_items(parser, OPENING[token.text], rank)
        parser.expect(OPENING[token.text])
        return items
    raise parser.fail("a subscript")


def _digits(token: Token, rank: int) -> tuple[Syntax, ...]:
    """`X_{12}` of a matrix is `X_{1,2}`; other digits are one number."""
    span = Span(token.start, token.end)
    if rank == 2 and len(token.text) == 2 and "0" not in token.text:
        return tuple(Number(Fraction(int(digit)), span=span) for digit in token.text)
    assert token.value is not None
    return (Number(token.value, span=span),)


def _subscript_letter(parser: Parser) -> Syntax:
    token = parser.token
    parser.runs.subscript += 1
    try:
        found = parser.runs.meaning_of(token.text, parser.at + 1)
    finally:
        parser.runs.subscript -= 1
    if (found is None or found.meaning not in ("index", "name", "size", "constant")) and token.text != "inf":
        raise unknown_symbol(token.text, Span(token.start, token.end), parser.vocabulary)
    parser.advance()
    span = Span(token.start, token.end)
    if found is None:
        return Ident("inf", "constant", span=span)
    return Ident(found.name, cast("Literal['index']", found.meaning), token.text, span=span)


def _group_items(parser: Parser, closing: str, rank: int) -> tuple[Syntax, ...]:
    items: list[Syntax] = []
    parser.runs.subscript += 1
    saved = parser.bars, parser.norms, parser.equals
    parser.bars = parser.norms = 0
    parser.equals = 1
    try:
        while True:
            letters = parser.glued_letters(parser.at)
            joined = canonical("".join(t.text for t in letters))
            after = parser.tokens[parser.at + len(letters)]
            positions = (parser.runs.index_like(t.text) or parser.runs.counts(t.text) for t in letters)
            split = rank > 1 or (rank < 0 and all(positions))
            if len(letters) > 1 and after.text in (closing, ",") and joined not in parser.vocabulary.names and split:
                items.extend(_subscript_letter(parser) for _ in letters)
            else:
                items.append(parser.expression(Level.COMPARISON))
            if not parser.sees(","):
                return tuple(items)
            parser.advance()
    finally:
        parser.bars, parser.norms, parser.equals = saved
        parser.runs.subscript -= 1


def bracket_subscript(parser: Parser, base: Syntax) -> Syntax:
    """`z[i]`, `X[i, j]`, `X[i, :]`, `X[:, j]`: Python's subscripts."""
    start = parser.at
    parser.advance()
    items: list[Syntax | None] = []
    new_axis: int | None = None
    parser.runs.subscript += 1
    saved = parser.bars, parser.norms
    parser.bars = parser.norms = 0
    try:
        while True:
            if parser.sees(":") and parser.ahead().text in (",", "]"):
                parser.advance()
                items.append(None)
            elif parser.token.kind in ("letter", "word") and parser.runs.word(parser.at) in ("None", "newaxis"):
                new_axis = len(items) if new_axis is None else None
                parser.skip_word()
            else:
                items.append(parser.expression(Level.SUM))
            if not parser.sees(","):
                break
            parser.advance()
        parser.expect("]")
    finally:
        parser.bars, parser.norms = saved
        parser.runs.subscript -= 1
    span = Span(base.span.start, parser.span(start).end)
    if new_axis is not None:
        if items != [None] or new_axis > 1:
            raise parser.fail("an index", at=start + 1)
        return Column(base, new_axis == 1, span=span)
    while items and items[-1] is None:
        items.pop()
    if not items:
        return base
    if items[0] is None and len(items) == 2 and items[1] is not None:
        base, items = Transpose(base, span=base.span), items[1:]
    if any(item is None for item in items):
        raise parser.fail("an index", at=start + 1)
    return Subscript(base, tuple(item for item in items if item is not None), code=True, span=span)


def special_exponent(parser: Parser, base: Syntax) -> Syntax | None:
    """`X^T`, `X^{\\top}`, `f^\\prime`, the sample index `x^{(i)}`; None for an exponent proper."""
    tokens, at = parser.tokens, parser.at
    if parser.sees("{") and tokens[at + 1].text == "⊙":  # `H^{\\odot 2}` is by components, as every power is
        parser.at += 2
        return Power(base, parser.inside("}"), True, span=parser.since(base.span.start))
    braced = parser.sees("{") and parser.closing.get(at) == at + 2
    mark = tokens[at + 1] if braced else tokens[at]
    transposes = mark.text in ("⊤", "ᵀ") or (
        mark.kind == "letter" and mark.text == "T" and "T" not in parser.vocabulary.names
    )
    if transposes and not (mark.text == "T" and "T" in parser.vocabulary.sizes):
        parser.at = at + (3 if braced else 1)
        return Transpose(base, span=Span(base.span.start, tokens[parser.at - 1].end))
    if mark.text == "'" and not braced:
        return primes(parser, base)
    if tokens[at].text == "{" and tokens[at + 1].text == "'":
        close = parser.closing[at]
        parser.at = close + 1
        return Prime(base, close - at - 1, span=Span(base.span.start, tokens[close].end))
    plus = at + 1 if tokens[at].text == "{" else at
    if tokens[plus].text == "+" and tokens[plus + 1].kind in ("close", "end", "op"):
        return positive_part(parser, base)
    inner = at + 1 if parser.sees("{") and tokens[at + 1].text == "(" else at
    if (
        tokens[inner].text == "("
        and parser.closing.get(inner) == inner + 2
        and (inner == at or parser.closing[at] == inner + 3)
    ):
        letter = tokens[inner + 1]
        index = (
            letter.kind == "letter"
            and parser.runs.index_like(letter.text)
            and canonical(letter.text) not in names.CONSTANTS
        )
        declared = canonical(letter.text) in parser.vocabulary.names and letter.text not in parser.runs.bound
        if index and not declared:
            parser.at = inner + 3 + (inner != at)
            item = Ident(letter.text, "index", letter.text, span=Span(letter.start, letter.end))
            if isinstance(base, Subscript) and len(base.items) == 1:  # `x_j^{(i)}` is X_ij
                return Subscript(base.base, (item, *base.items), span=parser.since(base.span.start))
            return Subscript(base, (item,), span=Span(base.span.start, tokens[parser.at - 1].end))
    return None


def positive_part(parser: Parser, base: Syntax) -> Syntax:
    """`(x)_+`, `[x]^{+}`: the parser stands behind `_` or `^`."""
    braced = parser.sees("{")
    parser.at += 3 if braced else 1
    return Apply("relu", (base,), span=Span(base.span.start, parser.tokens[parser.at - 1].end))


def counted_letter(parser: Parser) -> str | None:
    """The letter of `_{i=1}^n` behind a bracket, and of `_i` where the letter means nothing outside of it."""
    tokens, at = parser.tokens, parser.at
    if tokens[at - 1].kind != "close":
        return None
    braced = tokens[at + 1].text == "{"
    letter = tokens[at + 1 + braced]
    if letter.kind != "letter" or parser.runs.has_meaning(letter.text):
        return None
    after = tokens[at + 2 + braced]
    if braced and after.text == "=" and tokens[at + 4].text == "1" and tokens[at + 5].text == "}":
        return letter.text
    inside = tokens[_opening(parser, at - 1) + 1 : at - 1]
    used = any(t.text == letter.text and b.text in ("_", "{", "[", ",") for b, t in pairwise(inside))
    return letter.text if used and (not braced or after.text == "}") else None


def _opening(parser: Parser, closing: int) -> int:
    return next(start for start, end in parser.closing.items() if end == closing)


def components(parser: Parser, body: Syntax, letter: str) -> Syntax:
    """`(2x_i)_i`, `[…]_{i=1}^n`: the parser stands at `_`."""
    parser.advance()
    counted = parser.sees("{") and parser.ahead(2).text == "="
    parser.at = parser.closing[parser.at] + 1 if parser.sees("{") else parser.at + 1
    if counted and parser.sees("^"):
        parser.advance()
        latex_argument(parser)
    return Components(body, letter, span=Span(body.span.start, parser.tokens[parser.at - 1].end))


def norm_order(parser: Parser, base: Norm) -> Syntax:
    """`‖w‖_1`, `‖w‖_{2}`, `‖w‖_∞`, `‖X‖_F`."""
    parser.advance()
    braced = parser.sees("{")
    if braced:
        parser.advance()
    token = parser.token
    span = Span(token.start, token.end)
    order: Syntax
    if token.kind == "number" and token.value is not None:
        order = Number(token.value, span=span)
    elif token.text == "inf":
        order = Ident("inf", "constant", span=span)
    elif token.text == "F":
        order = Number(Fraction(2), span=span)
    else:
        raise parser.fail("1", "2", "∞")
    parser.advance()
    if braced:
        parser.expect("}")
    return Norm(base.arg, order, span=Span(base.span.start, parser.tokens[parser.at - 1].end))
