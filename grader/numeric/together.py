"""Rows that are right each by itself, and wrong in one batch: one maximum taken for all of them, most often.

A row whose logits lie 750 below the largest of the batch has only zeros left after such a shift.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from grader.numeric.judge import Judged
from grader.numeric.probes import Probe
from grader.numeric.trial import Trial

ASKED: Final = 3
"""Batches whose rows are called one by one."""
LONGEST: Final = 6


def only_together(trial: Trial, items: Sequence[Judged]) -> bool:
    """Whether these calls fail though every one of their rows, called alone, is right at every input and level that
    the batch was asked for. False unless all of them have several rows."""
    batch = next((dim for dim in trial.statement.dims if dim not in trial.statement.class_dims), None)
    if batch is None or trial.ended is not None or not items:
        return False
    counts = [trial.oracle.sizes(item.case.probe.values)[batch] for item in items]
    short = [item for item, count in zip(items, counts, strict=True) if count <= LONGEST][:ASKED]
    if min(counts) < 2 or not short:
        return False
    rows = [row for item in short for row in _rows(trial, item.case.probe, batch)]
    alone = trial.tried(rows)
    return len(alone) >= len(rows) and all(item.stable for item in alone)


def _rows(trial: Trial, probe: Probe, batch: str) -> list[Probe]:
    shapes = {name: variable.shape for name, variable in trial.statement.variables.items()}
    made = []
    for row in range(trial.oracle.sizes(probe.values)[batch]):
        values = {
            name: np.take(array, [row], axis=shapes[name].index(batch)) if batch in shapes[name] else array
            for name, array in probe.values.items()
        }
        made.append(replace(probe, values=values))
    return made
