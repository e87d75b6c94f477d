"""Where a submission is tried: ordinary inputs first, then the ends of the domain.

Everything is drawn from one seed, so a verdict can be repeated. Single elements (n = 1) are tried one by one, so
that a failing one is known; batches mix extreme elements with ordinary ones, so that a mask or a maximum taken
over the whole batch shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from grader.formula.declare import Classes, Domain, Finite, Integers, Interval, OneHot, Simplex, Variable
from grader.numeric.critical import critical_values
from grader.numeric.process import Argument, Call, Layout
from grader.numeric.task import Statement

Array = NDArray[Any]
Region = Literal["ordinary", "extreme"]
SEED: Final = 20_250_101
SINGLES: Final = 280
"""Single extreme elements, at most."""

# 37: 1 + exp(−z) is 1 (float64); 89, 104: exp overflows, vanishes in float32; 710, 746: in float64.
# 1e±77: the fourth roots of the largest and the smallest float64, so that a square of a square still exists.
MAGNITUDES: Final = (
    0.0, 1e-77, 1e-30, 1e-17, 1e-12, 1e-8, 1e-5, 1e-3, 0.1, 0.5, 1.0, 2.0, 5.0, 8.0, 12.0, 16.5, 20.0, 30.0, 36.0, 37.5,
    40.0, 50.0, 87.0, 89.0, 104.0, 200.0, 400.0, 700.0, 709.0, 710.0, 745.0, 746.0, 800.0, 1e3, 1e4, 1e6, 1e8, 1e12,
    1e16, 1e20, 1e40, 1e77,
)  # fmt: skip
FEWER: Final = (1e-77, 1e-9, 1e-3, 1.0, 12.0, 20.0, 37.5, 50.0, 104.0, 400.0, 710.0, 746.0, 800.0, 1e3, 1e4, 1e8, 1e16, 1e40, 1e77)
NARROW: Final = (1e-9, 1e-4, 8.0, 12.0, 17.0, 20.0, 50.0, 87.0, 89.0, 104.0, 110.0, 1e3, 1e6, 4e9)
"""Magnitudes for float32."""
UNIT: Final = (1e-300, 1e-200, 1e-100, 1e-50, 1e-30, 1e-20, 1e-17, 1e-16, 1e-15, 1e-12, 1e-10, 1e-8, 1e-7, 1e-5, 1e-3, 0.1)
"""Distances from the lower end of (0, 1); from the upper end those that float64 can tell."""


@dataclass(frozen=True, eq=False)
class Probe:
    """One call: the exact inputs, and how they are handed over. `given`: the optional arguments that are passed."""

    values: Mapping[str, Array]
    given: frozenset[str]
    region: Region
    label: str = "float64"
    layout: Layout = "C"
    readonly: bool = False

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the floating inputs; float64 where there are none."""
        narrow = any(array.dtype == np.float32 for array in self.values.values())
        return np.dtype(np.float32 if narrow else np.float64)

    def call(self, statement: Statement) -> Call:
        args = tuple(self._argument(self.values[name]) for name in statement.required)
        kwargs = {name: self._argument(self.values[name]) for name in statement.optional if name in self.given}
        return Call(args, kwargs)

    def _argument(self, array: Array) -> Argument:
        if array.shape == ():
            return Argument(array, "scalar" if array.dtype == np.float32 else "python")
        layout = "C" if self.layout == "F" and array.ndim < 2 else self.layout
        return Argument(array, layout, self.readonly)


