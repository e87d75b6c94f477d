"""A form of a derivation as people lay it out: what is known in front, in its shortest form, and what is still to be
derived behind it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from grader.formula.declare import Scope
from grader.formula.tree import (
    ONE,
    Add,
    Cases,
    Compare,
    Deriv,
    Div,
    Expr,
    IndexVar,
    Indicator,
    Mul,
    Neg,
    Num,
    Reduce,
    walk,
)
from grader.symbolic.differentiate import minus, over, plus, times
from grader.symbolic.fractions_of import signed
from grader.symbolic.tidy import parts_of, tidy


def terms_of(expr: Expr) -> list[Expr]:
    """The terms of a sum, minus signs taken to them."""
    match expr:
        case Add(terms):
            return [part for term in terms for part in terms_of(term)]
        case Neg(arg):
            return [minus(part) for part in terms_of(arg)]
    return [expr]


def pleasant(expr: Expr, scope: Scope) -> Expr:
    """Each term by itself in its shortest form; what is still to be derived, and a sum with δ, stays as it is."""
    made = [part for term in terms_of(expr) for part in terms_of(_term(term, scope))]
    counted = {term: made.count(term) for term in made}
    found = [term if n == 1 else times(Num(Fraction(n)), term) for term, n in counted.items()]
    return signed(plus(*found)) if len(found) > 1 else found[0]


def flat(expr: Expr) -> Expr:
    """Products within products as one."""
    match expr:
        case Mul(factors):
            inner = [flat(factor) for factor in factors]
            return Mul(tuple(part for f in inner for part in (f.factors if isinstance(f, Mul) else (f,))))
        case Neg(arg):
            return Neg(flat(arg))
        case Reduce(body=body):
            return replace(expr, body=flat(body))
    return expr


def is_delta(node: object) -> bool:
    match node:
        case Indicator(Compare("==", a, b)):
            return isinstance(a, IndexVar) or isinstance(b, IndexVar)
    return False


def _stands(expr: Expr) -> bool:
    """Whether something of a formula is to stay: a derivative, or a δ that a sum is still to meet."""
    return any(isinstance(node, Deriv) or is_delta(node) for node in walk(expr))


def _term(term: Expr, scope: Scope) -> Expr:
    if isinstance(term, Cases):
        made = tuple((condition, pleasant(value, scope)) for condition, value in term.branches)
        return Cases(made, None if term.otherwise is None else pleasant(term.otherwise, scope))
    if not _stands(term):
        return tidy(term, scope)
    known: list[Expr] = []
    standing: list[Expr] = []
    for part, below in parts_of(term):
        if not _stands(part):
            known.append(over(ONE, part) if below else part)
        elif below:
            standing.append(Div(ONE, pleasant(part, scope)))
        else:
            outside, inside = _inside(part, scope)
            known += outside
            standing.append(inside)
    return _joined(tidy(times(*known), scope) if known else ONE, standing)


def _inside(part: Expr, scope: Scope) -> tuple[list[Expr], Expr]:
    """A part that stays, itself laid out, and what comes out of it: of a sum, what does not rest on its index."""
    match part:
        case Add():
            return [], pleasant(part, scope)
        case Reduce(body=body, index=str(letter)) if part.op in ("sum", "mean"):
            whole = pleasant(body, scope)
            if isinstance(whole, Add):
                return [], replace(part, body=whole)
            outside: list[Expr] = []
            inside: list[Expr] = []
            for factor, below in parts_of(whole):
                rests = any(node == IndexVar(letter) for node in walk(factor))
                (inside if rests else outside).append(over(ONE, factor) if below else factor)
            return (outside, replace(part, body=times(*inside))) if inside else ([], replace(part, body=whole))
    return [], part


def _joined(known: Expr, standing: list[Expr]) -> Expr:
    """The known part first: 1/(2σ²)·∂(μ²)/∂μ, not ∂(μ²)/∂μ/(2σ²)."""
    if isinstance(known, Neg) or (isinstance(known, Num) and known.value < 0):
        return minus(_joined(minus(known), standing))
    ahead = () if known == ONE else known.factors if isinstance(known, Mul) else (known,)
    factors = (*ahead, *standing)
    return factors[0] if len(factors) == 1 else Mul(factors)
