"""The constants of formulas: where their cases part, and the sizes that they single out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Final

from grader.formula.tree import Add, Call, Compare, Div, Expr, Mul, Neg, Node, Num, Pow, Size, children, walk

MOST: Final = 40
MAX_BITS: Final = 100_000
LARGEST_SIZE: Final = 60
BEYOND: Final = (7,)
"""A size that every formula over vectors is tried at, beyond those that a proof covers."""
FAR_BEYOND: Final = (7, 11, 40)
"""Those for a formula in which a size stands as a number."""
_PIECES: Final = frozenset({"max", "min", "clip", "relu", "abs", "sign"})


def numbers_in(formulas: Iterable[Expr]) -> tuple[Fraction, ...]:
    """The constants, worked out (`10^100`), smallest first."""
    found: set[Fraction] = set()
    for formula in formulas:
        found.update(_numbers(formula))
    return tuple(sorted(found, key=lambda value: (abs(value), value)))[:MOST]


def _numbers(node: Node) -> Iterator[Fraction]:
    value = number(node)
    if value is not None:
        yield value
    for child in children(node):
        yield from _numbers(child)


def number(node: Node) -> Fraction | None:
    """What arithmetic on typed numbers comes to; None for anything else, or where it grows too long."""
    match node:
        case Num(value):
            return value
        case Neg(arg):
            inner = number(arg)
            return None if inner is None else -inner
        case Add(parts) | Mul(parts):
            total = Fraction(int(isinstance(node, Mul)))
            for part in parts:
                inner = number(part)
                if inner is None:
                    return None
                total = total * inner if isinstance(node, Mul) else total + inner
            return total if _bits(total) < MAX_BITS else None
        case Div(above, below):
            a, b = number(above), number(below)
            return None if a is None or not b else a / b
        case Pow(base, exponent):
            a, b = number(base), number(exponent)
            if not a or b is None or b.denominator != 1 or abs(b) * _bits(a) > MAX_BITS:
                return None
            return a ** int(b)
    return None


def _bits(value: Fraction) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length()


def sizes_to_try(formulas: Iterable[Expr], numbers: Iterable[Fraction]) -> tuple[int, ...]:
    """Sizes beyond 3 at which a formula over vectors is tried: those that its constants single out, and larger ones."""
    stands = any(isinstance(node, Size) for formula in formulas for node in walk(formula))
    whole = [abs(int(number)) for number in numbers if number.denominator == 1]
    singled = {near for mark in whole for near in (mark - 1, mark, mark + 1) if 3 < near <= LARGEST_SIZE}
    return tuple(sorted(singled | set(FAR_BEYOND if stands else BEYOND)))


def sizes_out_of_reach(formulas: Iterable[Expr], numbers: Iterable[Fraction]) -> bool:
    """Whether cases may part at a size too large to try: `1/n + [n = 1000]`."""
    if not any(abs(number) > LARGEST_SIZE for number in numbers):
        return False
    parting = (node for formula in formulas for node in walk(formula) if _parts(node))
    return any(isinstance(inner, Size) for node in parting for inner in walk(node))


def _parts(node: Node) -> bool:
    return isinstance(node, Compare | Pow) or (isinstance(node, Call) and node.function in _PIECES)
