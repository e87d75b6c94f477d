"""One reply against the truth; and, over all replies, the three levels (DESIGN, section 6)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Final, Literal

import numpy as np

from grader.numeric import probes
from grader.numeric.messages import Reply
from grader.numeric.oracle import NO_TRUTH, Bounds, C, Floats, Oracle, Truth, bounds
from grader.numeric.probes import Probe
from grader.numeric.slopes import GradientOracle
from grader.numeric.task import Statement
from grader.verdict import Levels

Fault = Literal["missing", "failure", "parts", "shape", "dtype", "mutated", "value"]
"""`parts`: not as many values as were asked, or not in their order."""
ENOUGH: Final = 4
"""Ordinary inputs with a value, below which nothing is called right."""
LARGE_ROWS: Final = 5000
FEW_ROWS: Final = 80
HOPELESS: Final = 1e8
OPERATIONS: Final = 150_000
"""What the truth of a large batch may cost."""
REMEMBERED: Final = 64
"""Numbers in an argument, up to which a probe is remembered with its truth."""
SPEED_ROWS: Final = 20_000
LEVELS: Final = ("correct", "stable", "precise")


@dataclass(eq=False)
class Case:
    """A probe whose truth is known. The bounds need a gradient, and are worked out when something is off.

    Where a submission returns several values, `oracle` tells the first, and `others` are the cases of the rest.
    """

    probe: Probe
    truth: Truth
    oracle: Oracle
    others: tuple[Case, ...] = ()
    _bounds: Bounds | None = field(default=None, repr=False)

    @cached_property
    def elements(self) -> int:
        return self.oracle.elements(self.probe.values)

    @cached_property
    def surely(self) -> Floats:
        """What every bound allows: that of `precise` without S and η."""
        with np.errstate(all="ignore"):
            return np.asarray(C * self.elements * float(np.finfo(self.probe.dtype).eps) * np.abs(self.truth.near))

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

    @cached_property
    def limits(self) -> tuple[float, float, float]:
        """The bounds of one number, for `correct`, `stable` and `precise`."""
        return float(self.bounds.correct), float(self.bounds.stable), float(self.bounds.precise)

    @cached_property
    def widened(self) -> Truth:
        """The truth, where a kink is so near that rounding may take a program to its other side."""
        try:
            found = self.oracle.widened(self.probe.values, self.probe.dtype)
        except NO_TRUTH:
            return self.truth
        return self.truth if found is None else found


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
    def part(self) -> int:
        """Which of the values it is about that the submission returns."""
        return self.case.oracle.part

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

    oracles: tuple[Oracle, ...]
    """One for each of the values that a submission returns."""
    ordinary: tuple[Case, ...]
    extreme: tuple[Case, ...]
    tried: tuple[int, int]
    """How many ordinary and extreme inputs were tried for a value of the formula."""

    @cached_property
    def large(self) -> tuple[Case, ...]:
        probe = large_probe(self.oracles)
        return tuple(cases(self.oracles, [] if probe is None else [probe]))

    @cached_property
    def speed(self) -> Probe | None:
        """Many more rows, for a look at the clock; None where they are too many for the formula itself."""
        if not self.large or self.oracles[0].rows(self.large[0].probe.values) < LARGE_ROWS:
            return None
        return probes.many_rows(self.oracles[0].statement, SPEED_ROWS, "speed")

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
    oracles = oracles_of(statement)
    ordinary, extreme = probes.ordinary(statement), probes.extreme(statement)
    tried = len(ordinary), len(extreme)
    return Plan(oracles, tuple(cases(oracles, ordinary)), tuple(cases(oracles, extreme)), tried)


def oracles_of(statement: Statement) -> tuple[Oracle, ...]:
    """One oracle for each value that a submission returns, in their order."""
    made: list[Oracle] = []
    for part, wrt in enumerate(statement.parts):
        made.append(Oracle(statement) if wrt is None else GradientOracle(statement, part, wrt))
    return tuple(made)


def large_probe(oracles: Sequence[Oracle]) -> Probe | None:
    """A batch of many rows; of fewer, where the formula's cost grows with their square; None where of too few."""
    rows = LARGE_ROWS
    small, double = (probes.many_rows(oracles[0].statement, n, "large") for n in (8, 16))
    if small is None or double is None:
        return None
    once, twice = (sum(oracle.operations(probe.values) for oracle in oracles) for probe in (small, double))
    power = max(1.0, math.log2(max(1, twice) / max(1, once)))
    rows = min(rows, int(8 * (OPERATIONS / max(1, once)) ** (1 / power)))
    return probes.many_rows(oracles[0].statement, rows, "large") if rows > FEW_ROWS else None


