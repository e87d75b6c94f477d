"""Convexity: the curvature on every piece, and the slopes at every seam."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from grader.formula.balls import precision
from grader.formula.errors import NotCertain, Undefined
from grader.formula.tree import ZERO, Expr, Num
from grader.properties.analysis import Property
from grader.properties.curve import TRIED, Curve
from grader.properties.evidence import (
    at_point,
    bound_text,
    no,
    number_text,
    place_text,
    point_text,
    rational,
    shown,
    within,
    yes,
)
from grader.properties.slopes import parted
from grader.symbolic.field import GiveUp

HALVINGS = 60


def convex(curve: Curve) -> Property:
    return _bent(curve, "convex")


def _bent(curve: Curve, name: str) -> Property:
    try:
        rising = _slopes_grow(curve)
    except TRIED:
        chord = _any_chord(curve)
        if chord is None:
            raise
        return _by_chord(curve, name, chord)
    if any(own is None for _, own in curve.own_values[: len(curve.seams)]):
        return no(name, "no-value", **_hole(curve))
    if rising:
        return yes(name, "slopes-grow", pieces=len(curve.pieces), kinks=len(curve.seams))
    found = _chord(curve) if curve.plain else None
    return _broken(curve, name) if found is None else _by_chord(curve, name, found)


def _slopes_grow(curve: Curve) -> bool:
    signs = [sign for place in range(len(curve.pieces)) for sign in curve.chart(place, 2).signs]
    return (
        min(signs) >= 0
        and all(_rising(curve, seam) for seam in curve.seams)
        and curve.joined
        and not _falls_at_an_end(curve)
    )


def _by_chord(curve: Curve, name: str, chord: tuple[Fraction, Fraction]) -> Property:
    a, b = chord
    middle = (a + b) / 2
    values = {key: number_text(at_point(curve, x)) for key, x in (("at_a", a), ("at_b", b), ("at_middle", middle))}
    return no(name, "chord", a=point_text(a), b=point_text(b), middle=point_text(middle), **values)


def _any_chord(curve: Curve) -> tuple[Fraction, Fraction] | None:
    """A chord between simple points of the domain, for a loss whose curvature is not understood."""
    if not curve.plain:
        return None
    points = sorted(_some(within(curve, curve.low, curve.high), 16), key=_simplicity)
    return next(((x, y) for x in points for y in points if x < y and _surely_above(curve, x, y)), None)


def _broken(curve: Curve, name: str) -> Property:
    """By a seam alone: what is convex on an open interval is continuous, and its slope falls nowhere."""
    if not curve.joined:
        apart = parted(curve, name, 0)
        if apart is not None:
            return apart
    for seam in curve.seams:
        left, right = curve.value(1, seam, -1), curve.value(1, seam, 1)
        if curve.compare(left, right) > 0:
            return no(name, "kink", at=shown(seam), left=shown(left), right=shown(right))
    if not curve.plain:
        raise GiveUp("a witness needs values for the parameters")
    raise GiveUp("no chord was found below the loss")


def _hole(curve: Curve) -> Mapping[str, str]:
    """A place between others where the loss has no value: what it is defined on is not convex."""
    at = next(seam for seam, own in curve.own_values if own is None)
    return {"at": shown(at), "limit": shown(curve.value(0, at, 1))}


def _falls_at_an_end(curve: Curve) -> bool:
    """Whether the loss is smaller at a closed end than what it tends to there."""
    return any(
        own is not None and curve.compare(own, curve.end_limit(0, side)) < 0
        for (_, side), (_, own) in zip(curve.closed_ends, curve.own_values[len(curve.seams) :], strict=True)
    )


def _rising(curve: Curve, seam: Expr) -> bool:
    """Whether the loss is continuous at a seam and its slope does not fall there."""
    values = curve.value(0, seam, -1), curve.value(0, seam, 1)
    slopes = curve.value(1, seam, -1), curve.value(1, seam, 1)
    return curve.compare(*values) == 0 and curve.compare(*slopes) <= 0


def _chord(curve: Curve) -> tuple[Fraction, Fraction] | None:
    """Two simple points with the loss certainly above their chord in the middle. Only for numbers."""
    for place, piece in enumerate(curve.pieces):
        for low, high, sign in curve.segments(place, curve.chart(place, 2)):
            if sign >= 0:
                continue
            points = sorted(_some(within(curve, low or piece.low, high or piece.high), 12), key=_simplicity)
            for x in points:
                for y in points:
                    if x < y and _surely_above(curve, x, y):
                        return x, y
    for end, side in curve.closed_ends:
        here = rational(curve, end, upper=True)
        if here is None or not _falls_at_an_end(curve):
            continue
        for k in range(HALVINGS):
            a, b = sorted((here, here + side * Fraction(1, 2**k)))
            if curve.inside(Num(a)) and curve.inside(Num(b)) and _surely_above(curve, a, b):
                return a, b
    for seam in curve.seams:
        here = rational(curve, seam, upper=True)
        if here is None or (_rising(curve, seam) and curve.joined_at(seam)):
            continue
        for k in range(HALVINGS):
            step = Fraction(1, 2**k)
            for before, after in ((1, 1), (1, 3), (3, 1), (0, 1), (1, 0)):
                a, b = here - before * step, here + after * step
                if _surely_above(curve, a, b):
                    return a, b
    return None


def _some(points: Iterator[Fraction], count: int) -> list[Fraction]:
    found: list[Fraction] = []
    for x in points:
        if x not in found:
            found.append(x)
        if len(found) == count:
            break
    return found


def _simplicity(x: Fraction) -> tuple[int, Fraction]:
    return x.denominator, abs(x)


def above(curve: Curve, a: Fraction, b: Fraction) -> bool:
    """Whether the loss in the middle is certainly above the chord."""
    bits = 128 + 3 * (b - a).denominator.bit_length()
    with precision(bits):
        ends = at_point(curve, a, bits) + at_point(curve, b, bits)
        return bool(2 * at_point(curve, (a + b) / 2, bits) > ends)


def _surely_above(curve: Curve, a: Fraction, b: Fraction) -> bool:
    try:
        return above(curve, a, b)
    except (Undefined, NotCertain):
        return False


def strictly_convex(curve: Curve) -> Property:
    name = "strictly-convex"
    seen = _bent(curve, name)
    if seen.answer == "no":
        return seen
    for place, piece in enumerate(curve.pieces):
        chart = curve.chart(place, 2)
        if chart.touching and not curve.plain:
            raise GiveUp("a curvature that may vanish for some parameters")
        for low, high, sign in curve.segments(place, chart):
            if sign == 0:
                a, b = _flat(curve, low or piece.low, high or piece.high)
                return no(name, "flat-chord", a=a, b=b)
    return yes(name, "curvature-positive", pieces=len(curve.pieces), kinks=len(curve.seams))


def _flat(curve: Curve, low: Expr | None, high: Expr | None) -> tuple[str, str]:
    """Two points between which the loss is a straight line."""
    if not curve.plain:
        return "−∞" if low is None else shown(low), "∞" if high is None else shown(high)
    points = sorted(_some(within(curve, low, high), 3))
    return point_text(points[0]), point_text(points[-1])


def strongly_convex(curve: Curve) -> Property:
    name = "strongly-convex"
    seen = _bent(curve, name)
    if seen.answer == "no":
        return seen
    least = curve.least(2)
    if least.value is None:
        raise GiveUp("the least curvature is no closed number")
    if curve.compare(least.value, ZERO) > 0:
        return yes(name, "curvature-above", least.value, bound=bound_text(least), at=place_text(least))
    return no(name, "curvature-vanishes", at=place_text(least), value=bound_text(least))
