"""A certain difference as short text: the input, the value expected, the value got."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from flint import arb, fmpq

from grader.formula.balls import precision
from grader.formula.values import Value
from grader.symbolic.certain import Compared
from grader.verdict import Witness

DIGITS: Final = 14
READABLE: Final = 46
"""Digits that one may be asked to compare by eye."""
MOST_DIGITS: Final = 21_000
SURE: Final = 1_500
"""Bits after which a number that looks like a short decimal is taken for one."""
_NOTHING: Final = arb(2) ** -1000
UNDEFINED: Final = "undefined"


def as_witness(found: Compared) -> Witness:
    """The two values of the component that differs, with as many digits as it takes to see it."""
    if found.relation == "shape":
        return Witness(_inputs(found), _shape(found.expected), _shape(found.got))
    assert found.expected is not None
    expected = found.expected.items[found.place]
    if found.relation == "undefined" or found.got is None:
        return Witness(_inputs(found), digits(expected), UNDEFINED)
    got = found.got.items[found.place]
    many = DIGITS
    while many < READABLE and _alike(digits(expected, many), digits(got, many)):
        many += 8
    first, second = digits(expected, many), digits(got, many)
    return Witness(_inputs(found), first, _beside(expected, got) if _alike(first, second) else second)


def _alike(first: str, second: str) -> bool:
    """Whether two values look the same: `2` and `2.000…` do."""
    short = (text.removesuffix("…").rstrip("0").rstrip(".") if "." in text else text for text in (first, second))
    return next(short) == next(short)


def _beside(expected: arb, got: arb) -> str:
    """A value that only digits beyond reading tell from another: that one, and the gap between them."""
    with precision(4 * MOST_DIGITS):
        gap = got - expected
        return f"{digits(expected)} {'+' if gap > 0 else '-'} {abs(gap).mid().str(4, radius=False)}"


def _inputs(found: Compared) -> dict[str, str]:
    """Variables, then the component that was asked for (counted from 1), then sizes that no shape shows."""
    made = {name: _components(value) for name, value in found.point.values.items()}
    made |= {index: str(position + 1) for index, position in found.point.positions.items()}
    if found.expected is not None and len(found.expected.items) > 1 and found.relation != "shape":
        made["component"] = _place(found.expected.shape, found.place)
    return made


def _place(shape: tuple[int, ...], place: int) -> str:
    digits = []
    for size in reversed(shape):
        place, rest = divmod(place, size)
        digits.append(str(rest + 1))
    return ",".join(reversed(digits))


def _components(value: Value[Fraction]) -> str:
    """`1/2`, `[1, 2]`, `[[1, 2], [3, 4]]`."""
    if not value.shape:
        return str(value.items[0])
    if len(value.shape) == 1:
        return "[" + ", ".join(map(str, value.items)) + "]"
    width = len(value.items) // value.shape[0]
    rows = (
        _components(Value(value.shape[1:], value.items[start : start + width]))
        for start in range(0, len(value.items), width)
    )
    return "[" + ", ".join(rows) + "]"


def _shape(value: Value[arb] | None) -> str:
    if value is None:
        return UNDEFINED
    return "×".join(map(str, value.shape)) or "a number"


def digits(value: arb, count: int = DIGITS) -> str:
    """The decimal digits that are certain, cut off with … where there are more."""
    if not value.is_finite():
        return "inf" if value > 0 else "-inf" if value < 0 else UNDEFINED
    exact = _as_fraction(value)
    if exact is None:
        value, exact = _simple(value)
    if exact is not None and exact.denominator == 1 and len(str(exact)) <= count:
        return str(exact)
    with precision(4 * MOST_DIGITS):
        text = value.mid().str(count + 6, radius=False)
    mantissa, mark, exponent = text.partition("e")
    if exact is not None:
        short = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        if len(short.lstrip("-0.").replace(".", "")) <= count:
            return short + mark + exponent
    return _cut(mantissa, count) + mark + exponent


def _simple(value: arb) -> tuple[arb, Fraction | None]:
    """A ball known to hundreds of digits that can hardly be anything but 0, 4 or 0.25, as that."""
    if value.contains(0):
        return (arb(0), Fraction(0)) if value.abs_upper() < _NOTHING else (value, None)
    if value.rel_accuracy_bits() < SURE or abs(value) > 10**DIGITS or abs(value) < 2**-30:
        return value, None  # flint ends the process when it is asked for the whole number in exp(−exp(59))
    with precision(2 * SURE):
        scaled = (value * 10**6).unique_fmpz()
        if scaled is None:
            return value, None
        simple = Fraction(int(scaled), 10**6)
        return arb(fmpq(simple.numerator, simple.denominator)), simple


def _cut(mantissa: str, count: int) -> str:
    """The first `count` significant digits, and … ."""
    kept, seen, started = [], 0, False
    for char in mantissa:
        started = started or char in "123456789"
        if char.isdigit() and started:
            if seen == count:
                break
            seen += 1
        kept.append(char)
    return "".join(kept) + "…"


def _as_fraction(value: arb) -> Fraction | None:
    if not value.is_exact():
        return None
    mantissa, exponent = value.man_exp()
    if abs(int(exponent)) > 64:
        return None
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def shapes(expected: str, got: str, inputs: Mapping[str, str] | None = None) -> Witness:
    """The witness of a mismatch that shows before any number does."""
    return Witness(inputs or {}, expected, got)
