"""Terms of the gradient that an answer has lost, or has with another weight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import Final

from flint import arb

from grader.formula.declare import Scope
from grader.formula.show import show
from grader.formula.tree import Add, Div, Expr, Mul, Neg
from grader.formula.values import size_of
from grader.symbolic.asked import Asked
from grader.symbolic.differentiate import differentiate, minus, plus, times
from grader.symbolic.quantity import Formula, Quantity, Unsupported
from grader.symbolic.readable import gradient_terms
from grader.symbolic.slips import summands
from grader.symbolic.terms import short, terms_of
from grader.symbolic.tidy import tidy
from grader.symbolic.trial import Row, Trial
from grader.verdict import Fact, Finding

MAX_TERMS: Final = 8


def wrong_terms(asked: Asked, trial: Trial) -> list[Finding]:
    """What is known of the terms; nothing where they are all there, or none explains the difference."""
    found = list(_terms(asked, trial)) or list(_lost_summands(asked, trial))
    if found or not asked.scope.dims:  # without vectors, each term has a formula
        return found
    return list(_terms_of_vectors(asked, trial)) or list(_means_of_terms(asked, trial))


def _found(code: str, **data: Fact) -> Finding:
    return Finding(code, data=data)


def _terms(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """typed = truth + c·term, for the terms of the gradient: c = −1 is a lost one."""
    known: dict[Expr, Quantity] = {}
    tried: set[frozenset[Expr]] = set()
    for terms in _decompositions(asked):
        for term in terms:
            known.setdefault(term, Formula(term, asked.scope, asked.wrt))
        groups = [(term,) for term in terms] + (list(combinations(terms, 2)) if len(terms) > 2 else [])
        for group in groups:
            if frozenset(group) in tried:
                continue
            tried.add(frozenset(group))
            c = trial.constant(partial(_gaps, quantities=[known[term] for term in group]))
            if c == -1:
                yield _lost(group, asked.scope)
                return
            if len(group) == 1 and c is not None and c != 0:
                term = tidy(group[0], asked.scope)
                yield _found("wrong-term", term=show(term, asked.scope), factor=str(1 + c))
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


def _lost_summands(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """One term of the gradient multiplied out, two of several, or all but one."""
    terms = summands(asked.loss, asked.wrt, asked.scope)
    for count in (1, 2):
        if len(terms) > count:
            for chosen in combinations(terms, count):
                if trial.constant(partial(_gaps, quantities=[quantity for _, quantity in chosen])) == -1:
                    yield _lost([term for term, _ in chosen], asked.scope)
                    return
    for place, (_, quantity) in enumerate(terms if len(terms) > 3 else ()):
        if trial.holds(partial(Row.items, quantity=quantity)):
            yield _lost([term for at, (term, _) in enumerate(terms) if at != place], asked.scope)
            return


def _means_of_terms(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """typed = truth + (n − 1)·term or (1/n − 1)·term: a mean lost, or one too many, in one term only."""
    scope = asked.scope
    quantities: list[Quantity] = [quantity for _, quantity in summands(asked.loss, asked.wrt, scope)]
    quantities += [term.quantity for term in terms_of(asked.loss, asked.wrt, scope)]
    for quantity in quantities:
        for size in scope.dims:
            for missing in (True, False):
                gap = partial(_mean_gap, quantity=quantity, size=size, missing=missing)
                if trial.constant(gap) == 1:
                    yield _found("lost-mean", size=size, missing=missing, within="term")
                    return


def _mean_gap(row: Row, quantity: Quantity, size: str, missing: bool) -> Iterator[tuple[arb, arb]]:
    count = arb(size_of(size, row.point.sizes))
    weight = (count if missing else 1 / count) - 1
    for gap, part in _gaps(row, [quantity]):
        yield gap, part * weight


def _lost(terms: Sequence[Expr], scope: Scope) -> Finding:
    shown = short(show(tidy(plus(*terms), scope), scope))
    return _found("lost-term", **({"term": shown} if shown else {}))


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
    ways: tuple[Callable[[], Sequence[Expr]], ...] = (
        lambda: whole.terms if isinstance(whole, Add) else (whole,),
        lambda: gradient_terms(asked.loss, asked.wrt, asked.scope),
        lambda: summands,
        lambda: [part for term in summands for part in _multiplied_out(term)],
    )
    for way in ways:  # each when its turn comes
        terms = way()
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
