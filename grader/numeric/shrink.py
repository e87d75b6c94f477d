"""The simplest input that still fails in the same way ("z = 710", "z = -40, y = 1")."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from grader.formula.declare import Classes, Domain, Finite, Integers, Interval, OneHot, Simplex
from grader.numeric.judge import Judged
from grader.numeric.probes import Probe
from grader.numeric.task import Statement
from grader.numeric.trial import Trial

ROUNDS: Final = 12
TRIES: Final = 14
"""Simpler inputs tried in one round."""
SHOWN: Final = 8
PLACES: Final = 12
"""Numbers of one argument, at most, that are looked at one by one."""
SHORT: Final = 500
"""Numbers in an input whose size and digits are looked at."""
Array = NDArray[Any]
Failing = Callable[[Sequence[Judged]], list[Judged]]


def shrunk(trial: Trial, found: Judged, failing: Failing) -> Judged:
    """Round by round, the simplest of several simpler inputs that fails in the same way."""
    best = found
    for _ in range(ROUNDS):
        if trial.ended is not None or trial.left() < 0.5:
            break
        simpler = [p for p in _candidates(trial.statement, best.case.probe) if cost(p) < cost(best.case.probe)]
        answers = trial.tried(_spread(simpler))
        if trial.ended is not None:
            break
        still = failing(answers)
        if not still:
            break
        best = min(still, key=lambda item: cost(item.case.probe))
    return best


def _spread(simpler: list[Probe]) -> list[Probe]:
    """The simplest ones, and some of the others."""
    simpler.sort(key=cost)
    half = TRIES // 2
    rest = simpler[half:]
    return [*simpler[:half], *rest[:: max(1, -(-len(rest) // half))]]


def failing_as(found: Judged, level: str, same: Callable[[Sequence[Judged]], Sequence[bool]] | None) -> Failing:
    """Of several calls, those that fail at `level`, and in the same way: as `same` has it, or by their looks."""
    kind = looks(found)

    def failing(items: Sequence[Judged]) -> list[Judged]:
        missed = [item for item in items if not item.passes(level)]
        if same is None or not missed:
            return [item for item in missed if looks(item) == kind]
        return [item for item, alike in zip(missed, same(missed), strict=True) if alike]

    return failing


def looks(item: Judged) -> str:
    """What kind of failure this is, so that shrinking does not wander from one to another."""
    if item.fault != "value" or item.reply is None or item.reply.value is None:
        return item.reply.failure.kinds[0] if item.reply is not None and item.reply.failure else str(item.fault)
    value = item.reply.value
    return "nan" if np.isnan(value).any() else "inf" if np.isinf(value).any() else "number"


@lru_cache(maxsize=4096)
def cost(probe: Probe) -> tuple[float, ...]:
    """Fewer elements, fewer optional arguments, fewer digits than three and fewer non-zeros, smaller numbers."""
    count = sum(array.size for array in probe.values.values())
    if count > SHORT:  # its length is all that matters yet
        return (count, len(probe.given), math.inf, math.inf)
    numbers = [abs(float(x)) for array in probe.values.values() for x in array.ravel()]
    return (
        len(numbers),
        len(probe.given),
        sum(_digits(x) for x in numbers if x),
        sum(abs(math.log10(x)) for x in numbers if x),
    )


def _digits(x: float) -> int:
    """1, and more for a fraction and for each digit past the third."""
    digits = len(repr(x).split("e")[0].replace(".", "").strip("0"))
    return 1 + max(0, digits - 3) + (x != math.floor(x) and x > 1)


def _candidates(statement: Statement, probe: Probe) -> Iterator[Probe]:
    """Simpler inputs: fewer rows, parameters left at their defaults, zeros, round and smaller numbers."""
    for dim in statement.dims:
        if dim in statement.class_dims:
            yield from _fewer_classes(statement, probe, dim)
        else:
            yield from _fewer(statement, probe, dim)
    for name in sorted(probe.given):
        default = statement.variables[name].default
        if default is not None:
            plain = np.asarray(default.numerator / default.denominator, dtype=probe.values[name].dtype)
            yield replace(probe, values={**probe.values, name: plain}, given=probe.given - {name})
    for name, variable in statement.variables.items():
        if variable.default is not None and name not in probe.given:
            continue
        for changed in simpler_arrays(probe.values[name], variable.domain):
            yield replace(probe, values={**probe.values, name: changed})


def simpler_arrays(array: Array, domain: Domain) -> Iterator[Array]:
    """One number, or one row, made simpler."""
    if isinstance(domain, Simplex) and array.ndim:
        for at in range(array.size // array.shape[-1]):
            for row in _simpler_row(array.reshape(-1, array.shape[-1])[at]):
                yield _with(array, at, row)
    elif isinstance(domain, OneHot) and array.ndim:
        for at in range(array.size // array.shape[-1]):
            yield _with(array, at, np.eye(array.shape[-1])[0])
    elif isinstance(domain, Interval) and array.size <= PLACES:
        for at in range(array.size):
            for simple in _simpler(float(array.ravel()[at]), domain):
                yield _with(array, at, simple)
    elif isinstance(domain, Finite | Classes | Integers) and array.size <= PLACES:
        least = float(min(domain.values, key=abs)) if isinstance(domain, Finite) else 0
        for at in range(array.size):
            yield _with(array, at, least)


def _with(array: Array, at: int, new: Array | float) -> Array:
    """A copy with another number, or another row."""
    changed = array.copy()
    changed.reshape(-1, *np.shape(new))[at] = new
    return changed


def _simpler_row(row: Array) -> Iterator[Array]:
    """Points of a simplex, each summing to 1 exactly: all in one class, the small ones given to the largest, in
    halves, quarters and eighths, and with a power of two for the smallest."""
    top, least = int(np.argmax(row)), float(np.min(row[row > 0], initial=1.0))
    size = len(row)
    yield np.eye(size)[top]
    for at in range(size):
        if row[at] and at != top:
            for kept in (0.0, 2.0**-3, 2.0**-10, 2.0**-20, 2.0 ** math.floor(math.log2(least))):
                if kept < row[at]:
                    changed = row.copy()
                    changed[top], changed[at] = row[top] + (row[at] - kept), kept
                    yield from _exact(changed)
    for parts in (2, 4, 8):
        rough = np.floor(row * parts) / parts
        rough[top] += 1 - rough.sum()
        yield from _exact(rough)


def _exact(row: Array) -> Iterator[Array]:
    """The row, if it is one of a simplex to the last bit."""
    if np.all(row >= 0) and sum(map(Fraction, row.tolist())) == 1:
        yield row


def _fewer_classes(statement: Statement, probe: Probe, dim: str) -> Iterator[Probe]:
    """Each class left out where there are more than two; what a simplex had there goes to its largest component."""
    along = {name: v for name, v in statement.variables.items() if dim in v.shape}
    size = next((probe.values[name].shape[v.shape.index(dim)] for name, v in along.items()), 0)
    for gone in range(size) if size > 2 else ():
        values = {}
        for name, variable in statement.variables.items():
            array = probe.values[name]
            if isinstance(variable.domain, Classes) and variable.domain.count == dim:
                if np.any(array == gone):
                    break
                array = array - (array > gone)
            if name in along:
                rest = np.delete(array, gone, axis=variable.shape.index(dim))
                if isinstance(variable.domain, OneHot) and np.any(rest.sum(axis=-1) != 1):
                    break
                array = _whole(rest, np.take(array, gone, axis=-1)) if isinstance(variable.domain, Simplex) else rest
            values[name] = array
        else:
            yield replace(probe, values=values)


def _whole(rest: Array, taken: Array) -> Array:
    """Rows of a simplex that lost a component, whole again."""
    made = rest.copy()
    rows = made.reshape(-1, made.shape[-1])
    for row, lost in zip(rows, np.ravel(taken), strict=True):
        row[int(np.argmax(row))] += lost
    return made


def _fewer(statement: Statement, probe: Probe, dim: str) -> Iterator[Probe]:
    """Each row alone, then either half."""
    along = [(probe.values[name], v.shape) for name, v in statement.variables.items() if dim in v.shape]
    size = next((array.shape[shape.index(dim)] for array, shape in along), 1)
    if size < 2:
        return
    picks = [[row] for row in range(size)] if size <= 64 else []
    picks += [list(range(size // 2)), list(range(size // 2, size))]
    for rows in picks:
        values = {
            name: np.take(probe.values[name], rows, axis=v.shape.index(dim)) if dim in v.shape else probe.values[name]
            for name, v in statement.variables.items()
        }
        yield replace(probe, values=values)


def _simpler(x: float, domain: Interval) -> Iterator[float]:
    """Zero, one, a digit or two, a step toward zero; toward the nearer end in a bounded interval."""
    if domain.low is not None and domain.high is not None:
        low, high = float(domain.low), float(domain.high)
        simple = [low, high, (low + high) / 2]
        if x < (low + high) / 2 and x > low:
            power = 10.0 ** math.ceil(math.log10(x - low))
            simple += [low + power, low + power * 10, low + power * 1000]
        elif low < high and x < high:
            power = 10.0 ** math.ceil(math.log10(high - x))
            simple += [high - power, high - power * 10]
        yield from (y for y in simple if y != x and domain_holds(domain, y))
        return
    whole = float(round(x)) if abs(x) < 1e15 else x
    for y in (0.0, math.copysign(1.0, x), float(f"{x:.0e}"), float(f"{x:.1e}"), whole):
        if y != x and domain_holds(domain, y):
            yield y
    if abs(x) > 2:
        for factor in (0.1, 0.5, 0.75, 0.9, 0.95, 0.99):
            y = math.copysign(math.floor(abs(x) * factor), x) if abs(x) < 1e15 else float(f"{x * factor:.0e}")
            if y != x and domain_holds(domain, y):
                yield y
        if abs(x) < 1e6 and domain_holds(domain, x - math.copysign(1, x)):
            yield x - math.copysign(1, x)


def domain_holds(domain: Interval, x: float) -> bool:
    if domain.low is not None and (x < domain.low or (domain.low_open and x == domain.low)):
        return False
    return domain.high is None or x < domain.high or (not domain.high_open and x == domain.high)


def text(array: Array) -> str:
    """Short: `710`, `[0, -800, 3]`, with the middle of a long array left out; one element stands without brackets."""
    if array.size == 1:
        return number(array.ravel()[0].item())
    if array.ndim > 1:
        rows = [text(row) if row.size > 1 else f"[{text(row)}]" for row in array]
        return f"[{', '.join(_cut(rows))}]"
    return f"[{', '.join(_cut([number(x) for x in array.tolist()]))}]"


def _cut(items: Sequence[str]) -> list[str]:
    return list(items) if len(items) <= SHOWN else [*items[: SHOWN // 2], "…", *items[-2:]]


def number(x: float) -> str:
    """As Python writes it, without a needless `.0`; `1e8` where that is much shorter."""
    if isinstance(x, int) or not math.isfinite(x):
        return repr(x)
    plain = repr(x).removesuffix(".0").replace("e+", "e")
    short = np.format_float_scientific(x, trim="-", exp_digits=1).replace("e+", "e")
    return short if len(short) + 2 < len(plain) else plain
