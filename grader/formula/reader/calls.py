"""Functions and methods, with their arguments in brackets or without."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from grader.formula import names
from grader.formula.errors import Unreadable
from grader.formula.functions import BY_SPELLING, FUNCTIONS
from grader.formula.names import canonical
from grader.formula.reader.big import reduced
from grader.formula.reader.derivatives import latex_argument
from grader.formula.reader.parse_levels import Level
from grader.formula.reader.rewrites import odd_root, rewritten
from grader.formula.reader.runs import Piece, unknown_symbol
from grader.formula.reader.scripts import subscript_items
from grader.formula.reader.symbols import GREEK
from grader.formula.reader.syntax import (
    Apply,
    Branches,
    Delta,
    Extent,
    Ident,
    Logical,
    Minus,
    Number,
    Power,
    Prime,
    Quotient,
    Relation,
    Subscript,
    Sum,
    Syntax,
    Transpose,
    Truth,
)
from grader.formula.tree import Span

if TYPE_CHECKING:
    from grader.formula.reader.parse import Parser


_ONE: Final = Fraction(1)
_ROOTS: Final = {"∛": Fraction(3), "∜": Fraction(4)}
LONGEST_SHOWN: Final = 10
"""Letters of a factor that a message repeats."""
_CASTS: Final = frozenset(
    ("astype", "float", "int", "double", "long", "item", "copy", "flatten", "ravel", "detach", "numpy")
)
"""Methods that say how numbers are kept."""
_WHOLE: Final = frozenset(("int", "long"))
_TYPES: Final = frozenset(("float", "int", "double", "npfloat", "torch.float", "long"))
_ELEMENTARY: Final = frozenset(("sech", "csch", "coth", "sec", "csc", "cot", "asinh", "acosh", "atanh", "asin", "acos"))
"""Functions that are written by others and may stand without brackets: `sech^2 r`."""
_COMPONENTWISE: Final = frozenset(("softmax", "log_softmax"))


def function(parser: Parser, name: str, start: int, typed: str) -> Syntax:
    """A function with what follows: its power (`sin^2 x`), its primes, its argument in brackets or the next factor."""
    power: Syntax | None = None
    below: tuple[Syntax, ...] = ()
    count = 0
    while True:
        if parser.sees("^") and (marks := _raised_primes(parser)):
            count += marks
        elif parser.sees("^") and parser.ahead().text != "T":
            parser.advance()
            power = latex_argument(parser) if parser.token.kind in ("open", "number") else parser.signed()
            if isinstance(power, Minus):
                raise parser.fail("a function with its argument in brackets", at=parser.at - 1)
        elif parser.sees("_"):
            below = subscript_items(parser, None, Piece("function", name, parser.at))
        elif parser.sees("'") and not parser.token.space:
            parser.advance()
            count += 1
        else:
            break
    node = _applied(parser, name, start, typed, below)
    if count and isinstance(node, Apply):
        if not node.args:
            raise parser.fail("a formula", at=parser.at - 1)
        node = Prime(node, count, node.args[0], span=node.span)
    if power is not None:
        node = Power(node, power, span=node.span)
    return node


def _raised_primes(parser: Parser) -> int:
    """`^{\\prime}`, `^\\prime`: how many; they are read past."""
    tokens, at = parser.tokens, parser.at + 1
    braced = tokens[at].text == "{"
    end = at + braced
    while tokens[end].text == "'":
        end += 1
    count = end - at - braced
    if count:
        parser.at = end + braced
    return count


def _applied(parser: Parser, name: str, start: int, typed: str, below: tuple[Syntax, ...]) -> Syntax:
    token = parser.token
    options: tuple[tuple[str, Syntax], ...] = ()
    if name == "Piecewise":
        return _sympy_piecewise(parser, start)
    if token.kind == "open" and token.text in ("(", "[", "{"):
        args, options = parser.arguments()
    elif token.kind == "op" and token.text == "-" and (len(typed) == 1 or token.space == parser.ahead().space):
        # `σ − y` is no σ(−y): a name that is still to come, or a function without its argument
        raise Unreadable("unreadable", Span(token.start, token.end), ("(",), {"got": token.text, "bare": typed})
    elif (token.kind == "op" and token.text == "-") or parser.begins_factor():
        low = FUNCTIONS[name].low if name in FUNCTIONS else 2 - (name in _ELEMENTARY)
        if low > 1 or (name == "gamma" and typed != "Γ") or name == "digamma":
            if len(typed) == 1 or canonical(typed) in GREEK.values():
                raise unknown_symbol(typed, _typed_span(parser, start), parser.vocabulary)
            raise parser.fail("(")
        args = (parser.signed(),)
    else:
        if typed in GREEK or typed in GREEK.values():
            raise unknown_symbol(typed, _typed_span(parser, start), parser.vocabulary)
        raise parser.fail("(")
    span = parser.span(start)
    if below:
        if name == "log":
            name = _log_base(parser, below[0])
        elif name in _COMPONENTWISE:
            return Subscript(Apply(name, args, options, span=span), below, span=span)
        elif name == "norm":
            args = (*args, *below)
        else:
            raise unknown_symbol(typed + "_…", _typed_span(parser, start), parser.vocabulary)
    return rewritten(parser, name, args, options, span)


def _typed_span(parser: Parser, start: int) -> Span:
    return Span(parser.tokens[start].start, parser.tokens[parser.runs.word_end(start) - 1].end)


def factorial(base: Syntax, span: Span) -> Syntax:
    """`k!` is Γ(k + 1)."""
    return Apply("gamma", (Sum((base, Number(_ONE, span=span)), span=span),), span=span)


def _log_base(parser: Parser, base: Syntax) -> str:
    match base:
        case Number(value) if value == 2:
            return "log2"
        case Number(value) if value == 10:
            return "log10"
        case Ident("e"):
            return "log"
    raise parser.fail("base 2, 10 or e", at=parser.at - 1)


def _sympy_piecewise(parser: Parser, start: int) -> Syntax:
    """`Piecewise((a, c), (b, True))`."""
    parser.expect("(")
    branches: list[tuple[Syntax, Syntax]] = []
    while not parser.sees(")"):
        parser.expect("(")
        value = parser.expression()
        parser.expect(",")
        parser.ampersand = True
        condition = parser.inside(")")
        branches.append((condition, value))
        if not parser.sees(")"):
            parser.expect(",")
    parser.advance()
    otherwise: Syntax | None = None
    if branches and isinstance(branches[-1][0], Truth) and branches[-1][0].value:
        otherwise = branches.pop()[1]
    if not branches:
        if otherwise is not None:
            return otherwise
        raise parser.fail("(value, condition)", at=parser.at - 1)
    return Branches(tuple(branches), otherwise, span=parser.span(start))


def root(parser: Parser) -> Syntax:
    """`√x`, `\\sqrt{x}`, `\\sqrt[3]{x}`, `∛x`. A root of odd order is the real one, negative for negative numbers."""
    start = parser.at
    sign = parser.advance().text
    if sign in _ROOTS:
        args = parser.arguments()[0] if parser.token.kind == "open" else (parser.factor(),)
        if len(args) != 1:
            raise parser.fail("one argument", at=parser.at - 1)
        return _root_of(args[0], Number(_ROOTS[sign], span=parser.span(start)), parser.span(start))
    if parser.sees("[") and parser.tokens[parser.closing[parser.at] + 1].text == "{":
        parser.advance()
        order = parser.inside("]")
        base = latex_argument(parser)
        return _root_of(base, order, parser.span(start))
    if parser.token.kind == "open":
        args, _ = parser.arguments()
        if len(args) != 1:
            raise parser.fail("one argument", at=parser.at - 1)
        return Apply("sqrt", args, span=parser.span(start))
    return Apply("sqrt", (parser.factor(),), span=parser.span(start))


def _root_of(base: Syntax, order: Syntax, span: Span) -> Syntax:
    match order:
        case Number(value) if value.denominator == 1 and value > 1 and value % 2:
            return odd_root(base, int(value), span)
        case Number(value) if value == 2:
            return Apply("sqrt", (base,), span=span)
    return Power(base, Quotient(Number(_ONE, span=span), order, span=span), span=span)


def call_of_definition(parser: Parser, ident: Ident) -> Syntax | None:
    """`f(z)` where `f(z) = …` was introduced, or `p(z)` where p was introduced as a formula in z."""
    definition = parser.vocabulary.scope.definitions.get(ident.name)
    if definition is None or not parser.sees("(") or (definition.shape and not definition.parameters):
        return None
    start = parser.at
    if definition.parameters:
        args, _ = parser.arguments()
        if len(args) != len(definition.parameters):
            raise parser.fail(f"{len(definition.parameters)} arguments", at=parser.at - 1)
        if all(isinstance(a, Ident) and a.name == p for a, p in zip(args, definition.parameters, strict=True)):
            return ident
        return Apply("@" + ident.name, args, span=parser.span(start))
    inner = parser.at + 1
    if parser.tokens[inner].kind in ("letter", "word"):
        piece = parser.runs.quantity(inner)
        if (
            piece is not None
            and piece.meaning == "name"
            and piece.after == parser.closing[parser.at]
            and parser.mentions(ident, piece.name)
        ):
            parser.at = piece.after + 1
            return ident
    return None


def _along_axis(parser: Parser, base: Syntax, opening: int) -> Syntax:
    """`x.shape[0]`; the parser is set behind it."""
    axis = parser.tokens[opening + 1]
    if axis.value is None or not axis.text.isdigit() or parser.closing[opening] != opening + 2:
        raise parser.fail("an axis such as 0", at=opening + 1)
    parser.at = opening + 3
    return Extent(base, int(axis.value), span=Span(base.span.start, parser.tokens[opening + 2].end))


def _only_words(parser: Parser, opening: int) -> bool:
    """Whether a bracket holds names of types only, or nothing: `(float)`, `(np.float64)`, `()`."""
    inside = parser.tokens[opening + 1 : parser.closing[opening]]
    return all(t.kind in ("letter", "word", "number") or t.text == "." for t in inside) and (
        not inside or "".join(t.text for t in inside).rstrip("0123456789") in _TYPES
    )


def option_value(parser: Parser) -> Syntax:
    """The value of a keyword argument."""
    if parser.token.kind in ("letter", "word") and parser.runs.word(parser.at) == "None":
        start = parser.at
        parser.skip_word()
        return Truth(False, span=parser.span(start))
    if parser.sees("("):
        raise parser.fail("one axis")
    return parser.expression(Level.SUM)


def argument(parser: Parser) -> Syntax:
    """One argument of a call."""
    return parser.expression()


def method(parser: Parser, base: Syntax) -> Syntax:
    """`X.T`, `r.sum()`, `p.log()`, `X.dot(w)`."""
    at = parser.at + 1
    name, end = parser.runs.word(at), parser.runs.word_end(at)
    while parser.tokens[end].text == "_" and parser.tokens[end + 1].kind == "letter":
        name += "_" + parser.runs.word(end + 1)
        end = parser.runs.word_end(end + 1)
    called = parser.tokens[end].text == "("
    if (name in ("T", "mT") and not called) or (name == "t" and called and parser.closing[end] == end + 1):
        parser.at = end + 2 * called
        return Transpose(base, span=Span(base.span.start, parser.tokens[parser.at - 1].end))
    if name == "size" and not called:
        parser.at = end
        return Extent(base, None, span=Span(base.span.start, parser.tokens[end - 1].end))
    if name == "shape" and parser.tokens[end].text == "[":
        return _along_axis(parser, base, end)
    if not called and (piece := parser.runs.quantity(at)) is not None:  # `w.x`, a point for a dot
        left = parser.tokens_between(base.span.start, base.span.end)
        left = left if len(left) <= LONGEST_SHOWN else "…"
        right = parser.tokens_between(parser.tokens[at].start, parser.tokens[end - 1].end)
        vector = piece.name in parser.vocabulary.names and parser.vocabulary.scope.shape(piece.name) != ()
        expected = (f"{left}·{right}", f"{left} @ {right}") if vector else (f"{left}·{right}",)
        raise Unreadable("unreadable", parser.span(at - 1), expected, {"got": "a point"})
    if not called:
        raise parser.fail(".T", at=at)
    if name in _CASTS and _only_words(parser, end):
        inside = "".join(token.text for token in parser.tokens[end : parser.closing[end]])
        if (name in _WHOLE or "int" in inside or "long" in inside) and not isinstance(base, Relation | Logical | Delta):
            raise parser.fail("a comparison before", at=at)
        parser.at = parser.closing[end] + 1
        return base
    known = name in names.BIG or name in names.EXTREMES or name in BY_SPELLING or name in names.CALLS
    if not known:
        raise unknown_symbol(name, Span(parser.tokens[at].start, parser.tokens[end - 1].end), parser.vocabulary)
    parser.at = end
    args, options = parser.arguments()
    span = Span(base.span.start, parser.tokens[parser.at - 1].end)
    if name in names.BIG or (name in names.EXTREMES and not args):
        return reduced(parser, names.BIG.get(name) or names.EXTREMES[name], (base, *args), options, span)
    return rewritten(parser, BY_SPELLING.get(name) or names.CALLS[name], (base, *args), options, span)
