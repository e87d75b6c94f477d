"""The ends of the domain: where one argument is extreme, singly and among ordinary ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final

import numpy as np

from grader.formula.declare import REAL, Classes, Domain, Finite, Integers, Interval, OneHot, Simplex
from grader.numeric.critical import critical_values
from grader.numeric.draw import Array, draw, ordinary_values
from grader.numeric.task import Statement

SEED: Final = 20_250_102
# 37: 1 + exp(−z) is 1 (float64); 89, 104: exp overflows, vanishes in float32; 710, 746: in float64.
# 1e±77: the fourth roots of the largest and the smallest float64, so that a square of a square still exists.
MAGNITUDES: Final = (
    0.0, 1e-77, 1e-30, 1e-17, 1e-12, 1e-8, 1e-5, 1e-3, 0.1, 0.5, 1.0, 2.0, 5.0, 8.0, 12.0, 16.5, 18.0, 20.0, 22.0, 25.0,
    30.0, 36.0, 37.5, 40.0, 50.0, 87.0, 89.0, 104.0, 200.0, 400.0, 700.0, 709.0, 710.0, 745.0, 746.0, 800.0, 1e3, 1e4,
    1e6, 1e8, 1e12, 1e16, 1e20, 1e40, 1e77,
)  # fmt: skip
FEWER: Final = (
    1e-77, 1e-9, 1e-3, 1.0, 12.0, 20.0, 37.5, 50.0, 104.0, 400.0, 710.0, 746.0, 800.0, 1e3, 1e4, 1e8, 1e16, 1e40, 1e77,
)  # fmt: skip
"""Magnitudes for one component of several."""
NARROW: Final = (1e-9, 1e-4, 8.0, 12.0, 17.0, 20.0, 50.0, 87.0, 89.0, 104.0, 110.0, 1e3, 1e6, 4e9)
"""Magnitudes for float32."""
UNIT: Final = (
    1e-300, 1e-200, 1e-100, 1e-50, 1e-30, 1e-20, 1e-17, 1e-16, 1e-15, 1e-12, 1e-10, 1e-8, 1e-7, 1e-5, 1e-3, 0.1,
)  # fmt: skip
"""Distances from the lower end of (0, 1); from the upper end those that float64 can tell."""

ALIKE: Final = 10
"""Batches of rows that are all extreme in one direction, and their size."""
ALIKE_ROWS: Final = 40


def single_sizes(statement: Statement) -> dict[str, int]:
    return {dim: 3 if dim in statement.class_dims else 1 for dim in statement.dims}


def singles_of(statement: Statement, magnitudes: Sequence[float], dtype: Any) -> list[dict[str, Array]]:
    """Elements at which one continuous argument is extreme, with every label and a few companions."""
    rng = np.random.default_rng(SEED + 3)
    sizes = single_sizes(statement)
    shapes = {
        name: tuple(sizes[dim] if isinstance(dim, str) else dim for dim in variable.shape)
        for name, variable in statement.variables.items()
    }
    settings = _settings(statement, dtype)
    data = [name for name in statement.arrays if statement.variables[name].continuous]
    labels = [name for name in statement.arrays if name not in data]
    label_sets = [list(_labels(statement.variables[name].domain, shapes[name], sizes, dtype)) for name in labels]
    made: list[dict[str, Array]] = []
    turn = 0
    for name in data:
        domain = statement.variables[name].domain
        patterns = list(_patterns(domain, shapes[name], magnitudes, dtype, critical_values(statement, name, dtype)))
        for pattern in patterns:
            others = [n for n in data if n != name]
            for companions in _companions(statement, others, shapes, domain, pattern, rng, dtype):
                for chosen in product(*label_sets):
                    parameters = settings[turn % len(settings)]
                    turn += 1
                    values = {**parameters, **companions, **dict(zip(labels, chosen, strict=True)), name: pattern}
                    made.append({n: values[n] for n in statement.variables})
    return made


def _settings(statement: Statement, dtype: Any) -> list[dict[str, Array]]:
    """Values of the parameters: at their defaults, or ordinary."""
    rng = np.random.default_rng(SEED + 4)
    made = []
    for _ in range(2):
        setting = {}
        for name in statement.parameters:
            variable = statement.variables[name]
            default = variable.default
            kind = np.int64 if isinstance(variable.domain, Integers | Classes) else dtype
            drawn = ordinary_values(variable.domain, (), single_sizes(statement), rng, dtype)
            at_default = None if default is None else np.asarray(default.numerator / default.denominator, dtype=kind)
            setting[name] = drawn if at_default is None else at_default
        made.append(setting)
    return made


def _labels(domain: Domain, shape: tuple[int, ...], sizes: Mapping[str, int], dtype: Any) -> Iterator[Array]:
    match domain:
        case Finite(values):
            for v in values[:4]:
                yield np.full(shape, float(v), dtype=dtype)
        case Classes(count):
            for k in range(min(3, sizes[count] if isinstance(count, str) else count)):
                yield np.full(shape, k, dtype=np.int64)
        case OneHot():
            for k in range(min(3, shape[-1])):
                yield np.broadcast_to(np.eye(shape[-1])[k], shape).astype(dtype)
        case _:
            for k in (-2, 0, 3):
                yield np.full(shape, k, dtype=np.int64)


def _patterns(
    domain: Domain, shape: tuple[int, ...], magnitudes: Sequence[float], dtype: Any, critical: Sequence[float]
) -> Iterator[Array]:
    count = int(np.prod(shape, dtype=int))
    if isinstance(domain, Simplex):
        yield from _simplex_patterns(shape, dtype)
        return
    assert isinstance(domain, Interval)
    several = FEWER if dtype == np.float64 else magnitudes
    scalars = list(_scalars(domain, magnitudes if count == 1 else several, critical, dtype))
    if count == 1:
        for scalar in scalars:
            yield np.full(shape, scalar, dtype=dtype)
        return
    middle = ordinary_values(domain, shape, {}, np.random.default_rng(SEED + 5), dtype)
    places = np.arange(count).reshape(shape)
    free = domain.low is None and domain.high is None
    for scalar in scalars:
        yield np.where(places == 0, scalar, middle).astype(dtype)  # one extreme among ordinary ones
        yield np.full(shape, scalar, dtype=dtype)  # all equal: ties
        if free:
            yield np.where(places == count - 1, scalar, 0.0).astype(dtype)
            yield (scalar + middle).astype(dtype)  # a common offset
            yield np.where(places == 0, 0.0, np.where(places == 1, -scalar, 3.0)).astype(dtype)  # a gap
            if scalar < 0:
                yield np.where(places == 0, 0.0, scalar).astype(dtype)  # the largest alone, at 0


def _scalars(domain: Interval, magnitudes: Sequence[float], critical: Sequence[float], dtype: Any) -> Iterator[float]:
    """Extreme numbers of an interval: magnitudes, its ends and next to them, and the formula's own thresholds."""
    low, high = (None if end is None else float(end) for end in (domain.low, domain.high))
    seen: set[float] = set()

    def new(x: float) -> bool:
        fresh = x not in seen
        seen.add(x)
        return fresh

    found: list[float] = []
    if low is not None and high is not None:
        ends = [low] * (not domain.low_open) + [high] * (not domain.high_open)
        tiny = float(np.finfo(dtype).tiny)
        near = [low + (high - low) * u for u in (tiny, *UNIT)] + [high - (high - low) * u for u in UNIT]
        inside = float(np.nextafter(dtype(high), dtype(low)))
        found = [*ends, *near, inside, (low + high) / 2]
    elif low is not None:
        found = [low] * (not domain.low_open) + [low + m for m in magnitudes if m]
    elif high is not None:
        found = [high] * (not domain.high_open) + [high - m for m in magnitudes if m]
    else:
        found = [s * m for m in magnitudes for s in (1.0, -1.0) if m or s > 0]
    for raw in (*critical, *found):
        with np.errstate(all="ignore"):
            x = float(dtype(raw))
        if np.isfinite(x) and _inside(domain, x) and new(x):
            yield x


