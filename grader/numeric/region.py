"""Where a witness stands: the stretch of one of its numbers over which the submission fails in the same way, while the
rest stays as it is ("z below −709.79", "p exactly 0").

What is said of a stretch is what was tried of it: some points over the whole domain, and its ends, found by bisection.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from grader.formula.declare import Interval, Simplex
from grader.numeric.judge import Judged
from grader.numeric.probes import Probe
from grader.numeric.shrink import Failing, domain_holds
from grader.numeric.trial import Trial
from grader.verdict import Fact

REALS: Final = (1e-3, 1.0, 5.0, 12.0, 20.0, 37.5, 100.0, 700.0, 746.0, 1e4, 1e8, 1e16, 1e77)
OTHER_SIDE: Final = 3
"""How many of them are tried with the other sign."""
POSITIVE: Final = (1e-77, 1e-30, 1e-16, 1e-8, 1e-4, 1e-2, 0.1, 1.0, 10.0, 100.0, 1e4, 1e8, 1e16, 1e40, 1e77)
NEAR: Final = (1e-300, 1e-100, 1e-30, 1e-16, 1e-12, 1e-8, 1e-5, 1e-3, 0.1)
"""Distances from the lower end of what has two; from the upper one those that float64 can tell."""
CUTS: Final = 5
ROUNDS: Final = 4
COORDINATES: Final = 2
LARGEST: Final = 4
"""Numbers of an argument, at most, that are looked at."""
NARROW: Final = 0.05
"""The least width of a stretch that is worth telling, as a part of its numbers."""
MASS: Final = 2.0**-40
"""What a component of a probability vector gets in place of 0."""


@dataclass(frozen=True, slots=True)
class Coordinate:
    """One number of the inputs."""

    name: str
    at: int
    domain: Interval
    value: float

    def moved(self, probe: Probe, value: float) -> Probe:
        """The same input with another number there."""
        array = probe.values[self.name].copy()
        array.reshape(-1)[self.at] = value
        return replace(probe, values={**probe.values, self.name: array})

    def of(self, item: Judged) -> float:
        return float(item.case.probe.values[self.name].ravel()[self.at])

    @property
    def extreme(self) -> float:
        """How far out it is, in powers of ten: of its size, or of its distance from the nearer end."""
        ends = [float(end) for end in (self.domain.low, self.domain.high) if end is not None]
        away = min((abs(self.value - end) for end in ends), default=abs(self.value))
        return abs(math.log10(away)) if away else math.inf if ends else -1.0


def region(trial: Trial, shown: Judged, failing: Failing) -> dict[str, Fact] | None:
    """The stretch around a witness in which the calls fail as it does: `name`, `low` and `high` (None where it goes to
    the end of the domain; the same, for a single number), and of a vector the place, from 1, as `component`.

    None where there is none to tell: for types and batches, for labels alone, and for what fails everywhere.
    """
    probe = shown.case.probe
    if probe.label != "float64" or trial.ended is not None or trial.left() < 1:
        return None
    for name in trial.statement.arrays:
        array = probe.values[name]
        if isinstance(trial.statement.variables[name].domain, Simplex) and _only_at_zero(trial, probe, name, failing):
            place = {} if array.size == 1 else {"component": int(np.argmin(array)) + 1}
            return {"name": name, "low": 0.0, "high": 0.0, **place}
    for coordinate in _coordinates(trial, probe)[:COORDINATES]:
        found = _stretch(trial, probe, coordinate, failing)
        if found is not None:
            size = probe.values[coordinate.name].size
            place = {} if size == 1 else {"component": coordinate.at + 1}
            return {"name": coordinate.name, "low": found[0], "high": found[1], **place}
    return None


def _coordinates(trial: Trial, probe: Probe) -> list[Coordinate]:
    """The numbers that may be moved alone, the most extreme first."""
    made = []
    for name, variable in trial.statement.variables.items():
        array = probe.values[name]
        if isinstance(variable.domain, Interval) and array.size <= LARGEST and (variable.shape or name in probe.given):
            made += [Coordinate(name, at, variable.domain, float(x)) for at, x in enumerate(array.ravel())]
    return sorted(made, key=lambda coordinate: -coordinate.extreme)


def _only_at_zero(trial: Trial, probe: Probe, name: str, failing: Failing) -> bool:
    """Whether it passes as soon as no component of a probability vector is 0."""
    array = probe.values[name]
    if not np.any(array == 0):
        return False
    filled: NDArray[Any] = np.where(array == 0, MASS, array)
    top = np.expand_dims(np.argmax(array, axis=-1), -1)
    rest = np.take_along_axis(array, top, axis=-1) - MASS * np.sum(array == 0, axis=-1, keepdims=True)
    np.put_along_axis(filled, top, rest, axis=-1)
    answers = trial.tried([replace(probe, values={**probe.values, name: filled})])
    return bool(answers) and not failing(answers)


def _stretch(
    trial: Trial, probe: Probe, coordinate: Coordinate, failing: Failing
) -> tuple[float | None, float | None] | None:
    """The ends of the stretch; None if it is the whole domain."""
    known = _tried(trial, probe, coordinate, _grid(coordinate), failing)
    known[coordinate.value] = True
    points = sorted(known)
    low = high = points.index(coordinate.value)
    while low > 0 and known[points[low - 1]]:
        low -= 1
    while high < len(points) - 1 and known[points[high + 1]]:
        high += 1
    below = (points[low - 1], points[low]) if low > 0 else None
    above = (points[high + 1], points[high]) if high < len(points) - 1 else None
    if below is None and above is None:
        return None
    for _ in range(ROUNDS):
        cuts = [x for gap in (below, above) if gap for x in _cuts(coordinate.domain, *gap)]
        found = _tried(trial, probe, coordinate, cuts, failing)
        below, above = (None if gap is None else _narrowed(gap, found) for gap in (below, above))
    start, end = (None if gap is None else _short(*gap) for gap in (below, above))
    if coordinate.value in (coordinate.domain.low, coordinate.domain.high) and low == high:
        return coordinate.value, coordinate.value
    narrow = start is not None and end is not None and end - start < NARROW * max(abs(start), abs(end))
    return None if narrow else (start, end)


def _tried(
    trial: Trial, probe: Probe, coordinate: Coordinate, values: Sequence[float], failing: Failing
) -> dict[float, bool]:
    """Whether the calls with those numbers fail; those at which there is no truth are left out."""
    answers = trial.tried([coordinate.moved(probe, x) for x in values])
    missed = {id(item) for item in failing(answers)}
    return {coordinate.of(item): id(item) in missed for item in answers}


def _grid(coordinate: Coordinate) -> list[float]:
    """Numbers over the whole domain."""
    domain = coordinate.domain
    low, high = (None if end is None else float(end) for end in (domain.low, domain.high))
    if low is not None and high is not None:
        width = high - low
        found = [low, *(low + width * u for u in NEAR), (low + high) / 2, *(high - width * u for u in NEAR), high]
    elif low is not None or high is not None:
        end, sign = (low, 1.0) if low is not None else (high or 0.0, -1.0)
        found = [end, *(end + sign * x for x in POSITIVE)]
    else:
        sign = math.copysign(1.0, coordinate.value)
        found = [*(sign * x for x in REALS), 0.0, *(-sign * x for x in REALS[:OTHER_SIDE])]
    return [x for x in dict.fromkeys(found) if x != coordinate.value and domain_holds(domain, x)]


def _cuts(domain: Interval, passing: float, failing: float) -> Iterator[float]:
    """Numbers between the two: evenly by size where their sizes (or distances from an end) are far apart."""
    for end in (domain.low, domain.high, 0):
        if end is None:
            continue
        a, b = passing - float(end), failing - float(end)
        if a * b > 0 and not 0.25 < a / b < 4:
            yield from (float(end) + float(x) for x in np.geomspace(a, b, CUTS + 2)[1:-1])
            return
    yield from map(float, np.linspace(passing, failing, CUTS + 2)[1:-1])


def _narrowed(gap: tuple[float, float], found: dict[float, bool]) -> tuple[float, float]:
    """The nearest two of which one passes, and one fails; what lies beyond the first that passes does not count."""
    passing, failing = gap
    inside = sorted((x for x in found if min(gap) < x < max(gap)), key=lambda x: abs(x - failing))
    for x in inside:
        if not found[x]:
            return x, failing
        failing = x
    return passing, failing


def _short(passing: float, failing: float) -> float:
    """The end of a stretch, on its failing side, with no more digits than are known."""
    for digits in range(1, 17):
        near = float(f"{failing:.{digits}g}")
        step = 10.0 ** (math.floor(math.log10(abs(failing))) - digits + 1) if failing else 0.0
        beyond = near if (near - passing) * (failing - passing) >= (failing - passing) ** 2 else None
        rounded = near if beyond is not None else float(f"{near + math.copysign(step, failing - passing):.{digits}g}")
        if abs(rounded - failing) <= abs(passing - failing):
            return rounded
    return failing
