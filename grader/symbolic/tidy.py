"""A formula in the shortest form that plain algebra finds, in the names that it was written in.

What is neither a sum, a product, a quotient nor a whole power is a symbol of its own here. Sums over an index lose
their δ, and what does not depend on the index. For what people are shown: whoever says that a formula is a gradient
has it graded first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

from grader.formula.declare import OneHot, Scope, Simplex
from grader.formula.rebuild import N, replaced
from grader.formula.shape_of import shape_of
from grader.formula.show import show
from grader.formula.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Cases,
    Compare,
    Dim,
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
    children,
    walk,
)
from grader.symbolic.differentiate import minus, over, plus, power, times
from grader.symbolic.fractions_of import Fractions, TooLarge, at_number, positive_first, rank, reduced
from grader.symbolic.turning import turned


def tidy(expr: Expr, scope: Scope) -> Expr:
    """An equal formula, no longer to read than this one."""
    written = _Tidy(scope).of(expr)
    return written if len(show(written, scope)) <= len(show(expr, scope)) else expr


def deltas_met(expr: Expr, scope: Scope) -> Expr:
    """An equal formula, the sums in it without their δ where that can be, however long."""
    tidying = _Tidy(scope)

    def change(node: Node) -> Node | None:
        if isinstance(node, Reduce) and any(isinstance(part, Indicator) for part in walk(node.body)):
            met = tidying.sum(node)
            return met if met != node else None
        return None

    whole = replaced(expr, change)
    return expr if whole == expr else tidy(whole, scope)


def delta(a: Expr, b: Expr) -> Expr:
    """δ_ab; 1 where both are the same."""
    return ONE if a == b else Indicator(Compare("==", a, b))


def size(dim: Dim) -> Expr:
    """A dimension as a number."""
    return Size(dim) if isinstance(dim, str) else Num(Fraction(dim))


class _Tidy:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._known: dict[Expr, Expr] = {}

    def of(self, expr: Expr) -> Expr:
        """Each part is asked for in several ways: once is enough, or the time doubles with every level of nesting."""
        if expr not in self._known:
            self._known[expr] = self._shortest(expr)
        return self._known[expr]

    def _shortest(self, expr: Expr) -> Expr:
        found = [expr, self._by_terms(expr)]
        for kept in (None, "powers", "all"):
            with suppress(TooLarge):
                found.append(Fractions(self, kept).of(expr))
        found = [one_fraction(each) for each in found]
        return min(reversed(found), key=lambda each: (len(show(each, self.scope)), _weight(each)))

    def _by_terms(self, expr: Expr) -> Expr:
        match expr:
            case Add(terms):
                return self._gathered(positive_first([self.of(term) for term in terms]))
            case Neg(arg):
                return minus(self.of(arg))
        return self.inside(expr)

    def _gathered(self, whole: Expr) -> Expr:
        """Λr + Λᵀr as (Λ + Λᵀ)r, where all terms end in the same vector or matrix."""
        if not isinstance(whole, Add):
            return whole
        ahead: list[Expr] = []
        last: Expr | None = None
        for term in whole.terms:
            sign, product = (-1, term.arg) if isinstance(term, Neg) else (1, term)
            outside, inner = scalars(product, self.scope)
            if not isinstance(inner, MatMul) or last not in (None, inner.right):
                return whole
            last = inner.right
            ahead.append(times(Num(Fraction(sign)), *outside, inner.left))
        if last is None or len({shape_of(left, self.scope) for left in ahead}) != 1:
            return whole
        if all(isinstance(left, Neg) for left in ahead):
            return minus(MatMul(self.of(plus(*map(minus, ahead))), last))
        return MatMul(self.of(positive_first(ahead)), last)

    def inside(self, expr: Expr) -> Expr:
        """The same, its parts tidied."""
        match expr:
            case Call("transpose", (inner,)) if len(shape_of(inner, self.scope) or ()) == 2:
                return turned(self.of(inner), self.scope)
            case Call(function, args):
                return Call(function, tuple(map(self.of, args)))
            case Reduce():
                return self.sum(expr)
            case Cases(branches, otherwise):
                made = tuple((condition, self.of(value)) for condition, value in branches)
                last = None if otherwise is None else self.of(otherwise)
                return last if last is not None and all(value == last for _, value in made) else Cases(made, last)
            case MatMul(left, right):
                return self._product(self.of(left), self.of(right))
            case Pow(base, exponent):
                return power(self.of(base), self.of(exponent))
        return expr

    def _product(self, left: Expr, right: Expr) -> Expr:
        """A matrix product with its numbers in front."""
        numbers: list[Expr] = []
        sides = []
        for side in (left, right):
            outside, inner = scalars(side, self.scope)
            numbers += outside
            sides.append(inner)
        whole = MatMul(sides[0], sides[1])
        return times(self.of(times(*numbers)), whole) if numbers else whole

    def sum(self, node: Reduce) -> Expr:
        """A sum over an index without its δ, with what does not depend on the index in front."""
        if node.index is None or node.op not in ("sum", "mean"):
            return replace(node, body=self.of(node.body))
        if (node.low, node.high, node.condition) != (None,) * 3:
            return self._limited(node, IndexVar(node.index))
        index, dim = IndexVar(node.index), node.over
        assert dim is not None
        try:
            whole = self._summed(node.body, index, dim)
        except TooLarge:
            return replace(node, body=self.of(node.body))
        if node.op == "sum":
            return whole
        return Div(whole.num, times(whole.den, size(dim))) if isinstance(whole, Div) else over(whole, size(dim))

    def _limited(self, node: Reduce, index: IndexVar) -> Expr:
        """A sum over a part: its δ met where the index may be what it asks for, the constants in front."""
        plain = replace(node, body=self.of(node.body))
        shifted = any(isinstance(part, Index) and Add in map(type, part.subscripts) for part in walk(node.body))
        if node.op != "sum" or shifted:
            return plain
        ring = Fractions(self, "still")
        try:
            above, below = ring.pair(node.body)
            for place, atom in enumerate(ring.atoms):
                match atom:
                    case Indicator(Compare("==", left, right)) if index in (left, right) and left != right:
                        other = right if left == index else left
                        if any(part == index for part in walk(other)) or below.degrees()[place]:
                            continue
                        one, zero = at_number(above, place, 1), at_number(above, place, 0)
                        met = _at(ring.back(reduced(one - zero, below)), index, other)
                        rest = ring.back(reduced(zero, below))
                        left_over = ZERO if rest == ZERO else self.of(replace(node, body=rest))
                        return plus(self.of(times(*_where(node, index, other), met)), left_over)
        except TooLarge:
            return plain
        outside, inner = _split(plain.body, lambda part: index not in set(walk(part)))
        return times(*outside, replace(node, body=times(*inner))) if inner and outside else plain

    def _summed(self, body: Expr, index: IndexVar, dim: Dim) -> Expr:
        ring = Fractions(self, "still")
        above, below = ring.pair(body)
        for place, atom in enumerate(ring.atoms):
            match atom:
                case Indicator(Compare("==", left, right)) if index in (left, right):
                    other = right if left == index else left
                    if any(node == index for node in walk(other)):
                        continue
                    one, zero = at_number(above, place, 1), at_number(above, place, 0)
                    if below.degrees()[place]:
                        raise TooLarge
                    met = ring.back(reduced(one - zero, below))
                    collapsed = _at(met, index, other)
                    rest = ring.back(reduced(zero, below))
                    return plus(self.of(collapsed), ZERO if rest == ZERO else self._summed(rest, index, dim))
        tidied = self.of(body)
        outside, inner = _split(tidied, lambda part: index not in set(walk(part)))
        if not inner:
            return self.of(times(*outside, size(dim)))
        return times(*outside, self._counted(times(*inner), index, dim))

    def _counted(self, body: Expr, index: IndexVar, dim: Dim) -> Expr:
        """Σ of a body: of shares 1; of several terms, of which each one's sum is known, the sum of those."""
        if self._shares(body, index):
            return ONE
        if isinstance(body, Add):
            each = []
            for term in body.terms:
                out, stay = _split(term, lambda part: index not in set(walk(part)))
                each.append(self.of(times(*out, self._counted(times(*stay), index, dim) if stay else size(dim))))
            if not any(isinstance(node, Reduce) for part in each for node in walk(part)):
                return self.of(plus(*each))
        return Reduce("sum", body, index.name, dim)

    def _shares(self, body: Expr, index: IndexVar) -> bool:
        """Whether the components are shares of one: of a one-hot vector, a softmax."""
        if not (isinstance(body, Index) and body.subscripts[-1] == index and index not in body.subscripts[:-1]):
            return False
        match body.base:
            case Call("softmax"):
                return True
            case Name(name) if name in self.scope.variables:
                variable = self.scope.variables[name]
                whole = len(variable.shape) == len(body.subscripts)
                return whole and isinstance(variable.domain, OneHot | Simplex)
            case Name(name) if name in self.scope.definitions:
                known = self.scope.definitions[name].body
                return isinstance(known, Call) and known.function == "softmax"
        return False


