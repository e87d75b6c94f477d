"""Where a function of the normal form is zero on a piece, and its sign between its zeros: all of them, proved.

A polynomial in one kernel is solved. One in several (z and e^z, say) is divided by a coefficient and differentiated
until it is: between two zeros of the derivative there is at most one zero, which the signs at both ends decide.
Strzeboński, "Real root isolation for exp-log functions", ISSAC 2008; the idea is Rolle's and Sturm's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import gcd

from flint import arb, fmpz_mpoly

from grader.formula.balls import precision
from grader.formula.tree import Call, Num, Pow
from grader.properties.germs import Germs, Series
from grader.properties.ground import Ground
from grader.properties.scales import ONE_SCALE, Scale
from grader.properties.simple import inside, simplest_between
from grader.properties.spots import Spot, is_root, merged, number_at, order, outside, sign_at
from grader.symbolic.field import GiveUp, Ratio

DEEPEST = 12
WAVES = 40
"""Quarter turns on one piece."""
NEAR, FAR = 200, 60
"""Halvings toward a point, and doublings toward infinity, in search of a sign that is known to be there."""


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """`signs` has one more than `spots`: before the first, between them, behind the last. All are 1 or −1, or the
    function is zero everywhere. A spot may be one where the function touches zero, or is infinite."""

    spots: tuple[Spot, ...]
    signs: tuple[int, ...]
    touching: bool = False
    """Whether the function may touch zero at further places, with these signs on both sides of them; where there are
    parameters, for some of their values everywhere."""


def chart_of(ground: Ground, ratio: Ratio) -> Chart:
    """The chart of a function, poles among the spots."""
    if ground.is_zero(ratio):
        return Chart((), (0,))
    return _product(ground, [(chart(ground, ratio.num), 1), (chart(ground, ratio.den), 1)])


def chart(ground: Ground, poly: fmpz_mpoly) -> Chart:
    """The chart of a polynomial over the kernels. Raises GiveUp where it cannot be found."""
    if not poly:
        return Chart((), (0,))
    constant, parts = ground.field.factors(poly)
    charts = [(_cached(ground, part), multiplicity) for part, multiplicity in parts]
    return _product(ground, [(Chart((), (1 if constant > 0 else -1,)), 1), *charts])


def _cached(ground: Ground, part: fmpz_mpoly) -> Chart:
    key = str(part)
    if key not in ground.charts:
        ground.charts[key] = _factor(ground, part)
    return ground.charts[key]


def _product(ground: Ground, charts: Sequence[tuple[Chart, int]]) -> Chart:
    spots = merged(ground, (spot for one, _ in charts for spot in one.spots))
    signs = [1] * (len(spots) + 1)
    for one, multiplicity in charts:
        passed = 0
        for place in range(len(signs)):
            while place and passed < len(one.spots) and order(ground, one.spots[passed], spots[place - 1]) <= 0:
                passed += 1
            signs[place] *= one.signs[passed] ** multiplicity
    return Chart(tuple(spots), tuple(signs), any(one.touching for one, _ in charts))


def _factor(ground: Ground, f: fmpz_mpoly) -> Chart:
    moving = ground.moving(f)
    sign = ground.strict(f)
    if sign:
        return Chart((), (sign,))
    if ground.late():
        raise GiveUp("time")
    if not moving:
        raise GiveUp("the sign of a parameter")
    ground.depth += 1
    try:
        if ground.depth > DEEPEST:
            raise GiveUp("too deep")
        if len(moving) == 1:
            try:
                return _solved(ground, f, moving[0])
            except GiveUp:
                if not ground.plain and len(ground.moving(f)) == 1 and moving[0] != ground.place:
                    raise
        return _by_slopes(ground, f, moving)
    except GiveUp:
        weak = ground.signs.weak(f)
        if weak:
            return Chart((), (weak,), touching=True)
        raise
    finally:
        ground.depth -= 1


# -- one kernel


def _coefficients(ground: Ground, f: fmpz_mpoly, place: int) -> dict[int, fmpz_mpoly]:
    """The coefficients of the powers of a generator, lowest first."""
    groups: dict[int, dict[tuple[int, ...], int]] = {}
    for exponents, coefficient in f.terms():
        powers = tuple(map(int, exponents))
        rest = (*powers[:place], 0, *powers[place + 1 :])
        groups.setdefault(powers[place], {})[rest] = int(coefficient)
    return {power: ground.field.ring.from_dict(groups[power]) for power in sorted(groups)}


def _solved(ground: Ground, f: fmpz_mpoly, place: int) -> Chart:
    field = ground.field
    unit = field.poly(1)
    by_power = {power: Ratio(c, unit) for power, c in _coefficients(ground, f, place).items()}
    step = gcd(*by_power)
    by_power = {power // step: c for power, c in by_power.items()}
    degree = max(by_power)
    a, b, c = (by_power.get(power, field.zero) for power in (2, 1, 0))
    if degree == 1:
        root = field.div(field.neg(c), b)
        return _product(ground, [(_powered(ground, place, step, root), 1), (Chart((), (ground.sign_of(b),)), 1)])
    if degree == 2:
        four = field.whole(4)
        disc = field.sub(field.mul(b, b), field.mul(four, field.mul(a, c)))
        sign = ground.sign_of(disc)
        outer = Chart((), (ground.sign_of(a),))
        if sign < 0:
            return outer
        width = field.div(ground.algebra.sqrt(disc), field.mul(field.whole(2), a))
        centre = field.div(field.neg(b), field.mul(field.whole(2), a))
        roots = [field.sub(centre, width), field.add(centre, width)]
        return _product(ground, [(outer, 1), *((_powered(ground, place, step, root), 1) for root in roots)])
    raise GiveUp("a polynomial of higher degree")


def _powered(ground: Ground, place: int, step: int, value: Ratio) -> Chart:
    """The chart of kernel^step − value, for a constant value."""
    if step == 1:
        return _reaching(ground, place, value)
    field = ground.field
    sign = ground.sign_of(value)
    positive = place in field.positive
    if sign <= 0 and (positive or step % 2 == 0) and not (sign == 0 and not positive):
        return Chart((), (1,))
    if sign <= 0 or (not positive and step > 2):
        raise GiveUp("a root of a negative number")
    share = field.number(Fraction(1, step))
    root = field.exp(field.mul(share, field.log(value)))
    upper = _reaching(ground, place, root)
    if positive:
        return upper
    return _product(ground, [(upper, 1), (_reaching(ground, place, field.neg(root)), 1)])


def _reaching(ground: Ground, place: int, value: Ratio) -> Chart:
    """The chart of kernel − value, for a constant value."""
    field = ground.field
    if place == ground.place:
        side = outside(ground, value)
        return Chart((), (-side,)) if side else Chart((Spot(value),), (-1, 1))
    match ground.kernel_tree(place):
        case Call("exp", (inner,)):
            if ground.sign_of(value) <= 0:
                return Chart((), (1,))
            return chart_of(ground, field.sub(ground.ratio(inner), field.log(value)))
        case Call("log", (inner,)):
            return chart_of(ground, field.sub(ground.ratio(inner), field.exp(value)))
        case Pow(base, Num(share)) if share.numerator == 1:
            if ground.sign_of(value) <= 0:
                return Chart((), (1,))
            return chart_of(ground, field.sub(ground.ratio(base), field.power(value, share.denominator)))
        case Call("erf" | "sin" | "cos" as name, _) if (beyond := _beyond_one(ground, value, name)) is not None:
            return beyond
        case Call("erf", (inner,)) if ground.is_zero(value):
            return chart_of(ground, ground.ratio(inner))
        case Call("atan", (inner,)):
            return _reaching_atan(ground, ground.ratio(inner), value)
        case Call("sin" | "cos" as name, (inner,)):
            return _reaching_wave(ground, name, ground.ratio(inner), value)
    raise GiveUp("a kernel that cannot be solved")


def _beyond_one(ground: Ground, value: Ratio, name: str) -> Chart | None:
    """The chart of erf, sin or cos less a constant of size 1 or more, which a wave may touch."""
    try:
        above, below = (ground.sign_of(ground.field.sub(value, ground.field.whole(end))) for end in (1, -1))
    except GiveUp:
        return None
    if above > 0 or below < 0 or (name == "erf" and 0 in (above, below)):
        return Chart((), (-1 if above >= 0 else 1,))
    return None


def _reaching_atan(ground: Ground, inner: Ratio, value: Ratio) -> Chart:
    """atan u = v is u = tan v, for |v| < π/2."""
    field = ground.field
    quarter = field.div(ground.algebra.constant("pi"), field.whole(2))
    if ground.sign_of(field.sub(quarter, value)) <= 0:
        return Chart((), (-1,))
    if ground.sign_of(field.add(quarter, value)) <= 0:
        return Chart((), (1,))
    tangent = field.div(field.opaque("sin", value), field.opaque("cos", value))
    return chart_of(ground, field.sub(inner, tangent))


def _reaching_wave(ground: Ground, name: str, inner: Ratio, value: Ratio) -> Chart:
    """sin u and cos u at 0, 1 and −1, for u = a·x + b on a piece with two ends."""
    field, (low, high) = ground.field, ground.ends
    slope = ground.derivative(inner)
    known = next((k for k in (0, 1, -1) if ground.is_zero(field.sub(value, field.whole(k)))), None)
    if known is None or low is None or high is None or not ground.plain or not ground.is_zero(ground.derivative(slope)):
        if known:
            return Chart((), (-known,), touching=True)
        raise GiveUp("a wave")
    offset = field.sub(inner, field.mul(slope, ground.x))
    # in quarter turns: sin is 0 at 0, 2, …, is 1 at 1, 5, …; cos is one quarter ahead
    first, period = {0: (0, 2), 1: (1, 4), -1: (3, 4)}[known]
    quarter = field.div(ground.algebra.constant("pi"), field.whole(2))
    turns = [field.div(field.add(field.mul(slope, end), offset), quarter) for end in (low, high)]
    with precision(128):
        span = sorted(float(ground.ball(turn, arb(0)).mid()) for turn in turns)
    if span[1] - span[0] > WAVES:
        raise GiveUp("too many waves")
    shift = 1 if name == "cos" else 0
    spots = []
    for k in range(math.floor(span[0]) - 1, math.ceil(span[1]) + 2):
        if (k + shift - first) % period == 0:
            at = field.div(field.sub(field.mul(field.whole(k), quarter), offset), slope)
            if not outside(ground, at):
                spots.append(Spot(at))
    spots = merged(ground, spots)
    edges = [None, *spots, None]
    poly = field.sub(ground.algebra.function(name, [inner]), value).num
    signs = tuple(sign_at(ground, poly, inside(*bounds(ground, a, b))) for a, b in pairwise(edges))
    return Chart(tuple(spots), signs)


# -- several kernels


def _by_slopes(ground: Ground, f: fmpz_mpoly, moving: Sequence[int]) -> Chart:
    # the highest of the tower: made of what is lower, as its slope is; erf has an exp in it that came later
    top = max(moving, key=lambda place: (_is_erf(ground, place), place))
    by_power = _coefficients(ground, f, top)
    tree = ground.kernel_tree(top)
    unit = ground.field.poly(1)
    plain = ground.derivative(Ratio(f, unit))
    if all(ground.strict(part) for poly in (plain.num, plain.den) for part, _ in ground.field.factors(poly)[1]):
        return _between(ground, f, [])
    if isinstance(tree, Pow):
        return _by_norm(ground, f, by_power, top)
    divisor = by_power[min(by_power)] if isinstance(tree, Call) and tree.function == "exp" else by_power[max(by_power)]
    slope = ground.derivative(ground.field.make(f, divisor))
    if ground.is_zero(slope):
        return chart(ground, divisor)
    spots = (*chart_of(ground, slope).spots, *chart(ground, divisor).spots)
    return _between(ground, f, merged(ground, spots))


def _is_erf(ground: Ground, place: int) -> bool:
    tree = ground.kernel_tree(place)
    return isinstance(tree, Call) and tree.function == "erf"


def _by_norm(ground: Ground, f: fmpz_mpoly, by_power: dict[int, fmpz_mpoly], root: int) -> Chart:
    """a + b√c is zero at most where a² − b²c is."""
    relation = ground.field.relations.get(root)
    if relation is None or relation.degree != 2:
        raise GiveUp("a root of higher order")
    zero = ground.field.poly(0)
    a, b = by_power.get(0, zero), by_power[1]
    norm = ground.field.reduce(a * a - b * b * relation.value)
    spots = [spot for spot in chart(ground, norm).spots if not _nonzero(ground, f, spot)]
    edges = [None, *spots, None]
    signs = []
    for left, right in pairwise(edges):
        signs.append(sign_at(ground, f, inside(*bounds(ground, left, right))))
    if 0 in signs:
        raise GiveUp("a zero between zeros")
    return Chart(tuple(spots), tuple(signs))


def _between(ground: Ground, f: fmpz_mpoly, spots: list[Spot]) -> Chart:
    """The zeros of f, of which there is at most one between two of `spots`."""
    found: list[Spot] = []
    signs: list[int] = []
    edges: list[Spot | None] = [None, *spots, None]
    for left, right in pairwise(edges):
        near = sign_beside(ground, f, left, 1), sign_beside(ground, f, right, -1)
        if left is None:
            signs.append(near[0])
        elif not _nonzero(ground, f, left):
            found.append(left)
            signs.append(near[0])
        elif signs[-1] != near[0]:
            raise GiveUp("a sign that changes without a zero")
        if near[0] != near[1]:
            found.append(_root(ground, f, left, right, near))
            signs.append(near[1])
    return Chart(tuple(found), tuple(signs))


def _nonzero(ground: Ground, f: fmpz_mpoly, spot: Spot) -> bool:
    if not ground.plain:
        return not ground.is_zero(_at(ground, f, spot))
    for bits in (64, 256, 1024):
        at = spot.enclose(ground, bits)
        with precision(bits):
            value = ground.poly_ball(f, at)
        if value.is_nan() or not value.is_finite():
            return False
        if not value.contains(0):
            return True
    return False


def sign_beside(ground: Ground, f: fmpz_mpoly, spot: Spot | None, side: int) -> int:
    """The sign of f just beside a spot, or just inside the piece's end (None: its low end for side 1, else its high
    one)."""
    if spot is None:
        end = ground.ends[0] if side > 0 else ground.ends[1]
        germs = toward(ground, end, side if end is not None else -side)
        return germs.sign(germs.of_poly(f))
    if ground.plain:
        for bits in (64, 256, 1024):
            at = spot.enclose(ground, bits)
            with precision(bits):
                value = ground.poly_ball(f, at)
            if value > 0:
                return 1
            if value < 0:
                return -1
    if spot.exact is None:
        raise GiveUp("a zero that may be double")
    germs = toward(ground, spot.exact, side)
    return germs.sign(germs.of_poly(f))


def _at(ground: Ground, f: fmpz_mpoly, spot: Spot) -> Ratio:
    if spot.exact is None:
        raise GiveUp("a point that is not exact, among parameters")
    return number_at(ground, Ratio(f, ground.field.poly(1)), spot.exact)


def toward(ground: Ground, at: Ratio | None, side: int) -> Germs:
    """Expansions for x = at + side/t, or side·t toward infinity, as t → ∞. Those of one place share their kernels."""
    field = ground.field
    key = f"{None if at is None else (str(at.num), str(at.den))} {side}"
    if key not in ground.expansions:
        if at is None:
            x = Series(((Scale(a=Fraction(1)), field.whole(side)),))
        else:
            terms = () if ground.is_zero(at) else ((ONE_SCALE, at),)
            x = Series((*terms, (Scale(a=Fraction(-1)), field.whole(side))))
        ground.expansions[key] = Germs(ground, x)
    return ground.expansions[key]


def _root(ground: Ground, f: fmpz_mpoly, left: Spot | None, right: Spot | None, signs: tuple[int, int]) -> Spot:
    """The one zero between two edges, where f has these signs close to them."""
    if not ground.plain:
        raise GiveUp("a zero that depends on parameters")
    low, high = _inner(ground, f, left, right, signs)
    if low == high:
        return Spot(ground.field.number(low))
    simple = simplest_between(low, high)
    if is_root(ground, f, simple):
        return Spot(ground.field.number(simple))
    return Spot(None, f, low, high, signs[1] > 0)


def _inner(
    ground: Ground, f: fmpz_mpoly, left: Spot | None, right: Spot | None, signs: tuple[int, int]
) -> tuple[Fraction, Fraction]:
    """Rational points inside where f has the signs that it has close to the edges."""
    low, high = bounds(ground, left, right)
    start = inside(low, high)
    ends: list[Fraction] = []
    for edge, sign, direction in ((low, signs[0], -1), (high, signs[1], 1)):
        for step in range(NEAR if edge is not None else FAR):
            here = start + direction * (2**step - 1) if edge is None else edge + (start - edge) / 2**step
            seen = sign_at(ground, f, here)
            if seen == 0:
                return here, here
            if seen == sign:
                ends.append(here)
                break
        else:
            raise GiveUp("a sign that shows only very close to an end")
    return ends[0], ends[1]


def bounds(ground: Ground, left: Spot | None, right: Spot | None) -> tuple[Fraction | None, Fraction | None]:
    """Rational numbers just inside of two edges (None: an infinite one)."""
    ends: list[Fraction | None] = []
    for spot, end, upper in ((left, ground.ends[0], True), (right, ground.ends[1], False)):
        if spot is None and end is None:
            ends.append(None)
            continue
        place = spot if spot is not None else Spot(end)
        value = place.enclose(ground, 256)
        ends.append(rational_beside(value, upper=upper))
    return ends[0], ends[1]


def rational_beside(value: arb, *, upper: bool) -> Fraction:
    """A rational number at or above a ball, or at or below it."""
    mantissa, exponent = (value.upper() if upper else value.lower()).man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
