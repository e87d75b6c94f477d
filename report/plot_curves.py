"""The curves of a loss: over which range, at which values of the other variables, and where they break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from grader.formula.declare import Finite, Integers, Interval, Scope, Variable
from grader.formula.floats import evaluate_float
from grader.formula.show import show_name, show_number
from grader.formula.tree import Expr
from grader.formula.values import Value
from grader.properties.analysis import Analysis, Kink
from questions.losses import Space

Floats = NDArray[np.float64]
What = Literal["loss", "gradient", "curvature"]
WHATS: Final[tuple[What, ...]] = ("loss", "gradient", "curvature")
POINTS: Final = 481
_REACH: Final[Mapping[Space | None, int]] = {"logit": 8}
_USUAL_REACH: Final = 4
_EDGE: Final = 1e-3
"""How far inside an open end the curve begins, as a share of the range."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One line. NaN in `y` breaks it."""

    label: str
    x: Floats
    y: Floats


@dataclass(frozen=True, slots=True)
class Panel:
    what: What
    curves: tuple[Curve, ...]
    low: float
    """The range of y that shows the curves; what leaves it is cut off."""
    high: float


@dataclass(frozen=True, slots=True)
class Plot:
    """`at` says which values the other variables have: `y = 1, δ = 1`."""

    title: str
    wrt: str
    low: float
    high: float
    panels: tuple[Panel, ...]
    at: str = ""
    omitted: tuple[str, ...] = ()
    """Losses of another variable, which have no place on this axis."""

    @property
    def remark(self) -> str:
        """What one has to know beside the curves; empty where there is nothing."""
        parts = [f"drawn at {self.at}"] if self.at else []
        if self.omitted:
            parts.append(f"not drawn, as functions of something else: {', '.join(self.omitted)}")
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A loss to be drawn, by the name it goes by. `space` is what its variable is, where that is known."""

    name: str
    analysis: Analysis
    space: Space | None = None


def plotted(losses: Sequence[Drawn], title: str, *, every_label: bool = True) -> Plot | None:
    """The curves of one loss, or of several over the same range. None where the first is no function of one number.

    One loss has a curve for each value of its label with `every_label`, else one for the last of them.
    """
    drawable = [
        (loss, values)
        for loss in losses
        if _comparable(loss.space, losses[0].space) and (values := settings(loss.analysis)) is not None
    ]
    if not drawable or drawable[0][0] is not losses[0]:
        return None
    omitted = tuple(loss.name for loss in losses if all(loss is not other for other, _ in drawable))
    low, high = _common([window(loss, values) for loss, values in drawable])
    alone = len(losses) == 1
    lines = [
        (loss, values, label)
        for loss, first in drawable
        for values, label in (_labels(loss.analysis, first) if alone and every_label else [(first, loss.name)])
    ]
    panels = []
    for what in WHATS:
        curves = [
            Curve(label, *drawn)
            for loss, values, label in lines
            if (drawn := _curve(loss.analysis, what, values, low, high)) is not None
        ]
        if curves:
            panels.append(Panel(what, tuple(curves), *limits([curve.y for curve in curves])))
    wrt = show_name(variable_of(losses[0].analysis))
    fixed = {name: value for loss, values in drawable for name, value in values.items()}
    if alone and every_label and len(lines) > 1:
        fixed.pop(_label(losses[0].analysis) or "", None)
    at = ", ".join(f"{show_name(name)} = {show_number(value)}" for name, value in fixed.items())
    return Plot(title, wrt, low, high, tuple(panels), at, omitted) if panels else None


def _comparable(one: Space | None, other: Space | None) -> bool:
    return one is None or other is None or one == other


def variable_of(analysis: Analysis) -> str:
    """The canonical name of what the loss is a function of, which is told as it is shown: `yhat` of `ŷ`."""
    shown = (name for name in analysis.scope.variables if analysis.wrt in (name, show_name(name)))
    return next(shown, analysis.wrt)


def settings(analysis: Analysis) -> dict[str, Fraction] | None:
    """A value for each variable but the one that is drawn; None where one of them is no single number."""
    variables = analysis.scope.variables
    if variable_of(analysis) not in variables or any(variable.shape for variable in variables.values()):
        return None
    chosen: dict[str, Fraction] = {}
    for name, variable in variables.items():
        if name != variable_of(analysis):
            value = _usual(variable)
            if value is None:
                return None
            chosen[name] = value
    return chosen


def _usual(variable: Variable) -> Fraction | None:
    """The default, the label 1, the middle of an interval, 0 where everything is allowed, 1 above 0."""
    if variable.default is not None:
        return variable.default
    match variable.domain:
        case Finite(values):
            return values[-1]
        case Integers():
            return Fraction(0)
        case Interval(low, high):
            if low is not None and high is not None:
                return (low + high) / 2
            return Fraction(0) if low is None and high is None else (low or high or Fraction(0)) + (
                Fraction(1) if low is not None else Fraction(-1)
            )  # fmt: skip
    return None


def _label(analysis: Analysis) -> str | None:
    """The variable that is a label: it has a few values only."""
    for name, variable in analysis.scope.variables.items():
        if (
            name != variable_of(analysis)
            and isinstance(variable.domain, Finite)
            and 2 <= len(variable.domain.values) <= 3
        ):
            return name
    return None


def _labels(analysis: Analysis, values: Mapping[str, Fraction]) -> list[tuple[dict[str, Fraction], str]]:
    name = _label(analysis)
    if name is None:
        return [(dict(values), "L")]
    domain = analysis.scope.variables[name].domain
    assert isinstance(domain, Finite)
    return [({**values, name: value}, f"{show_name(name)} = {show_number(value)}") for value in domain.values]


def window(loss: Drawn, values: Mapping[str, Fraction]) -> tuple[float, float]:
    """The range that shows what matters: a whole interval, or both sides of every kink."""
    domain = loss.analysis.scope.variables[variable_of(loss.analysis)].domain
    kinks = [at for kink in loss.analysis.kinks if np.isfinite(at := number(kink.at, loss.analysis.scope, values))]
    reach = float(_REACH.get(loss.space, 8 if loss.space is None and _label(loss.analysis) else _USUAL_REACH))
    reach = max([reach, *(1.5 * abs(at) for at in kinks)])
    low = high = None
    if isinstance(domain, Interval):
        low, high = domain.low, domain.high
    start = -reach if low is None else float(low)
    stop = reach if high is None else float(high)
    stop = stop if stop > start else start + reach
    inset = _EDGE * (stop - start)
    return (start if low is None else start + inset), (stop if high is None else stop - inset)


def _common(windows: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The range of the first loss, widened to show the kinks of the others."""
    return min(low for low, _ in windows), max(high for _, high in windows)