def parts_of(expr: Expr) -> Iterator[tuple[Expr, bool]]:
    """The factors of a product, and whether they stand below the line."""
    match expr:
        case Neg(arg):
            yield Num(Fraction(-1)), False
            yield from parts_of(arg)
        case Mul(factors):
            for factor in factors:
                yield from parts_of(factor)
        case Div(num, den):
            yield from parts_of(num)
            for part, below in parts_of(den):
                yield part, not below
        case _:
            yield expr, False


def _at(node: N, index: IndexVar, other: Expr) -> N:
    """A formula or condition with `other` for an index letter."""
    return replaced(node, lambda part: other if part == index else None)


def _where(node: Reduce, index: IndexVar, other: Expr) -> list[Expr]:
    """That a sum over a part runs over `other`, too."""
    found: list[Expr] = []
    if node.low is not None:
        found.append(Indicator(Compare("<=", node.low, other)))
    if node.high is not None:
        found.append(Indicator(Compare("<=", other, node.high)))
    if node.condition is not None:
        found.append(Indicator(_at(node.condition, index, other)))
    return found


def one_fraction(expr: Expr) -> Expr:
    """a/b/c as a/(b·c), and what stands above and below taken away; other formulas as they are."""
    if isinstance(expr, Neg):
        return minus(one_fraction(expr.arg))
    match expr:
        case Mul(factors) if any(isinstance(factor, Div) for factor in factors):
            parts = list(parts_of(expr))
        case Div(num, den) if any(isinstance(node, Div) for side in (num, den) for node in (side, *children(side))):
            parts = list(parts_of(expr))
        case _:
            return expr
    above: list[Expr] = []
    below: list[Expr] = []
    for part, under in parts:
        here, other = (below, above) if under else (above, below)
        if _split_number(part):
            assert isinstance(part, Num)
            here.append(Num(Fraction(part.value.numerator)))
            other.append(Num(Fraction(part.value.denominator)))
        elif part in other:
            other.remove(part)
        else:
            here.append(part)
    below.sort(key=rank)
    return over(times(*above) if above else ONE, times(*below) if below else ONE)


def _split_number(part: Expr) -> bool:
    return isinstance(part, Num) and part.value.denominator != 1


def _split(expr: Expr, goes_out: Callable[[Expr], bool]) -> tuple[list[Expr], list[Expr]]:
    """The factors that go out of a sum, and those that stay in."""
    out: list[Expr] = []
    stay: list[Expr] = []
    for part, below in parts_of(expr):
        (out if goes_out(part) else stay).append(over(ONE, part) if below else part)
    return out, stay


def scalars(expr: Expr, scope: Scope) -> tuple[list[Expr], Expr]:
    """The numbers in front of a vector or matrix, and the rest; no numbers where there is no rest."""
    if isinstance(expr, MatMul) and shape_of(expr, scope) != ():
        (left, a), (right, b) = scalars(expr.left, scope), scalars(expr.right, scope)
        return [*left, *right], MatMul(a, b)
    out, stay = _split(expr, lambda part: shape_of(part, scope) == ())
    return (out, times(*stay)) if stay and out else ([], expr)


def _weight(expr: Expr) -> int:
    return sum(1 for _ in walk(expr))
