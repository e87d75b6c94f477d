"""The terms that a gradient is a sum of, as quantities, for losses over vectors and matrices too.

A product rule makes one term for each place at which the variable stands in the loss: the derivative with all
the other places held fixed. Within these, each addend that does not depend on the variable has a share
(−2Xᵀy in 2Xᵀ(Xw − y)): what is lost when 0 stands for it. Whoever uses a term first checks it against certain values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from grader.formula.declare import Scope, Variable
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.show import show
from grader.formula.tree import ZERO, Add, Call, Deriv, Div, Expr, Index, Mul, Name, Neg, Node, Num, Reduce, walk
from grader.formula.values import Point, Value
from grader.symbolic.differentiate import differentiate, minus
from grader.symbolic.quantity import LOSS, Formula, Gradient, Quantity, Unsupported, root

T = TypeVar("T")
MAX_PLACES: Final = 8
MAX_SHARES: Final = 24
LONGEST: Final = 60
"""Characters of a term that is worth showing."""
HELD: Final = "held fixed"


@dataclass(frozen=True, slots=True)
class Term:
    """`tree` is the term as a formula where that could be worked out (unchecked), `shown` another name for it."""

    quantity: Quantity
    shown: str | None
    tree: Expr | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The gradient of a loss in which some places of the variable are held fixed."""

    loss: Expr
    wrt: Expr
    scope: Scope

    def at(self, algebra: Any, point: Point[T]) -> Value[T]:
        held = Formula(Name(root(self.wrt)), self.scope).at(algebra, point)
        values = {**point.values, HELD: held}
        return Gradient(self.loss, self.wrt, self.scope).at(algebra, Point(values, point.sizes, point.positions))


@dataclass(frozen=True, slots=True)
class _Share:
    """What a part has more than it would have without something."""

    whole: Part
    without: Part

    def at(self, algebra: Any, point: Point[T]) -> Value[T]:
        whole, without = self.whole.at(algebra, point), self.without.at(algebra, point)
        gaps = (algebra.add(a, algebra.neg(b)) for a, b in zip(whole.items, without.items, strict=True))
        return Value(whole.shape, tuple(gaps))


def terms_of(loss: Expr, wrt: Expr, scope: Scope) -> Iterator[Term]:
    """Likely ones first."""
    name = root(wrt)
    scope = scope.with_variable(Variable(HELD, shape=scope.shape(name)))
    loss = _spread(opened(loss, scope, name), scope)
    count = sum(node == Name(name) for node in walk(loss))
    if not 1 <= count <= MAX_PLACES:
        return
    parts = [Part(_held(loss, name, place), wrt, scope) for place in range(count)] if count > 1 else []
    for part in parts:
        yield Term(part, _derivative(part, name), _tree(part, name))
    shares = 0
    for part in (Part(loss, wrt, scope), *parts):
        for addend in _addends(part.loss, name):
            shares += 1
            if shares > MAX_SHARES:
                return
            without = replace(part, loss=replaced(part.loss, lambda node, a=addend: ZERO if node is a else None))  # type: ignore[misc]
            yield Term(_Share(part, without), short(show(addend, scope)))


def opened(expr: Expr, scope: Scope, keep: str) -> Expr:
    def change(node: Node) -> Node | None:
        if isinstance(node, Name) and node.name in scope.definitions and node.name not in (keep, LOSS):
            return opened(scope.definitions[node.name].body, scope, keep)
        return None

    return replaced(expr, change)


def _held(loss: Expr, name: str, place: int) -> Expr:
    """The loss with all places but one held fixed."""
    met = -1

    def change(node: Node) -> Node | None:
        nonlocal met
        if node != Name(name):
            return None
        met += 1
        return None if met == place else Name(HELD)

    return replaced(loss, change)


def _spread(loss: Expr, scope: Scope) -> Expr:
    """log softmax(u) as u − logsumexp(u): the two terms of its derivative."""

    def change(node: Node) -> Node | None:
        match node:
            case Call("log_softmax", (u,)) | Call("log", (Call("softmax", (u,)),)):
                u = _spread(u, scope)
                total = Neg(Call("logsumexp", (u,)))
                if len(shape_of(u, scope) or ()) < 2:
                    return Add((u, total))
                return Call("transpose", (Add((Call("transpose", (u,)), total)),))
            case Call("log", (Index(Call("softmax", (u,)), subscripts),)) | Index(
                Call("log_softmax", (u,)) | Call("log", (Call("softmax", (u,)),)), subscripts
            ) if len(subscripts) == len(shape_of(u, scope) or ()):
                u, rows = _spread(u, scope), subscripts[:-1]
                whole = Call("logsumexp", (u,))
                return Add((Index(u, subscripts), Neg(Index(whole, rows) if rows else whole)))
            case Call("log", (Div(above, below),)):
                return Add((_logarithm(_spread(above, scope)), Neg(_logarithm(_spread(below, scope)))))
        return None

    return replaced(loss, change)


def _logarithm(of: Expr) -> Expr:
    return of.args[0] if isinstance(of, Call) and of.function == "exp" else Call("log", (of,))


def _addends(loss: Expr, name: str) -> Iterator[Expr]:
    """Addends, numbers apart, in which the variable does not stand."""
    for node in walk(loss):
        if isinstance(node, Add):
            for term in node.terms:
                if not isinstance(term, Num) and all(inner != Name(name) for inner in walk(term)):
                    yield term


def _tree(part: Part, name: str) -> Expr | None:
    try:
        return _released(differentiate(part.loss, part.wrt, part.scope), name)
    except Unsupported:
        return None


def _derivative(part: Part, name: str) -> str | None:
    """The derivative of the one addend of the loss in which the variable stands, whatever number it is taken by."""
    summands = [term for term in _summands(part.loss, name) if any(node == Name(name) for node in walk(term))]
    if len(summands) != 1 or any(node == Name(HELD) for node in walk(summands[0])):
        return None
    return short(show(Deriv(summands[0], part.wrt), part.scope))


def _released(expr: Expr, name: str) -> Expr:
    return replaced(expr, lambda node: Name(name) if node == Name(HELD) else None)


def _summands(expr: Expr, name: str) -> list[Expr]:
    """The addends of a formula, in sums and beside factors that do not hold the variable too."""
    match expr:
        case Add(terms):
            return [part for term in terms for part in _summands(term, name)]
        case Neg(arg):
            return [minus(part) for part in _summands(arg, name)]
        case Div(num, den) if not _holds(den, name) and _splits(num, name):
            return _summands(num, name)
        case Mul(factors) if sum(_holds(factor, name) for factor in factors) == 1:
            inner = next(factor for factor in factors if _holds(factor, name))
            return _summands(inner, name) if _splits(inner, name) else [expr]
        case Reduce("sum" | "mean", body) if _splits(body, name):
            return _summands(body, name)
    return [expr]


def _splits(expr: Expr, name: str) -> bool:
    return len(_summands(expr, name)) > 1


def _holds(expr: Expr, name: str) -> bool:
    """Whether the variable stands in a formula, held fixed or not."""
    return any(node in (Name(name), Name(HELD)) for node in walk(expr))


def short(text: str) -> str | None:
    return text if len(text) <= LONGEST else None
