"""Laws that a loss keeps, and a program that is wrong may break: shuffling the batch changes nothing, and the like.

No verdict rests on a law: values are compared with the truth, and a right program keeps every law that the formula
keeps, as far as rounding goes. A broken law says *why* a value is wrong, where nothing more specific does; so laws are
asked only then, of a program that is wrong already, at the cost of two calls for each.

A law is never assumed. It must hold of the formula itself, at the very inputs of the two calls that are shown and at
others, in values certain to 64 bits: of a formula that only seems to keep it, nothing is said. (A symbolic proof would
hold for the few sizes that it is worked out for, and cost more than all these points; the instance that is shown is
certain either way.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from grader.formula.declare import REAL, Finite, Interval, OneHot, Simplex
from grader.numeric.judge import Case, Judged, cases
from grader.numeric.probes import Probe
from grader.numeric.shrink import number, text
from grader.numeric.task import Statement
from grader.numeric.trial import Trial
from grader.verdict import Fact

Array = NDArray[Any]
Values = Mapping[str, Array]
POINTS: Final = 5
"""Inputs at which a law must hold of the formula before a program is asked."""
LARGEST: Final = 8
"""Rows of the inputs that a law is shown at."""
SHIFT: Final = 3.0
CERTAIN: Final = 1e-14
CLEAR: Final = 1e-6
"""By how much a law must be broken: far beyond rounding."""


@dataclass(frozen=True, slots=True)
class Law:
    """A change of the inputs, and what becomes of the loss."""

    name: str
    change: Callable[[Statement, Values], Values | None]
    """The other inputs; None where they cannot be changed so."""
    becomes: Callable[[int, float], float] = lambda _rows, value: value
    """The value at the other inputs, from the number of rows and the value at the first."""
    start: Callable[[Statement, Values], Values | None] | None = None
    """The first inputs, where they are not those of a call that was made already."""


@dataclass(frozen=True, eq=False)
class Broken:
    """A law that the formula keeps and a program does not: at these two calls."""

    law: str
    data: Mapping[str, Fact]


def broken(trial: Trial, judged: Sequence[Judged]) -> Broken | None:
    """The first law that a program breaks, of those that its formula keeps. None for a gradient, which has others."""
    if trial.oracle.wrt is not None:
        return None
    items = [item for item in judged if _usable(trial, item)][:POINTS]
    if len(items) < 2:
        return None
    for law in LAWS:
        pairs = [pair for item in items if (pair := _pair(trial, law, item.case.probe)) is not None]
        if len(pairs) < len(items) or not all(_keeps(trial, law, *pair) for pair in pairs):
            continue
        found = _asked(trial, law, pairs)
        if found is not None:
            return found
    return _of_sign(trial, judged)


def _usable(trial: Trial, item: Judged) -> bool:
    """A plain call on a few rows that gave a number."""
    probe, value = item.case.probe, None if item.reply is None else item.reply.value
    plain = item.ordinary and probe.label == "float64" and item.case.truth.shape == () and value is not None
    sizes = [n for dim, n in trial.oracle.sizes(probe.values).items() if dim not in trial.statement.class_dims]
    return plain and value is not None and value.shape == () and bool(sizes) and 1 < max(sizes) <= LARGEST


def _pair(trial: Trial, law: Law, probe: Probe) -> tuple[Case, Case] | None:
    """The two calls of a law; None where the inputs cannot be changed so, or the formula has no value there."""
    first = probe.values if law.start is None else law.start(trial.statement, probe.values)
    second = law.change(trial.statement, probe.values)
    if first is None or second is None:
        return None
    made = cases(trial.oracles, [replace(probe, values=first), replace(probe, values=second)])
    return (made[0], made[1]) if len(made) == 2 else None


def _keeps(trial: Trial, law: Law, first: Case, second: Case) -> bool:
    """Whether the formula keeps a law at two inputs, as far as two float64 numbers can tell."""
    before, after = float(first.truth.near), float(second.truth.near)
    expected = law.becomes(_rows(trial, first), before)
    size = max(abs(before), abs(after), abs(expected))
    return abs(expected - after) <= CERTAIN * (size + trial.oracle.reach(first.probe.values))


def _rows(trial: Trial, case: Case) -> int:
    batch = _batch(trial.statement)
    return 1 if batch is None else trial.oracle.sizes(case.probe.values)[batch]


def _asked(trial: Trial, law: Law, pairs: Sequence[tuple[Case, Case]]) -> Broken | None:
    """The first pair of calls that shows the law broken."""
    for pair in pairs:
        values = [item.got for item in trial.judged(pair) if item.reply is not None and item.reply.shape == ()]
        if len(values) < 2 or values[0] is None or values[1] is None or not np.isfinite(values[0]):
            continue
        should = law.becomes(_rows(trial, pair[0]), values[0])
        if abs(values[1] - should) <= CLEAR * max(1e-9, abs(should), abs(values[1])):
            continue
        data: dict[str, Fact] = {
            "law": law.name,
            "first": _inputs(trial.statement, pair[0].probe),
            "second": _inputs(trial.statement, pair[1].probe),
            "values": (number(values[0]), number(values[1])),
            "from": _short(values[0]),
            "to": _short(values[1]),
        }
        return Broken(law.name, data)
    return None


def _short(value: float) -> str:
    return f"{value:.6g}"


def _of_sign(trial: Trial, judged: Sequence[Judged]) -> Broken | None:
    """A loss that is never negative, by all that is known of its formula, and is here."""
    truths = [item.case.truth for item in judged if item.case.truth.shape == ()]
    if len(truths) < POINTS or any(float(truth.near) < 0 for truth in truths):
        return None
    for item in judged:
        value = None if item.reply is None else item.reply.value
        if value is not None and value.shape == () and float(value) < -CLEAR:
            data: dict[str, Fact] = {
                "law": "nonnegative",
                "first": _inputs(trial.statement, item.case.probe),
                "to": _short(float(value)),
            }
            return Broken("nonnegative", data)
    return None


def _inputs(statement: Statement, probe: Probe) -> str:
    passed = {*statement.required, *probe.given}
    return ", ".join(f"{name} = {text(array)}" for name, array in probe.values.items() if name in passed)


# ---------------------------------------------------------------------------------------------------- the changes


def _batch(statement: Statement) -> str | None:
    """The dimension of the samples."""
    return next((dim for dim in statement.dims if dim not in statement.class_dims), None)


def _along(statement: Statement, values: Values, change: Callable[[Array, int], Array]) -> Values | None:
    """Every argument that has the dimension of the samples, changed along it."""
    batch = _batch(statement)
    if batch is None:
        return None
    shapes = {name: variable.shape for name, variable in statement.variables.items()}
    return {n: change(a, shapes[n].index(batch)) if batch in shapes[n] else a for n, a in values.items()}


def _shuffled(statement: Statement, values: Values) -> Values | None:
    return _along(statement, values, lambda array, axis: np.roll(array, 1, axis))


def _doubled(statement: Statement, values: Values) -> Values | None:
    return _along(statement, values, lambda array, axis: np.concatenate([array, array], axis))


def _shifted(statement: Statement, values: Values) -> Values | None:
    """The same number added to all logits of a row."""
    rows = [
        name
        for name, variable in statement.variables.items()
        if variable.domain == REAL and variable.shape and variable.shape[-1] in statement.class_dims
    ]
    if len(rows) != 1:
        return None
    return {**values, rows[0]: values[rows[0]] + SHIFT}


def _moved_together(statement: Statement, values: Values) -> Values | None:
    """The same number added to predictions and targets."""
    real = [n for n in statement.arrays if statement.variables[n].domain == REAL]
    if len(real) != 2 or statement.class_dims or len(real) < len(statement.arrays):
        return None
    return {**values, **{name: values[name] + SHIFT for name in real}}


def _mirrored(statement: Statement, values: Values) -> Values | None:
    """The other label everywhere, and what is predicted mirrored: y ↔ 1 − y with z ↔ −z, or p ↔ 1 − p."""
    binary = [n for n in statement.arrays if _labels(statement, n) == {Fraction(0), Fraction(1)}]
    signed = [n for n in statement.arrays if _labels(statement, n) == {Fraction(-1), Fraction(1)}]
    real = [n for n in statement.arrays if statement.variables[n].domain == REAL]
    chance = [n for n in statement.arrays if _chance(statement, n)]
    if len(binary) + len(signed) != 1 or len(real) + len(chance) != 1:
        return None
    made = dict(values)
    made |= {name: 1 - values[name] for name in (*binary, *chance)}
    made |= {name: -values[name] for name in (*signed, *real)}
    return made


def _reflected(statement: Statement, values: Values) -> Values | None:
    """Predictions and targets with the other sign: an error is as bad upward as downward."""
    real = [n for n in statement.arrays if statement.variables[n].domain == REAL]
    if len(real) != 2 or len(real) < len(statement.arrays) or statement.class_dims:
        return None
    return {**values, **{name: -values[name] for name in real}}


def _repeated(statement: Statement, values: Values) -> Values | None:
    """The first sample twice, in place of twice its weight."""
    weights, batch = _weights(statement), _batch(statement)
    if weights is None or batch is None:
        return None
    single = {**values, weights: np.ones_like(values[weights])}
    return _along(statement, single, lambda array, axis: np.concatenate([np.take(array, [0], axis), array], axis))


def _weighted(statement: Statement, values: Values) -> Values | None:
    """The first sample with twice its weight, all others with one."""
    weights = _weights(statement)
    if weights is None:
        return None
    made = np.ones_like(values[weights])
    made[0] = 2
    return {**values, weights: made}


def _perfect(statement: Statement, values: Values) -> Values | None:
    """The prediction equal to the target."""
    arrays = statement.arrays
    if len(arrays) != 2 or statement.variables[arrays[0]].shape != statement.variables[arrays[1]].shape:
        return None
    first, second = (statement.variables[name].domain for name in arrays)
    if not (first == second == REAL or (isinstance(first, Simplex) and isinstance(second, Simplex | OneHot))):
        return None
    return {**values, arrays[0]: values[arrays[1]]}


def _weights(statement: Statement) -> str | None:
    batch = _batch(statement)
    found = [
        name
        for name, variable in statement.variables.items()
        if isinstance(variable.domain, Interval)
        and variable.domain.low == 0
        and variable.domain.high is None
        and variable.shape == (batch,)
    ]
    return found[0] if len(found) == 1 and len(statement.arrays) > 2 else None


def _labels(statement: Statement, name: str) -> set[Fraction]:
    domain = statement.variables[name].domain
    return set(domain.values) if isinstance(domain, Finite) else set()


def _chance(statement: Statement, name: str) -> bool:
    domain = statement.variables[name].domain
    return isinstance(domain, Interval) and domain.low == 0 and domain.high == 1


LAWS: Final[Sequence[Law]] = (
    Law("permutation", _shuffled),
    Law("duplication", _doubled),
    Law("additivity", _doubled, lambda _rows, value: 2 * value),
    Law("shift", _shifted),
    Law("translation", _moved_together),
    Law("label-symmetry", _mirrored),
    Law("even", _reflected),
    Law("weights-as-repetition", _repeated, start=_weighted),
    Law("weights-as-repetition", _repeated, lambda rows, value: value * rows / (rows + 1), start=_weighted),
    Law("zero-at-perfect", _perfect, lambda _rows, _value: 0.0),
)


def names() -> Iterator[str]:
    """All laws that a finding may name."""
    yield from (law.name for law in LAWS)
    yield "nonnegative"
