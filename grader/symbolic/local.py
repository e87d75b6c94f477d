"""One rule of differentiation at a time: what it makes of a derivative, the other derivatives left standing.

Scalars by scalars, by components, and by whole vectors. Sums, constant factors and affine insides are worked out on
the way, as people do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

from grader.formula.declare import Scope
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    ONE,
    ZERO,
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
    Pow,
    Reduce,
    walk,
)
from grader.symbolic.adjoint import as_whole, gradient
from grader.symbolic.components import Components, by_components, component, elementwise, rests_on
from grader.symbolic.differentiate import minus, over, plus, power, slope_of, slope_of_piece, times
from grader.symbolic.kinds import LINEAR, NAMED, SUM, kind_of, kinds, varies
from grader.symbolic.quantity import LOSS, Unsupported, root
from grader.symbolic.restated import as_softmax
from grader.symbolic.tidy import delta, size


class Local:
    """The derivative of a scalar by `by`, by one rule: by a scalar name, a component, or a whole vector or matrix."""

    def __init__(self, by: Expr, scope: Scope, rule: str | None, *, everything: bool = False) -> None:
        self.by, self.scope, self.rule, self.everything = by, scope, rule, everything
        self.name = root(by)
        self.whole = isinstance(by, Name) and scope.shape(by.name) != ()

    def of(self, expr: Expr) -> Expr:
        """d expr / d by: the rule is taken where it is asked for, `linearity` everywhere."""
        if expr == self.by:
            return ONE
        if not varies(expr, self.name, self.scope):
            return ZERO
        kind = kind_of(expr, self.name, self.scope)
        if self.whole and self._of_vectors(expr):
            return self._at_once(expr, kind)
        if kind == LINEAR:
            return self._linear(expr)
        if kind == NAMED or (isinstance(expr, Index) and self._named(expr)):
            return self._opened(expr) if self.everything else Deriv(expr, self.by)
        if self.everything or kind == self.rule:
            return self._ruled(expr)
        return Deriv(expr, self.by)

    def _of_vectors(self, expr: Expr) -> bool:
        """Whether a scalar is made of whole vectors, as wᵀx and ‖w‖ are, and not of scalars."""
        match expr:
            case Reduce(index=None) | Index() | MatMul():
                return True
            case Reduce():
                with suppress(Unsupported):
                    as_whole(expr, self.scope)
                    return True
                return False
            case Pow(Call("norm"), Num(Fraction(numerator=2, denominator=1))):
                return True
            case Call("log", (Index() as share,)):
                return not self._named(share)
            case Call(_, args):
                return any(shape_of(arg, self.scope) for arg in args)
        return False

    def _at_once(self, expr: Expr, kind: str) -> Expr:
        """A scalar made of vectors: its gradient backwards, where no rule but the one asked for is in it."""
        assert isinstance(self.by, Name)
        inside = kinds(expr, self.name, self.scope) - {LINEAR, SUM, NAMED}
        if not inside or kind == self.rule or self.rule in inside or self.everything:
            return gradient(expr, self.by, self.scope)
        return Deriv(expr, self.by)

    def _named(self, expr: Index) -> bool:
        return isinstance(expr.base, Name) and expr.base.name in self.scope.definitions

    def _opened(self, expr: Expr) -> Expr:
        """A defined name's derivative, worked out."""
        body, names = opened(expr, self.scope)
        return named_back(self.of(body), names)

    def inner(self, expr: Expr) -> Expr:
        """The inner derivative: worked out where it is affine, else left standing."""
        return self.of(expr) if self.everything else Local(self.by, self.scope, None).of(expr)

    def _linear(self, expr: Expr) -> Expr:
        match expr:
            case Index(Name(name), subscripts):
                if isinstance(self.by, Index) and self.by.base == Name(name):
                    pairs = zip(subscripts, self.by.subscripts, strict=True)
                    return times(*(delta(a, b) for a, b in pairs))
                return Deriv(expr, self.by)
            case Add(terms):
                return plus(*map(self.of, terms))
            case Neg(arg):
                return minus(self.of(arg))
            case Mul(factors):
                return times(*(self.of(f) if varies(f, self.name, self.scope) else f for f in factors))
            case Div(num, den):
                return over(self.of(num), den)
            case Reduce():
                return self._reduce(expr)
        raise Unsupported(f"a derivative of {type(expr).__name__} by components")

    def _reduce(self, node: Reduce) -> Expr:
        if node.index is None:
            raise Unsupported("a sum without an index")
        plain = node.low is None and node.high is None and node.condition is None
        if plain and isinstance(self.by, Index) and self._componentwise(node.body, node.index):
            subscript = self.by.subscripts[0]
            here = replaced(node.body, lambda part: subscript if part == IndexVar(node.index or "") else None)
            within = self.of(here)
            assert node.over is not None
            return within if node.op == "sum" else over(within, size(node.over))
        return replace(node, body=self.of(node.body))

    def _componentwise(self, body: Expr, index: str) -> bool:
        """Whether the variable stands in a sum's body at the sum's own index alone."""
        return (
            isinstance(self.by, Index)
            and len(self.by.subscripts) == 1
            and elementwise(body, self.name, index, self.scope)
        )

    def _ruled(self, expr: Expr) -> Expr:
        match expr:
            case Index(Call("softmax" | "log_softmax"), _):
                return self._softmax(expr)
            case Mul(factors):
                parts = []
                for place, factor in enumerate(factors):
                    if varies(factor, self.name, self.scope):
                        parts.append(times(*factors[:place], self.inner(factor), *factors[place + 1 :]))
                return plus(*parts)
            case Div(num, den):
                if not varies(num, self.name, self.scope):
                    return minus(over(times(num, self.inner(den)), power(den, Num(Fraction(2)))))
                top = plus(times(self.inner(num), den), minus(times(num, self.inner(den))))
                return over(top, power(den, Num(Fraction(2))))
            case Pow(base, exponent):
                return self._power(expr, base, exponent)
            case Call("logsumexp", (u,)):
                return self._summed(u, lambda at: Index(Call("softmax", (u,)), (at,)))
            case Call("norm", (u,)):
                inner = Local(self.by, self.scope, "power", everything=self.everything)
                squares = by_components(Pow(expr, Num(Fraction(2))), self.scope)
                return over(inner.of(squares), times(Num(Fraction(2)), expr))
            case Call("max" | "min" | "relu" | "abs" | "clip" | "sign", args):
                return self._pieces(expr.function, args)
            case Call("xlogy", (x, y)):
                if rests_on(x, self.name, self.scope):
                    raise Unsupported("x log y")
                return times(over(x, y), self.inner(y))
            case Call(function, (x,)):
                slope = slope_of(expr, function, x)
                if slope is not None:
                    return times(slope, self.inner(x))
            case Cases(branches, otherwise):
                made = tuple((condition, self.inner(value)) for condition, value in branches)
                return Cases(made, None if otherwise is None else self.inner(otherwise))
            case Reduce("max" | "min"):
                return self._largest(expr)
        raise Unsupported(f"a derivative of {type(expr).__name__}")

    def _largest(self, node: Reduce) -> Expr:
        """The largest of several moves with the one that it is."""
        plain = node.low is None and node.high is None and node.index is not None
        if not plain or not self._componentwise(node.body, node.index or "") or not isinstance(self.by, Index):
            raise Unsupported("the largest of several")
        old, subscript = IndexVar(node.index or ""), self.by.subscripts[0]
        here = replaced(node.body, lambda part: subscript if part == old else None)
        met = Indicator(Compare("==", here, node))
        if node.condition is None:
            return times(met, self.inner(here))
        condition = replaced(node.condition, lambda part: subscript if part == old else None)
        return times(Indicator(condition), met, self.inner(here))

    def _power(self, whole: Expr, base: Expr, exponent: Expr) -> Expr:
        if rests_on(exponent, self.name, self.scope):
            if rests_on(base, self.name, self.scope):
                raise Unsupported("a power of both")
            return times(whole, Call("log", (base,)), self.inner(exponent))
        return times(exponent, power(base, plus(exponent, minus(ONE))), self.inner(base))

    def _pieces(self, function: str, args: tuple[Expr, ...]) -> Expr:
        slope = slope_of_piece(function, args)
        if slope is not None:
            return ZERO if slope == ZERO else times(slope, self.inner(args[0]))
        if len(args) == 2 and ZERO in args and function == "max":
            u = args[0] if args[1] == ZERO else args[1]
            return times(Indicator(Compare(">", u, ZERO)), self.inner(u))
        if len(args) != 2:
            raise Unsupported("the largest of several")
        sign = Compare(">", args[0], args[1]) if function == "max" else Compare("<", args[0], args[1])
        return Cases(((sign, self.inner(args[0])),), self.inner(args[1]))

    def _softmax(self, expr: Index) -> Expr:
        """∂p_j/∂u_m = p_j(δ_jm − p_m), of log p_j: δ_jm − p_m; summed over m."""
        call = expr.base
        assert isinstance(call, Call)
        if len(expr.subscripts) != 1:
            raise Unsupported("a softmax of rows")
        at, share = expr.subscripts[0], Call("softmax", call.args)
        outer: Expr = ONE if call.function == "log_softmax" else Index(share, (at,))
        return self._summed(call.args[0], lambda m: times(outer, plus(delta(at, m), minus(Index(share, (m,))))))

    def _summed(self, u: Expr, weight: Callable[[Expr], Expr]) -> Expr:
        shape = shape_of(u, self.scope)
        if shape is None or len(shape) != 1:
            raise Unsupported("a softmax of rows")
        components = Components(self.scope)
        if isinstance(self.by, Index) and len(self.by.subscripts) == 1:
            at = self.by.subscripts[0]
            here = components.of(u, (at,))
            if not any(isinstance(node, Reduce) for node in walk(here)) and elementwise(
                components.of(u, (IndexVar("m"),)), self.name, "m", self.scope
            ):
                return times(weight(at), self.inner(here))
        letter = components.letter(u, self.by)
        m = IndexVar(letter)
        return Reduce("sum", times(weight(m), self.inner(components.of(u, (m,)))), letter, shape[0])


def opened(expr: Expr, scope: Scope) -> tuple[Expr, dict[Expr, Expr]]:
    """A defined name, or a component of one, as what it stands for; and what may be written for it again: of
    p = σ(z), p for σ(z), so that its derivative is p(1 − p)."""
    match expr:
        case Name(name) if name in scope.definitions:
            body = scope.definitions[name].body
            return body, {body: expr} if isinstance(body, Call | Pow) and name != LOSS else {}
        case Index(Name(name), subscripts) if name in scope.definitions:
            body = scope.definitions[name].body
            part = component(body, subscripts, scope)
            if len(subscripts) == 1:
                part = as_softmax(part, subscripts[0])
            if isinstance(part, Index) and isinstance(part.base, Call):
                return part, {part.base: Name(name)}
            if isinstance(part, Index):
                return part, {body: Name(name)}
            return part, {part: expr} if isinstance(part, Call | Pow) else {}
    return expr, {}


def named_back(expr: Expr, names: Mapping[Expr, Expr]) -> Expr:
    """A formula in the names that `opened` gave."""
    return replaced(expr, lambda node: names.get(node) if isinstance(node, Expr) else None) if names else expr
