"""Functions, big operators, indicators and subscripts: what stands before or after an operand."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, cast

from grader.formula import names
from grader.formula.derivatives import latex_argument, primes
from grader.formula.functions import BY_SPELLING, FUNCTIONS
from grader.formula.names import canonical
from grader.formula.parse_levels import Level
from grader.formula.runs import Piece, unknown_symbol
from grader.formula.symbols import GREEK, OPENING
from grader.formula.syntax import (
    Apply,
    Big,
    Binder,
    Branches,
    Condition,
    Delta,
    Ident,
    Logical,
    Minus,
    Norm,
    Number,
    Power,
    Prime,
    Product,
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
    from grader.formula.parse import Parser

BigOp = Literal["sum", "mean", "prod", "max", "min"]
_COMPARISONS: Final = frozenset(("<", "<=", ">", ">=", "==", "!=", "="))
_ZERO: Final = Fraction(0)
_ONE: Final = Fraction(1)
_TWO: Final = Fraction(2)
_COMPONENTWISE: Final = frozenset(("softmax", "log_softmax"))


def holds_relation(parser: Parser, opening: int) -> bool:
    """Whether a comparison stands directly within a bracket."""
    if opening not in parser.closing:
        return False
    return any(
        (token := parser.tokens[at]).kind == "op" and (token.text in _COMPARISONS or token.text in ("and", "or", "not"))
        for at in parser.top_level(opening)
    )


# -- indicators


def indicator(parser: Parser, opening: int, *, start: int, sure: bool) -> Syntax | None:
    """`1[r>0]`, `𝟙{i=k}`, `1_{r>0}`, `I(y=1)`; None where the bracket holds no comparison."""
    tokens = parser.tokens
    bracket = opening + 1 if tokens[opening].text == "_" else opening
    if tokens[bracket].kind != "open" or tokens[bracket].text not in ("(", "[", "{"):
        return None
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


# -- functions


def function(parser: Parser, name: str, start: int, typed: str) -> Syntax:
    """A function with what follows: its power (`sin^2 x`), its primes, its argument in brackets or the next factor."""
    power: Syntax | None = None
    below: tuple[Syntax, ...] = ()
    count = 0
    while True:
        if parser.sees("^") and parser.ahead().text != "T":
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
        node = Prime(node, count, node.args[0], span=node.span)
    if power is not None:
        node = Power(node, power, span=node.span)
    return node


def _applied(parser: Parser, name: str, start: int, typed: str, below: tuple[Syntax, ...]) -> Syntax:
    token = parser.token
    options: tuple[tuple[str, Syntax], ...] = ()
    if name == "Piecewise":
        return _sympy_piecewise(parser, start)
    if token.kind == "open" and token.text in ("(", "[", "{"):
        args, options = parser.arguments()
    elif (token.kind == "op" and token.text == "-") or parser.begins_factor():
        low = FUNCTIONS[name].low if name in FUNCTIONS else 2
        if low > 1 or (name == "gamma" and typed != "Γ"):
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
    return _rewritten(parser, name, args, options, span)


def _typed_span(parser: Parser, start: int) -> Span:
    return Span(parser.tokens[start].start, parser.tokens[parser.runs.word_end(start) - 1].end)


def _log_base(parser: Parser, base: Syntax) -> str:
    match base:
        case Number(value) if value == 2:
            return "log2"
        case Number(value) if value == 10:
            return "log10"
        case Ident("e"):
            return "log"
    raise parser.fail("base 2, 10 or e", at=parser.at - 1)


def _rewritten(
    parser: Parser, name: str, args: tuple[Syntax, ...], options: tuple[tuple[str, Syntax], ...], span: Span
) -> Syntax:
    """Python's calls that other syntax has already."""
    match name, args:
        case "where", (condition, value, other):
            return Branches(((condition, value),), other, span=span)
        case "square", (arg,):
            return Power(arg, Number(_TWO, span=span), span=span)
        case "power", (base, exponent):
            return Power(base, exponent, span=span)
        case "divide", (left, right):
            return Quotient(left, right, span=span)
        case "multiply", (left, right):
            return Product("⊙", left, right, span=span)
        case "matmul", (left, right):
            return Product("@", left, right, span=span)
        case "dot", (left, right):
            return Product("@", left, right, span=span)
        case "negative", (arg,):
            return Minus(arg, span=span)
        case "subtract", (left, right):
            return Sum((left, Minus(right, span=right.span)), span=span)
        case "add", (left, right):
            return Sum((left, right), span=span)
        case "reciprocal", (arg,):
            return Quotient(Number(_ONE, span=span), arg, span=span)
        case "transpose", (arg,):
            return Transpose(arg, span=span)
        case "float", (arg, *_):
            return arg
        case "indicator", (condition,):
            return condition
        case "equal", (left, right):
            return Relation(("==",), (left, right), span=span)
        case "not", (condition,):
            return Logical("not", (condition,), span=span)
        case "heaviside", (arg,):
            return Relation((">",), (arg, Number(_ZERO, span=span)), span=span)
        case "heaviside", (arg, value):
            zero = Number(_ZERO, span=span)
            above = (Relation((">",), (arg, zero), span=span), Number(_ONE, span=span))
            return Branches((above, (Relation(("==",), (arg, zero), span=span), value)), zero, span=span)
        case "kronecker", (left, right):
            return Delta(left, right, span=span)
    if name not in FUNCTIONS:
        raise parser.fail("another number of arguments", at=parser.at - 1)
    return Apply(name, args, options, span=span)


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
    """`√x`, `\\sqrt{x}`, `\\sqrt[3]{x}`."""
    start = parser.at
    parser.advance()
    if parser.sees("[") and parser.tokens[parser.closing[parser.at] + 1].text == "{":
        parser.advance()
        order = parser.inside("]")
        base = latex_argument(parser)
        span = parser.span(start)
        return Power(base, Quotient(Number(_ONE, span=span), order, span=span), span=span)
    if parser.token.kind == "open":
        args, _ = parser.arguments()
        if len(args) != 1:
            raise parser.fail("one argument", at=parser.at - 1)
        return Apply("sqrt", args, span=parser.span(start))
    return Apply("sqrt", (parser.factor(),), span=parser.span(start))


