"""Where a submission loses its digits: bits lost, and how many calls pass each level, by stretches of the inputs.

Bits lost are log2(error / (eps·|v|)), at least 0 and at most the 53 that float64 has (a NaN has lost them all). What
the condition number takes, log2(1 + S/|v|), no float64 program could have kept (DESIGN, section 6, has S): it is told
apart. Counted are the float64 calls on one row, since of a larger batch nobody can say which row did it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from grader.formula.declare import Interval, Simplex
from grader.numeric import variants
from grader.numeric.judge import Case, Judged
from grader.numeric.oracle import C, Inputs
from grader.numeric.task import Statement
from grader.verdict import Measure, Stretch

Floats = NDArray[np.float64]
BITS: Final = 53
EPS: Final = float(np.finfo(np.float64).eps)
ETA: Final = float(np.finfo(np.float64).smallest_subnormal)
SURE: Final = 3.0
"""Bits up to which nobody asks what the condition number takes: every level allows them."""
SMALL: Final = 1e-5
ORDINARY: Final = 5.0
EXPONENTS: Final = (SMALL, ORDINARY, 37.0, 745.0)
"""Sizes where an exponential changes its character in float64: 1 + exp(−37) is 1, exp(−745) is 0."""
POWERS: Final = (SMALL, ORDINARY, 1e8)
NEAR: Final = (1e-16, 1e-8, 0.05)
"""Distances from the end of an interval, as parts of it."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A number of the inputs, and the ends of its stretches; `exact`: those that are a stretch of their own."""

    names: tuple[str, ...]
    measure: Measure
    edges: tuple[float, ...]
    exact: frozenset[float] = frozenset()

    def of(self, inputs: Inputs) -> float:
        """The number."""
        if self.measure == "value":
            return float(inputs[self.names[0]].ravel()[0])
        if self.measure == "smallest":
            return min(float(np.min(inputs[name])) for name in self.names)
        return max(float(np.max(np.abs(inputs[name]))) for name in self.names)

    def stretches(self) -> Iterator[tuple[float, float]]:
        """`low` and `high` of each, in order; `low ≤ x < high`, or x = low = high."""
        for low, high in pairwise(self.edges):
            if low in self.exact:
                yield low, low
            yield low, high
        if self.edges[-1] in self.exact:
            yield self.edges[-1], self.edges[-1]

    def place(self, x: float) -> tuple[float, float]:
        """The stretch that a number is in."""
        if x in self.exact:
            return x, x
        last = len(self.edges) - 2
        at = min(last, max(0, int(np.searchsorted(self.edges, x, "right")) - 1))
        return self.edges[at], self.edges[at + 1]


def profile(statement: Statement, judged: Sequence[Judged]) -> tuple[Stretch, ...]:
    """The stretches of every axis of a task, in order, without those where nothing was tried."""
    found = [(item, _placed(statement, item.case)) for item in judged]
    counted = [item for item, places in found if places is not None]
    if not counted:
        return ()
    placed = [places for _, places in found if places is not None]
    lost, unavoidable = _bits(counted)
    passed = {level: np.array([item.passes(level) for item in counted]) for level in ("correct", "stable", "precise")}
    made = []
    for number, axis in enumerate(axes(statement)):
        for low, high in axis.stretches():
            here = np.array([places[number] == (low, high) for places in placed])
            if not here.any():
                continue
            kept = np.maximum(lost[here] - unavoidable[here], 0.0)
            made.append(
                Stretch(
                    axis.names, axis.measure, low, high,
                    points=int(here.sum()),
                    correct=float(passed["correct"][here].mean()),
                    stable=float(passed["stable"][here].mean()),
                    precise=float(passed["precise"][here].mean()),
                    median=_short(float(np.median(kept))),
                    worst=_short(float(kept.max())),
                    unavoidable=_short(float(unavoidable[here].max())),
                )
            )  # fmt: skip
    return tuple(made)


@lru_cache(maxsize=8192)
def _placed(statement: Statement, case: Case) -> tuple[tuple[float, float], ...] | None:
    """The stretch of each axis that a case is in; None for one that is not counted."""
    probe = case.probe
    rows = [dim for dim in statement.dims if dim not in statement.class_dims]
    sizes = case.oracle.sizes(probe.values) if rows else {}
    if probe.label != "float64" or any(sizes.get(dim, 1) != 1 for dim in rows):
        return None
    return tuple(axis.place(axis.of(probe.values)) for axis in axes(statement))


