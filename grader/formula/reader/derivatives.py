"""Derivatives left standing: `dL/dz`, `\\frac{\\partial L}{\\partial z}`, `d/dp (…)`, `L'`, `∇_w L`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from grader.formula.functions import BY_SPELLING
from grader.formula.names import CONSTANTS, LOSS_NAMES, LOSS_WORDS, canonical
from grader.formula.reader.parse_levels import Level
from grader.formula.reader.syntax import (
    Apply,
    Derivative,
    Ident,
    Number,
    Prime,
    Product,
    Quotient,
    Subscript,
    Syntax,
)
from grader.formula.tree import Span

if TYPE_CHECKING:
    from grader.formula.reader.notation import Token
    from grader.formula.reader.parse import Parser

_ASCII_D: Final = "d"
_TIMES: Final = frozenset(("·", "*", "⊙"))
_BARS: Final = ("|", "‖")
_PRODUCTS: Final = ("·", "*", "@", "⊙")
_FACTORS: Final = ("letter", "word", "open")


def _is_d(token: Token) -> bool:
    return (token.kind == "letter" and token.text == _ASCII_D) or (token.kind == "op" and token.text == "∂")


def _after_order(parser: Parser, at: int) -> int:
    """The token after `^2` or `^{2}`."""
    tokens = parser.tokens
    if tokens[at].text == "^" and tokens[at].kind == "op":
        if tokens[at + 1].kind == "number":
            return at + 2
        if tokens[at + 1].text == "{" and at + 1 in parser.closing:
            return parser.closing[at + 1] + 1
    return at


def derivative_ahead(parser: Parser, at: int) -> bool:
    """Whether `dA/dB`, `d/dB` or their like with ∂ begins at a token. Read before any product."""
    tokens = parser.tokens
    if at >= len(tokens) or not _is_d(tokens[at]):
        return False
    partial = tokens[at].text == "∂"
    k = _after_order(parser, at + 1)
    if tokens[k].text != "/":
        word = parser.runs.word(k)
        spaced = not partial and tokens[k].space and not (word in BY_SPELLING and len(word) > 1)
        if spaced and not _free_d(parser):
            return False
        k = _end_of_numerator(parser, k, partial or (spaced and tokens[parser.runs.word_end(k)].text == "/"))
        if k < 0:
            return False
    below = k + 1
    if below >= len(tokens) - 1 or not _is_d(tokens[below]) or (tokens[below].text == "∂") != partial:
        return False
    by = tokens[below + 1]
    if by.text == "(" and below + 1 in parser.closing and _free_d(parser):
        end = parser.closing[below + 1]
        inner = parser.runs.quantity(below + 2) if tokens[below + 2].kind in ("letter", "word") else None
        return inner is not None and (inner.after == end or tokens[inner.after].text in ("_", "["))
    return by.kind in ("letter", "word") and (partial or not by.space or _free_d(parser))


def _free_d(parser: Parser) -> bool:
    """Whether `d` means nothing but a differential."""
    return _ASCII_D not in parser.vocabulary.names and _ASCII_D not in parser.vocabulary.sizes


def _end_of_numerator(parser: Parser, at: int, partial: bool) -> int:
    """Where the `/` after a numerator stands, or -1."""
    tokens, k, function = parser.tokens, at, False
    while True:
        token = tokens[k]
        if token.space and k > at and not partial and not function and token.text != "/":
            return -1
        if token.kind in ("letter", "word"):
            word = parser.runs.word(k)
            function = word in BY_SPELLING and len(word) > 1
            k += 1 if not function else parser.runs.word_end(k) - k
        elif token.text in _BARS and (partial or k == at):
            k = _behind_bars(parser, k)
            if k < 0:
                return -1
        elif partial and k > at and token.text in _PRODUCTS and tokens[k + 1].text not in _PRODUCTS:
            k += 1  # `∂w·x/∂w`
        elif token.kind == "number" or (token.kind == "op" and token.text in ("_", "^", "'", "ᵀ", "⊤", "√")):
            k += 1
        elif token.kind == "open" and k in parser.closing:
            k = parser.closing[k] + 1
        elif token.kind == "op" and token.text == "/" and k > at:
            return k
        else:
            return -1


def _behind_bars(parser: Parser, at: int) -> int:
    """The token after `|z|`, `‖w‖`, `||w||`, or -1."""
    tokens, bar = parser.tokens, parser.tokens[at].text
    double = bar == "|" and tokens[at + 1].text == "|" and not tokens[at + 1].space
    k = at + 1 + double
    while tokens[k].text != bar:
        if tokens[k].kind in ("end", "newline", "close") or tokens[k].text in ("=", "∂"):
            return -1
        k = parser.closing[k] + 1 if k in parser.closing else k + 1
    return -1 if double and tokens[k + 1].text != bar else k + 1 + double


def derivative(parser: Parser) -> Syntax:
    """The derivative that begins at the present `d` or `∂`."""
    start = parser.at
    parser.advance()
    order = _order(parser)
    if parser.sees("/"):
        parser.advance()
        parser.advance()
        wrt = quantity(parser)
        _same_order(parser, order)
        return Derivative(_reach(parser, start), wrt, order, span=parser.span(start))
    of = _numerator(parser, "/")
    parser.expect("/")
    parser.advance()
    wrt = quantity(parser)
    _same_order(parser, order)
    return Derivative(_with_argument(of, wrt), wrt, order, span=parser.span(start))


def fraction(parser: Parser) -> Syntax:
    """`\\frac{a}{b}`, `\\frac12`, `\\frac{dL}{dz}`; the parser stands at `\\frac`."""
    start = parser.at
    parser.advance()
    if _leibniz_fraction(parser):
        parser.advance()
        parser.advance()
        order = _order(parser)
        of = None if parser.sees("}") else _numerator(parser, "}")
        parser.expect("}")
        parser.expect("{")
        parser.advance()
        wrt = quantity(parser)
        _same_order(parser, order)
        parser.expect("}")
        body = _reach(parser, start) if of is None else _with_argument(of, wrt)
        return Derivative(body, wrt, order, span=parser.span(start))
    num = latex_argument(parser)
    den = latex_argument(parser)
    return Quotient(num, den, span=parser.span(start))


def _leibniz_fraction(parser: Parser) -> bool:
    tokens, at = parser.tokens, parser.at
    if tokens[at].text != "{" or at not in parser.closing or not _is_d(tokens[at + 1]):
        return False
    below = parser.closing[at] + 1
    if tokens[below].text != "{" or below not in parser.closing or not _is_d(tokens[below + 1]):
        return False
    return parser.closing[below] > below + 2 and tokens[below + 1].text == tokens[at + 1].text


def latex_argument(parser: Parser) -> Syntax:
    """What one LaTeX argument is: a group, one digit, one letter."""
    token = parser.token
    if token.kind == "open" and token.text == "{":
        if parser.ahead().text == "}":
            raise parser.fail("a formula", at=parser.at + 1)
        parser.advance()
        return parser.inside("}")
    if token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
        return parser.split_digit()
    if token.kind == "number" and token.value is not None and token.text.isdigit() and token.text.isascii():
        parser.advance()
        return Number(token.value, span=Span(token.start, token.end))
    if token.kind == "letter":
        return parser.one_letter()
    return parser.factor()


def _order(parser: Parser) -> int:
    if not parser.sees("^"):
        return 1
    parser.advance()
    braced = parser.sees("{")
    if braced:
        parser.advance()
    token = parser.token
    if token.kind != "number" or token.value is None or token.value.denominator != 1 or not 1 <= token.value <= 4:
        raise parser.fail("an order such as 2")
    parser.advance()
    if braced:
        parser.expect("}")
    return int(token.value)


def _same_order(parser: Parser, order: int) -> None:
    """`dz²` after `d²`: the order again."""
    if order == 1:
        return
    at = parser.at
    if _order(parser) != order:
        raise parser.fail(f"^{order}", at=at)


def quantity(parser: Parser) -> Syntax:
    """A declared name, with its subscripts: what one can differentiate by."""
    start = parser.at
    if parser.sees("("):
        parser.advance()
        inner = quantity(parser)
        parser.expect(")")
        return inner
    if parser.token.kind not in ("letter", "word"):
        raise parser.fail("a name")
    piece = parser.runs.quantity(start)
    if piece is None or piece.meaning not in ("name", "matrix-row", "index"):
        raise parser.runs.unknown(start)
    return at_any(parser.name_with_subscripts(piece))


def at_any(node: Syntax) -> Syntax:
    """`U_{ik}`, where k also is a size: as what one derives by, the component at any k."""

    def any_of(item: Syntax) -> Syntax:
        size = isinstance(item, Ident) and item.meaning == "size" and len(item.name) == 1
        return replace(item, meaning="index", typed=item.name) if size and isinstance(item, Ident) else item

    if isinstance(node, Subscript) and not node.code:
        return replace(node, items=tuple(any_of(item) for item in node.items))
    return node


def _numerator(parser: Parser, stop: str) -> Syntax:
    """`L`, `p_k`, `σ`, `(…)`, `log p`: a function without its argument is one of the denominator."""
    start = parser.at
    if parser.token.kind in ("letter", "word"):
        piece = parser.runs.quantity(start)
        if (named := loss_name(parser, stop)) is not None:
            parser.at = named
            return Ident("L", "loss", span=parser.span(start))
        bare = BY_SPELLING.get(parser.runs.word(start)) or BY_SPELLING.get(canonical(parser.runs.word(start)))
        after = parser.tokens[parser.runs.word_end(start)]
        if bare is not None and after.text == stop and (piece is None or piece.meaning == "index"):
            parser.skip_word()
            return Apply(bare, (), span=parser.span(start))
        if piece is not None and piece.meaning != "index":
            node = parser.name_with_subscripts(piece)
            if parser.sees(stop):
                return node
            parser.at = start
    of = parser.expression(Level.PRODUCT) if stop == "}" else parser.factor()
    while stop == "/" and (parser.sees(*_PRODUCTS) or parser.token.kind in _FACTORS or parser.token.text in _BARS):
        sign = parser.advance().text if parser.sees(*_PRODUCTS) else ""
        of = Product(sign, of, parser.factor(), span=parser.span(start))
    if not parser.sees(stop):
        raise parser.fail(stop)
    return of


def loss_name(parser: Parser, stop: str) -> int | None:
    """Where the name ends that can only be the loss, in `dE/dz`, `∂cost/∂z`, `∂J(w)/∂w`; None for other names."""
    runs, start = parser.runs, parser.at
    if not runs.loss or parser.token.kind not in ("letter", "word"):
        return None
    word, end = runs.word(start), runs.word_end(start)
    name = canonical(word)
    known = name in parser.vocabulary.names or name in parser.vocabulary.sizes or name in LOSS_NAMES
    if known or word in runs.bound or word in parser.vocabulary.scope.indices or name in CONSTANTS:
        return None
    if word.lower() not in LOSS_WORDS and (word in BY_SPELLING or name in BY_SPELLING or runs.splits(start)):
        return None
    if parser.tokens[end].text == "(" and end in parser.closing:
        parser.at = end
        skip_arguments_of_loss(parser)
        end, parser.at = parser.at, start
    if parser.tokens[end].text == "_" and not runs.splits(start):  # `D_{KL}`
        below = end + 1
        end = parser.closing[below] + 1 if parser.tokens[below].text == "{" else runs.word_end(below)
    after = parser.tokens[end]
    ends = after.kind == "end" if stop == "" else after.text == stop
    return end if ends and parser.losses.take(word) else None


_BETWEEN: Final = frozenset((",", ";", "|"))
"""What stands between the names that a loss depends on."""


def skip_arguments_of_loss(parser: Parser) -> None:
    """`L(p, y)` is L: a list of names tells what it depends on. Alone on its side, names of any kind: `L(θ) = …`."""
    if not parser.sees("("):
        return
    close = parser.closing[parser.at]
    at = parser.at + 1
    listed = all(token.kind in ("letter", "word") or token.text in _BETWEEN for token in parser.tokens[at:close])
    if listed and parser.at == 1 and parser.tokens[close + 1].kind == "end":
        parser.at = close + 1
        return
    while at < close:
        if parser.tokens[at].kind not in ("letter", "word"):
            return
        piece = parser.runs.quantity(at)
        if piece is None or piece.meaning != "name":
            return
        at = piece.after
        if at < close and parser.tokens[at].text in _BETWEEN:
            at += 1
        elif at < close:
            return
    parser.at = close + 1


def _with_argument(of: Syntax, wrt: Syntax) -> Syntax:
    return Apply(of.function, (wrt,), span=of.span) if isinstance(of, Apply) and not of.args else of


def _reach(parser: Parser, start: int) -> Syntax:
    """What an operator acts on: the product that follows, or the loss by a name of its own."""
    if (named := loss_name(parser, "")) is not None:
        begin, parser.at = parser.at, named
        return Ident("L", "loss", span=parser.span(begin))
    if start == 0 and parser.runs.loss and parser.token.kind == "end":  # `d/dz = …`
        return Ident("L", "loss", span=parser.span(start))
    return parser.factor() if _delimited(parser) else parser.expression(Level.PRODUCT)


def _delimited(parser: Parser) -> bool:
    """Whether a bracket holds all that is derived: `d/dp [a]·b`, `d/dp(a)·b`, but not `d/dw (1/2)(w − y)²`."""
    token = parser.token
    if token.kind != "open" or parser.at not in parser.closing:
        return False
    behind = parser.tokens[parser.closing[parser.at] + 1]
    return token.text == "[" or (token.text == "(" and not token.space and behind.text in _TIMES)


def nabla(parser: Parser) -> Syntax:
    """`∇L`, `∇_w L`, `∇_w (…)`."""
    start = parser.at
    parser.advance()
    wrt: Syntax | None = None
    if parser.sees("_"):
        parser.advance()
        braced = parser.sees("{")
        if braced:
            parser.advance()
        wrt = quantity(parser)
        if braced:
            parser.expect("}")
    token = parser.token
    if (named := loss_name(parser, "")) is not None:
        begin, parser.at = parser.at, named
        return Derivative(Ident("L", "loss", span=parser.span(begin)), wrt, span=parser.span(start))
    if token.kind in ("letter", "word") and parser.runs.keyword(parser.at) is None:
        piece = parser.runs.quantity(parser.at)
        if piece is not None and piece.meaning == "loss":
            return Derivative(parser.factor(), wrt, span=parser.span(start))
    elif token.kind in ("end", "close", "newline") or (
        token.kind == "op" and token.text in ("=", "+", "-", "*", "·", "/")
    ):
        if not parser.runs.loss:
            raise parser.fail("a formula")
        return Derivative(Ident("L", "loss", span=parser.span(start)), wrt, span=parser.span(start))
    return Derivative(_reach(parser, start), wrt, span=parser.span(start))


def physics(parser: Parser) -> Syntax:
    """`\\dv{L}{z}`, `\\pdv{L}{z}`, `\\dv{z} (…)`."""
    start = parser.at
    parser.advance()
    parser.expect("{")
    above = parser.at
    one = parser.tokens[parser.closing[above - 1] + 1].text != "{"
    of = None if one else _numerator(parser, "}")
    if of is not None:
        parser.expect("}")
        parser.expect("{")
    wrt = quantity(parser)
    parser.expect("}")
    body = _reach(parser, start) if of is None else _with_argument(of, wrt)
    return Derivative(body, wrt, span=parser.span(start))


def primes(parser: Parser, base: Syntax) -> Syntax:
    """`L'`, `p''`, `X'`, with the argument of a function's derivative (`L'(z)`)."""
    start = parser.at
    while parser.sees("'"):
        parser.advance()
    count = parser.at - start
    wrt: Syntax | None = None
    if isinstance(base, Ident) and parser.sees("(") and (base.meaning == "loss" or parser.is_scalar_definition(base)):
        close = parser.closing[parser.at]
        inner = parser.at + 1
        if parser.tokens[inner].kind in ("letter", "word"):
            piece = parser.runs.quantity(inner)
            if piece is not None and piece.after == close:
                parser.advance()
                wrt = parser.name_with_subscripts(piece)
                parser.expect(")")
    return Prime(base, count, wrt, span=Span(base.span.start, parser.span(start).end))
