"""What a gradient becomes when one rule is left out, or some of its terms: candidates for what somebody typed.

A rule left out: one operation of the loss passes its argument's slope on as if it had none of its own (d/dx tanh u
is u′, d/dx u² is 2u′, d/dx (c·u) is u′). The operation keeps its value, so that everything else is as it was.
Terms: the whole gradient multiplied out, products of matrices too. Nothing here is claimed without being checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from grader.formula.declare import Scope, Variable
from grader.formula.functions import FUNCTIONS
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Div,
    Expr,
    Index,
    MatMul,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    walk,
)
from grader.symbolic.adjoint import gradient
from grader.symbolic.constants import number
from grader.symbolic.differentiate import differentiate, minus, over, power, slope_of, times
from grader.symbolic.factors import in_pieces, of_labels
from grader.symbolic.quantity import LOSS, Formula, Quantity, Unsupported, root
from grader.symbolic.terms import HELD, Part, opened

MAX_RULES: Final = 24
MAX_TERMS: Final = 10
TWO: Final = Num(Fraction(2))


@dataclass(frozen=True, slots=True)
class Slip:
    """The gradient without one factor; `factor` is what was left out, where it is known."""

    quantity: Quantity
    factor: Expr | None
    parted: bool
    """Whether it was left out in one of several cases only."""


def rules_left_out(loss: Expr, wrt: Expr, scope: Scope) -> Iterator[Slip]:
    """The gradient with one operation's own slope left out, outer operations first."""
    name = root(wrt)
    within = scope.with_variable(Variable(HELD, shape=scope.shape(name)))
    whole = opened(loss, scope, name)
    branches = (branch for node in walk(whole) if isinstance(node, Cases) for _, branch in node.branches)
    others = (node.otherwise for node in walk(whole) if isinstance(node, Cases) and node.otherwise is not None)
    parted = {id(inner) for branch in (*branches, *others) for inner in walk(branch)}
    count = 0
    for node in walk(whole):
        if not isinstance(node, Expr):
            continue
        for rest, factor in (*_inner(node, wrt, within), *_passing(node, name, within)):
            if factor is not None and number(factor) is not None:
                continue  # a number is a weight of its term
            count += 1
            if count > MAX_RULES:
                return
            value = Add((_held(node, name), rest, Neg(_held(rest, name))))
            yield Slip(_changed(whole, node, value, wrt, within), factor, id(node) in parted)
        if isinstance(node, MatMul):
            for kept, lost in _beside(node, name, within):
                yield Slip(_changed(whole, node, kept, wrt, within), lost, id(node) in parted)


def _changed(whole: Expr, node: Node, value: Expr, wrt: Expr, scope: Scope) -> Part:
    return Part(replaced(whole, lambda other: value if other is node else None), wrt, scope)


def _inner(node: Expr, wrt: Expr, scope: Scope) -> Iterator[tuple[Expr, Expr | None]]:
    """The variable itself for what a function is taken of: the whole inner derivative left out."""
    base = Name(root(wrt))
    if not isinstance(node, Add) or not _rests(node, base.name):
        return
    if scope.shape(base.name) in ((), shape_of(node, scope)):
        try:
            slope = differentiate(node, wrt, scope)
        except (Unsupported, KeyError):
            return
        if not isinstance(slope, Num) and not in_pieces(slope):
            yield base, slope


def _held(expr: Expr, name: str) -> Expr:
    return replaced(expr, lambda node: Name(HELD) if node == Name(name) else None)


def _rests(expr: Node, name: str) -> bool:
    return any(node == Name(name) for node in walk(expr))


