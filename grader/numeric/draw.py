"""Ordinary values for arguments, drawn by their domains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.formula.declare import Classes, Domain, Finite, Integers, Interval, OneHot, Simplex, Variable
from grader.numeric.task import Statement

Array = NDArray[Any]
PLANS = ((1, 3, 2), (2, 3, 4), (3, 5, 2), (4, 2, 3), (5, 3, 4), (7, 4, 3), (17, 3, 2), (1, 2, 3), (64, 3, 2), (3, 3, 3))
"""Rows, classes, and the size of any other dimension."""


def sizes_of(statement: Statement) -> list[dict[str, int]]:
    """Several n, one of them 1; classes and other dimensions of sizes of their own, so that a mix-up shows."""
    batch = [dim for dim in statement.dims if dim not in statement.class_dims]
    first = batch[0] if batch else None
    made = []
    for n, k, d in PLANS:
        sizes = {dim: k if dim in statement.class_dims else n if dim == first else d for dim in statement.dims}
        if sizes not in made:
            made.append(sizes)
    if len(made) == 1:  # no dimension at all: several points
        made *= len(PLANS)
    return made


def draw(
    statement: Statement, sizes: Mapping[str, int], rng: np.random.Generator, dtype: Any
) -> tuple[dict[str, Array], frozenset[str]]:
    """Ordinary values for every argument, and which optional ones are passed (each time others)."""
    values, given = {}, set()
    for name, variable in statement.variables.items():
        shape = tuple(sizes[dim] if isinstance(dim, str) else dim for dim in variable.shape)
        kind = np.float64 if dtype == np.int64 and not takes_integers(variable) else dtype
        if variable.default is not None and rng.random() < 0.4:
            whole_number = isinstance(variable.domain, Integers | Classes)
            values[name] = np.asarray(float(variable.default), dtype=np.int64 if whole_number else np.float64)
            continue
        if variable.default is not None:
            given.add(name)
        if not shape and kind == np.int64:
            kind = np.float64  # a parameter stays what it is when the data are integers
        values[name] = ordinary_values(variable.domain, shape, sizes, rng, kind)
    return values, frozenset(given)


def takes_integers(variable: Variable) -> bool:
    """Whether whole numbers make sense: never for a simplex or a bounded interval."""
    domain = variable.domain
    if isinstance(domain, Interval):
        return domain.low is None or domain.high is None
    if isinstance(domain, Finite):
        return all(value.denominator == 1 for value in domain.values)
    return not isinstance(domain, Simplex)


def whole(array: Array) -> bool:
    return bool(np.all(array == np.floor(array)))


def ordinary_values(
    domain: Domain, shape: tuple[int, ...], sizes: Mapping[str, int], rng: np.random.Generator, dtype: Any
) -> Array:
    """Reals up to 5 in size, positives in [0.1, 10], the inside of intervals and simplices, every label."""
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
    order = rng.permutation(len(values))
    picked = np.asarray(values)[order[np.arange(count) % len(values)]]
    return np.asarray(rng.permutation(picked)).reshape(shape)


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
    cuts = rng.random((rows, 1024 // 8 - 1)).argsort(axis=1)[:, : shape[-1] - 1] + 1  # different ones in a row
    edges = np.pad(np.sort(cuts, axis=1) * 8, ((0, 0), (1, 1)), constant_values=((0, 0), (0, 1024)))
    return np.asarray((np.diff(edges, axis=1) / 1024).reshape(shape), dtype=dtype)
