"""How large the powers and subscripts in a tree are, told from the tree before anything works them out."""

from __future__ import annotations

from fractions import Fraction
from math import log10

from grader.formula import tree
from grader.formula.reader.limits import COMPONENT, EXPONENT, POWER_DIGITS, too_large
from grader.formula.tree import Expr


def check_numbers(expr: Expr) -> None:
    """Raise `too-large` where a numeric exponent exceeds `limits.EXPONENT` (nested ones multiplied), or a power
    of numbers has more than `limits.POWER_DIGITS` digits, or a component beyond `limits.COMPONENT` is named."""
    for node in tree.walk(expr):
        span = node.span or expr.span or tree.Span(0, 0)
        match node:
            case tree.Index():
                _check_position(node, span)
            case tree.Pow():
                _check_power(node, span)


def _check_power(node: tree.Pow, span: tree.Span) -> None:
    total = Fraction(1)
    base: Expr = node
    while isinstance(base, tree.Pow | tree.Neg):
        if isinstance(base, tree.Neg):
            base = base.arg
            continue
        exponent = _value(base.exponent)
        if exponent is not None:
            total *= abs(exponent)
        base = base.base
    if total > EXPONENT:
        raise too_large("exponent", EXPONENT, _clipped(total), span.start, span.end)
    number = _value(base)
    if number:
        digits = float(total) * max(abs(_digits(number.numerator)), abs(_digits(number.denominator)))
        if digits > POWER_DIGITS:
            raise too_large("digits", POWER_DIGITS, int(digits), span.start, span.end)


def _check_position(node: tree.Index, span: tree.Span) -> None:
    """`z_{100}` asks for vectors of a hundred components, and for matrices of ten thousand."""
    for subscript in node.subscripts:
        parts = subscript.terms if isinstance(subscript, tree.Add) else (subscript,)
        largest = max((abs(value) for value in map(_value, parts) if value is not None), default=Fraction(0))
        if largest >= COMPONENT:
            span = subscript.span or span
            raise too_large("component", COMPONENT, _clipped(largest) + 1, span.start, span.end)


def _digits(number: int) -> float:
    return log10(abs(number)) if number.bit_length() < 1000 else number.bit_length() * 0.30103


def _clipped(value: Fraction) -> int:
    return int(min(value, Fraction(10**9)))


def _value(expr: Expr) -> Fraction | None:
    """The value of arithmetic on typed numbers, None where anything else stands; saturates at 10¹²."""
    match expr:
        case tree.Num(value):
            return value
        case tree.Neg(arg):
            inner = _value(arg)
            return None if inner is None else -inner
        case tree.Add(terms):
            return _folded([_value(term) for term in terms], product=False)
        case tree.Mul(factors):
            return _folded([_value(factor) for factor in factors], product=True)
        case tree.Div(num, den):
            a, b = _value(num), _value(den)
            return None if a is None or not b else a / b
        case tree.Pow(base, exponent):
            a, b = _value(base), _value(exponent)
            if a is None or b is None:
                return None
            if not a:
                return Fraction(0)
            size = float(b) * _digits(a.numerator) - float(b) * _digits(a.denominator) if abs(b) < 10**12 else 99.0
            if size > 12 or abs(b) > 64:
                return Fraction(10**12) if size > 0 else Fraction(0)
            return a ** int(b) if b.denominator == 1 else Fraction(float(abs(a)) ** float(b))
    return None


def _folded(values: list[Fraction | None], *, product: bool) -> Fraction | None:
    total = Fraction(int(product))
    for value in values:
        if value is None:
            return None
        total = total * value if product else total + value
    return total
