"""The truth of a gradient, component by component, and how near to it a program can be expected to come.

A component v is judged by the bounds of DESIGN, section 6, with its own S = Σ |xᵢ ∂v/∂xᵢ|, from second derivatives
(so what a program cannot help losing in `X.T @ (X @ w - y)` is not held against it), and with the loss's own T: a
program that takes the sigmoid of logits knows it, and so the gradient, to no better than eps in absolute terms.

At a kink, every number between the derivatives from the left and from the right is right, each component by itself
(for a convex loss these are the ends of its subdifferential). A program's float64 may fall on either side of a kink
that is within rounding of its input: `widened` is the truth with such near-ties taken for ties, asked for only when a
program differs from the truth itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

import numpy as np
from flint import arb

from grader.formula.balls import NAN, PRECISIONS, BallAlgebra, ball, enough, precision
from grader.formula.errors import NotCertain
from grader.formula.evaluate import Truth as Decision
from grader.formula.evaluate import evaluate
from grader.formula.recorded import Var
from grader.formula.reverse import Reverse
from grader.formula.tree import Call, Cases, Const, Indicator, Num, Reduce, walk
from grader.formula.values import Point, Value
from grader.numeric.oracle import NO_TRUTH, C, Floats, Inputs, Oracle, Truth, exact, rounded
from grader.numeric.task import Statement

BITS: Final = 64
KINKED: Final = frozenset({"abs", "max", "min", "relu", "clip", "sign"})
SHIFTS: Final = (Fraction(0), Fraction(1, 1 << 60), Fraction(-1, 1 << 60))
"""Where S is looked for: at the point; a little to either side, where a slope has no value there."""
Exact = Mapping[str, Value[Fraction]]


class GradientOracle(Oracle):
    """The truth of the gradient of a statement's loss with respect to one argument."""

    def __init__(self, statement: Statement, part: int, wrt: str) -> None:
        super().__init__(statement)
        self.part = part
        self.wrt: str = wrt

    @cached_property
    def kinked(self) -> bool:
        """Whether the loss is made of pieces."""
        return any(
            isinstance(node, Cases | Indicator)
            or (isinstance(node, Call) and (node.function in KINKED or _other_norm(node)))
            or (isinstance(node, Reduce) and node.op in ("max", "min"))
            for node in walk(self.statement.formula)
        )

    def truth(self, inputs: Inputs) -> Truth:
        """Raises NotCertain where there is no derivative, from either side."""
        return self._truth(inputs, None)

    def widened(self, inputs: Inputs, dtype: np.dtype[Any]) -> Truth | None:
        """The truth with all kinks within rounding of this input taken for kinks there; None where there are none."""
        if not self.kinked:
            return None
        found = self._truth(inputs, arb(C * self.elements(inputs) * float(np.finfo(dtype).eps)))
        return None if found.low is None else found

    def _truth(self, inputs: Inputs, slack: arb | None) -> Truth:
        points, sizes = exact(inputs), self.sizes(inputs)
        shape = inputs[self.wrt].shape
        found = _certain(lambda: self._all(points, sizes, slack))
        if not found.doubtful:
            return rounded(Value(shape, tuple(found.items)))
        sides: list[list[arb]] = []
        for right in (False, True):
            items = list(found.items)
            for places in [found.doubtful] if found.alone else [[place] for place in found.doubtful]:
                side = self._side(points, sizes, places, right, slack)
                for place, item in zip(places, side, strict=True):
                    items[place] = item
            sides.append(items)
        return _between(shape, *sides)

    def _all(self, points: Exact, sizes: Mapping[str, int], slack: arb | None) -> _Sweep:
        """All components at once, and which of them may have two sides, or have no value."""
        marked = _Marked(slack)
        result, inputs = self._recorded(marked, points, sizes, whole=slack is not None)
        if result.value.is_nan():  # a ball may yet be narrow enough
            raise NotCertain("no value")
        own = inputs[self.wrt]
        items = marked.slopes(result, own)
        doubtful = {place for place, item in enumerate(items) if item.is_nan()}
        alone = not doubtful
        for one, other in marked.ties:
            apart = zip(marked.slopes(one, own), marked.slopes(other, own), strict=True)
            moved = {place for place, (a, b) in enumerate(apart) if not (a.is_zero() and b.is_zero())}
            alone = alone and len(moved) < 2
            doubtful |= moved
        return _Sweep(items, sorted(doubtful), alone)

    def _side(
        self, points: Exact, sizes: Mapping[str, int], places: Sequence[int], right: bool, slack: arb | None
    ) -> list[arb]:
        """Some components from one side: one of them, or several of which each tie depends on but one."""

        def once() -> _Sweep:
            sided = _Sided(right, slack)
            result, inputs = self._recorded(sided, points, sizes, whole=slack is not None, watch=places)
            own = inputs[self.wrt]
            return _Sweep(sided.slopes(result, [own[place] for place in places]), [], alone=True)

        return _certain(once).items

    def _recorded(
        self,
        algebra: _Tied,
        points: Exact,
        sizes: Mapping[str, int],
        *,
        whole: bool,
        watch: Sequence[int] | None = None,
    ) -> tuple[Var[arb], dict[str, list[Var[arb]]]]:
        """The loss, recorded; `whole`: toward all continuous arguments, else toward `wrt`, or `watch` of it."""
        made: dict[str, Value[Var[arb]]] = {}
        for name, given in points.items():
            balls = [ball(item) for item in given.items]
            if name == self.wrt and watch is not None and not whole:
                items = [algebra.variable(b) if at in watch else algebra.var(b) for at, b in enumerate(balls)]
            elif name == self.wrt or (whole and self.statement.variables[name].continuous):
                items = [algebra.variable(b) for b in balls]
            else:
                items = [algebra.var(b) for b in balls]
            made[name] = Value(given.shape, tuple(items))
        if watch is not None:
            algebra.watched = [made[self.wrt].items[place] for place in watch]
        found = evaluate(self.statement.formula, self.statement.scope, Point(made, sizes, {}), algebra).scalar
        return found, {name: list(value.items) for name, value in made.items()}

    def condition(self, inputs: Inputs, shape: tuple[int, ...] = ()) -> Floats:
        """S = Σ |xᵢ ∂v/∂xᵢ| over the continuous arguments, for each component v of the gradient; one-sided at kinks,
        and 0 where it has no value."""
        points, sizes = exact(inputs), self.sizes(inputs)
        best: list[float] = [math.nan] * math.prod(shape)
        for shift in SHIFTS:
            for working in PRECISIONS[:2]:
                try:
                    with precision(working):
                        found = self._sums(points, sizes, shift)
                except NO_TRUTH:
                    continue
                best = [new if math.isnan(old) else old for old, new in zip(best, found, strict=True)]
                if not any(map(math.isnan, best)):
                    return np.array(best).reshape(shape)
        return np.array([0.0 if math.isnan(total) else total for total in best]).reshape(shape)

    def _sums(self, points: Exact, sizes: Mapping[str, int], shift: Fraction) -> list[float]:
        inner = Reverse[arb](BallAlgebra(), undefined=NAN, one_sided=True)
        outer = Reverse[Var[arb]](inner, undefined=inner.var(NAN), one_sided=True)
        below: list[Var[arb]] = []
        made: dict[str, Value[Var[Var[arb]]]] = {}
        for name, given in points.items():
            moves = self.statement.variables[name].continuous
            moved = (x + shift * (x or 1) if moves and shift else x for x in given.items)
            first = [(inner.variable if moves else inner.var)(ball(x)) for x in moved]
            below += first if moves else []
            second = outer.variable if name == self.wrt else outer.var
            made[name] = Value(given.shape, tuple(map(second, first)))
        result = evaluate(self.statement.formula, self.statement.scope, Point(made, sizes, {}), outer).scalar
        sums = []
        for slope in outer.slopes(result, made[self.wrt].items):
            parts = (x.value * by for x, by in zip(below, inner.slopes(slope, below), strict=True) if not by.is_zero())
            sums.append(sum((abs(float(part)) for part in parts), 0.0))
        return sums

    def addends(self, inputs: Inputs) -> float:
        """The largest of the terms that the chain rule adds up, one for each place where the argument stands: they may
        cancel identically, and leave nothing in S (that of a cosine by a vector of one number: 1/‖a‖ − 1/‖a‖)."""
        points, sizes = exact(inputs), self.sizes(inputs)
        algebra = Reverse[arb](BallAlgebra(), undefined=NAN, one_sided=True)
        try:
            with precision(PRECISIONS[0]):
                made: dict[str, Value[Var[arb]]] = {}
                for name, given in points.items():
                    start = algebra.variable if name == self.wrt else algebra.var
                    made[name] = Value(given.shape, tuple(start(ball(x)) for x in given.items))
                result = evaluate(self.statement.formula, self.statement.scope, Point(made, sizes, {}), algebra).scalar
                terms = [abs(float(term)) for term in _terms(algebra, result, made[self.wrt].items)]
        except NO_TRUTH:
            return 0.0
        return max((term for term in terms if math.isfinite(term)), default=0.0)

    def operations(self, inputs: Inputs) -> int:
        """As many as the loss takes, and the way back, recorded."""
        return 5 * super().operations(inputs)


