"""Piecewise in each notation: `cases`, braces, `a if c else b`, `where`, `Piecewise`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.formula.reader.parse_levels import Level
from grader.formula.reader.syntax import Branches, Logical, Syntax, Truth
from grader.formula.tree import Span

if TYPE_CHECKING:
    from grader.formula.reader.parse import Parser

_ELSES: Final = frozenset(("else", "otherwise", ",else", ",otherwise"))
_OPENERS: Final = frozenset(("if", "when", "for", "where", "whenever", "with"))


def conditional(parser: Parser, value: Syntax) -> Syntax:
    """`value if c else other`; the parser stands at `if`."""
    parser.skip_word()
    condition = _condition(parser, Level.OR)
    comma = parser.at
    if parser.sees(","):
        parser.advance()
    if not parser.is_keyword("else", "otherwise"):
        raise parser.fail("else", at=comma)
    parser.skip_word()
    rest = parser.expression()
    span = Span(value.span.start, rest.span.end)
    if isinstance(rest, Branches) and parser.tokens_between(condition.span.end, rest.span.start) in _ELSES:
        return Branches(((condition, value), *rest.branches), rest.otherwise, span=span)
    return Branches(((condition, value),), rest, span=span)


def ternary(parser: Parser, condition: Syntax) -> Syntax:
    """`c ? value : other`; the parser stands at `?`."""
    parser.advance()
    value = parser.expression(Level.OR)
    parser.expect(":")
    rest = parser.expression()
    return Branches(((condition, value),), rest, span=Span(condition.span.start, rest.span.end))


def _condition(parser: Parser, level: Level) -> Syntax:
    parser.equals += 1
    try:
        return parser.expression(level)
    finally:
        parser.equals -= 1


def cases(parser: Parser) -> Syntax:
    """`\\begin{cases} a & c \\\\ b & \\text{otherwise} \\end{cases}`."""
    start = parser.at
    parser.advance()
    return _rows(parser, start, "cases", ("\\\\",))


def holds_branches(parser: Parser, opening: int) -> bool:
    """Whether a brace holds branches rather than a group."""
    words: set[str] = set()
    for at in parser.top_level(opening):
        token = parser.tokens[at]
        if token.kind in ("letter", "word"):
            words.add(parser.runs.keyword(at) or "")
        elif token.text in (";", "\\\\"):
            return True
    return "otherwise" in words or ("if" in words and "else" not in words)


def braced_branches(parser: Parser) -> Syntax:
    """`{ a if c; b otherwise }`, `{ a, c; b, otherwise }`."""
    start = parser.at
    parser.advance()
    return _rows(parser, start, "}", (";", "\\\\", ","))


def _rows(parser: Parser, start: int, closing: str, separators: tuple[str, ...]) -> Syntax:
    saved = parser.bars, parser.norms, parser.equals, parser.ampersand
    parser.bars = parser.norms = parser.equals = 0
    parser.ampersand = False
    branches: list[tuple[Syntax, Syntax]] = []
    otherwise: Syntax | None = None
    try:
        while not _at_end(parser, closing):
            if otherwise is not None:
                raise parser.fail(closing)
            value = parser.expression(Level.OR)
            marked = _skip_openers(parser)
            if parser.is_keyword("otherwise", "else"):
                parser.skip_word()
                otherwise = value
            elif not marked and (_at_end(parser, closing) or parser.token.text in separators):
                if not _at_end(parser, closing) or not branches:
                    raise parser.fail("a condition", "otherwise")
                otherwise = value
            else:
                branches.append((_conditions(parser, separators), value))
            while parser.token.text in (*separators, ".", ",", ";") and parser.token.kind in ("op", "newline"):
                parser.advance()
        parser.advance()
    finally:
        parser.bars, parser.norms, parser.equals, parser.ampersand = saved
    if not branches:
        raise parser.fail("a condition", at=parser.at - 1)
    if isinstance(branches[-1][0], Truth) and branches[-1][0].value and otherwise is None:
        otherwise = branches.pop()[1]
    return Branches(tuple(branches), otherwise, span=parser.span(start))


def _at_end(parser: Parser, closing: str) -> bool:
    return parser.token.text == closing and parser.token.kind != "begin"  # not at `\\begin{cases}` within


def _conditions(parser: Parser, separators: tuple[str, ...]) -> Syntax:
    """A condition, or several with commas between (`A > 0, r > 1`), which hold together."""
    found = [_condition(parser, Level.OR)]
    while "," not in separators and parser.sees(",") and parser.ahead().kind in ("letter", "word", "number", "op"):
        mark = parser.at
        parser.advance()
        if parser.is_keyword("otherwise", "else") or parser.sees("&"):
            parser.at = mark
            break
        found.append(_condition(parser, Level.OR))
    if len(found) == 1:
        return found[0]
    return Logical("and", tuple(found), span=Span(found[0].span.start, found[-1].span.end))


def _skip_openers(parser: Parser) -> bool:
    """What stands between a value and its condition: `&`, `,`, `if`, `when`, `for`."""
    marked = False
    while True:
        token = parser.token
        if token.kind == "op" and token.text in ("&", ",", ":"):
            parser.advance()
        elif token.kind in ("letter", "word") and parser.runs.word(parser.at) in _OPENERS:
            parser.skip_word()
        else:
            return marked
        marked = True
