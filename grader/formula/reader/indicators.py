"""Indicators: `1[r>0]`, `𝟙{i=k}`, `1_{r>0}`, `I(y=1)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.formula.reader.symbols import OPENING
from grader.formula.reader.syntax import (
    Logical,
    Relation,
    Syntax,
)
from grader.formula.tree import Span

if TYPE_CHECKING:
    from grader.formula.reader.parse import Parser


COMPARISONS: Final = frozenset(("<", "<=", ">", ">=", "==", "!=", "="))


def holds_relation(parser: Parser, opening: int) -> bool:
    """Whether a comparison stands directly within a bracket."""
    if opening not in parser.closing:
        return False
    for at in parser.top_level(opening):
        token = parser.tokens[at]
        if token.kind == "op" and (token.text in COMPARISONS or token.text in ("and", "or", "not")):
            return True
        first = token.kind in ("letter", "word") and not _glued(parser, at)
        if first and parser.runs.keyword(at) in ("and", "or", "not"):
            return True
    return False


def _glued(parser: Parser, at: int) -> bool:
    """Whether a letter stands right behind another."""
    before = parser.tokens[at - 1]
    return before.kind in ("letter", "word") and not parser.tokens[at].space


def indicator(parser: Parser, opening: int, *, start: int, sure: bool) -> Syntax | None:
    """`1[r>0]`, `𝟙{i=k}`, `1_{r>0}`, `I(y=1)`; None where the bracket holds no comparison."""
    tokens = parser.tokens
    bracket = opening + 1 if tokens[opening].text == "_" else opening
    if tokens[bracket].kind != "open" or tokens[bracket].text not in ("(", "[", "{"):
        return None
    inner = bracket + 1
    if tokens[inner].kind == "open" and parser.closing.get(inner, -1) == parser.closing.get(bracket, 0) - 1:
        end = parser.closing[bracket] + 1
        found = indicator(parser, inner, start=start, sure=sure) if tokens[bracket].text == "{" else None
        if found is not None:  # `1_{\\{y=1\\}}`
            parser.at = end
            return _spanned(found, parser.span(start))
    if not holds_relation(parser, bracket):
        if sure:
            raise parser.fail("a comparison", at=bracket + 1)
        return None
    parser.at = bracket + 1
    condition = parser.inside(OPENING[tokens[bracket].text], equals=True)
    return _spanned(condition, parser.span(start))


def _spanned(node: Syntax, span: Span) -> Syntax:
    match node:
        case Relation(ops, sides):
            return Relation(ops, sides, span=span)
        case Logical(op, args):
            return Logical(op, args, span=span)
    return node