class _Tied(Reverse[arb]):
    """Balls, recorded, with an eye on comparisons of what is equal (or, with `slack`, as good as equal in float64)."""

    watched: Sequence[Var[arb]] = ()

    def __init__(self, slack: arb | None) -> None:
        super().__init__(BallAlgebra(), undefined=NAN)
        self.slack = slack

    def tied(self, a: Var[arb], b: Var[arb]) -> bool:
        if not (a.order or b.order):
            return False
        if a.value.is_exact() and b.value.is_exact() and a.value == b.value:
            return True
        if self.slack is None or not (a.value.is_finite() and b.value.is_finite()):
            return False
        size = abs(a.value) + abs(b.value)
        slopes = zip(self.slopes(a, self.variables), self.slopes(b, self.variables), self.variables, strict=True)
        size += sum((abs((here - there) * x.value) for here, there, x in slopes), start=arb(0))
        return bool(abs(a.value - b.value) <= self.slack * size)

    def function(self, name: str, args: Sequence[Var[arb]]) -> Var[arb]:
        """A sign has no slope, and at its jump it is that of the side."""
        if name != "sign":
            return super().function(name, args)
        nothing = self.number(Fraction(0))
        above, below = (self.compare(op, args[0], nothing) is True for op in (">", "<"))
        return self.number(Fraction(int(above) - int(below)))

    def _extreme(self, name: str, args: Sequence[Var[arb]]) -> Var[arb]:
        best = args[0]
        for arg in args[1:]:
            if self.compare(">" if name == "max" else "<", arg, best) is True:
                best = arg
        return best


