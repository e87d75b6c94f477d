"""A formula in float64 at the inputs of many calls, those of one shape together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.formula.declare import Classes, Variable
from grader.formula.floats import evaluate_float
from grader.formula.values import Value
from grader.numeric.forms import Form
from grader.numeric.judge import Judged
from grader.numeric.oracle import NO_TRUTH
from grader.numeric.trial import Trial
from grader.numeric.wrong_slopes import Slope
from grader.numeric.wrong_slopes import value as slope_value

Floats = NDArray[np.float64]


def float_values(
    trial: Trial, formula: Form, items: Sequence[Judged], given: Sequence[Mapping[str, float]] = ()
) -> list[Floats | None]:
    """One value a call; None where the formula does not fit its inputs.

    `given`: for each call, the numbers that stand for further names of the formula, beside those of the task.
    """
    alike: dict[object, list[int]] = {}
    for at, item in enumerate(items):
        alike.setdefault(_kind(trial, item), []).append(at)
    made: list[Floats | None] = [None] * len(items)
    for places in alike.values():
        found = _together(trial, formula, [items[at] for at in places], [given[at] for at in places] if given else ())
        for at, value in zip(places, found, strict=True):
            made[at] = value
    return made


def _kind(trial: Trial, item: Judged) -> object:
    """Calls of one kind can be evaluated as one: the same shapes, and the same labels, which choose components."""
    values = item.case.probe.values
    variables = trial.statement.variables
    labels = tuple(array.tobytes() for name, array in values.items() if isinstance(variables[name].domain, Classes))
    return tuple(array.shape for array in values.values()), labels


def _together(
    trial: Trial, formula: Form, items: Sequence[Judged], given: Sequence[Mapping[str, float]]
) -> list[Floats | None]:
    first = items[0].case.probe.values
    variables = trial.statement.variables
    inputs: dict[str, Value[Any]] = {}
    for name, array in first.items():
        columns = np.stack([item.case.probe.values[name].ravel() for item in items], axis=-1).astype(np.float64)
        if isinstance(variables[name].domain, Classes):
            columns = columns[:, 0]  # the same in all of them
        inputs[name] = Value(array.shape, tuple(columns))
    scope = trial.statement.scope
    for name in given[0] if given else ():
        scope = scope.with_variable(Variable(name))
        inputs[name] = Value((), (np.array([numbers[name] for numbers in given]),))
    try:
        sizes = trial.oracle.sizes(first)
        if isinstance(formula, Slope):
            found = slope_value(formula, scope, inputs, sizes)
        else:
            found = evaluate_float(formula, scope, inputs, sizes)
    except (*NO_TRUTH, ValueError, IndexError, KeyError, TypeError):
        return [None] * len(items)
    parts = [np.broadcast_to(np.asarray(part, dtype=np.float64), (len(items),)) for part in found.items]
    return [np.array([part[at] for part in parts]).reshape(found.shape) for at in range(len(items))]
