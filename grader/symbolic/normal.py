"""The walk's algebra over the normal form: formulas as rational functions over kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Final

from flint import arb

from grader.formula.errors import Undefined
from grader.formula.evaluate import Truth
from grader.formula.tree import Const
from grader.symbolic.field import GiveUp, Kernel, Ratio
from grader.symbolic.kernels import OPAQUE, Kernels


class NormalAlgebra:
    """Raises Undefined where a formula has no value on this path, GiveUp where the normal form cannot say."""

    def __init__(self, field: Kernels, *, closed: bool = False) -> None:
        """`closed`: σ and tanh are kernels, not quotients of exponentials; what is proved so holds all the same."""
        self.field = field
        self.closed = closed
        one = field.one
        # a den of zero marks what has no value; using it raises
        self.undefined = Ratio(one.num, field.zero.num)

    def number(self, value: Fraction) -> Ratio:
        return self.field.number(value)

    def constant(self, name: str) -> Ratio:
        if name == "e":
            return self.field.exp(self.field.one)
        if name == "pi":
            return self.field.generator(Kernel("pi", lambda at: arb.pi(), tree=lambda at: Const("pi")), positive=True)
        raise GiveUp("infinity")

    def add(self, a: Ratio, b: Ratio) -> Ratio:
        return self.field.add(a, b)

    def mul(self, a: Ratio, b: Ratio) -> Ratio:
        return self.field.mul(a, b)

    def neg(self, a: Ratio) -> Ratio:
        return self.field.neg(a)

    def div(self, a: Ratio, b: Ratio) -> Ratio:
        return self.field.div(a, b)

    def pow(self, a: Ratio, b: Ratio) -> Ratio:
        field = self.field
        exponent = _fraction(b)
        if exponent is not None and exponent.denominator == 1:
            if abs(exponent) > 10_000:
                raise GiveUp("a power too high")
            return field.power(a, int(exponent))
        if field.is_zero(a):
            if field.sign(b) > 0:
                return field.zero
            raise Undefined("a power of zero")
        if exponent is None and field.sign(a) < 0 and field.may_be_whole(b):
            if not field.is_whole(b):
                raise GiveUp("a power of a negative number")
            return field.mul(field.unit_power(b), field.exp(field.mul(b, field.log(field.neg(a)))))
        return field.exp(field.mul(b, field.log(a)))

    def function(self, name: str, args: Sequence[Ratio]) -> Ratio:
        if name in OPAQUE:
            return self.field.opaque(name, args[0])
        if name not in FUNCTIONS:
            raise GiveUp(f"the function {name}")
        return FUNCTIONS[name](self, *args)

    def logsumexp(self, items: Sequence[Ratio]) -> Ratio:
        return self.field.log(self._total([self.field.exp(item) for item in items]))

    def softmax(self, items: Sequence[Ratio]) -> list[Ratio]:
        powers = [self.field.exp(item) for item in items]
        total = self._total(powers)
        return [self.field.div(power, total) for power in powers]

    def _total(self, items: Sequence[Ratio]) -> Ratio:
        total = self.field.zero
        for item in items:
            total = self.field.add(total, item)
        return total

    def compare(self, op: str, a: Ratio, b: Ratio) -> bool:
        """By the sign of the difference. One that is not zero everywhere counts as nowhere zero."""
        gap = self.field.sub(a, b)
        if op in ("==", "!="):
            # the sign is asked for only to make sure that the difference is not zero everywhere
            same = self.field.is_zero(gap) or (_fraction(gap) is None and self.field.sign(gap) == 0)
            return same if op == "==" else not same
        sign = self.field.sign(gap)
        return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[op]

    def logic(self, op: str, args: Sequence[Truth]) -> bool:
        if op == "not":
            return not args[0]
        return all(args) if op == "and" else any(args)

    def choose(self, branches: Sequence[tuple[Truth, Callable[[], Ratio]]]) -> Ratio:
        for truth, branch in branches:
            if truth:
                return branch()
        raise Undefined("no branch applies")

    def exp(self, x: Ratio) -> Ratio:
        return self.field.exp(x)

    def log(self, x: Ratio) -> Ratio:
        return self.field.log(x)

    def sign(self, x: Ratio) -> Ratio:
        return self.field.whole(self.field.sign(x))

    def plus(self, x: Ratio, number: int) -> Ratio:
        return self.field.add(x, self.field.whole(number))

    def log_of(self, number: int) -> Ratio:
        return self.field.log(self.field.whole(number))

    def sigmoid(self, x: Ratio) -> Ratio:
        if self.closed:
            return self.field.squashed(x)
        power = self.exp(x)
        return self.div(power, self.plus(power, 1))

    def softplus(self, x: Ratio) -> Ratio:
        return self.log(self.plus(self.exp(x), 1))

    def tanh(self, x: Ratio) -> Ratio:
        if self.closed:
            twice = self.field.squashed(self.field.mul(x, self.field.whole(2)))
            return self.plus(self.field.mul(twice, self.field.whole(2)), -1)
        return self.div(self.hyperbolic(x, -1), self.hyperbolic(x, 1))

    def slope_of_tanh(self, x: Ratio) -> Ratio | None:
        """1 − tanh²; None where that is no simpler than by exponentials."""
        if not self.closed:
            return None
        value = self.tanh(x)
        return self.field.sub(self.field.one, self.mul(value, value))

    def hyperbolic(self, x: Ratio, sign: int) -> Ratio:
        power = self.exp(x)
        other = self.div(self.field.whole(sign), power)
        return self.div(self.add(power, other), self.field.whole(2))

    def sqrt(self, x: Ratio) -> Ratio:
        if self.field.is_zero(x):
            return self.field.zero
        return self.exp(self.div(self.log(x), self.field.whole(2)))

    def largest(self, items: Sequence[Ratio]) -> Ratio:
        best = items[0]
        for item in items[1:]:
            if self.compare(">", item, best):
                best = item
        return best

    def smallest(self, items: Sequence[Ratio]) -> Ratio:
        return self.neg(self.largest([self.neg(item) for item in items]))

    def xlogy(self, x: Ratio, y: Ratio) -> Ratio:
        return x if self.field.is_zero(x) else self.mul(x, self.log(y))


def _fraction(a: Ratio) -> Fraction | None:
    """The number that a ratio is, if it is one."""
    if not a.num:
        return Fraction(0)
    if a.num.is_constant() and a.den.is_constant():
        return Fraction(int(a.num.leading_coefficient()), int(a.den.leading_coefficient()))
    return None


FUNCTIONS: Final[dict[str, Callable[..., Ratio]]] = {
    "exp": NormalAlgebra.exp,
    "expm1": lambda m, x: m.plus(m.exp(x), -1),
    "log": NormalAlgebra.log,
    "log2": lambda m, x: m.div(m.log(x), m.log_of(2)),
    "log10": lambda m, x: m.div(m.log(x), m.log_of(10)),
    "log1p": lambda m, x: m.log(m.plus(x, 1)),
    "sqrt": NormalAlgebra.sqrt,
    "abs": lambda m, x: m.mul(m.sign(x), x),
    "sign": NormalAlgebra.sign,
    "max": lambda m, *items: m.largest(items),
    "min": lambda m, *items: m.smallest(items),
    "clip": lambda m, x, low, high: m.smallest((m.largest((x, low)), high)),
    "relu": lambda m, x: m.largest((x, m.field.zero)),
    "sigmoid": NormalAlgebra.sigmoid,
    "log_sigmoid": lambda m, x: m.log(m.sigmoid(x)),
    "softplus": NormalAlgebra.softplus,
    "tan": lambda m, x: m.div(m.field.opaque("sin", x), m.field.opaque("cos", x)),
    "tanh": NormalAlgebra.tanh,
    "sinh": lambda m, x: m.hyperbolic(x, -1),
    "cosh": lambda m, x: m.hyperbolic(x, 1),
    "erfc": lambda m, x: m.field.sub(m.field.one, m.field.opaque("erf", x)),
    "xlogy": NormalAlgebra.xlogy,
    "logaddexp": lambda m, a, b: m.logsumexp((a, b)),
}