class _Marked(_Tied):
    """Takes note of the ties."""

    def __init__(self, slack: arb | None) -> None:
        super().__init__(slack)
        self.ties: list[tuple[Var[arb], Var[arb]]] = []

    def compare(self, op: str, a: Var[arb], b: Var[arb]) -> Decision:
        if self.tied(a, b):
            self.ties.append((a, b))
        return super().compare(op, a, b)


class _Sided(_Tied):
    """Decides ties as they are a little to one side, along the watched components."""

    def __init__(self, right: bool, slack: arb | None) -> None:
        super().__init__(slack)
        self.right = right

    def compare(self, op: str, a: Var[arb], b: Var[arb]) -> Decision:
        if not self.watched or not self.tied(a, b):
            return super().compare(op, a, b)
        here, there = (sum(self.slopes(side, self.watched), start=arb(0)) for side in (a, b))
        if not (here.is_finite() and there.is_finite()) or self.base.compare("==", here, there) is True:
            return super().compare(op, a, b)
        if op in ("==", "!="):
            return op == "!="
        falls = self.base.compare("<", here, there) is self.right
        return falls if op in ("<", "<=") else not falls


def _other_norm(call: Call) -> bool:
    """A norm of order 1 or ∞."""
    return call.function == "norm" and len(call.args) == 2 and call.args[1] in (Num(Fraction(1)), Const("inf"))


@dataclass(frozen=True, slots=True)
class _Sweep:
    """Components, and the places of the doubtful ones; `alone`: no tie depends on two of them."""

    items: list[arb]
    doubtful: list[int]
    alone: bool


def _terms(algebra: Reverse[arb], result: Var[arb], inputs: Sequence[Var[arb]]) -> list[arb]:
    """What the derivatives by `inputs` are the sums of: a term for each time that one of them is used."""
    own = {id(item) for item in inputs}
    seen, stack, users = {id(result)}, [result], []
    while stack:
        var = stack.pop()
        if any(id(parent) in own for parent, _ in var.parents):
            users.append(var)
        for parent, _ in var.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append(parent)
    weights = algebra.slopes(result, users)
    pairs = list(zip(weights, users, strict=True))
    return [algebra.base.mul(weight, by) for weight, var in pairs for parent, by in var.parents if id(parent) in own]


def _certain(once: Callable[[], _Sweep]) -> _Sweep:
    """What comes at the first precision at which all components are known but the doubtful ones. Raises NotCertain."""
    undecided = NotCertain("precision")
    for working in PRECISIONS:
        try:
            with precision(working):
                found = once()
        except NotCertain as tie:
            undecided = tie
            continue
        skipped = set(found.doubtful)
        if all(at in skipped or enough(item, BITS) for at, item in enumerate(found.items)):
            return found
    raise undecided


def _between(shape: tuple[int, ...], left: Sequence[arb], right: Sequence[arb]) -> Truth:
    """The truth where some components may be anything between two numbers."""
    pairs = list(zip(left, right, strict=True))
    lower = [a if a.is_finite() and b.is_finite() and a.mid() <= b.mid() else b for a, b in pairs]
    upper = [b if low is a else a for low, a, b in zip(lower, left, right, strict=True)]
    low, high = rounded(Value(shape, tuple(lower))), rounded(Value(shape, tuple(upper)))
    if np.array_equal(low.near, high.near):
        return low
    apart = low.near != high.near
    near = np.where(np.abs(low.near) > np.abs(high.near), low.near, high.near)
    rest = np.where(np.abs(low.near) > np.abs(high.near), low.rest, high.rest)
    ends = zip(low.digits, high.digits, apart.ravel().tolist(), strict=True)
    digits = tuple(f"{a} to {b}" if two else a for a, b, two in ends)
    return Truth(shape, near, rest, digits, low.near, high.near)
