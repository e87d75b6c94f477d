"""One reply against the truth; and, over all replies, the three levels (DESIGN, section 6)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, Literal

import numpy as np

from grader.numeric import probes
from grader.numeric.messages import Reply
from grader.numeric.oracle import NO_TRUTH, Bounds, C, Floats, Oracle, Truth, bounds
from grader.numeric.probes import Probe
from grader.numeric.task import Statement
from grader.verdict import Levels

Fault = Literal["missing", "failure", "shape", "dtype", "mutated", "value"]
ENOUGH: Final = 4
"""Ordinary inputs with a value, below which nothing is called right."""
LARGE_ROWS: Final = 5000
FEW_ROWS: Final = 80
HOPELESS: Final = 1e8
OPERATIONS: Final = 150_000
"""What the truth of a large batch may cost."""
SPEED_ROWS: Final = 20_000
LEVELS: Final = ("correct", "stable", "precise")


@dataclass(eq=False)
class Case:
    """A probe whose truth is known. The bounds need a gradient, and are worked out when something is off."""

    probe: Probe
    truth: Truth
    oracle: Oracle
    _bounds: Bounds | None = field(default=None, repr=False)

    @property
    def elements(self) -> int:
        return self.oracle.elements(self.probe.values)

    @property
    def at_least(self) -> Floats:
        """What the bound of `stable` is without S, which is much work for many rows."""
        nothing = np.zeros(self.truth.shape)
        values = self.probe.values
        return bounds(self.truth, nothing, self.oracle.reach(values), self.elements, self.probe.dtype).stable

    @property
    def bounds(self) -> Bounds:
        if self._bounds is None:
            values = self.probe.values
            condition = self.oracle.condition(values, self.truth.shape)
            reach = max(self.oracle.reach(values), self.oracle.addends(values))
            self._bounds = bounds(self.truth, condition, reach, self.elements, self.probe.dtype)
        return self._bounds


@dataclass(frozen=True, eq=False)
class Judged:
    """One case and what came of it. `fault` is the gravest thing; the levels are those that it passes."""

    case: Case
    reply: Reply | None
    fault: Fault | None
    correct: bool
    stable: bool
    precise: bool
    badness: float = 0.0
    """Error over the stable bound; infinite for what is no number."""

    @property
    def ordinary(self) -> bool:
        return self.case.probe.region == "ordinary"

    @property
    def got(self) -> float | None:
        """The one number of a scalar result."""
        value = None if self.reply is None else self.reply.value
        return float(value.reshape(())) if value is not None and value.size == 1 else None

    def passes(self, level: str) -> bool:
        return bool(getattr(self, level))


@dataclass(frozen=True, eq=False)
class Plan:
    """The calls that a statement's submissions get. Only those that are correct get the extreme ones, and only those
    that are stable there the large batch, which is ordinary but for its size."""

    oracle: Oracle
    ordinary: tuple[Case, ...]
    extreme: tuple[Case, ...]
    tried: tuple[int, int]
    """How many ordinary and extreme inputs were tried for a value of the formula."""

    @cached_property
    def large(self) -> tuple[Case, ...]:
        probe = large_probe(self.oracle)
        return tuple(cases(self.oracle, [] if probe is None else [probe]))

    @cached_property
    def speed(self) -> Probe | None:
        """Many more rows, for a look at the clock; None where they are too many for the formula itself."""
        if not self.large or self.oracle.rows(self.large[0].probe.values) < LARGE_ROWS:
            return None
        return probes.many_rows(self.oracle.statement, SPEED_ROWS, "speed")

    @property
    def decides(self) -> bool:
        """Whether the formula has a value at enough ordinary inputs to say that a program is right."""
        return len({id(case.probe.values) for case in self.ordinary}) >= ENOUGH

    @property
    def reaches(self) -> bool:
        """Whether it has one at any of the extreme inputs, if there are such."""
        return bool(self.extreme) or not self.tried[1]


@lru_cache(maxsize=64)
def plan(statement: Statement) -> Plan:
    """Worked out once a statement, so that further submissions are judged at the cost of their calls."""
    oracle = Oracle(statement)
    ordinary, extreme = probes.ordinary(statement), probes.extreme(statement)
    tried = len(ordinary), len(extreme)
    return Plan(oracle, tuple(cases(oracle, ordinary)), tuple(cases(oracle, extreme)), tried)


def large_probe(oracle: Oracle) -> Probe | None:
    """A batch of many rows; of fewer, where the formula's cost grows with their square; None where of too few."""
    rows = LARGE_ROWS
    small, double = (probes.many_rows(oracle.statement, n, "large") for n in (8, 16))
    if small is None or double is None:
        return None
    once, twice = oracle.operations(small.values), oracle.operations(double.values)
    power = max(1.0, math.log2(max(1, twice) / max(1, once)))
    rows = min(rows, int(8 * (OPERATIONS / max(1, once)) ** (1 / power)))
    return probes.many_rows(oracle.statement, rows, "large") if rows > FEW_ROWS else None


