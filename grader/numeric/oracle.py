"""The truth at a point, and how near to it a program can be expected to come.

Values are certain to 64 bits (`grader.formula.balls`) and kept as the nearest float64 and the rest, so that an
error is known to far below one unit in the last place. Bounds: DESIGN, section 6.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any, Final, cast

import numpy as np
from flint import arb
from numpy.typing import NDArray

from grader.formula.balls import gradient, jacobian, precision, value
from grader.formula.declare import REAL, Interval
from grader.formula.errors import Kink, NotCertain, Undefined
from grader.formula.evaluate import evaluate
from grader.formula.floats import FloatAlgebra, evaluate_float
from grader.formula.tree import Add, Call, Dim, Div, Expr, Index, Mul, Neg, Num, Reduce, Size
from grader.formula.values import Point, Value, size_of
from grader.numeric.task import Statement

C: Final = 8
Floats = NDArray[np.float64]
Inputs = Mapping[str, NDArray[Any]]
NO_TRUTH: Final = (Undefined, NotCertain, Kink, ZeroDivisionError)


@dataclass(frozen=True, slots=True)
class Truth:
    """The value: `near` is the nearest float64 (infinite beyond its range), `rest` what is left, `digits` its digits.

    Where a derivative has two sides, `low` and `high` are their values: all between them is right.
    """

    shape: tuple[int, ...]
    near: Floats
    rest: Floats
    digits: tuple[str, ...]
    low: Floats | None = None
    high: Floats | None = None

    def error(self, got: Floats) -> Floats:
        """|got − truth|, elementwise; infinite where one is infinite and the other is not, NaN for NaN."""
        if self.shape == () == got.shape and self.low is None:
            return np.asarray(self.distance(float(got)))
        with np.errstate(all="ignore"):
            off = np.where(got == self.near, np.abs(self.rest), np.abs((got - self.near) - self.rest))
            if self.low is None or self.high is None:
                return off
            outside = np.maximum(np.maximum(self.low - got, got - self.high), 0.0)
            return np.where(self.low < self.high, outside, off)

    def distance(self, got: float) -> float:
        """The error of the one number of a scalar: as `error` has it, without arrays."""
        near, rest = float(self.near), float(self.rest)
        return abs(rest) if got == near else abs((got - near) - rest)

    @property
    def settled(self) -> NDArray[np.bool_]:
        """Where there is one value, and not all between two."""
        if self.low is None or self.high is None:
            return np.ones(self.shape, dtype=bool)
        return np.asarray(self.low == self.high)


class Oracle:
    """The truth of one statement: of the loss. Its gradients have oracles of their own (`grader.numeric.slopes`)."""

    part = 0
    """Which of the values it is that a submission returns."""
    wrt: str | None = None
    """The argument with respect to which it is the gradient."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement

    def sizes(self, inputs: Inputs) -> dict[str, int]:
        """The dimensions by name, as the arrays have them; a label's class count must be given with them."""
        sizes = {}
        for name, variable in self.statement.variables.items():
            for dim, size in zip(variable.shape, inputs[name].shape, strict=True):
                if isinstance(dim, str):
                    sizes[dim] = size
        return sizes

    def truth(self, inputs: Inputs) -> Truth:
        """Raises Undefined or NotCertain where the formula has no value."""
        return rounded(value(self.statement.formula, self.statement.scope, plain(inputs), self.sizes(inputs)))

    def widened(self, inputs: Inputs, dtype: np.dtype[Any]) -> Truth | None:
        """The truth, where rounding may take a program to the other side of a jump; None: where it may not."""
        return None

    def condition(self, inputs: Inputs, shape: tuple[int, ...] = ()) -> Floats:
        """S = Σ |xᵢ ∂f/∂xᵢ| over the continuous arguments, for each component of a value of `shape`; one-sided at
        kinks."""
        points = exact(inputs)
        wrt = [name for name, variable in self.statement.variables.items() if variable.continuous]
        if shape:
            with suppress(*NO_TRUTH):
                return self._at_once(points, wrt, shape)
        places = product(*map(range, shape))
        parts = [self._part(component(self.statement.formula, place), points, wrt) for place in places]
        return np.array(parts).reshape(shape)

    def _at_once(self, points: Mapping[str, Value[Fraction]], wrt: list[str], shape: tuple[int, ...]) -> Floats:
        """S of all components. Raises what is in NO_TRUTH where one of them has no slope."""
        sizes = self.sizes({name: np.empty(v.shape) for name, v in points.items()})
        slopes = jacobian(self.statement.formula, self.statement.scope, points, sizes, wrt=wrt, bits=16)
        at = [float(x) for name in wrt for x in points[name].items]
        parts = [sum(abs(float(x * _ball_float(s))) for x, s in zip(at, row, strict=True)) for row in slopes]
        if any(map(math.isnan, parts)):
            raise Undefined("no slope here")
        return np.array(parts).reshape(shape)

    def _part(self, formula: Expr, points: Mapping[str, Value[Fraction]], wrt: list[str]) -> float:
        """S of one component. Where there is no slope (0·log 0), that of a point a little inside the domain."""
        shifts = [Fraction(0), Fraction(1, 1 << 60), Fraction(-1, 1 << 60)]
        if any(self._at_zero(points[name], name) for name in wrt):  # there most have none, which takes long to find out
            shifts[:2] = shifts[1::-1]
        for shift in shifts:
            moved = {name: _moved(v, shift) if name in wrt else v for name, v in points.items()}
            sizes = self.sizes({name: np.empty(v.shape) for name, v in points.items()})
            try:
                _, slopes = gradient(formula, self.statement.scope, moved, sizes, wrt=wrt, bits=16, one_sided=True)
            except NO_TRUTH:
                continue
            total = sum(
                abs(float(x * _ball_float(slope)))
                for name in wrt
                for x, slope in zip(map(float, points[name].items), slopes[name].items, strict=True)
            )
            if not math.isnan(total):
                return total
        return 0.0

    def _at_zero(self, given: Value[Fraction], name: str) -> bool:
        """Whether a component is 0, and that is an end of its domain."""
        return self.statement.variables[name].domain != REAL and 0 in given.items

    def operations(self, inputs: Inputs) -> int:
        """How many operations on numbers the formula takes there."""
        counted = _Counted()
        values = {name: Value(array.shape, tuple(array.ravel().tolist())) for name, array in inputs.items()}
        point = Point(values, self.sizes(inputs), {})
        with np.errstate(all="ignore"):
            evaluate(self.statement.formula, self.statement.scope, point, cast(Any, counted))
        return counted.count

    def reach(self, inputs: Inputs) -> float:
        """T = max(1, the largest |x| among the `real` arguments), as far as the inputs go; see `addends`."""
        largest = 1.0
        for name, variable in self.statement.variables.items():
            if isinstance(variable.domain, Interval) and variable.domain == REAL and inputs[name].size:
                largest = max(largest, float(np.max(np.abs(inputs[name].astype(np.float64)))))
        return largest

    def addends(self, inputs: Inputs) -> float:
        """The largest term of a sum that the formula itself writes, where it stands under nothing but sums, means,
        signs, maxima and numbers: a difference of squares cannot be had more exactly than the squares."""
        sizes = self.sizes(inputs)
        points = {n: Value(a.shape, tuple(map(np.float64, a.ravel().tolist()))) for n, a in inputs.items()}
        largest = 0.0
        for term, dims in _terms(self.statement.formula, {}):
            for place in product(*(range(size_of(dim, sizes)) for dim in dims.values())):
                at = dict(zip(dims, place, strict=True))
                try:
                    found = evaluate_float(term, self.statement.scope, points, sizes, at)  # type: ignore[arg-type]
                except (*NO_TRUTH, ValueError, IndexError, KeyError, TypeError):
                    continue
                numbers = np.abs(np.asarray([float(item) for item in found.items]))
                largest = max(largest, float(np.max(numbers[np.isfinite(numbers)], initial=0.0)))
        return largest

    def rows(self, inputs: Inputs) -> int:
        """The size along the dimension that is largest."""
        return max(self.sizes(inputs).values(), default=1)

    def elements(self, inputs: Inputs) -> int:
        """n, the number of elements: of the largest argument."""
        return max(1, *(array.size for array in inputs.values()))


