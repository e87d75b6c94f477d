"""Weights that are never negative and sum to one, and what is known of means under them.

A maximum and a log-sum-exp lie above every weighted mean; Σ p·log(p/q) ≥ 0 (Gibbs' inequality: Cover and Thomas,
"Elements of Information Theory", 2006, theorem 2.6.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from grader.formula.declare import Interval, OneHot, Scope, Simplex, Variable
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    ONE,
    ZERO,
    Add,
    Call,
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
    Reduce,
    walk,
)
from grader.properties.vectors import ranges as r
from grader.properties.vectors.prepared import by_whole_vectors, without_index
from grader.symbolic.adjoint import gradient
from grader.symbolic.components import component
from grader.symbolic.quantity import Unsupported
from grader.symbolic.tidy import tidy

RangeOf = Callable[[Expr], Interval]
FRESH = "lossprep_u"


def is_plain_share(expr: Expr, scope: Scope) -> bool:
    """Whether a vector (or each row of a matrix) is one of shares, by what it is."""
    match expr:
        case Name(name) if name in scope.variables:
            return isinstance(scope.variables[name].domain, OneHot | Simplex)
        case Call("softmax" | "onehot"):
            return True
        case Index(base, subscripts):
            shape = shape_of(base, scope)
            return shape is not None and len(shape) > len(subscripts) and is_plain_share(base, scope)
    return False


def is_share(expr: Expr, scope: Scope, range_of: RangeOf) -> bool:
    """Whether a vector's components are never negative and sum to one: (1 − ε)·y + ε/K."""
    shape = shape_of(expr, scope)
    if shape is None or len(shape) != 1:
        return False
    if is_plain_share(expr, scope):
        return True
    if not r.nonnegative(range_of(expr)):
        return False
    try:
        body = component(expr, (IndexVar("i"),), scope)
    except Unsupported:
        return False
    return tidy(Reduce("sum", body, "i", shape[0]), scope) == ONE


def rest_of_a_mean(node: Reduce, scope: Scope) -> Expr | None:
    """b of Σ_k p_k·b_k, a mean under shares p; 1 of Σ_k p_k."""
    factors = _factors(node.body)
    for place, factor in enumerate(factors):
        if node.index is None:
            shape = shape_of(node.body, scope)
            held = shape is not None and len(shape) == 1 and shape_of(factor, scope) == shape
            held = held and is_plain_share(factor, scope)
        else:
            whole = without_index(factor, node.index) if isinstance(factor, Index) else None
            shape = None if whole is None else shape_of(whole, scope)
            held = whole is not None and shape == (node.over,) and is_plain_share(whole, scope)
        if held:
            rest = (*factors[:place], *factors[place + 1 :])
            return Mul(rest) if len(rest) > 1 else rest[0] if rest else ONE
    return None