def cases(oracle: Oracle, tried: Sequence[Probe]) -> list[Case]:
    """The probes at which the formula has a certain value."""
    made = []
    for probe in tried:
        try:
            made.append(Case(probe, oracle.truth(probe.values), oracle))
        except NO_TRUTH:
            continue
    return made


def judge(case: Case, reply: Reply | None) -> Judged:
    """What one reply is worth."""
    if reply is None:
        return _failed(case, reply, "missing")
    if reply.failure is not None:
        return _failed(case, reply, "failure")
    if reply.shape != case.truth.shape or reply.type not in ("number", "array"):
        return _failed(case, reply, "shape")
    if reply.value is None:
        return _failed(case, reply, "dtype")
    if reply.mutated:
        return _failed(case, reply, "mutated")
    error = case.truth.error(reply.value)
    info = np.finfo(case.probe.dtype)
    with np.errstate(all="ignore"):
        surely = C * case.elements * float(info.eps) * np.abs(case.truth.near)
    if np.all(np.isfinite(error) & (error <= surely)):
        return Judged(case, reply, None, correct=True, stable=True, precise=True)
    if not np.isfinite(reply.value).all() and np.all(np.abs(case.truth.near) <= float(info.max) / (16 * case.elements)):
        return _failed(case, reply, "value")  # no bound excuses this
    if case.probe.label == "large":
        if np.all(error <= case.at_least):
            return Judged(case, reply, None, correct=True, stable=True, precise=True)
        if np.any(error > HOPELESS * case.at_least):  # S would have to be as much larger than the inputs and the value
            return _failed(case, reply, "value")
    limit = case.bounds
    with np.errstate(all="ignore"):
        size = np.abs(case.truth.near)
        known = np.array([digits not in ("inf", "-inf") for digits in case.truth.digits]).reshape(case.truth.shape)
        huge = known & (size > float(info.max) / (16 * case.elements))
        same_sign = np.sign(reply.value) == np.sign(case.truth.near)
        excused = huge & same_sign & (np.abs(reply.value) > float(info.max) / 64)
        allowed = (limit.correct, limit.stable, limit.precise)
        correct, stable, precise = (
            bool(np.all((np.isfinite(error) & (error <= bound)) | excused)) for bound in allowed
        )
        ratio = np.where(excused, 0.0, error / limit.stable)
    badness = float(np.max(np.where(np.isnan(ratio), np.inf, ratio), initial=0.0))
    fault: Fault | None = None if correct and stable and precise else "value"
    return Judged(case, reply, fault, correct=correct, stable=stable, precise=precise, badness=badness)


def _failed(case: Case, reply: Reply | None, fault: Fault) -> Judged:
    return Judged(case, reply, fault, correct=False, stable=False, precise=False, badness=float("inf"))


def levels(judged: Sequence[Judged]) -> Levels:
    """Each level holds what the one below holds, and more."""
    correct = all(item.correct for item in judged if item.ordinary)
    stable = correct and all(item.stable for item in judged)
    return Levels(correct=correct, stable=stable, precise=stable and all(item.precise for item in judged))


def failing(judged: Sequence[Judged], level: str) -> list[Judged]:
    """What keeps a submission below a level."""
    return [item for item in judged if (item.ordinary or level != "correct") and not item.passes(level)]


def shares(judged: Sequence[Judged]) -> dict[str, float]:
    """The fraction of the calls that pass each level that was tried: of the ordinary ones for `correct`."""
    made = {}
    for level in LEVELS if any(not item.ordinary for item in judged) else LEVELS[:1]:
        counted = [item.passes(level) for item in judged if item.ordinary or level != "correct"]
        made[level] = sum(counted) / len(counted) if counted else 1.0
    return made
