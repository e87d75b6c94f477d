"""What a program that is wrong computes in place of a gradient: the gradient of the formula, worked out in float64 by
reverse mode, with one thing changed. A diagnosis holds only if such a guess reproduces the wrong numbers.

The change is made in the arithmetic and not in the formula, since people write a gradient in its closed form: who
clips p = σ(z) and returns p − y has clipped every sigmoid that the chain rule meets, and no derivative of a clip.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from grader.formula.declare import REAL, Interval, Scope, Simplex
from grader.formula.evaluate import Truth, evaluate
from grader.formula.floats import FloatAlgebra
from grader.formula.recorded import Var
from grader.formula.reverse import Reverse
from grader.formula.tree import Call, Expr, walk
from grader.formula.values import Point, Value
from grader.numeric import variants
from grader.numeric.task import Statement

Floats = NDArray[np.float64]
Clip = Literal["clip", "floor", "shift"]
Place = Literal["chances", "inputs", "reals", "divisors", "fraction", "exponents"]
CLIPS: Final[tuple[Clip, ...]] = ("clip", "floor", "shift")
SOFT: Final = ("sigmoid", "softmax")


@dataclass(frozen=True, slots=True)
class Slope:
    """The gradient of `formula` by the argument `wrt`, changed."""

    formula: Expr
    wrt: str
    forgotten: frozenset[str] = frozenset()
    """Functions whose derivative the chain rule leaves out."""
    repeated: frozenset[str] = frozenset()
    """Functions whose derivative it counts twice."""
    diagonal: bool = False
    """A softmax taken for a function of one component: only the diagonal of its Jacobian."""
    softmax: Literal["row", "column", "all"] = "row"
    """What the exponentials are divided by the sum of."""
    clip: Clip | None = None
    at: Place = "chances"
    """What is clipped, where something is; `fraction`: p(1 − p), over which the terms for both labels are written."""
    ends: variants.Ends | None = None
    """The ends of the clip; None: they come with the inputs, under the names `variants.LOW` and `HIGH`."""


def value(guess: Slope, scope: Scope, inputs: Mapping[str, Value[Floats]], sizes: Mapping[str, int]) -> Value[Floats]:
    """A guess at many points at once, components as arrays over the points."""
    low, high = _ends(guess, inputs)
    given = {name: item for name, item in inputs.items() if name in scope.variables}
    if guess.clip is not None and guess.at in ("inputs", "reals"):
        clipped = _kept(guess.clip, low, high)
        given = {name: item.map(clipped) if _clips(guess, scope, name) else item for name, item in given.items()}
    with np.errstate(all="ignore"):
        totals = _totals(guess, given[guess.wrt])
        recording = _Recording(_Changed(guess, low, high, totals), guess)
        made: dict[str, Value[Var[Floats]]] = {}
        for name, item in given.items():
            start = recording.variable if name == guess.wrt else recording.var
            made[name] = Value(item.shape, tuple(start(number) for number in item.items))
        result = evaluate(guess.formula, scope, Point(made, sizes, {}), recording).scalar
        slopes = recording.slopes(result, made[guess.wrt].items)
        if guess.at == "fraction" and guess.clip is not None:
            below = [p * (1 - p) for p in given[guess.wrt].items]
            slopes = [s * d / _kept(guess.clip, low, high)(d) for s, d in zip(slopes, below, strict=True)]
    return Value(given[guess.wrt].shape, tuple(slopes))


def _ends(guess: Slope, inputs: Mapping[str, Value[Floats]]) -> tuple[Any, Any]:
    if guess.ends is not None:
        return float(guess.ends[0]), float(guess.ends[1])
    if variants.LOW.name in inputs:
        return inputs[variants.LOW.name].items[0], inputs[variants.HIGH.name].items[0]
    return 0.0, 1.0


def _clips(guess: Slope, scope: Scope, name: str) -> bool:
    """Whether an argument is one that people clip: probabilities near 0 and 1, or all real ones within bounds."""
    variable = scope.variables[name]
    if guess.at == "reals":
        return variable.domain == REAL and bool(variable.shape)
    chance = isinstance(variable.domain, Interval) and variable.domain.low == 0 and variable.domain.high == 1
    return (chance or isinstance(variable.domain, Simplex)) and bool(variable.shape or name == guess.wrt)


def _kept(clip: Clip, low: Any, high: Any) -> Callable[[Floats], Floats]:
    if clip == "clip":
        return lambda x: np.minimum(np.maximum(x, low), high)
    return (lambda x: np.maximum(x, low)) if clip == "floor" else (lambda x: x + low)


def _totals(guess: Slope, given: Value[Floats]) -> list[Floats] | None:
    """What the exponentials are divided by, for each component of a row; None: by their own row's sum."""
    if guess.softmax == "row" or len(given.shape) != 2:
        return None
    rows, columns = given.shape
    powers = np.array([np.exp(item) for item in given.items]).reshape(rows, columns, -1)
    sums = powers.sum(axis=0)
    return list(sums if guess.softmax == "column" else np.broadcast_to(sums.sum(axis=0), sums.shape))