def _inside(domain: Interval, x: float) -> bool:
    if domain.low is not None and (x < domain.low or (domain.low_open and x == domain.low)):
        return False
    return domain.high is None or x < domain.high or (not domain.high_open and x == domain.high)


def _simplex_patterns(shape: tuple[int, ...], dtype: Any) -> Iterator[Array]:
    """Points that sum to 1 exactly: corners, edges, and powers of two down to one unit in the last place of 1."""
    k = shape[-1]
    rows = [np.full(k, 1 / 4) + np.eye(k)[0] * (1 - k / 4)] if k <= 4 else []
    last = 52 if dtype == np.float64 else 23
    for small in (0.0, *(2.0**-e for e in (3, 10, 20, 23, 30, 40, 50, 52) if e <= last)):
        for at in range(k):
            row = np.zeros(k)
            row[at], row[(at + 1) % k] = 1 - small, small
            rows.append(row)
            if small and k > 2:
                third = np.array(row)
                third[(at + 1) % k], third[(at + 2) % k] = small / 2, small / 2
                rows.append(third)
    for row in rows:
        yield np.broadcast_to(row, shape).astype(dtype)


def _companions(
    statement: Statement,
    names: Sequence[str],
    shapes: Mapping[str, tuple[int, ...]],
    domain: Domain,
    pattern: Array,
    rng: np.random.Generator,
    dtype: Any,
) -> Iterator[dict[str, Array]]:
    """What the other continuous arguments are while one, of `domain`, is extreme: ordinary; those of the same kind
    also equal to it, next to it, at zero, opposite; and several of them all near it."""
    variables = statement.variables
    plain = {n: ordinary_values(variables[n].domain, shapes[n], {}, rng, dtype) for n in names}
    yield plain
    alike = [n for n in names if variables[n].domain == domain == REAL and shapes[n] == pattern.shape]
    if len(alike) > 1:
        yield {**plain, **{n: (pattern + plain[n]).astype(dtype) for n in alike}}
    for name in names:
        corner = _corner(variables[name].domain, shapes[name], pattern.dtype)
        if corner is not None and variables[name].domain != domain:
            yield {**plain, name: corner}
        if shapes[name] == pattern.shape and variables[name].domain == domain:
            partners = [pattern, np.nextafter(pattern, pattern.dtype.type(0)), np.zeros_like(pattern), -pattern]
            if isinstance(domain, Simplex):
                partners = [pattern, np.roll(pattern, 1, axis=-1)]
            for partner in partners:
                if not isinstance(domain, Interval) or all(_inside(domain, float(x)) for x in partner.ravel()):
                    yield {**plain, name: partner}


