"""What a loss asks for: what minimises its mean over a distribution, and the likelihood it is the −log of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from grader.formula.declare import REAL, Variable
from grader.formula.tree import ZERO, Call, Expr, Name, Neg, Num
from grader.properties.analysis import Named
from grader.properties.curve import TRIED, Curve, put
from grader.properties.decisions import RESIDUALS
from grader.properties.evidence import shown
from grader.properties.reduce import Subject
from grader.properties.same import difference
from grader.properties.shape import convex
from grader.properties.slopes import bounded_influence, redescending
from grader.properties.values import even
from grader.symbolic.differentiate import over, plus
from grader.symbolic.field import Ratio

LONGEST = 48
"""Characters of a formula that still says something."""


def minimiser(subject: Subject) -> Named | None:
    """What minimises the expected loss, where that has a name. None: it has none that is known here."""
    try:
        return _of_mean(subject) or (_of_residual(subject) if is_residual(subject) else None)
    except TRIED:
        return None


def likelihood(subject: Subject) -> Named | None:
    """The family of distributions whose −log likelihood this is, up to constants and a positive factor."""
    try:
        return _bernoulli(subject) or _poisson(subject) or (_of_noise(subject) if is_residual(subject) else None)
    except TRIED:
        return None


def is_residual(subject: Subject) -> bool:
    if subject.space is not None:
        return subject.space == "residual" or subject.shift is not None
    return subject.shift is not None or (subject.x.name in RESIDUALS and not subject.targets)


# -- the minimiser


def _of_mean(subject: Subject) -> Named | None:
    """Where the slope is affine in the target, A + B·y, the minimiser solves −A/B = E[y]."""
    target = _target(subject)
    if target is None:
        return None
    curve = _with_target(subject, target)
    if len(curve.pieces) != 1:
        return None
    ground = curve.pieces[0].ground
    slope = curve.derivative(0, 1)
    y = ground.parameter(target.name)
    place = ground.field.place_of(y.num)
    if place is None or slope.den.degrees()[place] or slope.num.degrees()[place] != 1:
        return None
    if any(place in ground.field.parts(other) for other in range(place + 1, len(ground.field.kernels))):
        return None
    unit = ground.field.poly(1)
    by = slope.num.derivative(place)
    rest = slope.num - by * ground.field.gens[place]
    solved = ground.field.div(ground.field.neg(Ratio(rest, unit)), Ratio(by, unit))
    # the mean slope by·(E[y] − solved) has to rise through 0: a maximum is none
    if ground.sign_of(Ratio(by, slope.den)) * ground.sign_of(ground.derivative(solved)) >= 0:
        return None
    text = shown(ground.tree(solved))
    return Named("mean", {"of": text, "target": target.name}) if len(text) <= LONGEST else None


def _target(subject: Subject) -> Variable | None:
    if len(subject.targets) == 1:
        return subject.targets[0]
    if subject.shift is not None:
        return subject.scope.variables[subject.shift[0]]
    candidates = [v for v in subject.parameters if subject.scaling is None or v.name != subject.scaling.name]
    return candidates[0] if len(candidates) == 1 and subject.space != "residual" else None


def _with_target(subject: Subject, target: Variable) -> Curve:
    first = subject.curves[0]
    others = {v.name: v for v in subject.parameters if v.name != target.name}
    free = Variable(target.name, REAL)
    return Curve(first.x, subject.loss, {target.name: free, **others}, first.low, first.high, first.deadline)


def _of_residual(subject: Subject) -> Named | None:
    """With the residual as prediction − target."""
    curve = subject.curves[0]
    if not _falls_to_zero(curve):
        return None
    if len(curve.pieces) == 1:
        second = curve.derivative(0, 2)
        if curve.pieces[0].ground.is_zero(curve.pieces[0].ground.derivative(second)):
            return Named("mean")
    levels = _two_slopes(curve)
    if levels is not None:
        low, high = levels
        ground = curve.constants
        if ground.is_zero(ground.field.add(ground.ratio(low), ground.ratio(high))):
            return Named("median")
        a, b = ground.field.neg(ground.ratio(low)), ground.ratio(high)
        level = ground.tree(ground.field.div(a, ground.field.add(a, b)))
        return Named("quantile", {"level": shown(level)})
    if redescending(curve).answer == "yes":
        return Named("mode-seeking")
    if convex(curve).answer == "yes" and bounded_influence(curve).answer == "yes" and even(curve).answer == "yes":
        return Named("between-mean-and-median")
    return None


def _falls_to_zero(curve: Curve) -> bool:
    """Whether the loss is continuous, never rises left of 0 and never falls right of it, and is no constant."""
    if curve.low is not None or curve.high is not None or not curve.joined:
        return False
    mirrored = put(curve.expr, curve.x, Neg(Name(curve.x)))
    halves = (Curve(curve.x, side, curve.parameters, ZERO, None, curve.deadline) for side in (curve.expr, mirrored))
    signs = [sign for half in halves for place in range(len(half.pieces)) for sign in half.chart(place, 1).signs]
    return min(signs) >= 0 and max(signs) > 0


def _two_slopes(curve: Curve) -> tuple[Expr, Expr] | None:
    """The slopes of a loss that is linear on both sides of 0, falling and rising."""
    if len(curve.pieces) != 2 or curve.compare(curve.seams[0], ZERO) != 0 or not curve.joined:
        return None
    if any(not curve.pieces[place].ground.is_zero(curve.derivative(place, 2)) for place in (0, 1)):
        return None
    low, high = curve.tree(0, 1), curve.tree(1, 1)
    return (low, high) if curve.compare(low, ZERO) < 0 < curve.compare(high, ZERO) else None


# -- likelihoods


def _bernoulli(subject: Subject) -> Named | None:
    """e^(−L₁) + e^(−L₀) = 1."""
    if len(subject.targets) != 1 or len(subject.curves) != 2:
        return None
    high, low = subject.curves
    both = plus(Call("exp", (Neg(high.expr),)), Call("exp", (Neg(low.expr),)))
    return Named("bernoulli") if difference(high, both, Num(Fraction(1))) is None else None


def _poisson(subject: Subject) -> Named | None:
    """Slope 1 − y/μ in the mean, or e^s − y in its logarithm."""
    target = _target(subject)
    if target is None or subject.targets or subject.shift is not None:
        return None
    curve = _with_target(subject, target)
    if len(curve.pieces) != 1:
        return None
    ground = curve.pieces[0].ground
    slope, x, y = curve.derivative(0, 1), ground.x, ground.parameter(target.name)
    field = ground.field
    truths = {"log": field.sub(field.exp(x), y), "identity": field.sub(field.one, field.div(y, x))}
    for link, truth in truths.items():
        if ground.is_zero(field.sub(slope, truth)):
            return Named("poisson", {"link": link})
    return None


def _of_noise(subject: Subject) -> Named | None:
    """Of a residual: by the shape of the slope."""
    curve = subject.curves[0]
    levels = _two_slopes(curve)
    if levels is not None:
        ground = curve.constants
        even = ground.is_zero(ground.field.add(ground.ratio(levels[0]), ground.ratio(levels[1])))
        return Named("laplace" if even else "asymmetric-laplace")
    if len(curve.pieces) != 1:
        return None
    ground = curve.pieces[0].ground
    slope, field, x = curve.derivative(0, 1), ground.field, ground.x
    if ground.is_zero(slope):
        return None
    templates: Sequence[tuple[str, Callable[[], Ratio]]] = (
        ("gaussian", lambda: x),
        ("hyperbolic-secant", lambda: ground.ratio(Call("tanh", (Name(curve.x),)))),
        ("logistic", lambda: ground.ratio(Call("tanh", (over(Name(curve.x), Num(Fraction(2))),)))),
        ("gumbel", lambda: field.sub(field.one, field.exp(field.neg(x)))),
    )
    for name, template in templates:
        share = field.div(slope, template())
        if ground.is_zero(ground.derivative(share)) and _positive(curve, share):
            return Named(name)
    # x/slope = (a + x²)/k belongs to (1 + x²/a)^(−k/2): Student's t
    inverse = field.div(x, slope)
    second = ground.derivative(ground.derivative(inverse))
    first = ground.derivative(inverse)
    if ground.is_zero(ground.derivative(second)) and not ground.is_zero(second) and not ground.is_zero(inverse):
        straight = ground.is_zero(field.sub(first, field.mul(second, x)))
        at_zero = field.sub(inverse, field.div(field.mul(second, field.mul(x, x)), field.whole(2)))
        if straight and _positive(curve, second) and _positive(curve, at_zero):
            return Named("student-t")
    return None


def _positive(curve: Curve, share: Ratio) -> bool:
    return curve.pieces[0].ground.sign_of(share) > 0
