"""Sums that are equal term by term: Σᵢ fᵢ and Σᵢ gᵢ, where fᵢ = gᵢ for every i.

With cases in every term the regions of a whole sum are as many as 3ⁿ, those of one term are three. Equal terms prove
equal sums; terms that differ prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from grader.formula.declare import Scope
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    ONE,
    Add,
    Call,
    Cases,
    Deriv,
    Dim,
    Div,
    Expr,
    Index,
    IndexVar,
    Indicator,
    Mul,
    Name,
    Neg,
    Reduce,
    Size,
    walk,
)
from grader.symbolic.components import Components, elementwise
from grader.symbolic.differentiate import minus, over, times
from grader.symbolic.quantity import Formula, Gradient, Quantity, Unsupported, names_in, opened, root

_PIECES: Final = frozenset(("abs", "max", "min", "relu", "clip", "sign"))


@dataclass(frozen=True, slots=True)
class Termwise:
    """The two terms at an index that is free in `scope`; `free` are all such letters."""

    left: Quantity
    right: Quantity
    scope: Scope
    free: Mapping[str, Dim]


@dataclass(frozen=True, slots=True)
class _Sum:
    """factor · Σ_letter body."""

    factor: Expr
    body: Expr
    letter: str
    over: Dim


def termwise(
    truth: Quantity, answer: Quantity, scope: Scope, free: Mapping[str, Dim], *, smooth: bool = False
) -> Termwise | None:
    """The terms of a gradient and of an answer to it, where both are one sum with cases in it (`smooth`: with or
    without); else None."""
    found = _asked(truth)
    if found is None or not isinstance(answer, Formula) or any(isinstance(n, Deriv) for n in walk(answer.expr)):
        return None
    of, wrt = found
    try:
        loss, typed = (opened(expr, scope, frozenset(scope.definitions)) for expr in (of, answer.expr))
        at = _places(wrt, (loss, typed), scope)
        whole = _summed(_resting(Components(scope).of(loss, ()), root(wrt), scope), ONE)
        given = _summed(Components(scope).of(typed, at), ONE)
    except (Unsupported, KeyError):
        return None
    if whole is None or not (smooth or _in_pieces(whole.body)) or root(wrt) in names_in(whole.factor, scope):
        return None
    one_term = _own_term(whole, wrt, scope)
    if one_term is not None:
        return Termwise(Gradient(one_term, wrt, scope), answer, scope, free)
    if given is None or whole.over != given.over:
        return None
    letter = Components(scope).letter(whole.body, given.body, *at)
    left = times(whole.factor, _at(whole, letter))
    right = times(given.factor, _at(given, letter))
    by = Index(wrt, at) if at and isinstance(wrt, Name) else wrt
    letters = {**free, letter: whole.over}
    for place, dim in zip(at, scope.shape(root(wrt)), strict=False):
        if isinstance(place, IndexVar):
            letters[place.name] = dim
    inner = replace(scope, indices={**scope.indices, **letters})
    return Termwise(Gradient(left, by, inner), Formula(right, inner), inner, letters)


def _asked(truth: Quantity) -> tuple[Expr, Expr] | None:
    match truth:
        case Gradient(of, wrt):
            return of, wrt
        case Formula(Deriv(of, wrt, 1), scope) if wrt is not None and shape_of(of, scope) == ():
            return of, wrt
    return None


def _resting(loss: Expr, name: str, scope: Scope) -> Expr:
    """A loss without the terms in which the variable does not stand."""
    if not isinstance(loss, Add):
        return loss
    terms = tuple(term for term in loss.terms if name in names_in(term, scope))
    return terms[0] if len(terms) == 1 else replace(loss, terms=terms)


def _own_term(whole: _Sum, wrt: Expr, scope: Scope) -> Expr | None:
    """The one term of a sum over the components of z that counts for ∂/∂z_j."""
    match wrt:
        case Index(Name(name), (IndexVar(letter),)) if elementwise(whole.body, name, whole.letter, scope):
            return times(whole.factor, _at(whole, letter))
    return None


def _places(wrt: Expr, beside: tuple[Expr, ...], scope: Scope) -> tuple[Expr, ...]:
    """New letters for a component of what is derived by, where the whole of it is asked for."""
    if isinstance(wrt, Index) or not scope.shape(root(wrt)):
        return ()
    letters: list[Expr] = []
    bound = [IndexVar(n.index) for expr in beside for n in walk(expr) if isinstance(n, Reduce) and n.index]
    for _ in scope.shape(root(wrt)):
        letters.append(IndexVar(Components(scope).letter(*beside, *bound, *letters)))
    return tuple(letters)


def _summed(expr: Expr, factor: Expr) -> _Sum | None:
    match expr:
        case Reduce("sum" | "mean", body, str(letter), over_, None, None, None) if over_ is not None:
            if expr.op == "mean":
                factor = over(factor, Size(over_)) if isinstance(over_, str) else factor
            if expr.op == "mean" and not isinstance(over_, str):
                return None
            return _Sum(factor, body, letter, over_)
        case Neg(arg):
            return _summed(arg, minus(factor))
        case Div(num, den) if not any(isinstance(node, Reduce) for node in walk(den)):
            return _summed(num, over(factor, den))
        case Mul(factors):
            sums = [part for part in factors if any(isinstance(node, Reduce) for node in walk(part))]
            if len(sums) == 1:
                rest = [part for part in factors if part is not sums[0]]
                return _summed(sums[0], times(factor, *rest))
    return None


def _at(one: _Sum, letter: str) -> Expr:
    here = IndexVar(letter)
    return replaced(one.body, lambda node: here if node == IndexVar(one.letter) else None)


def _in_pieces(expr: Expr) -> bool:
    return any(_parts(expr))


def _parts(expr: Expr) -> Iterator[bool]:
    for node in walk(expr):
        yield isinstance(node, Cases | Indicator) or (isinstance(node, Call) and node.function in _PIECES)
