"""Derivatives as formulas, for what people are shown: the terms of a gradient, a factor of the chain rule.

Scalars, and vectors that go component by component (`mean((v - t)^2)` by `v`, or by `v_i`). Nothing is judged
by these trees: whoever uses one first checks it against the certain values of `quantity.Gradient`.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import reduce
from typing import Final

from grader.formula.declare import Scope
from grader.formula.rebuild import replaced
from grader.formula.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Cases,
    Compare,
    Const,
    Div,
    Expr,
    Index,
    IndexVar,
    Indicator,
    Logic,
    Mul,
    Name,
    Neg,
    Num,
    Pow,
    Reduce,
    Size,
    children,
    walk,
)
from grader.symbolic.quantity import Unsupported

TWO: Final = Num(Fraction(2))


def differentiate(expr: Expr, by: Expr, scope: Scope) -> Expr:
    """d expr / d by, where `by` is a name or one component (`z_i`). Raises Unsupported for matrix products."""
    return _Derivative(by, scope).of(expr)


def depends(expr: Expr, by: Expr, scope: Scope) -> bool:
    """Whether `by` stands in a formula, or in a definition that it uses."""
    for node in walk(expr):
        if node == by:
            return True
        if isinstance(node, Name) and node.name in scope.definitions:
            inside = depends(scope.definitions[node.name].body, by, scope)
            if inside:
                return True
    return False


class _Derivative:
    def __init__(self, by: Expr, scope: Scope) -> None:
        self.by = by
        self.scope = scope
        self.known: dict[int, tuple[Expr, bool]] = {}

    def of(self, expr: Expr) -> Expr:
        if expr == self.by:
            return ONE
        if not isinstance(expr, Reduce) and not self._depends(expr):
            return ZERO
        match expr:
            case Name(name) if name in self.scope.definitions:
                return self._definition(expr, self.scope.definitions[name].body)
            case Add(terms):
                return plus(*map(self.of, terms))
            case Neg(arg):
                return minus(self.of(arg))
            case Mul(factors):
                parts = []
                for place, factor in enumerate(factors):
                    parts.append(times(*factors[:place], self.of(factor), *factors[place + 1 :]))
                return plus(*parts)
            case Div(num, den):
                top = over(self.of(num), den)
                return plus(top, minus(over(times(num, self.of(den)), power(den, TWO))))
            case Pow(base, exponent):
                less = plus(exponent, minus(ONE))
                first = times(exponent, power(base, less), self.of(base))
                second = times(expr, Call("log", (base,)), self.of(exponent))
                return plus(first, second)
            case Call(function, args):
                return self._call(expr, function, args)
            case Reduce():
                return self._reduce(expr)
            case Cases(branches, otherwise):
                made = tuple((condition, self.of(branch)) for condition, branch in branches)
                return Cases(made, None if otherwise is None else self.of(otherwise))
            case Indicator():
                return ZERO
        raise Unsupported(f"a derivative of {type(expr).__name__}")

    def _depends(self, expr: Expr) -> bool:
        """`depends`, remembered for every node (which is kept, so that its id stays its own)."""
        if id(expr) not in self.known:
            definition = self.scope.definitions.get(expr.name) if isinstance(expr, Name) else None
            depends = (
                expr == self.by
                or (definition is not None and self._depends(definition.body))
                or any(self._depends(node) for node in children(expr) if isinstance(node, Expr))
            )
            self.known[id(expr)] = expr, depends
        return self.known[id(expr)][1]

    def _definition(self, name: Name, body: Expr) -> Expr:
        """σ′ = σ(1 − σ) and the like, written with the name that was given to the function."""
        match body:
            case Call("sigmoid", (inner,)):
                return times(name, plus(ONE, minus(name)), self.of(inner))
            case Call("tanh", (inner,)):
                return times(plus(ONE, minus(power(name, TWO))), self.of(inner))
            case Call("exp", (inner,)):
                return times(name, self.of(inner))
        return self.of(body)

    def _call(self, whole: Expr, function: str, args: tuple[Expr, ...]) -> Expr:
        x = args[0]
        match function:
            case "max" | "min" | "relu" | "abs" | "clip" | "sign":
                return self._pieces(function, args)
            case "xlogy":
                return plus(times(self.of(x), Call("log", (args[1],))), times(x, over(self.of(args[1]), args[1])))
            case "logaddexp":
                gap = plus(x, minus(args[1]))
                shares = Call("sigmoid", (gap,)), Call("sigmoid", (minus(gap),))
                return plus(times(shares[0], self.of(x)), times(shares[1], self.of(args[1])))
        slope = slope_of(whole, function, x)
        if slope is None:
            raise Unsupported(f"a derivative of {function}")
        return times(slope, self.of(x))

    def _pieces(self, function: str, args: tuple[Expr, ...]) -> Expr:
        slope = slope_of_piece(function, args)
        if slope is not None:
            return ZERO if slope == ZERO else times(slope, self.of(args[0]))
        first, *rest = args
        for other in rest:  # a choice between two at a time
            less = Compare("<", first, other) if function == "max" else Compare("<", other, first)
            first = Cases(((less, other),), first)
        return self.of(first)

    def _reduce(self, node: Reduce) -> Expr:
        limits = (node.low, node.high, node.condition)
        if node.op not in ("sum", "mean") or any(limit is not None for limit in limits):
            raise Unsupported("a derivative of this sum")
        by: Expr = self.by
        body: Expr
        if node.index is None and isinstance(by, Name) and len(self.scope.shape(by.name)) == 1:
            body = self.of(node.body)
            count = self.scope.shape(by.name)[0]
        elif node.index is not None and isinstance(by, Index) and by.subscripts == (by.subscripts[0],):
            here = Index(by.base, (IndexVar(node.index),))
            body = _renamed(differentiate(node.body, here, self.scope), node.index, by.subscripts[0])
            count = node.over if node.over is not None else 1
        elif node.index is None and isinstance(by, Index) and isinstance(by.base, Name):
            whole = differentiate(Reduce("sum", node.body), by.base, self.scope)
            return Index(whole if node.op == "sum" else self._share(whole, by.base), by.subscripts)
        else:
            return replace(node, body=self.of(node.body))
        if node.op == "sum":
            return body
        return over(body, Size(count) if isinstance(count, str) else Num(Fraction(count)))

    def _share(self, whole: Expr, name: Name) -> Expr:
        count = self.scope.shape(name.name)[0]
        return over(whole, Size(count) if isinstance(count, str) else Num(Fraction(count)))


def slope_of_piece(function: str, args: tuple[Expr, ...]) -> Expr | None:
    """The slope of a function in pieces by its first argument: of |x|, sign, relu, clip. None for others."""
    x = args[0]
    match function:
        case "abs":
            return Call("sign", (x,))
        case "sign":
            return ZERO
        case "relu":
            return Indicator(Compare(">", x, ZERO))
        case "clip":
            return Indicator(Logic("and", (Compare("<", args[1], x), Compare("<", x, args[2]))))
    return None


def slope_of(whole: Expr, function: str, x: Expr) -> Expr | None:
    """f′(x); `whole` is f(x)."""
    match function:
        case "exp":
            return whole
        case "expm1":
            return Call("exp", (x,))
        case "log":
            return over(ONE, x)
        case "log2" | "log10":
            return over(ONE, times(x, Call("log", (Num(Fraction(2 if function == "log2" else 10)),))))
        case "log1p":
            return over(ONE, plus(ONE, x))
        case "sqrt":
            return over(ONE, times(TWO, whole))
        case "sigmoid":
            return times(whole, plus(ONE, minus(whole)))
        case "log_sigmoid":
            return Call("sigmoid", (minus(x),))
        case "softplus":
            return Call("sigmoid", (x,))
        case "sin":
            return Call("cos", (x,))
        case "cos":
            return minus(Call("sin", (x,)))
        case "tan":
            return plus(ONE, power(whole, TWO))
        case "atan":
            return over(ONE, plus(ONE, power(x, TWO)))
        case "tanh":
            return plus(ONE, minus(power(whole, TWO)))
        case "sinh":
            return Call("cosh", (x,))
        case "cosh":
            return Call("sinh", (x,))
        case "lgamma":
            return Call("digamma", (x,))
        case "digamma":
            return Call("trigamma", (x,))
        case "erf" | "erfc":
            gauss = over(times(TWO, Call("exp", (minus(power(x, TWO)),))), Call("sqrt", (Const("pi"),)))
            return gauss if function == "erf" else minus(gauss)
    return None


def _renamed(expr: Expr, index: str, new: Expr) -> Expr:
    """`expr` with a bound index letter replaced."""
    return replaced(expr, lambda node: new if node == IndexVar(index) else None)


def plus(*terms: Expr) -> Expr:
    flat: list[Expr] = []
    for term in terms:
        flat += term.terms if isinstance(term, Add) else [term]
    number = sum((term.value for term in flat if isinstance(term, Num)), Fraction(0))
    rest: list[Expr] = [term for term in flat if not isinstance(term, Num)]
    if number < 0 or (number and not rest):
        rest.append(Num(number))
    elif number:
        rest.insert(0, Num(number))
    return ZERO if not rest else rest[0] if len(rest) == 1 else Add(tuple(rest))


def minus(expr: Expr) -> Expr:
    match expr:
        case Neg(arg):
            return arg
        case Num(value):
            return Num(-value)
        case Add(terms):
            return Add(tuple(map(minus, terms)))
    return Neg(expr)


def times(*factors: Expr) -> Expr:
    number = Fraction(1)
    flat: list[Expr] = []
    for factor in factors:
        while isinstance(factor, Neg):
            number, factor = -number, factor.arg
        for part in factor.factors if isinstance(factor, Mul) else (factor,):
            if isinstance(part, Num):
                number *= part.value
            else:
                flat.append(part)
    if number == 0:
        return ZERO
    if not flat:
        return Num(number)
    ordered = [part for part in flat if not isinstance(part, Div)] + [part for part in flat if isinstance(part, Div)]
    whole = reduce(_joined, ordered)
    if abs(number) != 1:
        whole = Mul((Num(abs(number)), *(whole.factors if isinstance(whole, Mul) else (whole,))))
    return Neg(whole) if number < 0 else whole


def _joined(a: Expr, b: Expr) -> Expr:
    if isinstance(b, Div) and b.num == ONE:
        return Div(a, b.den)
    left = a.factors if isinstance(a, Mul) else (a,)
    right = b.factors if isinstance(b, Mul) else (b,)
    return Mul((*left, *right))


def over(num: Expr, den: Expr) -> Expr:
    if num == ZERO:
        return ZERO
    if den == ONE:
        return num
    if isinstance(num, Neg):
        return Neg(over(num.arg, den))
    return Div(num, den)


def power(base: Expr, exponent: Expr) -> Expr:
    if exponent == ONE:
        return base
    return ONE if exponent == ZERO else Pow(base, exponent)