class _Counted:
    """Float64 arithmetic that counts its operations."""

    def __init__(self) -> None:
        self.count = 0
        self.algebra = FloatAlgebra()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = getattr(self.algebra, name)

        def counted(*args: Any) -> Any:
            self.count += len(args[0]) if name in ("softmax", "logsumexp") else 1
            return operation(*args)

        return counted


@dataclass(frozen=True, slots=True)
class Bounds:
    """The largest error of each level, elementwise; `huge` where an infinity is no fault."""

    correct: Floats
    stable: Floats
    precise: Floats


def _terms(node: Expr, over: Mapping[str, Dim]) -> Iterator[tuple[Expr, Mapping[str, Dim]]]:
    """The terms of the sums at the top of a formula, each with the index letters that stand in it free."""
    match node:
        case Add(terms):
            for term in terms:
                yield term, over
                yield from _terms(term, over)
        case Neg(inner) | Div(inner, Num()) | Div(inner, Size()) | Mul((Num(), inner)):
            yield from _terms(inner, over)
        case Reduce(op="sum" | "mean", body=body, index=None):
            yield from _terms(body, over)
        case Reduce(op="sum" | "mean", body=body, index=str(index), over=dim) if dim is not None:
            yield from _terms(body, {**over, index: dim})
        case Call("max" | "min" | "relu" | "abs" as name, args) if name:
            for arg in args:
                yield from _terms(arg, over)


