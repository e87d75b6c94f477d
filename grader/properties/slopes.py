"""The slope: where there is none, how large it gets, and where it dies away."""

from __future__ import annotations

from grader.formula.tree import ZERO, Expr
from grader.properties.analysis import Property
from grader.properties.curve import INFINITY, MINUS_INFINITY, TRIED, Bound, Curve
from grader.properties.evidence import bound_text, no, place_text, shown, yes
from grader.symbolic.field import GiveUp

INFINITE = (INFINITY, MINUS_INFINITY)


def differentiable(curve: Curve) -> Property:
    return _smooth_to(curve, "differentiable", 1)


def twice_differentiable(curve: Curve) -> Property:
    return _smooth_to(curve, "twice-differentiable", 2)


def _smooth_to(curve: Curve, name: str, order: int) -> Property:
    apart = parted(curve, name, order)
    if apart is not None:
        return apart
    if not curve.seams:
        return yes(name, "analytic")
    return yes(name, "slopes-agree" if order == 1 else "curvatures-agree", kinks=len(curve.seams))


def parted(curve: Curve, name: str, order: int) -> Property | None:
    """The first seam, or end that belongs to the domain, where the loss is not continuous, or its slope or (order 2)
    its curvature jumps or is infinite."""
    for seam, own in curve.own_values[: len(curve.seams)]:
        for k, reason in enumerate(("jump", "kink", "curvature-jumps")[: order + 1]):
            left, right = curve.value(k, seam, -1), curve.value(k, seam, 1)
            if curve.compare(left, right) != 0 or left in INFINITE:
                return no(name, reason, at=shown(seam), left=shown(left), right=shown(right))
            if k == 0 and (own is None or curve.compare(own, left) != 0):
                return _off(name, seam, own, left)
    for end, side in curve.closed_ends:
        limits = [curve.end_limit(k, side) for k in range(order + 1)]
        own = curve.own_value(end)
        if own is None or curve.compare(own, limits[0]) != 0:
            return _off(name, end, own, limits[0])
        for limit, reason in zip(limits[1:], ("slope-unbounded", "curvature-unbounded"), strict=False):
            if limit in INFINITE:
                return no(name, reason, at=shown(end))
    return None


def _off(name: str, at: Expr, own: Expr | None, limit: Expr) -> Property:
    """The loss has no value at a place, or another than it tends to."""
    if own is None:
        return no(name, "no-value", at=shown(at), limit=shown(limit))
    return no(name, "off-its-limit", at=shown(at), value=shown(own), limit=shown(limit))


def _jump(curve: Curve, name: str) -> Property | None:
    return parted(curve, name, 0)


def lipschitz(curve: Curve) -> Property:
    name = "lipschitz"
    return _jump(curve, name) or _bounded(curve, name, 1)


def bounded_influence(curve: Curve) -> Property:
    return _bounded(curve, "bounded-influence", 1)


def smooth(curve: Curve) -> Property:
    name = "smooth"
    return parted(curve, name, 1) or _bounded(curve, name, 2)


def _bounded(curve: Curve, name: str, order: int) -> Property:
    """The supremum of a derivative's size, over all pieces."""
    if curve.stays_finite(order):
        try:
            top = curve.larger(curve.greatest(order), curve.least(order))
        except TRIED:
            return yes(name, "stays-finite", pieces=len(curve.pieces))
        what = "slope" if order == 1 else "curvature"
        return yes(name, f"{what}-bound", curve.known(top), bound=bound_text(top), at=place_text(top))
    high, low = curve.greatest(order), curve.least(order)
    what = "slope" if order == 1 else "curvature"
    for bound in (high, low):
        if bound.value in INFINITE:
            return no(name, f"{what}-unbounded", at=place_text(bound))
    raise GiveUp("a bound that is not found")


def ends_of(curve: Curve) -> tuple[tuple[Expr, Expr, Expr], tuple[Expr, Expr, Expr]]:
    """For both ends of the domain: where, the limit of the loss, the limit of the slope."""
    last = len(curve.pieces) - 1
    return (
        (curve.low or MINUS_INFINITY, curve.limit(0, 0, 1), curve.limit(0, 1, 1)),
        (curve.high or INFINITY, curve.limit(last, 0, -1), curve.limit(last, 1, -1)),
    )


def redescending(curve: Curve) -> Property:
    name = "redescending"
    last = len(curve.pieces) - 1
    for at, slope in (
        (curve.low or MINUS_INFINITY, curve.limit(0, 1, 1)),
        (curve.high or INFINITY, curve.limit(last, 1, -1)),
    ):
        if slope != ZERO:
            return no(name, "slope-limit", at=shown(at), value=shown(slope))
    return yes(name, "slope-vanishes", ends=2)


def saturates(curve: Curve) -> Property:
    name = "saturates"
    top = curve.greatest(0)
    stays: Property | None = None
    for at, loss, slope in ends_of(curve):
        if not _is_top(curve, loss, top):
            continue
        if slope == ZERO:
            return yes(name, "plateau", at=shown(at), supremum=bound_text(top))
        stays = stays or no(name, "slope-stays", at=shown(at), value=shown(slope))
    if stays is not None:
        return stays
    return no(name, "supremum-inside", at=place_text(top), value=bound_text(top))


def _is_top(curve: Curve, loss: Expr, top: Bound) -> bool:
    if top.value is not None:
        return curve.compare(loss, top.value) == 0
    return False  # a turning point of which only decimals are known lies above both ends
