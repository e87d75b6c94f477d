"""What a wrong answer is, relative to the truth: each finding reproduces exactly what was typed.

Nothing is looked up in a list of expected mistakes. A relation (−1 times the truth, the truth without a term,
the gradient by another variable, …) is claimed when it holds at every one of many generic points to 45 digits.
A factor is never inferred from a 0/1 label: any power of it would fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import combinations
from typing import Any, TypeVar

from flint import arb

from grader.formula.declare import Classes, Finite
from grader.formula.evaluate import Point, Value, size_of
from grader.formula.show import show
from grader.formula.tree import (
    ONE,
    Add,
    Cases,
    Div,
    Expr,
    Index,
    Mul,
    Name,
    Neg,
    Num,
)
from grader.symbolic.asked import Asked
from grader.symbolic.differentiate import depends, differentiate, minus, over, plus, times
from grader.symbolic.factors import constants_of, definitions_in, factors_of
from grader.symbolic.outside_kink import right_at_kink_only
from grader.symbolic.quantity import Formula, Gradient, Quantity, Unsupported, root
from grader.symbolic.readable import gradient_terms
from grader.symbolic.terms import short, terms_of
from grader.symbolic.trial import Items, Row, Trial, relaxed
from grader.verdict import Fact, Finding

T = TypeVar("T")
MAX_TERMS = 8


def diagnose(asked: Asked, answer: Quantity, witness: Point[Fraction], *, deadline: float) -> list[Finding]:
    """All relations that hold, at the witness too, in no order (`grader.findings.in_order` sorts them).
    Empty: none was recognised."""
    trial = Trial(asked.truth, answer, asked.domain, deadline, witness=witness)
    if trial.unexplained:
        return list(_missing_cases(asked, answer, deadline))
    found = list(_multiples(asked, trial))
    if found:
        return found  # whatever else holds then, holds because of that
    found += _chain_factors(asked, trial)
    if trial.constant(lambda row: zip(row.got.items, row.got.items, strict=True)) is not None:  # not 0 all over
        found += list(_terms(asked, trial)) or _terms_of_vectors(asked, trial)
    found += _swaps(asked, answer, witness, deadline)
    found += _other_gradients(asked, trial)
    found += _branches(trial, telling=True)
    found = found or list(_branches(trial, telling=False)) or list(_regions(asked, trial))
    return found or list(right_at_kink_only(asked, answer, deadline=deadline))


def _same(row: Row, quantity: Quantity) -> Items | None:
    return row.items(quantity)


def _finding(code: str, **data: Fact) -> Finding:
    return Finding(code, data=data)


def _multiples(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """−1, a constant, and sizes: typed = c·n·truth."""
    c = trial.constant(lambda row: zip(row.got.items, row.expected.items, strict=True))
    if c is not None:
        yield from _constant(c)
        return
    for constant in constants_of(asked):
        for missing in (True, False):
            c = trial.constant(partial(_times, quantity=Formula(constant, asked.scope), missing=missing))
            if c is not None:
                yield from _constant(c, over(ONE, constant) if missing else constant)
                return
    dims = asked.scope.dims
    for count in range(1, min(len(dims), 2) + 1):
        for chosen in combinations(dims, count):
            for exponent in (1, -1):
                c = trial.constant(partial(_sized, dims=chosen, exponent=exponent))
                if c is not None:
                    yield _finding("lost-mean", size="·".join(chosen), missing=exponent == 1)
                    yield from _constant(c)
                    return


def _constant(c: Fraction, beside: Expr = ONE) -> Iterator[Finding]:
    """What a factor c, times an irrational one, is."""
    if c < 0:
        yield _finding("sign-flipped")
    if beside != ONE or abs(c) not in (0, 1):
        factor = str(abs(c)) if beside == ONE else show(times(Num(abs(c)), beside))
        yield _finding("constant-factor", factor=factor)


def _times(row: Row, quantity: Quantity, missing: bool) -> Iterator[tuple[arb, arb]]:
    """Typed and truth; `missing`: typed is the truth over the quantity."""
    factors = row.items(quantity)
    if factors is None:
        return
    for got, expected, factor in zip(row.got.items, row.expected.items, factors, strict=False):
        yield (got * factor, expected) if missing else (got, expected * factor)


def _sized(row: Row, dims: tuple[str, ...], exponent: int) -> Iterator[tuple[arb, arb]]:
    size = 1
    for dim in dims:
        size *= size_of(dim, row.point.sizes)
    factor = arb(size) ** exponent
    return ((a, b * factor) for a, b in zip(row.got.items, row.expected.items, strict=True))


def _chain_factors(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """typed·f = ±truth (f is missing), or typed = ±truth·f (f is one too many), for factors that the loss suggests."""
    if trial.constant(lambda row: ((got, arb(1)) for got in row.got.items)) is not None:
        return  # a number is what is left of the gradient by the whole of it, or by its inverse
    for factor in factors_of(asked):
        quantity = Formula(factor, asked.scope, asked.wrt)
        for missing in (True, False):
            for sign in (1, -1):
                if not trial.agree(partial(_scaled, quantity=quantity, missing=missing, sign=sign)):
                    continue
                if missing and trial.constant(partial(_whole, quantity=quantity)) is not None:
                    break  # the whole gradient is no factor of it
                yield _finding("lost-chain-factor", factor=show(factor), missing=missing)
                if sign < 0:
                    yield _finding("sign-flipped")
                return


def _scaled(row: Row, quantity: Quantity, missing: bool, sign: int) -> Sequence[tuple[arb, arb]] | None:
    factors = row.items(quantity)
    if factors is None or len(factors) != len(row.expected.items):
        return None
    with_factor, without = (row.got, row.expected) if missing else (row.expected, row.got)
    return [(a * f, sign * b) for a, f, b in zip(with_factor.items, factors, without.items, strict=True)]


def _whole(row: Row, quantity: Quantity) -> Iterator[tuple[arb, arb]]:
    return zip(row.items(quantity) or (), row.expected.items, strict=False)


def _terms(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """typed = truth + c·term, for the terms of the gradient: c = −1 is a lost one."""
    for terms in _decompositions(asked):
        quantities = [Formula(term, asked.scope, asked.wrt) for term in terms]
        for term, quantity in zip(terms, quantities, strict=True):
            c = trial.constant(partial(_gaps, quantities=[quantity]))
            if c == -1:
                yield _finding("lost-term", term=show(term))
                return
            if c is not None and c != 0:
                yield _finding("wrong-term", term=show(term), factor=str(1 + c))
                return
        for (a, first), (b, second) in combinations(list(zip(terms, quantities, strict=True)), 2):
            if len(terms) > 2 and trial.constant(partial(_gaps, quantities=[first, second])) == -1:
                yield _finding("lost-term", term=show(plus(a, b)))
                return


def _terms_of_vectors(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """The same for terms that have no formula of their own."""
    for term in terms_of(asked.loss, asked.wrt, asked.scope):
        c = trial.constant(partial(_gaps, quantities=[term.quantity]))
        if c is None or c == 0:
            continue
        text = term.shown
        if term.tree is not None and trial.constant(partial(_gaps, quantities=[Formula(term.tree, asked.scope)])) == c:
            text = short(show(term.tree)) or text
        shown: dict[str, Fact] = {} if text is None else {"term": text}
        if c == -1:
            yield Finding("lost-term", data=shown)
            return
        if shown:
            yield Finding("wrong-term", data={**shown, "factor": str(1 + c)})
            return


def _gaps(row: Row, quantities: Sequence[Quantity]) -> Iterator[tuple[arb, arb]]:
    totals = [arb(0)] * len(row.got.items)
    for quantity in quantities:
        items = row.items(quantity)
        if items is None:
            return
        totals = [total + item for total, item in zip(totals, items, strict=False)]
    for got, expected, total in zip(row.got.items, row.expected.items, totals, strict=True):
        yield got - expected, total


def _decompositions(asked: Asked) -> Iterator[Sequence[Expr]]:
    """The gradient as sums: by the rules of differentiation, in normal form, and multiplied out once."""
    try:
        whole = differentiate(asked.loss, asked.wrt, asked.scope)
    except Unsupported:
        return
    seen: list[Sequence[Expr]] = []
    summands = _summands(whole)
    for terms in (
        whole.terms if isinstance(whole, Add) else (whole,),
        gradient_terms(asked.loss, asked.wrt, asked.scope),
        summands,
        [part for term in summands for part in _multiplied_out(term)],
    ):
        if 2 <= len(terms) <= MAX_TERMS and terms not in seen:
            seen.append(terms)
            yield terms


def _summands(expr: Expr) -> Sequence[Expr]:
    match expr:
        case Add(terms):
            return tuple(part for term in terms for part in _summands(term))
        case Neg(arg):
            return tuple(minus(part) for part in _summands(arg))
        case Div(num, den):
            return tuple(Div(part, den) for part in _summands(num))
    return (expr,)


def _multiplied_out(term: Expr) -> Sequence[Expr]:
    match term:
        case Neg(arg):
            return tuple(minus(part) for part in _multiplied_out(arg))
        case Div(num, den):
            return tuple(Div(part, den) for part in _multiplied_out(num))
        case Mul(factors):
            for place, factor in enumerate(factors):
                if isinstance(factor, Add):
                    rest = (factors[:place], factors[place + 1 :])
                    return tuple(times(*rest[0], part, *rest[1]) for part in factor.terms)
    return (term,)


def _missing_cases(asked: Asked, answer: Quantity, deadline: float) -> Iterator[Finding]:
    """An answer that is right wherever it has a value, but says nothing about some case."""
    if isinstance(answer, Formula) and isinstance(answer.expr, Cases) and answer.expr.otherwise is None:
        trial = Trial(asked.truth, answer, asked.domain, deadline)
        if trial.agree(lambda row: zip(row.expected.items, row.got.items, strict=True)):
            yield _finding("wrong-branch", missing="case")


def _branches(trial: Trial, *, telling: bool) -> Iterator[Finding]:
    """Right in some region of the cases and wrong in another; `telling`: right by more than 0 = 0."""
    right: dict[tuple[int, ...], bool] = {}
    tells = False
    for row in trial.rows:
        if not row.region:
            return
        same = all(a.overlaps(b) for a, b in zip(row.expected.items, row.got.items, strict=True))
        right[row.region] = right.get(row.region, True) and same
    for row in trial.rows:
        tells = tells or (right[row.region] and not all(item.contains(0) for item in row.got.items))
    if set(right.values()) == {True, False} and (tells or not telling):
        yield _finding("wrong-branch")


def _regions(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """Right for one value of a label, or one sign of a number, and wrong elsewhere."""
    scope = asked.scope
    for name in sorted(asked.domain.used):
        if scope.shape(name):
            continue
        finite = isinstance(scope.variables[name].domain, Finite)
        right: dict[Fraction | bool, list[bool]] = {}
        for row in trial.rows:
            value = row.point.values[name].items[0]
            same = all(a.overlaps(b) for a, b in zip(row.expected.items, row.got.items, strict=True))
            right.setdefault(value if finite else value > 0, []).append(same)
        often = all(len(seen) >= 3 for seen in right.values())
        if often and any(map(all, right.values())) and any(2 * sum(seen) < len(seen) for seen in right.values()):
            yield _finding("wrong-branch")
            return


@dataclass(frozen=True, slots=True)
class _Swapped:
    """A quantity with two variables exchanged."""

    of: Quantity
    first: str
    second: str

    def at(self, algebra: Any, point: Point[T]) -> Value[T]:
        a, b = point.values[self.first], point.values[self.second]
        return self.of.at(algebra, replace(point, values={**point.values, self.first: b, self.second: a}))


def _swaps(asked: Asked, answer: Quantity, witness: Point[Fraction], deadline: float) -> Iterator[Finding]:
    scope = relaxed(asked.scope)
    names = [name for name in scope.variables if name in asked.domain.used and scope.variables[name].continuous]
    domain = replace(asked.domain, scope=scope)
    trial = Trial(asked.truth, answer, domain, deadline, witness=witness) if len(names) > 1 else None
    for first, second in combinations(names, 2):
        if trial is None or scope.shape(first) != scope.shape(second):
            continue
        swapped = _Swapped(asked.truth, first, second)
        if trial.holds(partial(_same, quantity=swapped)):
            yield _finding("swapped-variables", first=first, second=second)
            return


def _other_gradients(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """The gradient by another variable or definition, or the loss itself."""
    scope = asked.scope
    own = root(asked.wrt)
    # a label counts too: people do differentiate by y
    numbers = (name for name, variable in scope.variables.items() if not isinstance(variable.domain, Classes))
    for name in (*definitions_in(scope), *numbers):
        if name == own:
            continue
        wrt: Expr = Name(name)
        if isinstance(asked.wrt, Index) and len(scope.shape(name)) == len(asked.wrt.subscripts):
            wrt = Index(wrt, asked.wrt.subscripts)
        other = Gradient(asked.loss, wrt, scope)
        if not depends(asked.loss, Name(name), scope) and name in scope.variables:
            continue
        if trial.holds(partial(_same, quantity=other)):
            yield _finding("wrong-variable", wrt=name)
            return


def is_loss(asked: Asked, answer: Quantity, witness: Point[Fraction], *, deadline: float) -> bool:
    """Whether the answer is the loss itself, not its gradient."""
    loss = Formula(asked.loss, asked.scope)
    trial = Trial(loss, answer, asked.domain, deadline, witness=witness)
    return trial.holds(partial(_same, quantity=loss))