def bounds(truth: Truth, condition: Floats, reach: float, elements: int, dtype: np.dtype[Any]) -> Bounds:
    """Section 6's bounds. `dtype` is the type of the floating inputs.

    `reach` is T; where the declared formula subtracts terms larger than the inputs (a squared distance from a squared
    distance), the caller counts those too (`Oracle.addends`), since no float64 program can do better: without that,
    the usual triplet loss fails at a = −62, b = 0, c = −0.4.
    """
    info = np.finfo(dtype)
    eps, eta = float(info.eps), float(info.smallest_subnormal)
    with np.errstate(all="ignore"):
        size = np.abs(truth.near)
        stable = C * elements * eps * (size + condition + reach)
        ordinary = 1e-5 * np.maximum(1.0, size) if dtype == np.float32 else 1e-6 * size
        return Bounds(
            correct=np.maximum(ordinary, stable),
            stable=stable,
            precise=C * elements * (eps * (size + condition) + eta),
        )


def rounded(found: Value[arb]) -> Truth:
    """Certain values as the nearest float64 and the rest."""
    near, rest = [], []
    with precision(160):
        for item in found.items:
            number = float(item)
            near.append(number)
            rest.append(float(item - arb(number)) if math.isfinite(number) else 0.0)
    shape = found.shape
    digits = tuple(digits_of(item) for item in found.items)
    return Truth(shape, np.array(near).reshape(shape), np.array(rest).reshape(shape), digits)


def component(formula: Expr, place: tuple[int, ...]) -> Expr:
    """One component of a formula's value, as a formula."""
    return Index(formula, tuple(Num(Fraction(at)) for at in place)) if place else formula


def plain(inputs: Inputs) -> dict[str, Value[float]]:
    """The numbers of the arrays, as Python has them."""
    return {name: Value(array.shape, tuple(array.ravel().tolist())) for name, array in inputs.items()}


def exact(inputs: Inputs) -> dict[str, Value[Fraction]]:
    """The numbers of the arrays, exactly."""
    return {name: Value(array.shape, tuple(map(Fraction, array.ravel().tolist()))) for name, array in inputs.items()}


def _moved(given: Value[Fraction], shift: Fraction) -> Value[Fraction]:
    if not shift:
        return given
    return given.map(lambda x: x + shift * (x or 1))


def _ball_float(item: arb) -> float:
    return float(item) if item.is_finite() else math.inf if not item.is_nan() else math.nan


def digits_of(item: arb) -> str:
    if not item.is_finite():
        return "-inf" if item < 0 else "inf"
    text = item.str(20, radius=False)
    return str(text) if item.is_exact() and len(text) < 12 else f"{item.str(16, radius=False)}…"