def call_of_definition(parser: Parser, ident: Ident) -> Syntax | None:
    """`f(z)` where `f(z) = …` was introduced, or `p(z)` where p was introduced as a formula in z."""
    definition = parser.vocabulary.scope.definitions.get(ident.name)
    if definition is None or not parser.sees("(") or definition.shape:
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


def skip_arguments_of_loss(parser: Parser) -> None:
    """`L(p, y)` is L: a list of names tells what it depends on."""
    if not parser.sees("("):
        return
    close = parser.closing[parser.at]
    at = parser.at + 1
    while at < close:
        if parser.tokens[at].kind not in ("letter", "word"):
            return
        piece = parser.runs.quantity(at)
        if piece is None or piece.meaning != "name":
            return
        at = piece.after
        if at < close and parser.tokens[at].text in (",", ";", "|"):
            at += 1
        elif at < close:
            return
    parser.at = close + 1


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
    if name == "T":
        parser.at = end
        return Transpose(base, span=Span(base.span.start, parser.tokens[end - 1].end))
    if parser.tokens[end].text != "(":
        raise parser.fail(".T", at=at)
    known = name in names.BIG or name in names.EXTREMES or name in BY_SPELLING or name in names.CALLS
    if not known:
        raise unknown_symbol(name, Span(parser.tokens[at].start, parser.tokens[end - 1].end), parser.vocabulary)
    parser.at = end
    args, options = parser.arguments()
    span = Span(base.span.start, parser.tokens[parser.at - 1].end)
    if name in names.BIG or (name in names.EXTREMES and not args):
        return _reduced(parser, names.BIG.get(name) or names.EXTREMES[name], (base, *args), options, span)
    return _rewritten(parser, BY_SPELLING.get(name) or names.CALLS[name], (base, *args), options, span)


