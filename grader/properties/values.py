"""What the values of a loss are like: its sign, its value at zero, its symmetry, its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from grader.formula.errors import Undefined
from grader.formula.tree import ZERO, Compare, Div, Expr, Name, Neg, Node, walk
from grader.properties.analysis import Property
from grader.properties.curve import INFINITY, MINUS_INFINITY, SIDES, TRIED, Bound, Curve, put
from grader.properties.evidence import (
    at_point,
    bound_text,
    first,
    no,
    number_text,
    place_text,
    point_text,
    shown,
    undecided,
    within,
    yes,
)
from grader.properties.same import Apart, difference
from grader.symbolic.field import GiveUp


def nonnegative(curve: Curve) -> Property:
    name = "nonnegative"
    try:
        if all(min(curve.chart(place, 0).signs) >= 0 for place in range(len(curve.pieces))):
            apart = _apart_below_zero(curve, name)
            return apart or _with_bound(curve)
    except GiveUp:
        pass
    apart = _apart_below_zero(curve, name)
    if apart is not None:
        return apart
    try:
        least = curve.least(0)
    except TRIED:
        x = first(within(curve, curve.low, curve.high), lambda x: at_point(curve, x) < 0) if curve.plain else None
        if x is None:
            raise
        return no(name, "negative-at", at=point_text(x), value=number_text(at_point(curve, x)))
    if not _below_zero(curve, least):
        return yes(name, "lower-bound", bound=bound_text(least), at=place_text(least))
    if not curve.plain:
        raise GiveUp("a witness needs values for the parameters")
    x = negative_point(curve)
    if x is None:
        return no(name, "negative-at", at=place_text(least), value=bound_text(least))
    return no(name, "negative-at", at=point_text(x), value=number_text(at_point(curve, x)))


def _apart_below_zero(curve: Curve, name: str) -> Property | None:
    """A seam or a closed end at which the loss itself is negative, whatever it tends to."""
    for at, own in curve.apart:
        if curve.compare(own, ZERO) < 0:
            return no(name, "negative-at", at=shown(at), value=shown(own))
    return None


def _with_bound(curve: Curve) -> Property:
    """Nowhere negative, by the signs; the infimum is told as well where it is found."""
    try:
        least = curve.least(0)
    except TRIED:
        return yes("nonnegative", "nowhere-negative")
    return yes("nonnegative", "lower-bound", bound=bound_text(least), at=place_text(least))


def _below_zero(curve: Curve, bound: Bound) -> bool:
    if bound.value is not None:
        return curve.compare(bound.value, ZERO) < 0
    ball = curve.enclosed(bound)
    if ball.contains(0):
        raise GiveUp("an infimum that cannot be told from zero")
    return bool(ball < 0)


def negative_point(curve: Curve) -> Fraction | None:
    for place, piece in enumerate(curve.pieces):
        chart = curve.chart(place, 0)
        for low, high, sign in curve.segments(place, chart):
            if sign < 0:
                found = first(within(curve, low or piece.low, high or piece.high), lambda x: at_point(curve, x) < 0)
                if found is not None:
                    return found
    return None


def zero_at_zero(curve: Curve) -> Property:
    name = "zero-at-zero"
    if not curve.inside(ZERO):
        ends = [end for end in (curve.low, curve.high) if end is not None and curve.compare(end, ZERO) == 0]
        if not ends:
            return no(name, "not-zero-at-zero", value=None)
        side = 0 if curve.low == ends[0] else -1
        limit = curve.limit(side, 0, 1 if side == 0 else -1)
        if limit == ZERO:
            raise GiveUp("zero is an end of the domain, and not in it")
        return no(name, "not-zero-at-zero", value=shown(limit))
    try:
        value = curve.constants.ratio(put(curve.expr, curve.x, ZERO))
    except Undefined:
        return no(name, "not-zero-at-zero", value=None)
    if curve.constants.is_zero(value):
        return yes(name, "value-at", at="0", value="0")
    return no(name, "not-zero-at-zero", value=shown(curve.constants.tree(value)))


def quadratic_at_zero(curve: Curve) -> Property:
    """L(0) = 0, L′(0) = 0, and a curvature there that is finite, positive, and the same from both sides."""
    name = "quadratic-at-zero"
    zero = zero_at_zero(curve)
    if zero.answer == "no":
        return no(name, zero.reason, **zero.facts)
    for side in SIDES:
        limit = curve.value(0, ZERO, side)
        if curve.compare(limit, ZERO) != 0:
            return no(name, "off-its-limit", at="0", value="0", limit=shown(limit))
    slopes = curve.value(1, ZERO, -1), curve.value(1, ZERO, 1)
    if any(slope in (INFINITY, MINUS_INFINITY) or curve.compare(slope, ZERO) != 0 for slope in slopes):
        return no(name, "kink", at="0", left=shown(slopes[0]), right=shown(slopes[1]))
    bends = curve.value(2, ZERO, -1), curve.value(2, ZERO, 1)
    if bends[0] in (INFINITY, MINUS_INFINITY) or curve.compare(*bends) != 0:
        return no(name, "curvature-jumps", at="0", left=shown(bends[0]), right=shown(bends[1]))
    if curve.compare(bends[0], ZERO) <= 0:
        return no(name, "curvature-vanishes", at="0", value=shown(bends[0]))
    return yes(name, "curved-at-zero", bends[0], value=shown(bends[0]))


def even(curve: Curve) -> Property:
    """Asked of the formula as it stands, pieces and all."""
    name = "even"
    mirrored_domain = (
        curve.low is None
        if curve.high is None
        else curve.low is not None and curve.compare(Neg(curve.high), curve.low) == 0
    )
    if not mirrored_domain or curve.closed[0] != curve.closed[1]:
        return no(name, "lopsided-domain")
    mirrored: Expr = put(curve.expr, curve.x, Neg(Name(curve.x)))
    found = None if _same_form(curve, mirrored) else difference(curve, curve.expr, mirrored)
    if found is None:  # as functions; single points are left
        off = _single_point(curve)
        if off is not None:
            return no(name, "differs-at", **off)
        return yes(name, "identity", left=f"L(−{curve.x})", right=f"L({curve.x})")
    if isinstance(found, Apart):
        cases = {key: value for key, value in found.inputs.items() if key != curve.x}
        facts = {"at": found.inputs[curve.x], "value": found.left, "mirrored": found.right}
        return no(name, "differs-at", **facts, cases={**{k: str(v) for k, v in curve.cases.items()}, **cases})
    return undecided(name, *found)


def _same_form(curve: Curve, mirrored: Expr) -> bool:
    """Whether a loss in one piece has the normal form of its mirror image."""
    try:
        if len(curve.pieces) != 1:
            return False
        ground = curve.pieces[0].ground
        return ground.is_zero(ground.field.sub(curve.pieces[0].function, ground.ratio(mirrored)))
    except TRIED:
        return False


def _single_point(curve: Curve) -> Mapping[str, str] | None:
    """A place where the loss has a value of its own, or none, other than at its mirror image."""
    if not any(_may_part(node, Name(curve.x)) for node in walk(curve.expr)):
        return None
    for at, own in curve.own_values:
        other = curve.own_value(curve.simplified(Neg(at)))
        if own is other is None or (own is not None and other is not None and curve.compare(own, other) == 0):
            continue
        words = ["none" if value is None else shown(value) for value in (own, other)]
        return {"at": shown(at), "value": words[0], "mirrored": words[1]}
    return None


def _may_part(node: Node, x: Name) -> bool:
    """Whether a node may give single points a value of their own, or none."""
    match node:
        case Compare():
            return x in walk(node)
        case Div(_, den):
            return x in walk(den)
    return False


def bounded(curve: Curve) -> Property:
    name = "bounded"
    if curve.stays_finite(0):
        return _loss_bound(curve, name)
    high, low = curve.greatest(0), curve.least(0)
    for bound, infinite in ((high, INFINITY), (low, MINUS_INFINITY)):
        if bound.value == infinite:
            return no(name, "loss-unbounded", at=place_text(bound))
    raise GiveUp("a bound that is not found")


def _loss_bound(curve: Curve, name: str) -> Property:
    try:
        top = curve.larger(curve.greatest(0), curve.least(0))
    except TRIED:
        return yes(name, "stays-finite", pieces=len(curve.pieces))
    return yes(name, "loss-bound", curve.known(top), bound=bound_text(top), at=place_text(top))