def _passing(node: Expr, name: str, scope: Scope) -> Iterator[tuple[Expr, Expr | None]]:
    """What an operation could be without its own slope, and the factor that it lacks then."""
    match node:
        case Call("norm", (u, *_)) if _rests(u, name):
            yield over(power(node, TWO), TWO), over(Num(Fraction(1)), node)
        case Call("abs", _):
            return  # ±1 by cases is a branch, no factor
        case Call("log", (Add(terms),)) if _rests(node, name):
            yield Add(tuple(Call("log", (term,)) for term in terms)), None
            yield from _sloped(node, name)
        case Call("log", (Reduce("sum", body) as total,)) if _rests(body, name):
            yield replace(total, body=Call("log", (body,))), None
            yield from _sloped(node, name)
        case Call(function, (u,)) if FUNCTIONS[function].rule == "elementwise" and _rests(u, name):
            yield from _sloped(node, name)
        case Pow(base, Num(value)) if _rests(base, name) and value != 1:
            yield base, times(Num(value), power(base, Num(value - 1)))
            yield times(Num(value), base), power(base, Num(value - 1))
        case Mul(factors):
            for place, factor in enumerate(factors):
                others = (*factors[:place], *factors[place + 1 :])
                if (
                    not isinstance(factor, Num)
                    and not of_labels(factor, scope)
                    and any(_rests(other, name) for other in others)
                ):
                    yield times(*others), factor
                    if isinstance(factor, Div) and isinstance(factor.den, Num):
                        yield over(times(*others), factor.den), factor.num
        case Div(num, den) if _rests(num, name) and not isinstance(den, Num):
            yield num, over(Num(Fraction(1)), den)
        case Div(num, den) if _rests(den, name) and not isinstance(num, Num):
            yield over(Num(Fraction(1)), den), num
        case MatMul():
            yield from _beside(node, name, scope)


def _sloped(node: Call, name: str) -> Iterator[tuple[Expr, Expr | None]]:
    u = node.args[0]
    if _rests(u, name):
        yield u, slope_of(node, node.function, u)


def _beside(node: MatMul, name: str, scope: Scope) -> Iterator[tuple[Expr, Expr]]:
    """A product of matrices without one of them, where the shape is the same: weights, a covariance."""
    shape = shape_of(node, scope)
    for kept, lost in ((node.right, node.left), (node.left, node.right)):
        if shape is not None and _rests(kept, name) and not _rests(lost, name) and shape_of(kept, scope) == shape:
            yield kept, lost


def inner_gradients(loss: Expr, wrt: Expr, scope: Scope) -> Iterator[tuple[str, Quantity]]:
    """∂p/∂w of each quantity p that was given a name: what is left where ∂L/∂p was forgotten."""
    for name, definition in scope.definitions.items():
        if name != LOSS and not definition.parameters and not definition.shape and _rests(definition.body, root(wrt)):
            yield name, Part(Name(name), wrt, scope.with_variable(Variable(HELD, shape=scope.shape(root(wrt)))))


def summands(loss: Expr, wrt: Expr, scope: Scope) -> Sequence[tuple[Expr, Formula]]:
    """The gradient multiplied out into terms, products of matrices too; none where it cannot be."""
    base = Name(root(wrt))
    try:
        whole = gradient(loss, base, scope)
    except (Unsupported, KeyError):
        try:
            whole = differentiate(loss, wrt, scope)
        except Unsupported:
            return ()
    terms = list(_spread(whole))
    if not 2 <= len(terms) <= MAX_TERMS:
        return ()
    shape = scope.shape(base.name)
    made = []
    for term in terms:
        here = Index(term, wrt.subscripts) if isinstance(wrt, Index) and shape_of(term, scope) == shape else term
        made.append((here, Formula(here, scope, wrt)))
    return made


def _spread(expr: Expr) -> Iterator[Expr]:
    match expr:
        case Add(terms):
            for term in terms:
                yield from _spread(term)
        case Neg(arg):
            yield from map(minus, _spread(arg))
        case Div(num, den):
            yield from (Div(part, den) for part in _spread(num))
        case Mul(factors):
            yield from (times(*parts) for parts in _choices(factors))
        case MatMul(left, right):
            yield from (MatMul(a, b) for a in _spread(left) for b in _spread(right))
        case Call("transpose", (arg,)):
            yield from (Call("transpose", (part,)) for part in _spread(arg))
        case Call("dot" | "outer" as function, (left, right)):
            yield from (Call(function, (a, b)) for a in _spread(left) for b in _spread(right))
        case Reduce("sum", body, None):
            yield from (Reduce("sum", part) for part in _spread(body))
        case _:
            yield expr


def _choices(factors: Sequence[Expr]) -> Iterator[tuple[Expr, ...]]:
    if not factors:
        yield ()
        return
    for first in _spread(factors[0]):
        for rest in _choices(factors[1:]):
            yield (first, *rest)
