"""What a loss of a margin or a probability is good for: deciding classes, and telling probabilities.

A margin loss φ(m) is classification-calibrated if minimising its conditional risk η·φ(m) + (1 − η)·φ(−m) decides as
Bayes' rule does, for every η ≠ ½ (Bartlett, Jordan & McAuliffe, "Convexity, classification, and risk bounds", JASA
2006). A loss of a probability is proper if no answer has a smaller expected loss than the true probability (Gneiting &
Raftery, "Strictly proper scoring rules, prediction, and estimation", JASA 2007).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import cmp_to_key
from itertools import islice, pairwise
from typing import Final, TypeVar

from flint import arb

from grader.formula.balls import ball, precision
from grader.formula.declare import Finite
from grader.formula.errors import NotCertain, Undefined
from grader.formula.rebuild import substituted
from grader.formula.tree import ONE, ZERO, Call, Expr, Name, Neg, Num, walk
from grader.properties.analysis import Property
from grader.properties.chart import chart_of
from grader.properties.curve import INFINITY, MINUS_INFINITY, SIDES, TRIED, Curve, put
from grader.properties.evidence import (
    at_point,
    attempt,
    bound_text,
    everywhere,
    no,
    number_text,
    point_text,
    shown,
    undecided,
    within,
    yes,
)
from grader.properties.reduce import Subject
from grader.properties.same import difference
from grader.properties.shape import convex
from grader.symbolic.differentiate import minus, over, plus, times
from grader.symbolic.field import GiveUp

RESIDUALS = frozenset({"r", "e", "d", "u", "res", "resid", "residual", "err", "error", "diff", "delta", "epsilon"})
"""Names of residuals, which are no margins."""
UNIT = Num(Fraction(0)), Num(Fraction(1))
GRID = 40
INFINITE: Final = (INFINITY, MINUS_INFINITY)
T = TypeVar("T")


def decisions(subject: Subject) -> Sequence[Property]:
    """The properties of this kind that apply."""
    found = []
    margin, pair = _sought(_margin, subject), _sought(_probability, subject)
    name = "classification-calibrated"
    if margin is not None:
        found.append(attempt(name, calibrated, margin))
    elif subject.space == "margin" and subject.parameters and not subject.targets:
        found.append(everywhere(subject, name, calibrated))
    if pair is not None:
        found.extend((_proper(*pair, strictly=False), _proper(*pair, strictly=True)))
    return found


def _sought(seek: Callable[[Subject], T | None], subject: Subject) -> T | None:
    try:
        return seek(subject)
    except (*TRIED, NotCertain):
        return None


# -- margins


def _margin(subject: Subject) -> Curve | None:
    """φ(m), if the loss is one of a margin: by its space, or a score against labels 0/1 or ±1."""
    x, curve = subject.x, subject.curves[0]
    if curve.low is not None or curve.high is not None:
        return None
    if not subject.targets and not subject.parameters and subject.shift is None and subject.scaling is None:
        if subject.space == "margin":
            return curve
        guessed = subject.space is None and x.name not in RESIDUALS
        return curve if guessed and difference(curve, curve.expr, mirrored(curve)) is not None else None
    labels = _labels(subject)
    if labels is None:
        return None
    high, low = labels
    same = difference(high, high.expr, mirrored(low))
    return high if same is None else None


def mirrored(curve: Curve) -> Expr:
    return put(curve.expr, curve.x, Neg(Name(curve.x)))


def _labels(subject: Subject) -> tuple[Curve, Curve] | None:
    """The curves of the two labels, if there is one binary target and nothing else."""
    if len(subject.targets) != 1 or subject.parameters:
        return None
    domain = subject.targets[0].domain
    assert isinstance(domain, Finite)
    if set(domain.values) not in ({Fraction(0), Fraction(1)}, {Fraction(-1), Fraction(1)}):
        return None
    by_value = {next(iter(curve.cases.values())): curve for curve in subject.curves}
    return by_value[max(by_value)], by_value[min(by_value)]


def calibrated(curve: Curve) -> Property:
    name = "classification-calibrated"
    left, right = curve.value(1, ZERO, -1), curve.value(1, ZERO, 1)
    if convex(curve).answer == "yes":
        if curve.compare(left, right) != 0:
            return no(name, "kinked-at-zero", left=shown(left), right=shown(right))
        if curve.compare(left, ZERO) < 0:
            return yes(name, "convex-and-falling", slope=shown(left))
        return no(name, "flat-at-zero", slope=shown(left))
    try:
        if _better_than_its_mirror(curve) and _better_than_zero(curve):
            return yes(name, "smaller-on-the-right", slope=shown(right))
    except TRIED:
        pass
    found = _wrong_as_good(curve, name)
    if found is None:
        raise GiveUp("not larger for every wrong sign")
    return found


def _better_than_its_mirror(curve: Curve) -> bool:
    """Whether φ(m) < φ(−m) for every m > 0, and in every limit but that at 0. Their sum is to be bounded below: else
    the risk falls without bound toward both sides, and the wrong one does no worse."""
    if _half(curve, plus(curve.expr, mirrored(curve))).least(0).value == MINUS_INFINITY:
        return False
    gap = _half(curve, plus(curve.expr, minus(mirrored(curve))))
    charts = [gap.chart(place, 0) for place in range(len(gap.pieces))]
    if any(one.spots or one.touching or one.signs != (-1,) for one in charts):
        return False
    beside = [gap.value(0, seam, side) for seam in gap.seams for side in SIDES]
    values = [*beside, *(own for _, own in gap.own_values), gap.end_limit(0, -1)]
    return all(value is not None and gap.compare(value, ZERO) < 0 for value in values)


def _better_than_zero(curve: Curve) -> bool:
    """Whether, however small the lead of the likelier sign, some answer of that sign has a smaller risk than 0, and
    than what is just beside 0. For a φ smaller on the right: with D = φ(m) + φ(−m) − 2φ(0) and G = φ(−m) − φ(m) > 0,
    the risk at m is φ(0) + D/2 − (η − ½)·G, so D/G comes as close to 0 as one likes, or below."""
    below, above = curve.value(0, ZERO, -1), curve.value(0, ZERO, 1)
    own = curve.own_value(ZERO)
    if own is None:
        return False
    if curve.compare(above, below) < 0:  # a jump down: near 0 the risk is nearer to `above`, at 0 it is `own`
        return curve.compare(plus(own, own), plus(above, below)) >= 0
    if curve.compare(above, below) != 0 or curve.compare(own, above) != 0:
        return False
    excess = plus(curve.expr, mirrored(curve), minus(times(Num(Fraction(2)), own)))
    over_zero = _half(curve, excess)
    if any(min(over_zero.chart(place, 0).signs) <= 0 for place in range(len(over_zero.pieces))):
        return True
    share = _half(curve, over(excess, plus(mirrored(curve), minus(curve.expr))))
    return any(share.compare(share.end_limit(0, side), ZERO) <= 0 for side in SIDES)


def _half(curve: Curve, expr: Expr) -> Curve:
    """Another function of the margin, where that is positive."""
    return Curve(curve.x, expr, curve.parameters, ZERO, None, curve.deadline, cases=curve.cases)


CHANCES: Final = tuple(Fraction(k, 100) for k in (60, 75, 90, 51, 99, 55, 95))
"""Probabilities of the likelier class, to look for one at which a wrong sign does no worse."""


def _wrong_as_good(curve: Curve, name: str) -> Property | None:
    """A probability for which no answer of the right sign has a smaller risk than the best of the others."""
    if not curve.plain:
        return None
    for chance in CHANCES:
        likely, other = Num(chance), Num(1 - chance)
        right = plus(times(likely, curve.expr), times(other, mirrored(curve)))
        wrong = plus(times(other, curve.expr), times(likely, mirrored(curve)))
        try:
            best = Curve(curve.x, right, {}, ZERO, None, curve.deadline).least(0)
            rival = Curve(curve.x, wrong, {}, ZERO, None, curve.deadline, closed=(True, False)).least(0)
            if best.value is not None and rival.value is not None:
                as_good = curve.compare(rival.value, best.value) <= 0
            else:
                balls = curve.enclosed(rival), curve.enclosed(best)
                as_good = bool(balls[0] < balls[1])
        except TRIED:
            continue
        if as_good:
            return no(
                name, "wrong-sign-as-good", probability=str(chance), wrong=bound_text(rival), right=bound_text(best)
            )
    return None


# -- probabilities


def _probability(subject: Subject) -> tuple[Curve, Curve] | None:
    """L(1, p) and L(0, p), for a loss of a probability, or of its logit: then with z = log(p/(1 − p)) put in."""
    labels = _labels(subject)
    if labels is None:
        return None
    domain = subject.targets[0].domain
    assert isinstance(domain, Finite)
    if set(domain.values) != {Fraction(0), Fraction(1)}:
        return None
    high, low = labels
    if (high.low, high.high) == UNIT:
        return high, low
    if high.low is None and high.high is None and (subject.space == "logit" or _of_a_logit(subject)):
        p = Name(high.x)
        logit = Call("log", (over(p, plus(ONE, minus(p))),))
        return _as_probability(high, logit), _as_probability(low, logit)
    return None


def _of_a_logit(subject: Subject) -> bool:
    """Whether it goes through σ(z): by name, or where 1 + e^z or 1 + e^(−z) divides or stands in a logarithm."""
    if subject.space is not None:
        return False
    for node in walk(subject.loss):
        if isinstance(node, Call) and node.function in ("sigmoid", "log_sigmoid", "softplus"):
            return difference(subject.curves[0], node.args[0], Name(subject.x.name)) is None or (
                difference(subject.curves[0], node.args[0], Neg(Name(subject.x.name))) is None
            )
    for piece in (piece for curve in subject.curves for piece in curve.pieces):
        ground = piece.ground
        power = ground.field.exp(ground.x)
        sought = ground.field.factors(power.num + power.den)[1][0][0]
        parts = [part for part, _ in ground.field.factors(piece.function.den)[1]]
        for place in ground.moving(piece.function.num * piece.function.den):
            base = ground.field.logged(place)
            parts += [] if base is None else [base]
        if any(part in (sought, -sought) for part in parts):
            return True
    return False


def _as_probability(curve: Curve, logit: Expr) -> Curve:
    return Curve(
        curve.x,
        substituted(curve.expr, {curve.x: logit}),
        curve.parameters,
        *UNIT,
        curve.deadline,
        cases=curve.cases,
    )


def _settled(curve: Curve) -> bool:
    """Whether the loss of an answer of 0 or 1, where those are answers, is the limit beside it."""
    for (_, side), (_, own) in zip(curve.closed_ends, curve.own_values[len(curve.seams) :], strict=True):
        limit = curve.end_limit(0, side)
        if limit != INFINITY if own is None else curve.compare(own, limit) != 0:
            return False
    return True


def _proper(high: Curve, low: Curve, *, strictly: bool) -> Property:
    name = "strictly-proper" if strictly else "proper"
    try:
        return _by_weight(name, high, low, strictly)
    except (*TRIED, NotCertain) as stop:
        return _better_answer(name, high, low) or undecided(name, str(stop))


def _by_weight(name: str, high: Curve, low: Curve, strictly: bool) -> Property:
    """−L₁'(p)/(1 − p) and L₀'(p)/p are one weight w ≥ 0 exactly if the loss is proper: the risk's slope at q, with the
    truth p, is then (q − p)·w(q). Shuford, Albert & Massengill, "Admissible probability measurement procedures",
    Psychometrika 1966. So with the steps at a seam, for the weight of a point."""
    if not (_settled(high) and _settled(low)):
        raise GiveUp("a loss that jumps at an end")
    seams = sorted({*high.seams, *low.seams}, key=cmp_to_key(high.compare))
    edges = [ZERO, *seams, ONE]
    weights = [_weight(_between(high, a, b), _between(low, a, b)) for a, b in pairwise(edges)]
    fair = None not in weights and all(_fair_step(high, low, seam) for seam in seams)
    if not fair or any(-1 in signs for _, signs in filter(None, weights)):
        found = _better_answer(name, high, low)
        if found is None:
            raise GiveUp("two weights, or one that changes its sign, and no better answer found")
        return found
    flat = [edge for edge, (_, signs) in zip(pairwise(edges), filter(None, weights), strict=True) if 0 in signs]
    if strictly and flat:
        points = within(high, *flat[0])
        return no(name, "several-best", probability=point_text(next(points)), other=point_text(next(points)))
    weight = ", ".join(shown(tree) for tree, _ in filter(None, weights))
    return yes(name, "weight-positive" if strictly else "weight-nonnegative", weight=weight)


def _between(curve: Curve, low: Expr, high: Expr) -> Curve:
    return Curve(curve.x, curve.expr, curve.parameters, low, high, curve.deadline, cases=curve.cases)


def _weight(high: Curve, low: Curve) -> tuple[Expr, frozenset[int]] | None:
    """The weight on a stretch without seams, and its signs; None where there are two of them."""
    if len(high.pieces) != 1 or len(low.pieces) != 1:
        raise GiveUp("a loss in pieces")
    ground = high.pieces[0].ground
    field = ground.field
    first = field.neg(field.div(high.derivative(0, 1), field.sub(field.one, ground.x)))
    second = field.div(ground.ratio(low.tree(0, 1)), ground.x)
    if not ground.is_zero(field.sub(first, second)):
        return None
    return ground.tree(first), frozenset(chart_of(ground, first).signs)  # alone among curves: without parameters


def _fair_step(high: Curve, low: Curve, seam: Expr) -> bool:
    """Whether the steps of both losses at a seam s are −w·(1 − s) and w·s, with w ≥ 0, and their values at s divide
    them in one ratio."""
    steps, rises = [], []
    for curve in (high, low):
        before, after = curve.value(0, seam, -1), curve.value(0, seam, 1)
        own = curve.own_value(seam)
        if own is None or before in INFINITE or after in INFINITE:
            return False
        steps.append(plus(after, minus(before)))
        rises.append(plus(own, minus(before)))
    (down, up), (first, second) = steps, rises
    one_weight = plus(times(down, seam), times(up, plus(ONE, minus(seam))))
    one_ratio = plus(times(first, up), minus(times(second, down)))
    return (
        high.compare(one_weight, ZERO) == 0 == high.compare(one_ratio, ZERO)
        and high.compare(second, ZERO) >= 0
        and high.compare(second, up) <= 0
        and high.compare(down, first) <= 0 <= high.compare(ZERO, first)
    )


def _better_answer(name: str, high: Curve, low: Curve) -> Property | None:
    """A true probability and an answer of certainly smaller risk."""
    special = _inside_pieces(high, low)
    truths = [*(Fraction(share, 10) for share in (7, 3, 9, 1, 6, 8, 2, 4)), *special]
    answers = [*(Fraction(k, GRID) for k in range(1, GRID)), *special]
    for truth in truths:
        try:
            honest = _risk(high, low, truth, truth)
        except (Undefined, NotCertain):
            continue
        best = None
        for answer in answers:
            try:
                risk = _risk(high, low, truth, answer)
            except (Undefined, NotCertain):
                continue
            if risk < honest and (best is None or risk < best[1]):
                best = answer, risk
        if best is not None:
            return no(
                name,
                "best-is-elsewhere",
                probability=point_text(truth),
                best=point_text(best[0]),
                risk=number_text(best[1]),
                risk_at_probability=number_text(honest),
            )
    return None


def _inside_pieces(high: Curve, low: Curve) -> list[Fraction]:
    """Simple probabilities on every piece, and at ends that are answers."""
    found: list[Fraction] = []
    for curve in (high, low):
        found += [end.value for end, _ in curve.closed_ends if isinstance(end, Num)]
        with suppress(*TRIED, NotCertain):
            for a, b in pairwise((ZERO, *curve.seams, ONE)) if curve.seams else ():
                found += islice(within(curve, a, b), 3)
    return sorted(set(found))


def _risk(high: Curve, low: Curve, truth: Fraction, answer: Fraction) -> arb:
    with precision(96):
        return ball(truth) * at_point(high, answer) + ball(1 - truth) * at_point(low, answer)
