"""Derivatives of any formula over any algebra: reverse mode, exact rules, one sweep for all variables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final, Generic, TypeVar

from grader.formula.evaluate import Algebra, Truth
from grader.formula.recorded import Var

T = TypeVar("T")
_CONSTANTS: Final = (Fraction(0), Fraction(1), Fraction(-1))


class Reverse(Generic[T]):
    """The algebra `base`, recording. Numbers that depend on no variable carry no parents.

    At a tie of `max`, `abs`, … the slope is undefined, or else (`one_sided`) that along the direction in which
    every variable grows: for one variable, the slope toward the right.
    """

    def __init__(self, base: Algebra[T], *, undefined: T, one_sided: bool = False) -> None:
        self.base = base
        self.undefined = undefined
        self.one_sided = one_sided
        self.tape: list[Var[T]] = []
        """All that rests on a variable, in the order in which it was made."""
        self.zero, self.one, self.minus = (base.number(number) for number in _CONSTANTS)
        self.variables: list[Var[T]] = []

    def var(self, value: T, *parents: tuple[Var[T], T]) -> Var[T]:
        return self._recorded(value, tuple([pair for pair in parents if pair[0].order]))

    def _recorded(self, value: T, parents: tuple[tuple[Var[T], T], ...]) -> Var[T]:
        if not parents:
            return Var(value, (), 0)
        made = Var(value, parents, len(self.tape) + 1)
        self.tape.append(made)
        return made

    def constant(self, name: str) -> Var[T]:
        return Var(self.base.constant(name), (), 0)

    def number(self, value: Fraction) -> Var[T]:
        return Var(self.base.number(value), (), 0)

    def add(self, a: Var[T], b: Var[T]) -> Var[T]:
        return self._pair(self.base.add(a.value, b.value), a, self.one, b, self.one)

    def neg(self, a: Var[T]) -> Var[T]:
        return self._recorded(self.base.neg(a.value), ((a, self.minus),) if a.order else ())

    def mul(self, a: Var[T], b: Var[T]) -> Var[T]:
        return self._pair(self.base.mul(a.value, b.value), a, b.value, b, a.value)

    def _pair(self, value: T, a: Var[T], slope: T, b: Var[T], other: T) -> Var[T]:
        """As `_made`, for two slopes that are known."""
        parents: tuple[tuple[Var[T], T], ...]
        if a.order:
            parents = ((a, slope), (b, other)) if b.order else ((a, slope),)
        else:
            parents = ((b, other),) if b.order else ()
        return self._recorded(value, parents)

    def div(self, a: Var[T], b: Var[T]) -> Var[T]:
        base = self.base
        value = base.div(a.value, b.value)
        slopes = ((a, lambda: base.div(self.one, b.value)), (b, lambda: base.neg(base.div(value, b.value))))
        return self._made(value, slopes)

    def pow(self, a: Var[T], b: Var[T]) -> Var[T]:
        base = self.base
        value = base.pow(a.value, b.value)
        less = base.add(b.value, self.minus)
        slopes = (
            (a, lambda: base.mul(b.value, base.pow(a.value, less))),
            (b, lambda: base.mul(value, base.function("log", (a.value,)))),
        )
        return self._made(value, slopes)

    def function(self, name: str, args: Sequence[Var[T]]) -> Var[T]:
        values = [arg.value for arg in args]
        if name in ("min", "max"):
            return self._extreme(name, args)
        if name == "relu":
            return self._extreme("max", (self.number(Fraction(0)), args[0]))
        if name == "clip":
            return self._extreme("min", (self._extreme("max", (args[0], args[1])), args[2]))
        if name == "abs":
            return self._extreme("max", (self.neg(args[0]), args[0]))
        value = self.base.function(name, values)
        if name == "sign":
            return self.var(value)
        slopes = SLOPES[name](self.base, values, value)
        return self._made(value, tuple(zip(args, slopes, strict=True)))

    def _extreme(self, name: str, args: Sequence[Var[T]]) -> Var[T]:
        """`max` or `min`: the slope goes to the one that is taken."""
        best = args[0]
        tied = False
        ahead = ">" if name == "max" else "<"
        for arg in args[1:]:
            if self.base.compare("==", arg.value, best.value) is True:
                tied = tied or bool(arg.order or best.order)
                if self.one_sided and self.base.compare(ahead, self._growth(arg), self._growth(best)) is True:
                    best = arg
            elif self.base.compare(ahead, arg.value, best.value) is True:
                best, tied = arg, False
        if tied and not self.one_sided:
            return self.var(best.value, *((arg, self.undefined) for arg in args))
        return best

    def _growth(self, var: Var[T]) -> T:
        """The slope along the direction in which every variable grows."""
        total = self.zero
        for slope in self.slopes(var, self.variables):
            total = self.base.add(total, slope)
        return total

    def logsumexp(self, items: Sequence[Var[T]]) -> Var[T]:
        values = [item.value for item in items]
        shares = self.base.softmax(values)
        return self.var(self.base.logsumexp(values), *zip(items, shares, strict=True))

    def softmax(self, items: Sequence[Var[T]]) -> list[Var[T]]:
        base = self.base
        shares = base.softmax([item.value for item in items])
        made = []
        for i, share in enumerate(shares):
            slopes = []
            for j, item in enumerate(items):
                other = base.neg(base.mul(share, shares[j]))
                slopes.append((item, base.add(share, other) if i == j else other))
            made.append(self.var(share, *slopes))
        return made

    def compare(self, op: str, a: Var[T], b: Var[T]) -> Truth:
        return self.base.compare(op, a.value, b.value)

    def logic(self, op: str, args: Sequence[Truth]) -> Truth:
        return self.base.logic(op, args)

    def choose(self, branches: Sequence[tuple[Truth, Callable[[], Var[T]]]]) -> Var[T]:
        for truth, branch in branches:
            if truth is True:
                return branch()
            if truth is not False:
                raise TypeError("a choice that is no plain bool has no slope here")
        return self.var(self.undefined)

    def _made(self, value: T, slopes: Sequence[tuple[Var[T], Callable[[], T]]]) -> Var[T]:
        """Slopes are worked out only toward numbers that depend on a variable."""
        return self._recorded(value, tuple([(arg, slope()) for arg, slope in slopes if arg.order]))

    def variable(self, value: T) -> Var[T]:
        """An input to differentiate by."""
        made = Var(value, (), len(self.tape) + 1)
        self.tape.append(made)
        self.variables.append(made)
        return made

    def slopes(self, result: Var[T], inputs: Sequence[Var[T]]) -> list[T]:
        """The derivative of `result` by each of `inputs`."""
        base, tape = self.base, self.tape
        adjoint: list[T | None] = [None] * (result.order + 1)
        adjoint[-1] = self.one
        for place in range(result.order, 0, -1):
            own = adjoint[place]
            if own is None:
                continue
            for parent, slope in tape[place - 1].parents:
                part = base.mul(own, slope)
                before = adjoint[parent.order]
                adjoint[parent.order] = part if before is None else base.add(before, part)
        known = (adjoint[item.order] if 0 < item.order <= result.order else None for item in inputs)
        return [self.zero if slope is None else slope for slope in known]


_Rule = Callable[[Algebra[T], Sequence[T], T], tuple[Callable[[], T], ...]]


def _rule(slope: Callable[[Algebra[T], T, T], T]) -> _Rule[T]:
    """A rule for one argument from (algebra, argument, value)."""
    return lambda algebra, values, value: (lambda: slope(algebra, values[0], value),)


def _f(name: str, algebra: Algebra[T], x: T) -> T:
    return algebra.function(name, (x,))


def _over(algebra: Algebra[T], number: Fraction | int, x: T) -> T:
    return algebra.div(algebra.number(Fraction(number)), x)


def _gauss(algebra: Algebra[T], x: T, factor: int) -> T:
    """factor/√π · exp(−x²)."""
    root = _f("sqrt", algebra, algebra.constant("pi"))
    return algebra.mul(_over(algebra, factor, root), _f("exp", algebra, algebra.neg(algebra.mul(x, x))))


def _log_of(base: int) -> _Rule[T]:
    def slope(algebra: Algebra[T], x: T, _: T) -> T:
        return _over(algebra, 1, algebra.mul(x, _f("log", algebra, algebra.number(Fraction(base)))))

    return _rule(slope)


def _plus_one(algebra: Algebra[T], x: T) -> T:
    return algebra.add(algebra.number(Fraction(1)), x)


def _square(algebra: Algebra[T], x: T) -> T:
    return algebra.mul(x, x)


def _slope_of_tanh(algebra: Algebra[T], x: T) -> T:
    """1/cosh², which does not cancel as 1 − tanh² does; an exact algebra may have a simpler form."""
    simpler = getattr(algebra, "slope_of_tanh", None)
    made: T | None = None if simpler is None else simpler(x)
    return _over(algebra, 1, _square(algebra, _f("cosh", algebra, x))) if made is None else made


def _xlogy(algebra: Algebra[T], values: Sequence[T], _: T) -> tuple[Callable[[], T], ...]:
    x, y = values
    return (lambda: _f("log", algebra, y), lambda: algebra.div(x, y))


def _logaddexp(algebra: Algebra[T], values: Sequence[T], _: T) -> tuple[Callable[[], T], ...]:
    a, b = values
    gap = algebra.add(a, algebra.neg(b))
    return (lambda: _f("sigmoid", algebra, gap), lambda: _f("sigmoid", algebra, algebra.neg(gap)))


SLOPES: Final[dict[str, _Rule[Any]]] = {
    "exp": _rule(lambda algebra, x, v: v),
    "expm1": _rule(lambda algebra, x, v: _f("exp", algebra, x)),
    "log": _rule(lambda algebra, x, v: _over(algebra, 1, x)),
    "log2": _log_of(2),
    "log10": _log_of(10),
    "log1p": _rule(lambda algebra, x, v: _over(algebra, 1, _plus_one(algebra, x))),
    "sqrt": _rule(lambda algebra, x, v: _over(algebra, Fraction(1, 2), v)),
    # σ′ = σ(x)·σ(−x), which does not cancel for large x as σ(1 − σ) does
    "sigmoid": _rule(lambda algebra, x, v: algebra.mul(v, _f("sigmoid", algebra, algebra.neg(x)))),
    "log_sigmoid": _rule(lambda algebra, x, v: _f("sigmoid", algebra, algebra.neg(x))),
    "softplus": _rule(lambda algebra, x, v: _f("sigmoid", algebra, x)),
    "sin": _rule(lambda algebra, x, v: _f("cos", algebra, x)),
    "cos": _rule(lambda algebra, x, v: algebra.neg(_f("sin", algebra, x))),
    "tan": _rule(lambda algebra, x, v: _plus_one(algebra, _square(algebra, v))),
    "atan": _rule(lambda algebra, x, v: _over(algebra, 1, _plus_one(algebra, _square(algebra, x)))),
    "tanh": _rule(lambda algebra, x, v: _slope_of_tanh(algebra, x)),
    "sinh": _rule(lambda algebra, x, v: _f("cosh", algebra, x)),
    "cosh": _rule(lambda algebra, x, v: _f("sinh", algebra, x)),
    "erf": _rule(lambda algebra, x, v: _gauss(algebra, x, 2)),
    "erfc": _rule(lambda algebra, x, v: _gauss(algebra, x, -2)),
    "gamma": _rule(lambda algebra, x, v: algebra.mul(v, _f("digamma", algebra, x))),
    "lgamma": _rule(lambda algebra, x, v: _f("digamma", algebra, x)),
    "digamma": _rule(lambda algebra, x, v: _f("trigamma", algebra, x)),
    "xlogy": _xlogy,
    "logaddexp": _logaddexp,
}