def number(expr: Expr, scope: Scope, values: Mapping[str, Fraction]) -> float:
    """The value of a formula of the parameters; NaN where it has none."""
    given = {name: Value((), (np.float64(float(value)),)) for name, value in values.items()}
    try:
        return float(evaluate_float(expr, scope, given).scalar)  # type: ignore[arg-type]  # 0-d arrays will do
    except (KeyError, ArithmeticError, ValueError):
        return float("nan")


def _curve(
    analysis: Analysis, what: What, values: Mapping[str, Fraction], low: float, high: float
) -> tuple[Floats, Floats] | None:
    expr = {"loss": analysis.loss, "gradient": analysis.gradient, "curvature": analysis.curvature}[what]
    if expr is None:
        return None
    breaks = [
        at
        for kink in analysis.kinks
        if _breaks(kink, what) and low < (at := number(kink.at, analysis.scope, values)) < high
    ]
    beside = 1e-9 * (high - low)
    points = [np.linspace(low, high, POINTS), *(np.array([at - beside, at, at + beside]) for at in breaks)]
    x = np.unique(np.concatenate(points))
    y = along(expr, analysis, values, x)
    y[np.isin(x, breaks)] = np.nan
    return (x, y) if np.isfinite(y).any() else None


def along(expr: Expr, analysis: Analysis, values: Mapping[str, Fraction], x: Floats) -> Floats:
    """A formula along the axis; NaN where it has no value."""
    given = {name: Value((), (np.float64(float(value)),)) for name, value in values.items()}
    found = evaluate_float(expr, analysis.scope, {**given, variable_of(analysis): Value((), (x,))})  # type: ignore[dict-item]
    y = np.array(np.broadcast_to(found.scalar, x.shape), dtype=np.float64)
    y[~np.isfinite(y)] = np.nan
    return y


def _breaks(kink: Kink, what: What) -> bool:
    if what == "loss":
        return kink.jump
    return what == "curvature" or kink.jump or kink.left is None or kink.left != kink.right


def limits(lines: Sequence[Floats]) -> tuple[float, float]:
    """The range of y: all of it, unless a few points would squeeze the rest."""
    values = np.concatenate([line[np.isfinite(line)] for line in lines])
    first, last = (float(end) for end in np.quantile(values, [0.05, 0.95]))
    slack = max(0.75 * (last - first), 1e-9)
    low, high = max(float(values.min()), first - slack), min(float(values.max()), last + slack)
    if high - low < 1e-9 * max(1.0, abs(high)):
        low, high = low - 0.5, high + 0.5
    return low, high
