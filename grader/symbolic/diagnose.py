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

from grader.formula.declare import Classes, Interval, Scope
from grader.formula.evaluate import Point, Value, size_of
from grader.formula.show import show
from grader.formula.tree import ONE, Add, Call, Cases, Div, Expr, Index, Indicator, Mul, Name, Neg, Num, walk
from grader.symbolic.compare import Domain
from grader.symbolic.differentiate import depends, differentiate, minus, plus, times
from grader.symbolic.quantity import LOSS, Formula, Gradient, Quantity, Unsupported, root
from grader.symbolic.readable import gradient_terms
from grader.symbolic.trial import Items, Row, Trial, relaxed
from grader.verdict import Fact, Finding

T = TypeVar("T")
MAX_FACTORS = 30
MAX_TERMS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """The gradient of `loss` by `wrt`, over a domain."""

    loss: Expr
    wrt: Expr
    domain: Domain

    @property
    def scope(self) -> Scope:
        return self.domain.scope

    @property
    def truth(self) -> Gradient:
        return Gradient(self.loss, self.wrt, self.scope)


def diagnose(asked: Asked, answer: Quantity, *, deadline: float) -> list[Finding]:
    """All relations that hold, in no order (`grader.findings.in_order` sorts them). Empty: none was recognised."""
    trial = Trial(asked.truth, answer, asked.domain, deadline)
    found = list(_multiples(asked, trial))
    if found:
        return found  # whatever else holds then, holds because of that
    found += _chain_factors(asked, trial)
    found += _terms(asked, trial)
    found += _branches(trial)
    found += _swaps(asked, answer, deadline)
    found += _other_gradients(asked, trial)
    return found


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
    dims = asked.scope.dims
    for count in range(1, min(len(dims), 2) + 1):
        for chosen in combinations(dims, count):
            for exponent in (1, -1):
                c = trial.constant(partial(_sized, dims=chosen, exponent=exponent))
                if c is not None:
                    yield _finding("lost-mean", size="·".join(chosen), missing=exponent == 1)
                    yield from _constant(c)
                    return


def _constant(c: Fraction) -> Iterator[Finding]:
    if c == -1:
        yield _finding("sign-flipped")
    elif c not in (0, 1):
        yield _finding("constant-factor", factor=str(c))


def _sized(row: Row, dims: tuple[str, ...], exponent: int) -> Iterator[tuple[arb, arb]]:
    size = 1
    for dim in dims:
        size *= size_of(dim, row.point.sizes)
    factor = arb(size) ** exponent
    return ((a, b * factor) for a, b in zip(row.got.items, row.expected.items, strict=True))


def _chain_factors(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """typed·f = ±truth (f is missing), or typed = ±truth·f (f is one too many), for factors that the loss suggests."""
    for factor in _factors(asked):
        quantity = Formula(factor, asked.scope, asked.wrt)
        for missing in (True, False):
            for sign in (1, -1):
                if trial.holds(partial(_scaled, quantity=quantity, missing=missing, sign=sign)):
                    yield _finding("lost-chain-factor", factor=show(factor), missing=missing)
                    if sign < 0:
                        yield _finding("sign-flipped")
                    return


def _scaled(row: Row, quantity: Quantity, missing: bool, sign: int) -> Items | None:
    factors = row.items(quantity)
    if factors is None or len(factors) != len(row.expected.items):
        return None
    if not missing:
        return [sign * a * f for a, f in zip(row.expected.items, factors, strict=True)]
    if any(f.contains(0) for f in factors):
        return None
    return [sign * a / f for a, f in zip(row.expected.items, factors, strict=True)]


def _factors(asked: Asked) -> Sequence[Expr]:
    """Derivatives of what stands inside the loss, then continuous names and their squares."""
    scope = asked.scope
    bodies = [definition.body for definition in scope.definitions.values()]
    names: list[Expr] = list(map(Name, _definitions(scope)))
    inner = list(names)
    for whole in (asked.loss, *bodies):
        inner += [node for node in walk(whole) if isinstance(node, Expr) and not isinstance(node, Num | Name | Index)]
    found: list[Expr] = []
    for expr in inner:
        if not depends(expr, asked.wrt, scope):
            continue
        try:
            slope = differentiate(expr, asked.wrt, scope)
        except Unsupported:
            continue
        found.append(slope.arg if isinstance(slope, Neg) else slope)
    plain: list[Expr] = [Name(name) for name, variable in scope.variables.items() if variable.continuous]
    plain += names
    if isinstance(asked.wrt, Index):
        subscripts = asked.wrt.subscripts
        plain = [Index(name, subscripts) if len(scope.shape(root(name))) == len(subscripts) else name for name in plain]
    for name in plain:
        if _is_probability(name, scope):
            found += [Mul((name, plus(ONE, minus(name)))), plus(ONE, minus(name))]  # σ′ in disguise, and half of it
    found += plain
    found += [Mul((name, name)) for name in plain]
    kept = [factor for factor in found if not isinstance(factor, Num) and not _in_pieces(factor)]
    return list(dict.fromkeys(kept))[:MAX_FACTORS]


def _definitions(scope: Scope) -> list[str]:
    """The names given to quantities: not the loss, not functions."""
    return [name for name, known in scope.definitions.items() if name != LOSS and not known.parameters]


def _is_probability(name: Expr, scope: Scope) -> bool:
    if not isinstance(name, Name):
        return False
    if name.name in scope.definitions:
        body = scope.definitions[name.name].body
        return isinstance(body, Call) and body.function == "sigmoid"
    domain = scope.variables[name.name].domain
    return isinstance(domain, Interval) and domain.low == 0 and domain.high == 1


def _in_pieces(factor: Expr) -> bool:
    """±1 by cases is no factor of a chain: it is a branch."""
    signs = (isinstance(node, Call) and node.function == "sign" for node in walk(factor))
    return any(signs) or any(isinstance(node, Cases | Indicator) for node in walk(factor))


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


def _gaps(row: Row, quantities: list[Formula]) -> Iterator[tuple[arb, arb]]:
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


def _branches(trial: Trial) -> Iterator[Finding]:
    """Right in some region of the cases and wrong in another."""
    right: dict[tuple[int, ...], bool] = {}
    for row in trial.rows:
        if not row.region:
            return
        same = all(a.overlaps(b) for a, b in zip(row.expected.items, row.got.items, strict=True))
        right[row.region] = right.get(row.region, True) and same
    if set(right.values()) == {True, False}:
        yield _finding("wrong-branch")


@dataclass(frozen=True, slots=True)
class _Swapped:
    """A quantity with two variables exchanged."""

    of: Quantity
    first: str
    second: str

    def at(self, algebra: Any, point: Point[T]) -> Value[T]:
        a, b = point.values[self.first], point.values[self.second]
        return self.of.at(algebra, replace(point, values={**point.values, self.first: b, self.second: a}))


def _swaps(asked: Asked, answer: Quantity, deadline: float) -> Iterator[Finding]:
    scope = relaxed(asked.scope)
    names = [name for name in scope.variables if name in asked.domain.used and scope.variables[name].continuous]
    domain = replace(asked.domain, scope=scope)
    trial = Trial(asked.truth, answer, domain, deadline) if len(names) > 1 else None
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
    for name in (*_definitions(scope), *numbers):
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


def is_loss(asked: Asked, answer: Quantity, *, deadline: float) -> bool:
    """Whether the answer is the loss itself, not its gradient."""
    loss = Formula(asked.loss, asked.scope)
    trial = Trial(loss, answer, asked.domain, deadline)
    return trial.holds(partial(_same, quantity=loss))

