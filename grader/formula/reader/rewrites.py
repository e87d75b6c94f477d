"""Calls that are rewritten while reading: Python's arithmetic, and functions that are made of others."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from grader.formula.functions import FUNCTIONS
from grader.formula.reader.syntax import (
    Apply,
    Branches,
    Column,
    Delta,
    Extent,
    Ident,
    Logical,
    Minus,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Syntax,
    Transpose,
)
from grader.formula.tree import Span

if TYPE_CHECKING:
    from grader.formula.reader.parse import Parser

_ZERO: Final = Fraction(0)
_ONE: Final = Fraction(1)
_TWO: Final = Fraction(2)


class _Make:
    """Makes syntax that stands at one place."""

    def __init__(self, span: Span) -> None:
        self.span = span

    def number(self, value: Fraction | int) -> Syntax:
        return Number(Fraction(value), span=self.span)

    def call(self, name: str, arg: Syntax) -> Syntax:
        return Apply(name, (arg,), span=self.span)

    def plus(self, *terms: Syntax) -> Syntax:
        return Sum(terms, span=self.span)

    def minus(self, arg: Syntax) -> Syntax:
        return Minus(arg, span=self.span)

    def over(self, num: Syntax, den: Syntax) -> Syntax:
        return Quotient(num, den, span=self.span)

    def times(self, left: Syntax, right: Syntax) -> Syntax:
        return Product("⊙", left, right, span=self.span)

    def square(self, arg: Syntax) -> Syntax:
        return Power(arg, self.number(2), span=self.span)


def odd_root(arg: Syntax, order: int, span: Span) -> Syntax:
    """The real root of odd order, negative for a negative number: sign(x)·|x|^(1/order)."""
    make = _Make(span)
    root = Power(make.call("abs", arg), make.over(make.number(1), make.number(order)), span=span)
    return Product("*", make.call("sign", arg), root, span=span)


def _asinh(make: _Make, x: Syntax) -> Syntax:
    """sign(x)·log(|x| + √(x² + 1)), which does not cancel for large negative x."""
    size = make.call("abs", x)
    inner = make.plus(size, make.call("sqrt", make.plus(make.square(x), make.number(1))))
    return Product("*", make.call("sign", x), make.call("log", inner), span=make.span)


def _acosh(make: _Make, x: Syntax) -> Syntax:
    less, more = make.plus(x, make.minus(make.number(1))), make.plus(x, make.number(1))
    root = Product("*", make.call("sqrt", less), make.call("sqrt", more), span=make.span)
    return make.call("log", make.plus(x, root))


def _atanh(make: _Make, x: Syntax) -> Syntax:
    above, below = make.plus(make.number(1), x), make.plus(make.number(1), make.minus(x))
    return make.over(make.call("log", make.over(above, below)), make.number(2))


def _asin(make: _Make, x: Syntax) -> Syntax:
    """2·atan(x/(1 + √(1 − x²))), at the ends of [−1, 1] too."""
    root = make.call("sqrt", make.plus(make.number(1), make.minus(make.square(x))))
    half = make.call("atan", make.over(x, make.plus(make.number(1), root)))
    return Product("*", make.number(2), half, span=make.span)


def _acos(make: _Make, x: Syntax) -> Syntax:
    right = make.over(Ident("pi", "constant", span=make.span), make.number(2))
    return make.plus(right, make.minus(_asin(make, x)))


def _hypot(make: _Make, x: Syntax, y: Syntax) -> Syntax:
    return make.call("sqrt", make.plus(make.square(x), make.square(y)))


_MADE: Final[dict[str, tuple[int, Callable[..., Syntax]]]] = {
    "cbrt": (1, lambda make, x: odd_root(x, 3, make.span)),
    "asinh": (1, _asinh),
    "acosh": (1, _acosh),
    "atanh": (1, _atanh),
    "asin": (1, _asin),
    "acos": (1, _acos),
    "hypot": (2, _hypot),
    "sech": (1, lambda make, x: make.over(make.number(1), make.call("cosh", x))),
    "csch": (1, lambda make, x: make.over(make.number(1), make.call("sinh", x))),
    "coth": (1, lambda make, x: make.over(make.call("cosh", x), make.call("sinh", x))),
    "sec": (1, lambda make, x: make.over(make.number(1), make.call("cos", x))),
    "csc": (1, lambda make, x: make.over(make.number(1), make.call("sin", x))),
    "cot": (1, lambda make, x: make.over(make.call("cos", x), make.call("sin", x))),
    "factorial": (1, lambda make, x: make.call("gamma", make.plus(x, make.number(1)))),
}
"""Functions that are written in others, each with its number of arguments."""


def _column(axis: Syntax) -> bool | None:
    """Whether a new axis makes a column (a row: False) of a vector."""
    match axis:
        case Number(value) if value in (0, 1):
            return value == 1
        case Minus(Number(value)) if value in (1, 2):
            return value == 1
    return None


def rewritten(
    parser: Parser, name: str, args: tuple[Syntax, ...], options: tuple[tuple[str, Syntax], ...], span: Span
) -> Syntax:
    """Calls that other syntax says already, and functions that are made of others."""
    if name in _MADE and len(args) == _MADE[name][0]:
        return _MADE[name][1](_Make(span), *args)
    match name, args:
        case "where", (condition, value, other):
            return Branches(((condition, value),), other, span=span)
        case "square", (arg,):
            return Power(arg, Number(_TWO, span=span), span=span)
        case "power", (base, exponent):
            return Power(base, exponent, span=span)
        case "divide", (left, right):
            return Quotient(left, right, span=span)
        case "multiply", (left, right):
            return Product("⊙", left, right, span=span)
        case "matmul", (left, right):
            return Product("@", left, right, span=span)
        case "dot", (left, right):
            return Product("@", left, right, span=span)
        case "negative", (arg,):
            return Minus(arg, span=span)
        case "subtract", (left, right):
            return Sum((left, Minus(right, span=right.span)), span=span)
        case "add", (left, right):
            return Sum((left, right), span=span)
        case "reciprocal", (arg,):
            return Quotient(Number(_ONE, span=span), arg, span=span)
        case "transpose", (arg,):
            return Transpose(arg, span=span)
        case "float", (arg, *_):
            return arg
        case "whole", (arg,):
            if not isinstance(arg, Relation | Logical | Delta):
                raise parser.fail("a comparison", at=parser.at - 1)
            return arg
        case "trace", (arg,):
            return Apply("trace", args, span=span)
        case "size", (arg,):
            return Extent(arg, None, span=span)
        case "len", (arg,):
            return Extent(arg, 0, span=span)
        case "size", (arg, Number(axis)) if axis.denominator == 1:
            return Extent(arg, int(axis), span=span)
        case "indicator", (condition,):
            return condition
        case "equal", (left, right):
            return Relation(("==",), (left, right), span=span)
        case "not", (condition,):
            return Logical("not", (condition,), span=span)
        case "heaviside", (arg,):
            return Relation((">",), (arg, Number(_ZERO, span=span)), span=span)
        case "heaviside", (arg, value):
            zero = Number(_ZERO, span=span)
            above = (Relation((">",), (arg, zero), span=span), Number(_ONE, span=span))
            return Branches((above, (Relation(("==",), (arg, zero), span=span), value)), zero, span=span)
        case "polygamma", (Number(order), arg) if order in (0, 1):
            return Apply("trigamma" if order else "digamma", (arg,), span=span)
        case "log", (Apply("gamma", (arg,)),):
            return Apply("lgamma", (arg,), span=span)
        case "unsqueeze", (arg, axis) if (column := _column(axis)) is not None:
            return Column(arg, column, span=span)
        case "reshape", (arg, Minus(Number(value)), Number(width)) if value == width == 1:
            return Column(arg, True, span=span)
        case "reshape", (arg, Number(width), Minus(Number(value))) if value == width == 1:
            return Column(arg, False, span=span)
        case "kronecker", (left, right):
            return Delta(left, right, span=span)
    if name not in FUNCTIONS:
        raise parser.fail("another number of arguments", at=parser.at - 1)
    return Apply(name, args, options, span=span)