class _Changed(FloatAlgebra):
    """Float64 arithmetic in which something is clipped, or summed over the wrong axis."""

    def __init__(self, guess: Slope, low: Any, high: Any, totals: list[Floats] | None) -> None:
        self.at = guess.at if guess.clip is not None else None
        self.kept = _kept(guess.clip or "clip", low, high)
        self.totals = totals

    def function(self, name: str, args: Sequence[Floats]) -> Floats:
        if self.at == "exponents" and name in variants.EXPONENTIAL:
            args = (self.kept(args[0]), *args[1:])
        found = super().function(name, args)
        return self.kept(found) if self.at == "chances" and name == "sigmoid" else found

    def softmax(self, items: Sequence[Floats]) -> list[Floats]:
        if self.totals is not None:
            return [np.exp(item) / total for item, total in zip(items, self.totals, strict=True)]
        found = super().softmax(items)
        return [self.kept(item) for item in found] if self.at == "chances" else found

    def div(self, a: Floats, b: Floats) -> Floats:
        return a / (self.kept(b) if self.at == "divisors" else b)


class _Recording(Reverse[Floats]):
    """Arrays, recorded: a choice goes, at each point, to the branch that is taken there."""

    def __init__(self, base: FloatAlgebra, guess: Slope) -> None:
        super().__init__(base, undefined=np.float64(np.nan))  # type: ignore[arg-type]  # a 0-d array will do
        self.guess = guess

    def function(self, name: str, args: Sequence[Var[Floats]]) -> Var[Floats]:
        found = super().function(name, args)
        if name in self.guess.forgotten and found.order:
            return self.var(found.value, *((arg, self.base.number(Fraction(1))) for arg in args))
        if name in self.guess.repeated and found.parents:
            return self.var(found.value, *((parent, slope * slope) for parent, slope in found.parents))
        return found

    def softmax(self, items: Sequence[Var[Floats]]) -> list[Var[Floats]]:
        made = super().softmax(items)
        if "softmax" in self.guess.forgotten:
            one = self.base.number(Fraction(1))
            return [self.var(share.value, (item, one)) for share, item in zip(made, items, strict=True)]
        if self.guess.diagonal:
            return [self.var(s.value, (item, s.value * (1 - s.value))) for s, item in zip(made, items, strict=True)]
        return made

    def _extreme(self, name: str, args: Sequence[Var[Floats]]) -> Var[Floats]:
        best = args[0]
        for arg in args[1:]:
            ahead = self.base.compare(">" if name == "max" else "<", arg.value, best.value)
            best = self.choose([(ahead, lambda a=arg: a), (True, lambda b=best: b)])  # type: ignore[misc]
        return best

    def choose(self, branches: Sequence[tuple[Truth, Callable[[], Var[Floats]]]]) -> Var[Floats]:
        rest: Any = np.bool_(True)
        result: Any = np.float64(np.nan)
        slopes: list[tuple[Var[Floats], Floats]] = []
        for truth, branch in branches:
            taken = np.logical_and(rest, truth)
            rest = np.logical_and(rest, np.logical_not(truth))
            if not np.any(taken):
                continue
            found = branch()
            result = np.where(taken, found.value, result)
            if found.order:
                slopes.append((found, taken.astype(np.float64)))
        return self.var(result, *slopes)


def usual(statement: Statement, wrt: str) -> Slope:
    """The gradient by the chain rule, through probabilities, as most people work it out."""
    return Slope(variants.usual(statement), wrt)


def clipped(statement: Statement, wrt: str) -> tuple[Slope, ...]:
    """With its probabilities, or what it divides by, kept off zero. The ends are open: see `grader.numeric.clips`."""
    formula, chances = statement.formula, variants.usual(statement)
    soft = any(isinstance(node, Call) and node.function in SOFT for node in walk(chances))
    chance = any(_clips(Slope(formula, wrt), statement.scope, name) for name in statement.variables)
    made: list[Slope] = []
    for clip in CLIPS:
        if soft:
            made += [Slope(formula, wrt, clip=clip), Slope(chances, wrt, clip=clip)]
        if chance:
            made.append(Slope(formula, wrt, clip=clip, at="inputs"))
        if clip != "clip":
            made.append(Slope(chances, wrt, clip=clip, at="divisors"))
            if isinstance(statement.variables[wrt].domain, Interval) and _clips(
                Slope(formula, wrt), statement.scope, wrt
            ):
                made.append(Slope(formula, wrt, clip=clip, at="fraction"))
    return tuple(made)


def bounded(statement: Statement, wrt: str) -> tuple[Slope, ...]:
    """With its real arguments, or its exponents, kept within bounds, on both sides. The ends are open."""
    return tuple(Slope(statement.formula, wrt, clip="clip", at=at) for at in ("reals", "exponents"))