def ordinary(statement: Statement) -> list[Probe]:
    """Sizes, types and layouts on inputs as one meets them."""
    rng = np.random.default_rng(SEED)
    drawn = [_draw(statement, sizes, rng, np.float64) for sizes in _sizes(statement)]
    probes = [Probe(values, given, "ordinary") for values, given in drawn]
    middle = probes[len(probes) // 2]
    probes += [
        replace(middle, label="read-only", readonly=True),
        replace(middle, label="strided", layout="strided"),
        replace(middle, label="fortran", layout="F"),
    ]
    for sizes in _sizes(statement)[1:6:2]:
        values, given = _draw(statement, sizes, rng, np.float32)
        probes.append(Probe(values, given, "ordinary", "float32"))
    if all(_takes_integers(v) for v in statement.variables.values() if v.shape) and any(
        isinstance(v.domain, Interval) for v in statement.variables.values() if v.shape
    ):
        for sizes in _sizes(statement)[1:4]:
            values, given = _draw(statement, sizes, rng, np.int64)
            probes.append(Probe(values, given, "ordinary", "int64"))
    discrete = [name for name in statement.arrays if not statement.variables[name].continuous]
    if discrete and any(statement.variables[name].continuous for name in statement.arrays):
        for probe in probes[2:4]:
            mixed = {n: a.astype(np.int64) if n in discrete and _whole(a) else a for n, a in probe.values.items()}
            probes.append(replace(probe, values=mixed, label="integer labels"))
    return [*probes, replace(probes[0], label="again"), replace(probes[2], label="again")]


def extreme(statement: Statement) -> list[Probe]:
    """The ends of the domain: single elements, then batches in which they stand among ordinary ones."""
    rng = np.random.default_rng(SEED + 1)
    singles = _singles(statement, MAGNITUDES, np.float64)
    chosen = _thinned(singles, SINGLES)
    probes = [Probe(values, frozenset(), "extreme") for values in chosen]
    narrow = _thinned(_singles(statement, NARROW, np.float32), 48)
    probes += [Probe(values, frozenset(), "extreme", "float32") for values in narrow]
    if batch := [dim for dim in statement.dims if dim not in statement.class_dims]:
        probes += [Probe(values, frozenset(), "extreme", "batch") for values in _batches(statement, chosen, batch[0], rng)]
    return probes


def speed_probe(statement: Statement, elements: int) -> Probe | None:
    """Ordinary inputs with many rows. None where no dimension grows."""
    rng = np.random.default_rng(SEED + 2)
    growing = [dim for dim in statement.dims if dim not in statement.class_dims]
    if not growing:
        return None
    rest = {dim: 3 for dim in statement.dims}
    values, given = _draw(statement, {**rest, growing[0]: elements}, rng, np.float64, spread=False)
    return Probe(values, given, "ordinary", "speed")


# --------------------------------------------------------------------------------------------- ordinary


def _sizes(statement: Statement) -> list[dict[str, int]]:
    """Several n, one of them 1; classes and other dimensions of sizes of their own, so that a mix-up shows."""
    batch = [dim for dim in statement.dims if dim not in statement.class_dims]
    first = batch[0] if batch else None
    plans = [(1, 3, 2), (2, 3, 4), (3, 5, 2), (4, 2, 3), (5, 3, 4), (7, 4, 3), (17, 3, 2), (1, 2, 3), (64, 3, 2), (3, 3, 3)]
    made = []
    for n, k, d in plans:
        sizes = {dim: k if dim in statement.class_dims else n if dim == first else d for dim in statement.dims}
        if sizes not in made:
            made.append(sizes)
    if len(made) == 1:  # no dimension at all: several points
        made *= len(plans)
    return made


def _draw(
    statement: Statement, sizes: Mapping[str, int], rng: np.random.Generator, dtype: Any, *, spread: bool = True
) -> tuple[dict[str, Array], frozenset[str]]:
    """Ordinary values for every argument, and which optional ones are passed (each time others)."""
    values, given = {}, set()
    for name, variable in statement.variables.items():
        shape = tuple(sizes[dim] if isinstance(dim, str) else dim for dim in variable.shape)
        kind = np.float64 if dtype == np.int64 and not _takes_integers(variable) else dtype
        if variable.default is not None and rng.random() < 0.4:
            values[name] = np.asarray(float(variable.default) if variable.default.denominator > 1 else int(variable.default))
            values[name] = values[name].astype(np.int64 if isinstance(variable.domain, Integers | Classes) else np.float64)
            continue
        if variable.default is not None:
            given.add(name)
        if not shape and kind == np.int64:
            kind = np.float64  # a parameter stays what it is when the data are integers
        values[name] = _ordinary(variable.domain, shape, sizes, rng, kind)
    return values, frozenset(given)


def _takes_integers(variable: Variable) -> bool:
    """Whether whole numbers make sense: never for a simplex or a bounded interval."""
    domain = variable.domain
    if isinstance(domain, Interval):
        return domain.low is None or domain.high is None
    return not isinstance(domain, Simplex) and not (isinstance(domain, Finite) and any(v.denominator > 1 for v in domain.values))


def _whole(array: Array) -> bool:
    return bool(np.all(array == np.floor(array)))


def _ordinary(domain: Domain, shape: tuple[int, ...], sizes: Mapping[str, int], rng: np.random.Generator, dtype: Any) -> Array:
    match domain:
        case Interval():
            return _interior(domain, shape, rng, dtype)
        case Integers():
            return np.asarray(rng.integers(-5, 6, shape), dtype=np.int64)
        case Finite(values):
            return np.asarray(_every([float(v) for v in values], shape, rng), dtype=dtype)
        case Classes(count):
            number = sizes[count] if isinstance(count, str) else count
            return np.asarray(_every(list(range(number)), shape, rng), dtype=np.int64)
        case OneHot():
            return np.asarray(np.eye(shape[-1])[_every(list(range(shape[-1])), shape[:-1], rng)], dtype=dtype)
        case Simplex():
            return _simplex(shape, rng, dtype)


def _every(values: Sequence[Any], shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Each value as often as there is room, shuffled: no label is left out by chance."""
    count = int(np.prod(shape, dtype=int))
    order = list(rng.permutation(len(values)))
    picked = [values[order[i % len(values)]] for i in range(count)]
    return np.asarray([picked[i] for i in rng.permutation(count)]).reshape(shape)


def _interior(domain: Interval, shape: tuple[int, ...], rng: np.random.Generator, dtype: Any) -> Array:
    low, high = (None if end is None else float(end) for end in (domain.low, domain.high))
    if low is None and high is None:
        drawn = rng.uniform(-5, 5, shape)
    elif low is not None and high is not None:
        drawn = low + (high - low) * rng.uniform(0.05, 0.95, shape)
    else:
        away = np.exp(rng.uniform(np.log(0.1), np.log(10), shape))
        drawn = low + away if low is not None else (high or 0.0) - away
    if dtype == np.int64:
        whole = np.rint(drawn)
        if low is not None:
            whole = np.maximum(whole, np.floor(low) + 1)
        if high is not None:
            whole = np.minimum(whole, np.ceil(high) - 1)
        return np.asarray(whole, dtype=np.int64)
    return np.asarray(np.round(drawn, 6), dtype=dtype)


def _simplex(shape: tuple[int, ...], rng: np.random.Generator, dtype: Any) -> Array:
    """Multiples of 1/1024 that sum to 1 exactly, in float32 as well."""
    rows = int(np.prod(shape[:-1], dtype=int))
    k = shape[-1]
    made = np.empty((rows, k))
    for row in range(rows):
        cuts = np.sort(rng.choice(np.arange(1, 1024 // 8), k - 1, replace=False)) * 8
        made[row] = np.diff(np.concatenate([[0], cuts, [1024]])) / 1024
    return np.asarray(made.reshape(shape), dtype=dtype)


# ---------------------------------------------------------------------------------------------- extreme


def _single_sizes(statement: Statement) -> dict[str, int]:
    return {dim: 3 if dim in statement.class_dims else 1 for dim in statement.dims}


def _singles(statement: Statement, magnitudes: Sequence[float], dtype: Any) -> list[dict[str, Array]]:
    """Elements at which one continuous argument is extreme, with every label and a few companions."""
    rng = np.random.default_rng(SEED + 3)
    sizes = _single_sizes(statement)
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
            for companions in _companions(statement, others, shapes, pattern, rng, dtype):
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
            drawn = _ordinary(variable.domain, (), _single_sizes(statement), rng, dtype)
            setting[name] = drawn if default is None else np.asarray(default.numerator / default.denominator, dtype=kind)
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
    scalars = list(_scalars(domain, magnitudes if count == 1 else FEWER if dtype == np.float64 else magnitudes, critical, dtype))
    if count == 1:
        for scalar in scalars:
            yield np.full(shape, scalar, dtype=dtype)
        return
    middle = _ordinary(domain, shape, {}, np.random.default_rng(SEED + 5), dtype)
    places = np.arange(count).reshape(shape)
    free = domain.low is None and domain.high is None
    for scalar in scalars:
        yield np.where(places == 0, scalar, middle).astype(dtype)  # one extreme among ordinary ones
        yield np.full(shape, scalar, dtype=dtype)  # all equal: ties
        if free:
            yield np.where(places == count - 1, scalar, 0.0).astype(dtype)
            yield (scalar + middle).astype(dtype)  # a common offset
            yield np.where(places == 0, 0.0, np.where(places == 1, -scalar, 3.0)).astype(dtype)  # a gap


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
    pattern: Array,
    rng: np.random.Generator,
    dtype: Any,
) -> Iterator[dict[str, Array]]:
    """What the other continuous arguments are while one is extreme: ordinary, equal to it, next to it, at zero."""
    variables = statement.variables
    plain = {n: _ordinary(variables[n].domain, shapes[n], {}, rng, dtype) for n in names}
    yield plain
    for name in names:
        if shapes[name] == pattern.shape:
            domain = variables[name].domain
            partners = [pattern, np.nextafter(pattern, pattern.dtype.type(0)), np.zeros_like(pattern), -pattern]
            if isinstance(domain, Simplex):
                partners = [pattern, np.roll(pattern, 1, axis=-1)]
            for partner in partners:
                if isinstance(domain, Simplex) or all(_inside(domain, float(x)) for x in partner.ravel()):  # type: ignore[arg-type]
                    yield {**plain, name: partner}


def _thinned(values: list[dict[str, Array]], limit: int) -> list[dict[str, Array]]:
    """At most `limit`, spread evenly over the list."""
    if len(values) <= limit:
        return values
    return [values[i * len(values) // limit] for i in range(limit)]


def _batches(
    statement: Statement, singles: Sequence[Mapping[str, Array]], dim: str, rng: np.random.Generator
) -> Iterator[dict[str, Array]]:
    """Extreme rows of n = 1 probes, stacked: among ordinary ones, and among one another."""
    fixed = [name for name, v in statement.variables.items() if dim not in v.shape]
    sizes = {**_single_sizes(statement), dim: 3}
    for number in range(24):
        rows = [singles[int(i)] for i in rng.integers(0, len(singles), 1 if number % 2 else 3)]
        drawn, _ = _draw(statement, sizes, rng, np.float64)
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