def _factors(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case Neg(arg):
            return (Num(Fraction(-1)), *_factors(arg))
        case Mul(factors):
            return tuple(inner for factor in factors for inner in _factors(factor))
        case Div(num, den):
            return (*_factors(num), Div(ONE, den))
    return (expr,)


def above_its_mean(terms: tuple[Expr, ...], scope: Scope, range_of: RangeOf) -> bool:
    """Whether a sum is logsumexp(u + b), or max_j(u_j + b_j), less Σ c_j·u_j under shares c, with Σ c_j·b_j ≥ 0."""
    for place, term in enumerate(terms):
        top = _top(term, scope)
        if top is None:
            continue
        rest = (*terms[:place], *terms[place + 1 :])
        if rest and any(_below(top, base, rest, scope, range_of) for base in _bases(top)):
            return True
    return False


def _top(term: Expr, scope: Scope) -> Expr | None:
    """u of logsumexp(u) or max_j u_j, a vector."""
    match term:
        case Call("logsumexp", (u,)) if len(shape_of(u, scope) or ()) == 1:
            return u
        case Reduce("max", body, None) if len(shape_of(body, scope) or ()) == 1:
            return body
        case Reduce("max", body, str(index), over, None, None, None):
            whole = without_index(body, index)
            return whole if whole is not None and shape_of(whole, scope) == (over,) else None
    return None


def _bases(top: Expr) -> Iterator[Expr]:
    """What may be the u of u·a + b: the whole, or a term or a factor of it."""
    yield top
    match top:
        case Add(terms):
            for term in terms:
                yield from _bases(term)
        case Mul(factors):
            for factor in factors:
                yield from _bases(factor)
        case Neg(arg):
            yield from _bases(arg)
        case Div(num, _):
            yield from _bases(num)


def _below(top: Expr, base: Expr, rest: tuple[Expr, ...], scope: Scope, range_of: RangeOf) -> bool:
    """Whether top is a·u + b and the rest −a·Σ c_j u_j with shares c, and Σ c_j b_j ≥ 0. `base` is u."""
    shape = shape_of(base, scope)
    if shape is None or len(shape) != 1 or isinstance(base, Num):
        return False
    fresh = Name(FRESH)
    wider = scope.with_variable(Variable(FRESH, shape=shape))

    def change(node: Node) -> Node | None:
        if node == base:
            return fresh
        if isinstance(base, Index) and isinstance(node, Index) and node.base == base.base:
            many = len(base.subscripts)
            if node.subscripts[:many] == base.subscripts and len(node.subscripts) > many:
                return Index(fresh, node.subscripts[many:])
        return None

    def opened(expr: Expr) -> Expr:
        return replaced(expr, change)

    above, other = opened(top), by_whole_vectors(opened(Add(rest) if len(rest) > 1 else rest[0]), FRESH, wider)
    parts = _linear(above, fresh)
    if parts is None:
        return False
    factor, offset = parts
    if shape_of(factor, wider) != () or any(fresh in set(walk(part)) for part in (factor, offset)):
        return False
    try:
        slope = gradient(other, fresh, wider)
    except Unsupported:
        return False
    weights = tidy(Neg(slope) if factor == ONE else Div(Neg(slope), factor), wider)
    if fresh in set(walk(weights)) or not is_share(weights, wider, range_of):
        return False
    return _vanishes(other, fresh) and (offset == ZERO or r.nonnegative(range_of(Mul((weights, offset)))))


def _linear(expr: Expr, name: Name) -> tuple[Expr, Expr] | None:
    """a and b of a·u + b, b a vector or a number."""
    if name not in set(walk(expr)):
        return ZERO, expr
    match expr:
        case Name():
            return ONE, ZERO
        case Neg(arg):
            inner = _linear(arg, name)
            return None if inner is None else (_product(Num(Fraction(-1)), inner[0]), Neg(inner[1]))
        case Div(num, den) if name not in set(walk(den)):
            inner = _linear(num, name)
            return None if inner is None else (Div(inner[0], den), Div(inner[1], den) if inner[1] != ZERO else ZERO)
        case Mul(factors):
            inside = [factor for factor in factors if name in set(walk(factor))]
            if len(inside) != 1:
                return None
            outside = tuple(factor for factor in factors if factor is not inside[0])
            inner = _linear(inside[0], name)
            if inner is None:
                return None
            return _product(*outside, inner[0]), _product(*outside, inner[1]) if inner[1] != ZERO else ZERO
        case Add(terms):
            inside = [term for term in terms if name in set(walk(term))]
            if len(inside) != 1:
                return None
            inner = _linear(inside[0], name)
            if inner is None:
                return None
            beside = tuple(term for term in terms if term is not inside[0])
            kept = (*beside, inner[1]) if inner[1] != ZERO else beside
            return inner[0], Add(kept) if len(kept) > 1 else kept[0]
    return None


def _product(*factors: Expr) -> Expr:
    kept = tuple(factor for factor in factors if factor != ONE)
    return Mul(kept) if len(kept) > 1 else kept[0] if kept else ONE


def _vanishes(expr: Expr, name: Name) -> bool:
    """Whether a formula that is linear in a vector is 0 where that is 0."""
    match expr:
        case Name() | Num():
            return expr in (name, ZERO)
        case Index(arg, _) | Neg(arg) | Div(arg, _) | Reduce("sum" | "mean", arg) | Call("transpose", (arg,)):
            return _vanishes(arg, name)
        case Mul(factors):
            return any(_vanishes(factor, name) for factor in factors)
        case MatMul(left, right):
            return _vanishes(left, name) or _vanishes(right, name)
        case Add(terms):
            return all(_vanishes(term, name) for term in terms)
    return False


def gibbs(terms: tuple[Expr, ...], scope: Scope) -> bool:
    """Whether a sum is Σ_k p_k·log(p_k/q_k) for shares p and q, each log in whatever form."""
    found: dict[tuple[Expr, Expr], Fraction] = {}
    for term in terms:
        logs = _cross_terms(term, scope)
        if logs is None:
            return False
        for key, factor in logs:
            found[key] = found.get(key, Fraction(0)) + factor
    found = {key: factor for key, factor in found.items() if factor}
    if len(found) != 2:
        return False
    own = [key for key in found if key[0] == key[1]]
    cross = [key for key in found if key[0] != key[1]]
    if len(own) != 1 or len(cross) != 1 or own[0][0] != cross[0][0]:
        return False
    p, q = cross[0]
    shares = all(len(shape_of(part, scope) or ()) == 1 and is_plain_share(part, scope) for part in (p, q))
    return shares and found[own[0]] > 0 and found[own[0]] == -found[cross[0]]


def _cross_terms(term: Expr, scope: Scope) -> list[tuple[tuple[Expr, Expr], Fraction]] | None:
    """Σ p·log q as ((p, q), factor), p and q vectors."""
    match term:
        case Neg(arg):
            return _times(_cross_terms(arg, scope), Fraction(-1))
        case Mul((Num(value), *rest)) if rest:
            inner = rest[0] if len(rest) == 1 else Mul(tuple(rest))
            return _times(_cross_terms(inner, scope), value)
        case Reduce("sum", body, None) if len(shape_of(body, scope) or ()) == 1:
            return _log_terms(body)
        case Reduce("sum", body, str(index), over, None, None, None):
            whole = without_index(body, index)
            if whole is not None and shape_of(whole, scope) == (over,):
                return _log_terms(whole)
    return None


def _log_terms(body: Expr) -> list[tuple[tuple[Expr, Expr], Fraction]] | None:
    match body:
        case Add(terms):
            found = []
            for term in terms:
                inner = _log_terms(term)
                if inner is None:
                    return None
                found += inner
            return found
        case Neg(arg):
            return _times(_log_terms(arg), Fraction(-1))
        case Call("xlogy", (p, q)):
            return [((p, q), Fraction(1))]
        case Mul(factors):
            numbers = [factor.value for factor in factors if isinstance(factor, Num)]
            others = [factor for factor in factors if not isinstance(factor, Num)]
            if len(others) != 2:
                return None
            scale = Fraction(1)
            for number in numbers:
                scale *= number
            for p, log in (others, others[::-1]):
                logs = _logs(log)
                if logs is not None:
                    return [((p, q), scale * factor) for q, factor in logs]
    return None


def _logs(expr: Expr) -> list[tuple[Expr, Fraction]] | None:
    """log p − log q as its arguments with their factors."""
    match expr:
        case Call("log", (Div(p, q),)):
            return [(p, Fraction(1)), (q, Fraction(-1))]
        case Call("log", (p,)):
            return [(p, Fraction(1))]
        case Call("log_softmax", (u,)):
            return [(Call("softmax", (u,)), Fraction(1))]
        case Neg(arg):
            inner = _logs(arg)
            return None if inner is None else [(p, -factor) for p, factor in inner]
        case Add(terms):
            found: list[tuple[Expr, Fraction]] = []
            for term in terms:
                inner = _logs(term)
                if inner is None:
                    return None
                found += inner
            return found
    return None


def _times(
    found: list[tuple[tuple[Expr, Expr], Fraction]] | None, factor: Fraction
) -> list[tuple[tuple[Expr, Expr], Fraction]] | None:
    return None if found is None else [(key, value * factor) for key, value in found]