def _corner(domain: Domain, shape: tuple[int, ...], dtype: Any) -> Array | None:
    """A soft label that is hard: all of a simplex in one class, the closed end of an interval."""
    if isinstance(domain, Simplex):
        return np.broadcast_to(np.eye(shape[-1])[-1], shape).astype(dtype)
    if isinstance(domain, Interval) and domain.low is not None and domain.high is not None:
        end = domain.high if not domain.high_open else domain.low if not domain.low_open else None
        return None if end is None else np.full(shape, float(end), dtype=dtype)
    return None


def parameter_ends(
    statement: Statement, singles: Sequence[Mapping[str, Array]]
) -> Iterator[tuple[dict[str, Array], frozenset[str]]]:
    """Each parameter at the closed ends of its interval, the data ordinary and extreme; and the optional arguments
    that are passed."""
    rng = np.random.default_rng(SEED + 6)
    for name in statement.parameters:
        domain = statement.variables[name].domain
        if not isinstance(domain, Interval):
            continue
        closed = [(domain.low, domain.low_open), (domain.high, domain.high_open)]
        for end in [float(end) for end, is_open in closed if end is not None and not is_open]:
            drawn = [draw(statement, single_sizes(statement), rng, np.float64) for _ in range(4)]
            for values, given in [*drawn, *((single, frozenset[str]()) for single in thinned(singles, 12))]:
                yield {**values, name: np.asarray(end)}, given | {name}


def thinned(values: Sequence[Mapping[str, Array]], limit: int) -> list[Mapping[str, Array]]:
    """At most `limit`, spread evenly over the list."""
    if len(values) <= limit:
        return list(values)
    return [values[i * len(values) // limit] for i in range(limit)]


def batches_of(
    statement: Statement, singles: Sequence[Mapping[str, Array]], dim: str, rng: np.random.Generator
) -> Iterator[dict[str, Array]]:
    """Extreme rows of n = 1 probes, stacked: among ordinary ones, among one another, and one many times over."""
    fixed = [name for name, v in statement.variables.items() if dim not in v.shape]
    sizes = {**single_sizes(statement), dim: 3}
    for number in range(24 + ALIKE):
        if number >= 24:
            rows = [singles[int(rng.integers(0, len(singles)))]] * ALIKE_ROWS
        else:
            rows = [singles[int(i)] for i in rng.integers(0, len(singles), 1 if number % 2 else 3)]
        drawn, _ = draw(statement, sizes, rng, np.float64)
        values = {}
        for name, variable in statement.variables.items():
            if name in fixed:
                values[name] = rows[0][name]
                continue
            axis = variable.shape.index(dim)
            parts = [row[name] for row in rows]
            if len(rows) == 1:
                parts.append(drawn[name])
            values[name] = np.concatenate([np.asarray(p) for p in parts], axis=axis)
        yield values
