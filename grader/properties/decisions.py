"""What a loss of a margin or a probability is good for: deciding classes, and telling probabilities.

A margin loss φ(m) is classification-calibrated if minimising its conditional risk η·φ(m) + (1 − η)·φ(−m) decides as
Bayes' rule does, for every η ≠ ½ (Bartlett, Jordan & McAuliffe, "Convexity, classification, and risk bounds", JASA
2006). A loss of a probability is proper if no answer has a smaller expected loss than the true probability (Gneiting &
Raftery, "Strictly proper scoring rules, prediction, and estimation", JASA 2007).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import arb

from grader.formula.balls import ball, precision
from grader.formula.declare import Finite
from grader.formula.errors import NotCertain, Undefined
from grader.formula.rebuild import substituted
from grader.formula.tree import ONE, ZERO, Call, Expr, Name, Neg, Num
from grader.properties.analysis import Property
from grader.properties.chart import chart_of
from grader.properties.curve import TRIED, Curve, put
from grader.properties.evidence import at_point, attempt, no, number_text, point_text, shown, undecided, yes
from grader.properties.reduce import Subject
from grader.properties.same import difference
from grader.properties.shape import convex
from grader.symbolic.differentiate import minus, over, plus
from grader.symbolic.field import GiveUp

RESIDUALS = frozenset({"r", "e", "d", "u", "res", "resid", "residual", "err", "error", "diff", "delta", "epsilon"})
"""Names of residuals, which are no margins."""
UNIT = Num(Fraction(0)), Num(Fraction(1))
GRID = 40


def decisions(subject: Subject) -> Sequence[Property]:
    """The properties of this kind that apply."""
    found = []
    margin = _margin(subject)
    if margin is not None:
        name = "classification-calibrated"
        found.append(attempt(name, calibrated, margin))
    pair = _probability(subject)
    if pair is not None:
        found.extend((_proper(*pair, strictly=False), _proper(*pair, strictly=True)))
    return found


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
    same = curve.compare(left, right) == 0
    if convex(curve).answer == "yes":
        if not same:
            return no(name, "kinked-at-zero", left=shown(left), right=shown(right))
        if curve.compare(left, ZERO) < 0:
            return yes(name, "convex-and-falling", slope=shown(left))
        return no(name, "flat-at-zero", slope=shown(left))
    # near 0 the risk falls toward the likelier class if the slope on the right is negative, and the steeper one
    if curve.compare(right, ZERO) >= 0 or curve.compare(left, right) < 0:
        raise GiveUp("neither convex nor falling at zero")
    against = plus(curve.expr, minus(mirrored(curve)))
    gap = Curve(curve.x, against, curve.parameters, ZERO, None, curve.deadline, cases=curve.cases)
    signs = {sign for place in range(len(gap.pieces)) for sign in gap.chart(place, 0).signs}
    clear = all(not gap.chart(place, 0).spots for place in range(len(gap.pieces)))
    last = gap.limit(len(gap.pieces) - 1, 0, -1)
    seams = all(gap.compare(gap.value(0, seam, 1), ZERO) < 0 for seam in gap.seams)
    if signs == {-1} and clear and seams and gap.compare(last, ZERO) < 0:
        return yes(name, "smaller-on-the-right", slope=shown(right))
    raise GiveUp("not larger for every wrong sign")


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
    if high.low is None and high.high is None and subject.space in (None, "logit"):
        p = Name(high.x)
        logit = Call("log", (over(p, plus(ONE, minus(p))),))
        return _as_probability(high, logit), _as_probability(low, logit)
    return None


def _as_probability(curve: Curve, logit: Expr) -> Curve:
    return Curve(
        curve.x,
        substituted(curve.expr, {curve.x: logit}),
        curve.parameters,
        *UNIT,
        curve.deadline,
        cases=curve.cases,
    )


def _proper(high: Curve, low: Curve, *, strictly: bool) -> Property:
    name = "strictly-proper" if strictly else "proper"
    try:
        return _by_weight(name, high, low, strictly)
    except (*TRIED, NotCertain) as stop:
        return _better_answer(name, high, low) or undecided(name, str(stop))


def _by_weight(name: str, high: Curve, low: Curve, strictly: bool) -> Property:
    """−L₁'(p)/(1 − p) and L₀'(p)/p are one weight w ≥ 0 exactly if the loss is proper: the risk's slope at q, with the
    truth p, is then (q − p)·w(q). Shuford, Albert & Massengill, "Admissible probability measurement procedures",
    Psychometrika 1966."""
    if len(high.pieces) != 1 or len(low.pieces) != 1:
        raise GiveUp("a loss in pieces")
    ground = high.pieces[0].ground
    field = ground.field
    first = field.neg(field.div(high.derivative(0, 1), field.sub(field.one, ground.x)))
    second = field.div(ground.ratio(low.tree(0, 1)), ground.x)
    if not ground.is_zero(field.sub(first, second)):
        found = _better_answer(name, high, low)
        if found is None:
            raise GiveUp("two weights, and no better answer found")
        return found
    signs = set(chart_of(ground, first).signs)
    weight = shown(ground.tree(first))
    if signs == {1}:
        return yes(name, "weight-positive" if strictly else "weight-nonnegative", weight=weight)
    if signs <= {0, 1} and not strictly:
        return yes(name, "weight-nonnegative", weight=weight)
    if signs == {0}:
        return no(name, "several-best", probability="½", other="any")
    found = _better_answer(name, high, low)
    if found is None:
        raise GiveUp("a weight that changes its sign, and no better answer found")
    return found


def _better_answer(name: str, high: Curve, low: Curve) -> Property | None:
    """A true probability and an answer of certainly smaller risk."""
    for share in (7, 3, 9, 1, 6, 8, 2, 4):
        truth = Fraction(share, 10)
        try:
            honest = _risk(high, low, truth, truth)
        except (Undefined, NotCertain):
            continue
        best = None
        for k in range(1, GRID):
            answer = Fraction(k, GRID)
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


def _risk(high: Curve, low: Curve, truth: Fraction, answer: Fraction) -> arb:
    with precision(96):
        return ball(truth) * at_point(high, answer) + ball(1 - truth) * at_point(low, answer)
