"""A loss cut into pieces on which it is analytic: at every place where |·|, max, a case or a root may turn.

Whatever chooses is resolved on each piece, from the innermost out; what could be infinite or end there (a root, a
logarithm, a denominator) is cut as well. Cuts that turn out to be none (`max(z,0) − zy + log1p(e^(−|z|))` at 0) are
sewn up again, by the normal form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from grader.formula.declare import Variable
from grader.formula.errors import Undefined
from grader.formula.rebuild import replaced, substituted
from grader.formula.tree import (
    ONE,
    ZERO,
    Call,
    Cases,
    Compare,
    Cond,
    Div,
    Expr,
    Indicator,
    Logic,
    Neg,
    Node,
    Num,
    Pow,
    children,
)
from grader.properties.chart import chart_of
from grader.properties.ground import Ground
from grader.properties.spots import number_at
from grader.symbolic.differentiate import minus, plus
from grader.symbolic.field import GiveUp, Ratio
from grader.symbolic.quantity import Unsupported

GAMMAS: Final = frozenset({"gamma", "lgamma", "digamma", "trigamma"})
MOST: Final = 24
"""Pieces of one loss."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """The function between two ends (None: infinite), as a formula that holds there, and its normal form."""

    low: Expr | None
    high: Expr | None
    ground: Ground
    function: Ratio


def pieces(
    expr: Expr,
    x: str,
    parameters: Mapping[str, Variable],
    low: Expr | None,
    high: Expr | None,
    *,
    deadline: float,
) -> list[Piece]:
    """The pieces from left to right. Raises GiveUp, Undefined or Unsupported where they cannot be found."""
    made = list(_Cut(x, parameters, deadline).cut(_two_at_a_time(expr), low, high, frozenset()))
    return _sewn(expr, made, x, parameters, deadline)


def _two_at_a_time(expr: Expr) -> Expr:
    """max(a, b, c) as max(max(a, b), c), clip as a max in a min, relu as a max."""

    def change(node: Node) -> Node | None:
        match node:
            case Call("clip", (x, low, high)):
                return _two_at_a_time(Call("min", (Call("max", (x, low)), high)))
            case Call("relu", (x,)):
                return _two_at_a_time(Call("max", (x, ZERO)))
            case Call("max" | "min" as name, args) if len(args) > 2:
                return _two_at_a_time(Call(name, (Call(name, args[:-1]), args[-1])))
            case Call("tan", (x,)):
                return _two_at_a_time(Div(Call("sin", (x,)), Call("cos", (x,))))
        return None

    return replaced(expr, change)


class _Cut:
    def __init__(self, x: str, parameters: Mapping[str, Variable], deadline: float) -> None:
        self.x, self.parameters, self.deadline = x, parameters, deadline
        self.made = 0

    def cut(self, expr: Expr, low: Expr | None, high: Expr | None, checked: frozenset[Expr]) -> Iterator[Piece]:
        ground = Ground(self.x, self.parameters, low, high, deadline=self.deadline)
        while True:
            node = _innermost(expr, checked)
            if node is None:
                self.made += 1
                if self.made > MOST:
                    raise GiveUp("too many pieces")
                yield Piece(low, high, ground, ground.ratio(expr))
                return
            guard = _guard(node)
            found = chart_of(ground, ground.ratio(guard))
            if found.touching and not (isinstance(node, Call) and node.function in ("abs", "max", "min")):
                raise GiveUp("a seam at a place that is not known")
            if isinstance(node, Call) and node.function in GAMMAS and (found.spots or found.signs != (1,)):
                raise GiveUp("the poles of Γ")
            if not found.spots:
                expr, checked = _resolved(expr, node, found.signs[0], checked)
                continue
            ends = [low, *(_formula(ground, spot.exact) for spot in found.spots), high]
            for place, sign in enumerate(found.signs):
                inner, known = _resolved(expr, node, sign, checked)
                yield from self.cut(inner, ends[place], ends[place + 1], known)
            return


def _formula(ground: Ground, at: Ratio | None) -> Expr:
    if at is None:
        raise GiveUp("a seam at a place that is no closed number")
    return ground.tree(at)


def _innermost(node: Node, checked: frozenset[Expr]) -> Expr | Compare | None:
    """The first thing that chooses, or may end, and holds no other such thing."""
    for child in children(node):
        found = _innermost(child, checked)
        if found is not None:
            return found
    if isinstance(node, Logic):
        return None
    if isinstance(node, Compare):
        return node
    return node if (_chooses(node) or _may_end(node)) and node not in checked else None


def _chooses(node: Node) -> bool:
    match node:
        case Call("abs" | "sign" | "max" | "min"):
            return True
        case Cases() | Indicator():
            raise GiveUp("a case that was not resolved")
    return False


def _may_end(node: Node) -> bool:
    match node:
        case Call("sqrt" | "log" | "log1p" | "log2" | "log10" | "xlogy"):
            return True
        case Call(name) if name in GAMMAS:
            return True
        case Div(_, den):
            return not isinstance(den, Num)
        case Pow(_, Num(exponent)):
            return exponent < 0 or exponent.denominator > 1
        case Pow():
            return True
    return False


def _guard(node: Node) -> Expr:
    """What may be zero where the node turns."""
    match node:
        case Compare(_, left, right):
            return plus(left, minus(right))
        case Call("max" | "min", (a, b)):
            return plus(a, minus(b))
        case Call("log1p", (a,)):
            return plus(a, ONE)
        case Call("xlogy", (_, b)):
            return b
        case Call(_, (a,)):
            return a
        case Div(_, den):
            return den
        case Pow(base, _):
            return base
    raise GiveUp(f"a seam of {type(node).__name__}")


def _resolved(expr: Expr, node: Expr | Compare, sign: int, checked: frozenset[Expr]) -> tuple[Expr, frozenset[Expr]]:
    """The formula with a node worked out where its guard has a sign."""
    match node:
        case Compare(op):
            return _simplified(expr, node, _holds(op, sign)), checked
        case Call("abs", (a,)):
            new: Expr = a if sign > 0 else Neg(a) if sign < 0 else ZERO
        case Call("sign"):
            new = Num(Fraction(sign))
        case Call("max", (a, b)):
            new = a if sign > 0 else b
        case Call("min", (a, b)):
            new = b if sign > 0 else a
        case _:
            return expr, checked | {node}
    return replaced(expr, lambda other: new if other == node else None), checked


def _holds(op: str, sign: int) -> bool:
    return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0, "==": sign == 0, "!=": sign != 0}[op]


def _simplified(expr: Expr, condition: Compare, holds: bool) -> Expr:
    """The formula where a comparison is known."""

    def change(node: Node) -> Node | None:
        match node:
            case Indicator(inner):
                truth = _truth(inner, condition, holds, change)
                return Num(Fraction(int(truth))) if isinstance(truth, bool) else Indicator(truth)
            case Cases(branches, otherwise):
                return _chosen(branches, otherwise)
        return None

    def _chosen(branches: tuple[tuple[Cond, Expr], ...], otherwise: Expr | None) -> Expr:
        left: list[tuple[Cond, Expr]] = []
        for inner, branch in branches:
            truth = _truth(inner, condition, holds, change)
            if truth is False:
                continue
            if truth is True:
                if not left:
                    return replaced(branch, change)
                return Cases(tuple(left), replaced(branch, change))
            left.append((truth, replaced(branch, change)))
        if not left:
            if otherwise is None:
                raise GiveUp("a part of the line that no case covers")
            return replaced(otherwise, change)
        return Cases(tuple(left), None if otherwise is None else replaced(otherwise, change))

    return replaced(expr, change)


def _truth(cond: Cond, known: Compare, holds: bool, change: Callable[[Node], Node | None]) -> Cond | bool:
    """What is left of a condition; `change` works on the cases that stand inside it."""
    if cond == known:
        return holds
    if isinstance(cond, Compare):
        return replaced(cond, change)
    parts = [_truth(part, known, holds, change) for part in cond.args]
    if cond.op == "not":
        return not parts[0] if isinstance(parts[0], bool) else Logic("not", (parts[0],))
    decisive = cond.op == "or"
    if any(part is decisive for part in parts):
        return decisive
    left = tuple(part for part in parts if not isinstance(part, bool))
    return Logic(cond.op, left) if len(left) > 1 else left[0] if left else not decisive


# -- sewing up


def _sewn(expr: Expr, made: list[Piece], x: str, parameters: Mapping[str, Variable], deadline: float) -> list[Piece]:
    result: list[Piece] = []
    for piece in made:
        joined = _joined(expr, result[-1], piece, x, parameters, deadline) if result else None
        if joined is None:
            result.append(piece)
        else:
            result[-1] = joined
    return result


def _joined(
    expr: Expr, left: Piece, right: Piece, x: str, parameters: Mapping[str, Variable], deadline: float
) -> Piece | None:
    """Both as one, if they are the same analytic function, and the loss has its value at the seam too."""
    ground = Ground(x, parameters, left.low, right.high, deadline=deadline)
    seam = left.high
    assert seam is not None
    try:
        trees = left.ground.tree(left.function), right.ground.tree(right.function)
        both = ground.ratio(trees[0]), ground.ratio(trees[1])
        if not ground.is_zero(ground.field.sub(*both)):
            return None
        for chart in (chart_of(ground, ground.ratio(den)) for tree in trees for den in _denominators(tree)):
            if chart.spots or chart.touching:
                return None
        own = ground.ratio(substituted(expr, {x: seam}))
        if not ground.is_zero(ground.field.sub(own, number_at(ground, both[0], ground.ratio(seam)))):
            return None
    except (GiveUp, Undefined, Unsupported):
        return None
    return Piece(left.low, right.high, ground, both[0])


def _denominators(node: Node) -> Iterator[Expr]:
    if isinstance(node, Div):
        yield node.den
    if isinstance(node, Pow) and isinstance(node.exponent, Num) and node.exponent.value < 0:
        yield node.base
    for child in children(node):
        yield from _denominators(child)
