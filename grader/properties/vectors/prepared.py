"""A loss in fewer words: equal formulas that are written differently are written alike."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from grader.formula.declare import Classes, Domain, Scope
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    ONE,
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
    Pow,
    Reduce,
    walk,
)
from grader.properties.reduce import expanded
from grader.symbolic.components import rests_on
from grader.symbolic.tidy import size

TWO: Final = Num(Fraction(2))
ROUNDS: Final = 4


def prepared(loss: Expr, scope: Scope) -> Expr:
    """The loss with its definitions put in; inner products and norms as sums, log softmax and logsumexp by name."""

    def change(node: Node) -> Node | None:
        made = rewritten(node)
        return None if made is None or made == node else below(made)

    def below(node: Expr) -> Expr:
        return replaced(node, change)

    def rewritten(node: Node) -> Expr | None:
        match node:
            case Call("dot", (a, b)) if shape_of(a, scope) == shape_of(b, scope):
                return _sum(Mul((a, b)))
            case MatMul(Call("transpose", (a,)), b) if _vectors(a, b):
                return _sum(Mul((a, b)))
            case Pow(Call("norm", (u,)), exponent) if exponent == TWO:
                return _sum(Pow(u, TWO))
            case Pow(Call("norm", (u, order)), exponent) if exponent == order == TWO:
                return _sum(Pow(u, TWO))
            case Call("norm", (u, order)) if order == ONE:
                return _sum(Call("abs", (u,)))
            case Mul(factors):
                return _squares(factors)
            case Call("log", (arg,)):
                return _log(arg)
            case Div(num, den):
                return _sigmoid(num, den)
            case Neg(Neg(arg)):
                return arg
            case Neg(Add(terms)):
                return Add(tuple(map(Neg, terms)))
        return None

    def _vectors(a: Expr, b: Expr) -> bool:
        shape = shape_of(a, scope)
        return shape is not None and len(shape) == 1 and shape == shape_of(b, scope)

    def _log(arg: Expr) -> Expr | None:
        match arg:
            case Call("softmax", (u,)):
                return Call("log_softmax", (u,))
            case Index(Call("softmax", (u,)), subscripts):
                return Index(Call("log_softmax", (u,)), subscripts)
            case Call("exp", (u,)):
                return u
            case Add((Num(value), Call("exp", (u,)))) | Add((Call("exp", (u,)), Num(value))) if value == 1:
                return Call("softplus", (u,))
            case Div(num, den) if _power(num) and (_power(den) or _powers(den) is not None):
                return Add((Call("log", (num,)), Neg(Call("log", (den,)))))
        exponents = _powers(arg)
        return None if exponents is None else Call("logsumexp", (exponents,))

    def _sigmoid(num: Expr, den: Expr) -> Expr | None:
        """1/(1 + exp(u)) and exp(u)/(1 + exp(u))."""
        match den:
            case Add((Num(value), Call("exp", (u,)))) | Add((Call("exp", (u,)), Num(value))) if value == 1:
                if num == ONE:
                    return Call("sigmoid", (u.arg if isinstance(u, Neg) else Neg(u),))
                if num == Call("exp", (u,)):
                    return Call("sigmoid", (u,))
        return None

    def _power(expr: Expr) -> bool:
        return isinstance(expr, Call) and expr.function == "exp"

    def _powers(expr: Expr) -> Expr | None:
        """u of sum_j exp(u_j), a vector."""
        match expr:
            case Reduce("sum", Call("exp", (u,)), None) if len(shape_of(u, scope) or ()) == 1:
                return u
            case Reduce("sum", Call("exp", (u,)), str(index), over, None, None, None):
                whole = without_index(u, index)
                if whole is not None and shape_of(whole, scope) == (over,):
                    return whole
        return None

    made = expanded(loss, scope)
    for _ in range(ROUNDS):
        before, made = made, below(made)
        if made == before:
            break
    return made


def without_index(body: Expr, index: str) -> Expr | None:
    """A body z_j + 1 − y_j as the vector z + 1 − y; None where it is none of the whole components."""
    letter = IndexVar(index)

    def whole(node: Node) -> Node | None:
        match node:
            case Index(base, subscripts) if subscripts[-1] == letter and letter not in subscripts[:-1]:
                return Index(base, subscripts[:-1]) if subscripts[:-1] else base
        return None

    made = replaced(body, whole)
    return None if any(node == letter for node in walk(made)) else made


def _sum(body: Expr) -> Reduce:
    return Reduce("sum", body)


def _squares(factors: tuple[Expr, ...]) -> Expr | None:
    """u·u as u²."""
    for place, factor in enumerate(factors):
        if not isinstance(factor, Num) and factor in factors[place + 1 :]:
            rest = list(factors)
            rest.remove(factor)
            rest.remove(factor)
            square = Pow(factor, TWO)
            return Mul((*rest, square)) if rest else square
    return None


def by_whole_vectors(loss: Expr, wrt: str, scope: Scope) -> Expr:
    """The loss with z_k as an inner product, x·log y for xlogy, and max_j(z_j + b_j) as the maximum of a vector."""

    def change(node: Node) -> Node | None:
        match node:
            case Call("xlogy", (x, y)):
                return replaced(Mul((x, Call("log", (y,)))), change)
            case Index(base, (label,)) if rests_on(base, wrt, scope) and len(shape_of(base, scope) or ()) == 1:
                domain = _domain(label)
                if isinstance(domain, Classes):
                    return _sum(Mul((Call("onehot", (label, size(domain.count))), replaced(base, change))))
            case Reduce("max" | "min", body, str(index), over, None, None, None) if rests_on(body, wrt, scope):
                whole = without_index(body, index)
                if whole is not None and shape_of(whole, scope) == (over,):
                    return Reduce(node.op, whole)
        return None

    def _domain(label: Expr) -> Domain | None:
        base = label.base if isinstance(label, Index) else label
        return scope.variables[base.name].domain if isinstance(base, Name) and base.name in scope.variables else None

    return replaced(loss, change)
