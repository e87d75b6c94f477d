"""What a loss does toward the ends of its domain, and where it has seams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from grader.formula.tree import Call, Expr, Name, Neg, Num
from grader.properties.analysis import End, Growth, Kink, Property
from grader.properties.curve import INFINITY, MINUS_INFINITY, TRIED, Curve, put
from grader.properties.evidence import no, scaled, shown, yes
from grader.properties.exponents import Exponent, Symbol, tree_of
from grader.properties.reduce import Subject, cases_of
from grader.properties.scales import ONE_SCALE, Scale, T
from grader.symbolic.differentiate import minus, over, plus, power, times

INFINITE = (INFINITY, MINUS_INFINITY)


def ends(subject: Subject) -> tuple[End, ...]:
    """For each curve its two ends; once, where all curves do the same."""
    found = [tuple(_end(subject, curve, side) for side in (1, -1)) for curve in subject.curves]
    if all(pair == found[0] for pair in found):
        return found[0]
    return tuple(
        replace(end, cases=dict(cases_of(curve)))
        for curve, pair in zip(subject.curves, found, strict=True)
        for end in pair
    )


def _end(subject: Subject, curve: Curve, side: int) -> End:
    at = (curve.low or MINUS_INFINITY) if side > 0 else (curve.high or INFINITY)
    loss, slope = (_limit(subject, curve, order, side) for order in (0, 1))
    growth, order = _growth(subject, curve, side, at)
    return End(at, loss, slope, growth, order)


def _limit(subject: Subject, curve: Curve, order: int, side: int) -> Expr | None:
    place = 0 if side > 0 else len(curve.pieces) - 1
    try:
        limit = curve.limit(place, order, 1 if side > 0 else -1)
    except TRIED:
        return None
    return limit if limit in INFINITE else scaled(subject, limit, order)


def _growth(subject: Subject, curve: Curve, side: int, at: Expr) -> tuple[Growth, str | None]:
    place = 0 if side > 0 else len(curve.pieces) - 1
    try:
        germs, series = curve.germ(place, 0, 1 if side > 0 else -1)
        if not series.terms:
            return "constant", None
        scale, value = germs.lead(series)
        coefficient = curve.pieces[place].ground.tree(value)
        kind, term = _kind(scale), times(coefficient, _term(scale, curve.x, at, side))
    except TRIED:
        return "unknown", None
    return kind, shown(_restored(subject, curve, term))


def _term(scale: Scale, x: str, at: Expr, side: int) -> Expr:
    """The leading term in the variable itself. Toward a point a, t is 1/|x − a|."""
    far = at in INFINITE
    if far:
        near: Expr = Name(x) if at == INFINITY else Neg(Name(x))
    else:
        near = plus(Name(x), minus(at)) if side > 0 else plus(at, Neg(Name(x)))
    turn = Fraction(1 if far else -1)
    factors: list[Expr] = []
    if scale.powers:
        exponent = plus(*(times(tree_of(q), _power(near, p * turn)) for p, q in scale.powers))
        factors.append(Call("exp", (exponent,)))
    if scale.a:
        factors.append(_power(near, scale.a * turn))
    log = Call("log", (near,)) if far else Neg(Call("log", (near,)))
    for slow, share in ((log, scale.c), (Call("log", (log,)), scale.d)):
        if share:
            factors.append(power(slow, tree_of(share)))
    return times(*factors)


def _power(base: Expr, exponent: Exponent) -> Expr:
    if isinstance(exponent, Symbol):
        return power(base, tree_of(exponent))
    if exponent < 0:
        return over(Num(Fraction(1)), power(base, Num(-exponent)))
    if isinstance(base, Neg) and exponent % 2 == 0:
        base = base.arg
    return power(base, Num(exponent))


def _restored(subject: Subject, curve: Curve, term: Expr) -> Expr:
    """A leading term at scale 1, for any scale: L(x; c^w) = c^k·L(x/c; 1)."""
    scaling = subject.scaling
    if scaling is None or scaling.name in curve.parameters:
        return term
    scale = Name(scaling.name)
    c: Expr = scale if scaling.weight > 0 else over(Num(Fraction(1)), scale)
    return scaled(
        subject, times(power(c, Num(Fraction(scaling.degree))), put(term, curve.x, over(Name(curve.x), c))), None
    )


def _kind(scale: Scale) -> Growth:
    if scale.size <= 0 or scale == ONE_SCALE:
        return "constant"
    if scale.powers:
        return "exponential" if scale.powers[0][0] == 1 else "faster"
    if scale == T:
        return "linear"
    return "sublinear" if scale.a < T.a else "polynomial"


def linear_tails(curve: Curve) -> Property:
    """Toward both ends the loss grows as fast as |x|: no slower, no faster."""
    name = "linear-tails"
    for side in (1, -1):
        place = 0 if side > 0 else len(curve.pieces) - 1
        at = (curve.low or MINUS_INFINITY) if side > 0 else (curve.high or INFINITY)
        slope = curve.limit(place, 1, 1 if side > 0 else -1)
        if at not in INFINITE or slope in INFINITE or slope == Num(Fraction(0)):
            return no(name, "slope-limit", at=shown(at), value=shown(slope))
    return yes(name, "slopes-settle", ends=2)


def kinks(subject: Subject) -> tuple[Kink, ...]:
    """The seams, with the slopes on both sides; equal ones of several cases once."""
    found: dict[tuple[Expr, Expr | None, Expr | None, bool], list[Mapping[str, str]]] = {}
    for curve in subject.curves:
        for seam in curve.seams:
            key = (_place(subject, curve, seam), *_sides(subject, curve, seam), not _joined(curve, seam))
            found.setdefault(key, []).append(cases_of(curve))
    everywhere = len(subject.curves)
    return tuple(
        Kink(at, left, right, jump, dict(where[0]) if len(where) < everywhere else {})
        for (at, left, right, jump), where in found.items()
    )


def _joined(curve: Curve, seam: Expr) -> bool:
    try:
        return curve.joined_at(seam)
    except TRIED:
        return True


def _place(subject: Subject, curve: Curve, seam: Expr) -> Expr:
    scaling = subject.scaling
    if scaling is None:
        return seam
    scale = Name(scaling.name)
    whole = times(seam, scale) if scaling.weight > 0 else over(seam, scale)
    return whole if seam != Num(Fraction(0)) else seam


def _sides(subject: Subject, curve: Curve, seam: Expr) -> tuple[Expr | None, Expr | None]:
    slopes: list[Expr | None] = []
    for side in (-1, 1):
        try:
            slope = curve.value(1, seam, 1 if side > 0 else -1)
        except TRIED:
            slopes.append(None)
            continue
        slopes.append(slope if slope in INFINITE else scaled(subject, slope, 1))
    return slopes[0], slopes[1]
