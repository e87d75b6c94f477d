"""Where a submission is tried: ordinary inputs first, then the ends of the domain.

Everything is drawn from one seed, so a verdict can be repeated. Single elements (n = 1) are tried one by one, so
that a failing one is known; batches mix extreme elements with ordinary ones, so that a mask or a maximum taken
over the whole batch shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from grader.formula.declare import Interval
from grader.numeric.draw import Array, draw, sizes_of, takes_integers, whole
from grader.numeric.extremes import MAGNITUDES, NARROW, batches_of, parameter_ends, singles_of, thinned
from grader.numeric.messages import Argument, Call, Layout
from grader.numeric.task import Statement

Region = Literal["ordinary", "extreme"]
SEED: Final = 20_250_101
SINGLES: Final = 280
"""Single extreme elements, at most."""


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
    drawn = [draw(statement, sizes, rng, np.float64) for sizes in sizes_of(statement)]
    probes = [Probe(values, given, "ordinary") for values, given in drawn]
    middle = probes[len(probes) // 2]
    probes += [
        replace(middle, label="read-only", readonly=True),
        replace(middle, label="strided", layout="strided"),
        replace(middle, label="fortran", layout="F"),
    ]
    for sizes in sizes_of(statement)[1:6:2]:
        values, given = draw(statement, sizes, rng, np.float32)
        probes.append(Probe(values, given, "ordinary", "float32"))
    if all(takes_integers(v) for v in statement.variables.values() if v.shape) and any(
        isinstance(v.domain, Interval) for v in statement.variables.values() if v.shape
    ):
        for sizes in sizes_of(statement)[1:7]:
            values, given = draw(statement, sizes, rng, np.int64)
            probes.append(Probe(values, given, "ordinary", "int64"))
    discrete = [name for name in statement.arrays if not statement.variables[name].continuous]
    if discrete and any(statement.variables[name].continuous for name in statement.arrays):
        for probe in probes[2:4]:
            mixed = {n: a.astype(np.int64) if n in discrete and whole(a) else a for n, a in probe.values.items()}
            probes.append(replace(probe, values=mixed, label="integer labels"))
    return [*probes, replace(probes[0], label="again"), replace(probes[2], label="again")]


def extreme(statement: Statement) -> list[Probe]:
    """The ends of the domain: single elements, then batches in which they stand among ordinary ones."""
    rng = np.random.default_rng(SEED + 1)
    singles = singles_of(statement, MAGNITUDES, np.float64)
    chosen = thinned(singles, SINGLES)
    probes = [Probe(values, frozenset(), "extreme") for values in chosen]
    narrow = thinned(singles_of(statement, NARROW, np.float32), 48)
    probes += [Probe(values, frozenset(), "extreme", "float32") for values in narrow]
    probes += [Probe(values, given, "extreme") for values, given in parameter_ends(statement, chosen)]
    batch = [dim for dim in statement.dims if dim not in statement.class_dims]
    if batch and chosen:  # a formula of labels alone has no ends
        mixed = batches_of(statement, chosen, batch[0], rng)
        probes += [Probe(values, frozenset(), "extreme", "batch") for values in mixed]
    return probes


def many_rows(statement: Statement, rows: int, label: str) -> Probe | None:
    """Ordinary inputs with many rows, and no more. None where no dimension grows."""
    rng = np.random.default_rng(SEED + 2)
    growing = [dim for dim in statement.dims if dim not in statement.class_dims]
    if not growing:
        return None
    rest = dict.fromkeys(statement.dims, 3)
    values, given = draw(statement, {**rest, growing[0]: rows}, rng, np.float64)
    return Probe(values, given, "extreme", label)
