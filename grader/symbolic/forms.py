"""The form of a right answer: whether it is written as the question asks, judged on the tree as it was typed.

Names that the answer itself introduces are looked into, so that a sum is not hidden behind a letter; what the
question gives by a name stays that name. See `questions.kinds.Form`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Final

from grader.formula.declare import Scope
from grader.formula.read import read_formula
from grader.formula.show import show
from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Const,
    Div,
    Expr,
    Index,
    IndexVar,
    Indicator,
    MatMul,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    Size,
    Span,
    children,
    walk,
)
from grader.symbolic.compare import Equal, compare
from grader.symbolic.domain import domain_of
from grader.symbolic.place import place_of, typed_at
from grader.symbolic.quantity import Formula
from grader.verdict import Fact, Finding
from questions.kinds import Form, Style, Without

_LOGS: Final = frozenset(("log", "log1p", "log2", "log10", "xlogy", "logsumexp", "log_softmax", "log_sigmoid"))
_EXTREMES: Final = frozenset(("max", "min", "clip", "relu"))


def _calls(names: frozenset[str]) -> Callable[[Node], bool]:
    return lambda node: isinstance(node, Call) and node.function in names


def _constant(expr: Expr) -> bool:
    return all(isinstance(node, Num | Const | Add | Neg | Mul | Div | Pow) for node in walk(expr))


def _fraction(node: Node) -> bool:
    match node:
        case Div(_, den):
            return not _constant(den)
        case Pow(base, Neg(Num()) | Num(Fraction(numerator=-1))):
            return not _constant(base)
    return False


_WITHOUT: Final[Mapping[Without, Callable[[Node], bool]]] = {
    "fractions": _fraction,
    "exp": lambda node: (
        (isinstance(node, Call) and node.function in ("exp", "expm1"))
        or (isinstance(node, Pow) and node.base == Const("e"))
    ),
    "logs": _calls(_LOGS),
    "sums": lambda node: isinstance(node, Reduce) and node.op in ("sum", "mean", "prod"),
    "indices": lambda node: isinstance(node, Index | IndexVar),
    "indicators": lambda node: isinstance(node, Indicator),
    "cases": lambda node: isinstance(node, Cases),
    "extremes": lambda node: _calls(_EXTREMES)(node) or (isinstance(node, Reduce) and node.op in ("max", "min")),
    "absolute-values": _calls(frozenset(("abs",))),
}


def read_form(form: Form, scope: Scope) -> tuple[Expr, ...]:
    """What an answer may be written in, as formulas. Raises Unreadable for one that cannot be read."""
    return tuple(read_formula(text, scope) for text in form.in_terms_of)


def form_findings(
    form: Form, answer: Expr, given: Scope, scope: Scope, text: str, place: Span, *, deadline: float
) -> list[Finding]:
    """What the answer, typed in `text` at `place`, has of a form that is not the asked one; `given` holds the names
    of the question, `scope` those that the answer introduces too. The first place of each demand is named."""
    found: list[Finding] = []

    def say(demand: str, node: Node, **facts: Fact) -> None:
        here = node.span is not None and place.start <= node.span.start < node.span.end <= place.end
        span = node.span if here and node.span is not None else place
        typed = typed_at(text, span) if here else show(node, scope)
        data: dict[str, Fact] = {"demand": demand, "found": typed, **facts}
        found.append(Finding("wrong-form", "error" if form.required else "note", place_of(text, span), data))

    introduced = {name: d.body for name, d in scope.definitions.items() if name not in given.definitions}
    if form.in_terms_of:
        allowed = _closed(read_form(form, given), scope, answer, deadline)
        stray = next(_stray(answer, allowed, scope), None)
        if stray is not None:
            say("in-terms-of", stray, allowed=_as_typed(form, text, given))
    for kind in form.without:
        node = next((node for node in _seen(answer, introduced) if _WITHOUT[kind](node)), None)
        if node is not None:
            say(f"without-{kind}", node)
    if form.style is not None:
        node = _unstyled(answer, form.style)
        if node is not None:
            say(form.style, node)
    return found


def _as_typed(form: Form, text: str, given: Scope) -> tuple[str, ...]:
    """What an answer may be written in, in the signs of the answer: `sigmoid(z)` or `σ(z)`."""
    plain = text.isascii() and "\\" not in text
    return form.in_terms_of if plain else tuple(show(expr, given) for expr in read_form(form, given))


def _closed(allowed: tuple[Expr, ...], scope: Scope, answer: Expr, deadline: float) -> frozenset[Expr]:
    """With what the allowed names stand for, and the names in the answer that stand for something allowed."""
    bodies = (scope.definitions[e.name].body for e in allowed if isinstance(e, Name) and e.name in scope.definitions)
    names = {node for node in walk(answer) if isinstance(node, Name) and node.name in scope.definitions}

    def same(name: Expr, term: Expr) -> bool:
        domain = domain_of(scope, (name, term))
        return isinstance(compare(Formula(term, scope), Formula(name, scope), domain, deadline=deadline), Equal)

    return frozenset((*allowed, *bodies, *(name for name in names if any(same(name, term) for term in allowed))))


def _stray(node: Node, allowed: frozenset[Expr], scope: Scope) -> Iterator[Node]:
    """Names beyond the allowed terms."""
    if node in allowed:
        return
    if isinstance(node, Name):
        definition = scope.definitions.get(node.name)
        if definition is None or any(_stray(definition.body, allowed, scope)):
            yield node
        return
    if isinstance(node, Size | IndexVar):
        return
    for child in children(node):
        yield from _stray(child, allowed, scope)


def _seen(node: Node, introduced: Mapping[str, Expr]) -> Iterator[Node]:
    """The node, all below it, and what the names stand for that were introduced."""
    for part in walk(node):
        yield part
        if isinstance(part, Name) and part.name in introduced:
            yield from _seen(introduced[part.name], {k: v for k, v in introduced.items() if k != part.name})


def _unstyled(answer: Expr, style: Style) -> Expr | None:
    """What is not in a style, in the sums, products and quotients that an answer is made of."""
    match style:
        case "expanded":
            return next((node for node in _skeleton(answer) if _unexpanded(node)), None)
        case "factored":
            whole = answer
            while isinstance(whole, Neg | Div):
                whole = whole.arg if isinstance(whole, Neg) else whole.num
            return whole if isinstance(whole, Add) and whole is answer else None
        case "single-fraction":
            fractions = [node for node in _skeleton(answer) if _fraction(node)]
            if isinstance(answer, Add) and fractions:
                return fractions[0]
            return fractions[1] if len(fractions) > 1 else None


def _unexpanded(node: Expr) -> bool:
    match node:
        case Mul(factors):
            return any(isinstance(factor, Add) for factor in factors)
        case MatMul(left, right):
            return isinstance(left, Add) or isinstance(right, Add)
        case Pow(Add(), Num()):
            return True
        case Neg(Add()):
            return True
    return False


def _skeleton(expr: Expr) -> Iterator[Expr]:
    """Sums, products, quotients and powers, from the top down, without the arguments of functions."""
    yield expr
    match expr:
        case Add(parts) | Mul(parts):
            for part in parts:
                yield from _skeleton(part)
        case Neg(part):
            yield from _skeleton(part)
        case Div(left, right) | MatMul(left, right):
            yield from _skeleton(left)
            yield from _skeleton(right)
        case Pow(base, Num()):
            yield from _skeleton(base)