def cases(oracles: Sequence[Oracle], tried: Sequence[Probe]) -> list[Case]:
    """The probes at which the first of the values is certain, each with those of the others that are."""
    made = []
    for probe in tried:
        found = [case for oracle in oracles if (case := _case(oracle, probe)) is not None]
        if found and found[0].oracle is oracles[0]:
            made.append(replace(found[0], others=tuple(found[1:])) if len(found) > 1 else found[0])
    return made


@dataclass(frozen=True, slots=True)
class _Asked:
    """A probe, known again by its numbers."""

    numbers: tuple[tuple[str, str, tuple[int, ...], bytes], ...]
    passed: tuple[object, ...]
    probe: Probe = field(compare=False)


def _case(oracle: Oracle, probe: Probe) -> Case | None:
    """Of what many submissions to one task are asked, as simpler inputs are, the truth is worked out once."""
    if any(array.size > REMEMBERED for array in probe.values.values()):
        return _worked_out(oracle, probe)
    numbers = tuple((name, array.dtype.str, array.shape, array.tobytes()) for name, array in probe.values.items())
    passed = probe.given, probe.region, probe.label, probe.layout, probe.readonly
    return _remembered(oracle, _Asked(numbers, passed, probe))


@lru_cache(maxsize=8192)
def _remembered(oracle: Oracle, asked: _Asked) -> Case | None:
    return _worked_out(oracle, asked.probe)


def _worked_out(oracle: Oracle, probe: Probe) -> Case | None:
    try:
        return Case(probe, oracle.truth(probe.values), oracle)
    except NO_TRUTH:
        return None


def judge_all(case: Case, reply: Reply | None) -> list[Judged]:
    """What one reply is worth: each of its values by itself, but once for all what befell the call as a whole."""
    count = len(case.oracle.statement.parts)
    if count == 1 or reply is None or reply.failure is not None or reply.mutated:
        return [judge(case, reply)]
    if reply.parts is None or len(reply.parts) != count:
        return [_failed(case, reply, "parts")]
    if in_other_order(case, reply.parts):
        return [_failed(case, reply, "parts")]
    return [judge(each, reply.parts[each.oracle.part]) for each in (case, *case.others)]


def in_other_order(case: Case, parts: Sequence[Reply]) -> bool:
    """Whether the gradient stands where the loss should, and the loss where the gradient."""
    if len(parts) != 2 or not case.others:
        return False
    loss, slope = case.truth.shape, case.others[0].truth.shape
    return loss != slope and (parts[0].shape, parts[1].shape) == (slope, loss)


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
    if case.truth.shape == () and case.oracle.wrt is None:
        return _of_number(case, reply, float(reply.value))
    error = case.truth.error(reply.value)
    if case.oracle.wrt is not None and np.any(error > case.at_least):
        error = np.fmin(error, case.widened.error(reply.value))
    info = np.finfo(case.probe.dtype)
    if np.all(np.isfinite(error) & (error <= case.surely)):
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


def _of_number(case: Case, reply: Reply, got: float) -> Judged:
    """As `judge` has it for arrays: of a loss that is one number, as nearly all are, and without arrays."""
    off, near = case.truth.distance(got), float(case.truth.near)
    largest = float(np.finfo(case.probe.dtype).max)
    beyond = abs(near) > largest / (16 * case.elements)
    right = Judged(case, reply, None, correct=True, stable=True, precise=True)
    if math.isfinite(off) and off <= case.surely:
        return right
    if not math.isfinite(got) and not beyond:
        return _failed(case, reply, "value")  # no bound excuses this
    if case.probe.label == "large":
        if off <= case.at_least:
            return right
        if off > HOPELESS * case.at_least:  # S would have to be as much larger than the inputs and the value
            return _failed(case, reply, "value")
    known = case.truth.digits[0] not in ("inf", "-inf")
    if known and beyond and got * near > 0 and abs(got) > largest / 64:
        return right
    bounds = case.limits
    correct, stable, precise = (math.isfinite(off) and off <= bound for bound in bounds)
    badness = off / bounds[1] if math.isfinite(off) and bounds[1] else math.inf
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
