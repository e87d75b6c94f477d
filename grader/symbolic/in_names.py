"""A formula in a name that was introduced for a part of it, however the part is written there.

`log(1 + exp(wᵀx)) − y·(w @ x)` is `log(1 + exp(m)) − y·m` where `m = x·w`; `‖y − Xw‖²` is `Σ_i r_i²` where
`r = Xw − y`.
Parts are compared as sums of products of their components; whoever uses what comes out first has it compared.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from grader.formula.declare import Scope
from grader.formula.functions import FUNCTIONS
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    ONE,
    Add,
    Call,
    Dim,
    Div,
    Expr,
    Index,
    IndexVar,
    MatMul,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    Size,
    walk,
)
from grader.symbolic.compare import Equal, compare
from grader.symbolic.components import Components
from grader.symbolic.differentiate import plus, power, times
from grader.symbolic.domain import domain_of
from grader.symbolic.quantity import LOSS, Formula, Unsupported, names_in, opened, root

MOST: Final = 40
"""Terms of a sum, beyond which no part is looked for in it."""
OTHERS: Final = 8
"""Names in which a formula is written beside the one that it is derived by."""
_HERE: Final = "here"
"""The index at which two vectors are compared."""

Factors = frozenset[tuple[Expr, int]]
"""A product: what is multiplied, each with its power."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """A sum of products, each with its number."""

    terms: Mapping[Factors, Fraction]

    def plus(self, other: _Sum, factor: Fraction = Fraction(1)) -> _Sum:
        made = dict(self.terms)
        for product, number in other.terms.items():
            made[product] = made.get(product, Fraction(0)) + factor * number
        return _sum(made)

    def times(self, other: _Sum) -> _Sum:
        made: dict[Factors, Fraction] = {}
        for a, one in self.terms.items():
            for b, two in other.terms.items():
                product = _product((*a, *b))
                made[product] = made.get(product, Fraction(0)) + one * two
        return _sum(made)

    @property
    def single(self) -> tuple[Factors, Fraction] | None:
        return next(iter(self.terms.items())) if len(self.terms) == 1 else None

    @property
    def expr(self) -> Expr:
        ordered = sorted(self.terms.items(), key=lambda term: (-len(term[0]), sorted(map(repr, term[0]))))
        return plus(*(times(Num(number), _written(product)) for product, number in ordered))


def _sum(terms: Mapping[Factors, Fraction]) -> _Sum:
    if len(terms) > MOST:
        raise Unsupported("a sum of too many terms")
    return _Sum({product: number for product, number in terms.items() if number})


def _product(factors: Iterable[tuple[Expr, int]]) -> Factors:
    powers: Counter[Expr] = Counter()
    for factor, exponent in factors:
        powers[factor] += exponent
    return frozenset((factor, exponent) for factor, exponent in powers.items() if exponent)


def _written(product: Factors) -> Expr:
    ordered = sorted(product, key=lambda factor: (-factor[1], repr(factor[0])))
    return times(*(power(factor, Num(Fraction(exponent))) for factor, exponent in ordered))


@dataclass(frozen=True, slots=True)
class Restated:
    """`expr` in a name. `alone`: the derivative by the name has one meaning, since the variable asked for no longer
    stands beside it, or another one moves the name and nothing else; if not, people mean that the rest is held
    fixed."""

    expr: Expr
    alone: bool


def restated(expr: Expr, name: str, introduced: Sequence[str], scope: Scope, asked: Expr, *,
             deadline: float) -> Restated | None:  # fmt: skip
    """`expr` in a name that was introduced, and in others `introduced` beside it, so that it can be derived by it."""
    found = None
    for names in (frozenset({LOSS}), frozenset(scope.definitions) - {name, *introduced}):
        whole = written = opened(expr, scope, names)
        inside = _worked_in(name, names, scope)
        for other in (name, *introduced[:OTHERS]):
            with suppress(Unsupported):
                written = _Parts(other, _worked_in(other, names, scope), deadline).within(written)
        if Name(name) not in set(walk(written)):
            continue
        domain = domain_of(inside, (whole, written))
        same = compare(Formula(whole, inside), Formula(written, inside), domain, deadline=deadline)
        if isinstance(same, Equal):
            body = names_in(scope.definitions[name].body, scope)
            beside = _beside(written, (name, *introduced), scope)
            alone = root(asked) not in beside & body or _Parts(name, inside, deadline).moved_by(body - beside)
            found = Restated(written, alone)
            if found.alone:
                break
    return found


def _worked_in(name: str, names: frozenset[str], scope: Scope) -> Scope:
    """With what stands for a name written without some others."""
    known = scope.definitions[name]
    return scope.with_definition(replace(known, body=opened(known.body, scope, names)))


def _beside(written: Expr, introduced: Sequence[str], scope: Scope) -> frozenset[str]:
    """What a formula rests on, but for names that were introduced."""
    held = frozenset(introduced)
    return names_in(
        replaced(written, lambda node: ONE if isinstance(node, Name) and node.name in held else None), scope
    )


class _Parts:
    def __init__(self, name: str, scope: Scope, deadline: float) -> None:
        definition = scope.definitions[name]
        self.name, self.shape, self.scope, self.deadline = name, definition.shape, scope, deadline
        self.components = Components(scope)
        self.at = tuple(IndexVar(f"{_HERE}{place}") for place in range(len(self.shape)))
        self.own = self._sum(definition.body, self.at)

    def within(self, expr: Expr) -> Expr:
        whole = replaced(expr, self._whole)
        if not self.shape:
            return whole
        # vectors that stand in sums and products: component by component
        return replaced(self.components.of(expr, ()), self._component) if whole == expr else whole

    def moved_by(self, names: frozenset[str]) -> bool:
        """Whether one of some variables moves each component of the name by itself: y that of r = Xw − y."""
        own = list(walk(self.own.expr))
        for name in names:
            variable = self.scope.variables.get(name)
            if variable is None or not variable.continuous:
                continue
            places = [node for node in own if isinstance(node, Index) and node.base == Name(name)]
            alone = len(places) == sum(node == Name(name) for node in own)
            if not self.at or (alone and all(set(self.at) <= set(place.subscripts) for place in places)):
                return True
        return False

    def _whole(self, node: Node) -> Node | None:
        """A part of the name's own shape, in the name."""
        if not isinstance(node, _PARTS) or shape_of(node, self.scope) != self.shape:
            return None
        return self._matched(node, self.at, Name(self.name), self.own)

    def _component(self, node: Node) -> Node | None:
        if not isinstance(node, _PARTS):
            return None
        for letters in self._letters(node):
            here = Index(Name(self.name), tuple(map(IndexVar, letters)))
            own = _renamed(self.own, {at.name: letter for at, letter in zip(self.at, letters, strict=True)})
            found = self._matched(node, (), here, own)
            if found is not None:
                return found
        return None

    def _letters(self, node: Expr) -> Iterator[tuple[str, ...]]:
        used = list(dict.fromkeys(part.name for part in walk(node) if isinstance(part, IndexVar)))
        if len(self.shape) == 1:
            yield from ((letter,) for letter in used)
        elif len(self.shape) == 2:
            yield from ((one, two) for one in used for two in used if one != two)

    def _matched(self, node: Expr, at: tuple[IndexVar, ...], here: Expr, own: _Sum) -> Expr | None:
        """The node by `here`, which is `own`; with what is left beside it, where the node is a number."""
        if time.monotonic() > self.deadline:
            return None
        try:
            found = self._sum(node, at)
        except Unsupported:
            return None
        one, other = found.single, own.single
        if other is not None:
            if one is None or not other[0] or not _holds(dict(one[0]), other[0]):
                return None if one is not None or not other[0] else self._some_terms(found, at, here, own)
            beside = _product((*one[0], *((factor, -exponent) for factor, exponent in other[0])))
            return None if beside and at else times(Num(one[1] / other[1]), _written(beside), here)
        return self._some_terms(found, at, here, own)

    def _some_terms(self, found: _Sum, at: tuple[IndexVar, ...], here: Expr, own: _Sum) -> Expr | None:
        first = next(iter(own.terms), None)
        if first is None or first not in found.terms:
            return None
        number = found.terms[first] / own.terms[first]
        if any(found.terms.get(product) != number * known for product, known in own.terms.items()):
            return None
        left = found.plus(own, -number)
        return None if left.terms and at else plus(times(Num(number), here), left.expr)

    # -- sums of products

    def _sum(self, expr: Expr, at: tuple[IndexVar, ...]) -> _Sum:
        return self._of(self.components.of(expr, at))

    def _of(self, expr: Expr) -> _Sum:
        match expr:
            case Num(value):
                return _sum({frozenset(): value})
            case Add(terms):
                whole = _sum({})
                for term in terms:
                    whole = whole.plus(self._of(term))
                return whole
            case Neg(arg):
                return _sum({}).plus(self._of(arg), Fraction(-1))
            case Mul(factors):
                product = _sum({frozenset(): Fraction(1)})
                for factor in factors:
                    product = product.times(self._of(factor))
                return product
            case Div(num, den):
                return self._of(num).times(self._power(den, -1))
            case Pow(base, Num(value)) if value.denominator == 1 and abs(value) <= 4:
                return self._power(base, int(value))
            case Reduce("sum" | "mean", body, str() as index) if (expr.low, expr.high, expr.condition) == (None,) * 3:
                return self._reduced(body, index, expr.over, mean=expr.op == "mean")
            case Index(Call("transpose", (matrix,)), (row, column)):
                return self._atom(Index(matrix, (column, row)))
            case Call(function, args) if FUNCTIONS[function].rule == "elementwise":
                return self._atom(Call(function, tuple(self._of(arg).expr for arg in args)))
        return self._atom(expr)

    def _atom(self, expr: Expr, exponent: int = 1) -> _Sum:
        return _sum({frozenset({(expr, exponent)}): Fraction(1)})

    def _power(self, base: Expr, exponent: int) -> _Sum:
        inner = self._of(base)
        single = inner.single
        if single is not None:
            product = frozenset((factor, own * exponent) for factor, own in single[0])
            return _sum({product: single[1] ** exponent})
        if not inner.terms or exponent <= 0:
            return self._atom(inner.expr, exponent)
        whole = inner
        for _ in range(exponent - 1):
            whole = whole.times(inner)
        return whole

    def _reduced(self, body: Expr, index: str, over: Dim | None, *, mean: bool) -> _Sum:
        """A sum over an index: each term with what does not depend on it in front, the letter one of our own."""
        inside = self._of(body)
        inner = [node.index or "" for product in inside.terms for f, _ in product for node in walk(f)
                 if isinstance(node, Reduce)]  # fmt: skip
        own = f"#{1 + max((int(letter[1:]) for letter in inner if letter.startswith('#')), default=0)}"
        made: dict[Factors, Fraction] = {}
        size: Expr = Size(over) if isinstance(over, str) else Num(Fraction(over or 1))
        share = ((size, -1),) if mean else ()
        for product, number in inside.terms.items():
            stays = frozenset(factor for factor in product if IndexVar(index) in set(walk(factor[0])))
            if stays:
                within = _renamed(_Sum({stays: Fraction(1)}), {index: own}).expr
                summed: tuple[tuple[Expr, int], ...] = ((Reduce("sum", within, own, over), 1),)
            else:
                summed = ((size, 1),)
            whole = _product((*(product - stays), *summed, *share))
            made[whole] = made.get(whole, Fraction(0)) + number
        return _sum(made)


def _holds(powers: Mapping[Expr, int], product: Factors) -> bool:
    """Whether a product, given by its powers, has another one in it."""
    return all(powers.get(factor, 0) * exponent >= exponent**2 for factor, exponent in product)


def _renamed(whole: _Sum, letters: Mapping[str, str]) -> _Sum:
    def change(node: Node) -> Node | None:
        return IndexVar(letters[node.name]) if isinstance(node, IndexVar) and node.name in letters else None

    return _Sum({frozenset((replaced(f, change), e) for f, e in product): n for product, n in whole.terms.items()})


_PARTS: Final = Name | Index | Add | Neg | Mul | Div | Pow | MatMul | Call | Reduce
