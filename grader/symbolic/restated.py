"""A loss as one would write it before deriving it: logarithms taken apart, sums over rows and columns as matrices,
index letters that mean one thing each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

from grader.formula.declare import Interval, OneHot, Scope, Simplex
from grader.formula.rebuild import replaced
from grader.formula.tree import (
    ONE,
    Add,
    Call,
    Const,
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
from grader.symbolic.components import LETTERS, component, rests_on
from grader.symbolic.differentiate import minus, plus, times
from grader.symbolic.fractions_of import signed
from grader.symbolic.pleasant import terms_of
from grader.symbolic.quantity import Unsupported
from grader.symbolic.tidy import tidy

TWO: Final = Num(Fraction(2))
_POSITIVE_CALLS: Final = ("exp", "sigmoid", "softplus", "cosh", "abs", "sqrt", "norm", "relu", "softmax")


def logs_apart(loss: Expr, name: str, scope: Scope, *, shares: bool = True) -> Expr:
    """log(a/b) as log a − log b, log eᵘ as u and, if `shares`, log softmax(z)_k as z_k − logsumexp(z), wherever `name`
    is in the logarithm."""

    def change(node: Node) -> Node | None:
        if not isinstance(node, Call | Index) or not rests_on(node, name, scope):
            return None
        made = _apart(node, name, scope, shares)
        return None if made is None else signed(plus(*made))

    changed = replaced(loss, change)
    return loss if changed == loss else _sums_open(changed, scope)


def _sums_open(expr: Expr, scope: Scope) -> Expr:
    """Sums within sums as one; ½(a + log b) as ½a + ½log b."""

    def change(node: Node) -> Node | None:
        if not isinstance(node, Add | Neg):
            return None
        terms = [part for term in terms_of(node) for part in _multiplied(_inside(term, change), scope)]
        return signed(plus(*terms))

    return replaced(Add((expr,)), change)


def _inside(term: Expr, change: Callable[[Node], Node | None]) -> Expr:
    return replaced(term, lambda node: None if node == term else change(node))


def _multiplied(term: Expr, scope: Scope) -> list[Expr]:
    match term:
        case Neg(arg):
            return [minus(part) for part in _multiplied(arg, scope)]
        case Mul((*numbers, Add(parts))) if any(isinstance(node, Call) for part in parts for node in walk(part)):
            if all(isinstance(node, Num | Div | Neg) for number in numbers for node in walk(number)):
                return [tidy(times(*numbers, part), scope) for part in parts]
    return [term]


def _apart(log: Call | Index, name: str, scope: Scope, shares: bool) -> list[Expr] | None:
    """The terms of a logarithm; None where it is none, or stays in one piece."""
    match log:
        case Call("log", (Index(Call("softmax", (u,)), (at,)),)) | Index(Call("log_softmax", (u,)), (at,)):
            return _log_softmax(u, at, scope) if shares else None
        case Call("log", (inner,)):
            found = list(_terms(inner, ONE, name, scope))
            return found if found != [log] else None
    return None


def _log_softmax(u: Expr, at: Expr, scope: Scope) -> list[Expr] | None:
    try:
        return [component(u, (at,), scope), Neg(Call("logsumexp", (u,)))]
    except Unsupported:
        return None


def _terms(inner: Expr, factor: Expr, name: str, scope: Scope) -> Iterator[Expr]:
    """factor·log(inner), taken apart as far as all that it is made of is positive. What does not rest on the variable
    stays together."""
    whole = Call("log", (inner,))
    if inner == ONE:
        return
    if not rests_on(inner, name, scope):
        yield _times(factor, whole)
        return
    match inner:
        case Call("exp", (u,)):
            for term in terms_of(u):
                yield _times(factor, term)
        case Call("sqrt", (u,)) if positive(u, scope):
            yield from _terms(u, times(Num(Fraction(1, 2)), factor), name, scope)
        case Pow(Const("e"), u):
            yield _times(factor, u)
        case Pow(base, exponent) if positive(base, scope):
            yield from _terms(base, times(exponent, factor), name, scope)
        case Mul(factors) if all(positive(each, scope) for each in factors):
            still = [each for each in factors if not rests_on(each, name, scope)]
            if still:
                yield _times(factor, Call("log", (times(*still),)))
            for each in factors:
                if each not in still:
                    yield from _terms(each, factor, name, scope)
        case Div(num, den) if positive(num, scope) and positive(den, scope):
            yield from _terms(num, factor, name, scope)
            yield from (minus(term) for term in _terms(den, factor, name, scope))
        case _:
            yield _times(factor, whole)


def _times(factor: Expr, term: Expr) -> Expr:
    return term if factor == ONE else times(factor, term)


def positive(expr: Expr, scope: Scope) -> bool:
    """Whether a formula is nowhere negative, by the way it is built."""
    match expr:
        case Num(value):
            return value >= 0
        case Const() | Size():
            return True
        case Name(name) if name in scope.variables:
            return _domain_positive(name, scope)
        case Name(name) if name in scope.definitions:
            return positive(scope.definitions[name].body, scope)
        case Index(Name() | Call() as base, _):
            return positive(base, scope)
        case Add((Num(value), Neg(Name() | Index() as taken))) if value >= 1:
            return _at_most_one(taken, scope)
        case Add(parts) | Mul(parts):
            return all(positive(part, scope) for part in parts)
        case Div(num, den):
            return positive(num, scope) and positive(den, scope)
        case Pow(_, Num(exponent)) if exponent.denominator == 1 and exponent.numerator % 2 == 0:
            return True
        case Pow(base, _):
            return positive(base, scope)
        case Call(function, _):
            return function in _POSITIVE_CALLS
        case Reduce("sum" | "mean", body):
            return positive(body, scope)
    return False


def _domain_positive(name: str, scope: Scope) -> bool:
    match scope.variables[name].domain:
        case Interval(low):
            return low is not None and low >= 0
        case Simplex() | OneHot():
            return True
    return False


def _at_most_one(expr: Expr, scope: Scope) -> bool:
    base = expr.base if isinstance(expr, Index) else expr
    match base:
        case Name(name) if name in scope.variables:
            domain = scope.variables[name].domain
            whole = isinstance(domain, Interval) and domain.high is not None and domain.high <= 1
            return whole or isinstance(domain, Simplex | OneHot)
        case Name(name) if name in scope.definitions:
            return isinstance(body := scope.definitions[name].body, Call) and body.function in ("sigmoid", "softmax")
    return False


def in_matrices(loss: Expr, by: Name, scope: Scope) -> Expr:
    """Σ_i Σ_j (R_ij − u_iᵀv_j)² as ‖R − UVᵀ‖², where the rows of a matrix are what is derived by."""
    if len(scope.shape(by.name)) != 2:
        return loss

    def change(node: Node) -> Node | None:
        match node:
            case Reduce("sum", Reduce("sum", Pow(body, exponent), str(j)), str(i)) if exponent == TWO:
                whole = _whole(body, (IndexVar(i), IndexVar(j)))
            case Reduce("sum", Pow(Call("norm", (row,)), exponent), str(i)) if exponent == TWO:
                whole = _whole_row(row, IndexVar(i))
            case _:
                return None
        return None if whole is None else Pow(Call("norm", (whole,)), TWO)

    rows = [node for node in walk(loss) if isinstance(node, Index) and node.base == by and len(node.subscripts) == 1]
    return replaced(loss, change) if rows else loss


def _whole(body: Expr, at: tuple[IndexVar, IndexVar]) -> Expr | None:
    """The matrix of which a formula in two letters is a component."""
    i, j = at
    match body:
        case Add(terms):
            made = [_whole(term, at) for term in terms]
            return None if None in made else Add(tuple(part for part in made if part is not None))
        case Neg(arg):
            inner = _whole(arg, at)
            return None if inner is None else Neg(inner)
        case Index(Name() as base, subscripts) if subscripts in ((i, j), (j, i)):
            return base if subscripts == (i, j) else Call("transpose", (base,))
        case MatMul(Call("transpose", (Index(Name() as a, (p,)),)), Index(Name() as b, (q,))) | Call(
            "dot", (Index(Name() as a, (p,)), Index(Name() as b, (q,)))
        ) if {p, q} == {i, j}:
            return MatMul(a, Call("transpose", (b,))) if p == i else MatMul(b, Call("transpose", (a,)))
    return None


def _whole_row(row: Expr, at: IndexVar) -> Expr | None:
    match row:
        case Index(Name() as base, (p,)) if p == at:
            return base
    return None


def letters_apart(expr: Expr, taken: Expr, scope: Scope) -> Expr:
    """A formula whose sums use other letters than those that stand free in `taken`."""
    free = sorted({node.name for node in walk(taken) if isinstance(node, IndexVar)})
    used = {node.name for node in walk(expr) if isinstance(node, IndexVar | Name)}
    used |= {node.index for node in walk(expr) if isinstance(node, Reduce) and node.index is not None}
    used |= {*scope.variables, *scope.definitions, *scope.dims, *scope.indices, *free}
    fresh = dict(zip(free, (letter for letter in LETTERS if letter not in used), strict=False))

    def change(node: Node) -> Node | None:
        if not isinstance(node, Reduce) or node.index not in fresh:
            return None
        old, new = IndexVar(node.index), fresh[node.index]
        inside = replace(node, body=replaced(node.body, change), index=new)
        return replaced(inside, lambda part: IndexVar(new) if part == old else None)

    return replaced(expr, change) if fresh else expr


def as_softmax(part: Expr, at: Expr) -> Expr:
    """exp(z_k)/Σ_j exp(z_j), however it came about, as softmax(z)_k."""
    match part:
        case Div(Call("exp", (above,)), Reduce("sum", Call("exp", (below,)), str(letter), _, None, None, None)):
            here = replaced(below, lambda node: at if node == IndexVar(letter) else None)
            whole = replaced(below, lambda node: _base(node, letter))
            if here == above and not any(node == IndexVar(letter) for node in walk(whole)):
                return Index(Call("softmax", (whole,)), (at,))
    return part


def _base(node: Node, letter: str) -> Node | None:
    match node:
        case Index(base, (IndexVar(name),)) if name == letter:
            return base
    return None
