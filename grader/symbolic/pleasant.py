"""A form of a derivation as people lay it out: what is known in front, in its shortest form, and what is still to be
derived behind it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

from grader.formula.declare import Scope
from grader.formula.show import show
from grader.formula.tree import (
    ONE,
    Add,
    Call,
    Cases,
    Compare,
    Deriv,
    Div,
    Expr,
    Index,
    IndexVar,
    Indicator,
    MatMul,
    Mul,
    Name,
    Neg,
    Num,
    Reduce,
    walk,
)
from grader.symbolic.differentiate import minus, over, plus, times
from grader.symbolic.fractions_of import positive_first, signed
from grader.symbolic.tidy import one_fraction, parts_of, tidy

SHORT: Final = 0.8
"""Terms are put together where this much of their length is left."""


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
    return _laid(expr, scope, in_sum=False)


def _laid(expr: Expr, scope: Scope, *, in_sum: bool) -> Expr:
    found: dict[tuple[Expr, ...], list[Expr]] = {}
    for term in terms_of(expr):
        known, standing = _taken_apart(term, scope, in_sum=in_sum)
        found.setdefault(standing, []).append(known)
    made: list[Expr] = []
    for standing, each in found.items():
        together = _together(each, scope) if standing else _counted(each, scope)
        made += [_joined(known, standing) for known in together]
    flat_terms = [part for term in made for part in terms_of(term)]
    if all(isinstance(_unsigned(part), Name | Index | Call | Indicator) for part in flat_terms):
        return positive_first(flat_terms)  # p − y, not −y + p
    return signed(plus(*flat_terms)) if len(flat_terms) > 1 else flat_terms[0]


def _counted(terms: list[Expr], scope: Scope) -> list[Expr]:
    """Equal terms as one."""
    terms = [part for term in terms for part in terms_of(term)]
    numbers = {term: terms.count(term) for term in terms}
    return [term if n == 1 else tidy(times(Num(Fraction(n)), term), scope) for term, n in numbers.items()]


def _together(known: list[Expr], scope: Scope) -> list[Expr]:
    """What stands before the same derivative, added up where that is short."""
    if len(known) == 1:
        return known
    whole = tidy(plus(*known), scope)
    return [whole] if len(show(whole, scope)) <= SHORT * sum(len(show(each, scope)) for each in known) else known


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


def left_as_it_came(form: Expr) -> bool:
    """Whether signs, numbers and fractions stand within products, or one denominator under several terms: what was put
    in was not worked out yet."""
    for node in walk(form):
        match node:
            case Mul((_, *rest)) if any(map(_unworked, rest)):
                return True
            case MatMul(_, right) if _unworked(right):
                return True
            case Neg(Add()):
                return True
            case Mul((Add(terms), *_)) if any(isinstance(part, Div) for part in map(_unsigned, terms)):
                return True
            case Add(terms):
                below = [part.den for part in map(_unsigned, terms) if isinstance(part, Div)]
                if len(set(below)) < len(below):
                    return True
    return False


def _unworked(factor: Expr) -> bool:
    match factor:
        case Neg() | Num() | Div() | MatMul(Mul((Num(), *_)), _):
            return True
        case Mul(factors):
            return any(map(_unworked, factors))
        case Add(terms):
            return any(isinstance(part, Div) for part in map(_unsigned, terms))
    return False


def _unsigned(term: Expr) -> Expr:
    return term.arg if isinstance(term, Neg) else term


def _stands(expr: Expr, in_sum: bool) -> bool:
    """Whether something of a formula is to stay: a derivative, or a δ that a sum is still to meet."""
    for node in walk(expr):
        if isinstance(node, Deriv) or (in_sum and is_delta(node)):
            return True
        if isinstance(node, Reduce) and any(is_delta(part) for part in walk(node.body)):
            return True
    return False


def _taken_apart(term: Expr, scope: Scope, *, in_sum: bool) -> tuple[Expr, tuple[Expr, ...]]:
    """A term as what is known, in its shortest form, and what stays."""
    if isinstance(term, Neg) and _stands(term, in_sum):
        known, standing = _taken_apart(term.arg, scope, in_sum=in_sum)
        return _negated(known), standing
    if isinstance(term, Cases):
        return _by_cases(term, scope, in_sum=in_sum), ()
    if not _stands(term, in_sum):
        return one_fraction(tidy(_numbers_out(term), scope)), ()
    outside: list[Expr] = []
    staying: list[Expr] = []
    for part, below in parts_of(term):
        if not _stands(part, in_sum):
            outside.append(over(ONE, part) if below else part)
        elif below:
            staying.append(Div(ONE, _laid(part, scope, in_sum=in_sum)))
        else:
            more, inside = _inside(part, scope, in_sum=in_sum)
            outside += more
            staying.append(inside)
    return one_fraction(tidy(times(*outside), scope)) if outside else ONE, tuple(staying)


def _numbers_out(term: Expr) -> Expr:
    """2·Σ_i x_i for Σ_i 2·x_i."""
    match term:
        case Mul(factors):
            return times(*map(_numbers_out, factors))
        case Div(num, den):
            return over(_numbers_out(num), den)
        case Reduce("sum", Mul((Num() as number, *rest)), str()):
            return times(number, replace(term, body=times(*rest)))
    return term


def _negated(known: Expr) -> Expr:
    if isinstance(known, Cases):
        made = tuple((condition, _negated(value)) for condition, value in known.branches)
        return Cases(made, None if known.otherwise is None else _negated(known.otherwise))
    return signed(plus(*map(minus, terms_of(known))))


def _by_cases(term: Cases, scope: Scope, *, in_sum: bool) -> Expr:
    made = tuple((condition, _laid(value, scope, in_sum=in_sum)) for condition, value in term.branches)
    return Cases(made, None if term.otherwise is None else _laid(term.otherwise, scope, in_sum=in_sum))


def _inside(part: Expr, scope: Scope, *, in_sum: bool) -> tuple[list[Expr], Expr]:
    """A part that stays, itself laid out, and what comes out of it: of a sum, what does not rest on its index."""
    match part:
        case Add():
            return [], _laid(part, scope, in_sum=in_sum)
        case Cases():
            return [], _by_cases(part, scope, in_sum=in_sum)
        case Reduce(body=body, index=str(letter)) if part.op in ("sum", "mean"):
            whole = _laid(body, scope, in_sum=True)
            if isinstance(whole, Add):
                return [], replace(part, body=whole)
            outside: list[Expr] = []
            inside: list[Expr] = []
            for factor, below in parts_of(whole):
                rests = any(node == IndexVar(letter) for node in walk(factor))
                (inside if rests else outside).append(over(ONE, factor) if below else factor)
            return (outside, replace(part, body=times(*inside))) if inside else ([], replace(part, body=whole))
    return [], part


def _joined(known: Expr, standing: tuple[Expr, ...]) -> Expr:
    """The known part first: 1/(2σ²)·∂(μ²)/∂μ, not ∂(μ²)/∂μ/(2σ²); but a sum stands over the line."""
    if not standing:
        return known
    if isinstance(known, Neg) or (isinstance(known, Num) and known.value < 0):
        return _negated(_joined(minus(known), standing))
    if isinstance(known, Div) and any(isinstance(part, Add) for part in standing):
        return Div(_joined(known.num, standing), known.den)
    ahead = () if known == ONE else known.factors if isinstance(known, Mul) else (known,)
    factors = (*ahead, *(each for part in standing for each in (part.factors if isinstance(part, Mul) else (part,))))
    return factors[0] if len(factors) == 1 else Mul(factors)