# -- big operators


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
    return _reduced(parser, op, args, options, parser.span(start))


def _reduced(
    parser: Parser, op: str, args: tuple[Syntax, ...], options: tuple[tuple[str, Syntax], ...], span: Span
) -> Syntax:
    if not args:
        raise parser.fail("a formula", at=parser.at - 1)
    if op in ("max", "min") and len(args) > 1:
        return Apply(op, args, options, span=span)
    if len(args) == 2 and isinstance(args[1], Number | Minus):
        options = (*options, ("axis", args[1]))
    elif len(args) > 1:
        raise parser.fail(")", at=parser.at - 1)
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
    saved = parser.bars, parser.norms
    parser.bars = parser.norms = 0
    try:
        while True:
            letter = parser.token
            if letter.kind != "letter":
                raise parser.fail("an index letter")
            if letter.text not in [b.index for b in binders]:
                bound.append(letter.text)
            else:
                letter = parser.token
            known = letter.text in [b.index for b in binders]
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
            elif parser.token.kind == "op" and parser.token.text in _COMPARISONS:
                parser.at = at
                conditions.append(cast("Relation", _comparison(parser)))
            if not known:
                binders.append(Binder(letter.text, low, high, span=span))
            if parser.sees(",", ":", "|", ";"):
                parser.advance()
                continue
            break
        parser.expect(closing)
    except BaseException:
        del bound[len(bound) - len(binders) :]
        raise
    finally:
        parser.bars, parser.norms = saved
    if not conditions:
        return binders, None
    condition: Condition = conditions[0]
    if len(conditions) > 1:
        condition = Logical("and", tuple(conditions), span=parser.span(parser.at - 1))
    return binders, condition


def _comparison(parser: Parser) -> Syntax:
    parser.runs.subscript += 1
    try:
        return parser.expression(Level.COMPARISON)
    finally:
        parser.runs.subscript -= 1


# -- subscripts and exponents


def subscript_items(parser: Parser, base: Syntax | None, piece: Piece | None) -> tuple[Syntax, ...]:
    """What stands after `_`: digits, one letter (one for each axis), or a group."""
    parser.advance()
    token, start = parser.token, parser.at
    rank = piece.rank if piece is not None else 0
    if token.kind == "number" and token.value is not None:
        if not token.text.isdigit():
            raise parser.fail("a subscript")
        parser.advance()
        return (Number(token.value, span=Span(token.start, token.end)),)
    if token.kind in ("letter", "word"):
        following = [t.text for t in parser.glued_letters(start)]
        wanted = parser.runs.subscript_letters(piece or Piece("name", "", start, rank), following)
        return tuple(_subscript_letter(parser) for _ in range(wanted))
    if token.kind == "open" and token.text in ("{", "(", "["):
        parser.advance()
        items = _group_items(parser, OPENING[token.text], rank)
        parser.expect(OPENING[token.text])
        return items
    raise parser.fail("a subscript")


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
            if len(letters) > 1 and after.text in (closing, ",") and joined not in parser.vocabulary.names and rank > 1:
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
    parser.runs.subscript += 1
    saved = parser.bars, parser.norms
    parser.bars = parser.norms = 0
    try:
        while True:
            if parser.sees(":") and parser.ahead().text in (",", "]"):
                parser.advance()
                items.append(None)
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
            return Subscript(base, (item,), span=Span(base.span.start, tokens[parser.at - 1].end))
    return None


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
        order = Number(_TWO, span=span)
    else:
        raise parser.fail("1", "2", "∞")
    parser.advance()
    if braced:
        parser.expect("}")
    return Norm(base.arg, order, span=Span(base.span.start, parser.tokens[parser.at - 1].end))