def _bits(items: Sequence[Judged]) -> tuple[Floats, Floats]:
    """Bits lost, and those of them that nothing could have kept, of each call: of its worst component."""
    lost, unavoidable = np.full(len(items), float(BITS)), np.zeros(len(items))
    places, errors, sizes = [], [], []
    for at, item in enumerate(items):
        value, truth = None if item.reply is None else item.reply.value, item.case.truth
        if item.fault in (None, "value") and value is not None and value.shape == truth.shape and value.size:
            places.append(at)
            errors.append(truth.error(value).ravel())
            sizes.append(np.abs(truth.near).ravel())
    if not places:
        return lost, unavoidable
    starts = np.cumsum([0, *(len(error) for error in errors[:-1])])
    with np.errstate(all="ignore"):
        gone = np.log2(np.concatenate(errors) / np.maximum(EPS * np.concatenate(sizes), ETA))
    precise = np.repeat([items[at].precise for at in places], [len(error) for error in errors])
    gone[~np.isfinite(gone) & precise] = 0.0  # infinity for infinity
    bits = np.clip(np.nan_to_num(gone, nan=BITS, posinf=BITS, neginf=0.0), 0.0, BITS)
    lost[places] = np.maximum.reduceat(bits, starts)
    much = [(at, start, size) for at, start, size in zip(places, starts, sizes, strict=True) if lost[at] > SURE]
    if not much:
        return lost, unavoidable
    needed = _unavoidable([items[at].case for at, _, _ in much], [size for _, _, size in much])
    for (at, start, size), own in zip(much, needed, strict=True):
        mine = bits[start : start + len(size)]
        taken = np.minimum(own, mine)
        worst = int(np.argmax(mine - taken))
        lost[at], unavoidable[at] = mine[worst], taken[worst]
    return lost, unavoidable


def _unavoidable(cases: Sequence[Case], sizes: Sequence[Floats]) -> list[Floats]:
    """log2(1 + S/|v|), elementwise, of each case."""
    with np.errstate(all="ignore"):
        allowed = np.concatenate([case.bounds.precise.ravel() / (C * case.elements * EPS) for case in cases])  # |v| + S
        taken = np.log2(allowed / np.maximum(np.concatenate(sizes), ETA / EPS))
    bits = np.maximum(np.nan_to_num(taken, nan=0.0, posinf=BITS, neginf=0.0), 0.0)
    return np.split(bits, np.cumsum([len(size) for size in sizes])[:-1])


def _short(bits: float) -> float:
    return round(bits, 1)


@lru_cache(maxsize=64)
def axes(statement: Statement) -> tuple[Axis, ...]:
    """What the inputs of a task are measured by: a real number by its value, several by the largest size among them,
    positive ones by their value, bounded ones by how near they are to an end, a simplex by its smallest component."""
    continuous = [name for name in statement.arrays if statement.variables[name].continuous]
    made: list[Axis] = []
    reals: list[str] = []
    for name in continuous:
        domain = statement.variables[name].domain
        if isinstance(domain, Simplex):
            made.append(Axis((name,), "smallest", (0.0, *NEAR, 1.0), frozenset({0.0})))
        elif isinstance(domain, Interval) and domain.low is None and domain.high is None:
            reals.append(name)
        elif isinstance(domain, Interval):
            made.append(_interval(statement, name, domain))
    if reals:
        sizes = EXPONENTS if variants.exponential(statement.formula) else POWERS
        if len(reals) == 1 and _alone(statement, reals[0]):
            ends = (-math.inf, *(-x for x in reversed(sizes)), *sizes, math.inf)
            made.insert(0, Axis((reals[0],), "value", ends))
        else:
            made.insert(0, Axis(tuple(reals), "size", (0.0, *sizes, math.inf)))
    return tuple(made)


def _interval(statement: Statement, name: str, domain: Interval) -> Axis:
    """An interval with an end: for several components, the smallest stands for them all."""
    measure: Measure = "value" if _alone(statement, name) else "smallest"
    low, high = (None if end is None else float(end) for end in (domain.low, domain.high))
    if low is not None and high is not None:
        width = high - low
        edges = (low, *(low + width * u for u in NEAR), *(high - width * u for u in reversed(NEAR[1:])), high)
        closed = {low} if not domain.low_open else set()
        return Axis((name,), measure, edges, frozenset(closed | ({high} if not domain.high_open else set())))
    if low is not None:
        edges = (low, *(low + x for x in (1e-30, 1e-8, 0.1, 10.0, 1e8)), math.inf)
        return Axis((name,), measure, tuple(dict.fromkeys(edges)), frozenset({low} if not domain.low_open else ()))
    return Axis((name,), measure, (-math.inf, *((high or 0.0) - x for x in (1e8, 10.0, 0.1, 1e-8)), high or 0.0))


def _alone(statement: Statement, name: str) -> bool:
    """Whether one row holds one number of it."""
    return not any(isinstance(dim, int) or dim in statement.class_dims for dim in statement.variables[name].shape)
