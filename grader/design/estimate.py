"""The experiment for robust losses: the centre of a sample, with and without outliers, beside well-known losses.

Samples of 60 from the standard normal distribution; in the second set 20 % of each come from N(8, 1) instead. The
estimate minimises the summed loss of the residuals. Reported are the mean error with outliers, and the efficiency on
clean data: the variance of the mean over the variance of the estimate (Huber, "Robust estimation of a location
parameter", Ann. Math. Statist. 1964). One seed; the same samples for every loss. A loss that is nowhere finite on a
sample, or the same everywhere, estimates nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from grader.formula.declare import Scope
from grader.formula.floats import Floats, evaluate_float
from grader.formula.read import read_formula, scope_from
from grader.formula.tree import Expr
from grader.formula.values import Value

SEED: Final = 20
SAMPLES, SIZE, OUTLIERS, SHIFT = 200, 60, 12, 8.0
GRID, ROUNDS = 21, 8
PEERS: Final[Mapping[str, str]] = {
    "mse": "r^2",
    "mae": "|r|",
    "huber": "r^2/2 if |r| <= 1.345 else 1.345*(|r| - 1.345/2)",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One loss in an experiment: its measures by name. NaN where there is none."""

    loss: str
    measures: Mapping[str, float]


def outliers(loss: Expr, wrt: str, scope: Scope) -> tuple[Row, ...]:
    """The design first, then its peers."""
    return (_row("yours", loss, wrt, scope, *_samples()), *_peers())


def _samples() -> tuple[Floats, Floats]:
    """Clean and spoiled."""
    clean = np.random.default_rng(SEED).standard_normal((SAMPLES, SIZE))
    spoiled = clean.copy()
    spoiled[:, :OUTLIERS] += SHIFT
    return clean, spoiled


@cache
def _peers() -> tuple[Row, ...]:
    scope = scope_from(["r: real"])
    return tuple(_row(name, read_formula(text, scope), "r", scope, *_samples()) for name, text in PEERS.items())


def _row(name: str, loss: Expr, wrt: str, scope: Scope, clean: Floats, spoiled: Floats) -> Row:
    at_rest, pulled = (_estimates(loss, wrt, scope, data) for data in (clean, spoiled))
    spread = float(np.var(at_rest))
    error = float(np.mean(np.abs(pulled)))
    efficiency = float(np.var(clean.mean(axis=1)) / spread) if spread > 0 else float("nan")
    return Row(name, {"outlier-error": error, "efficiency": efficiency})


def _estimates(loss: Expr, wrt: str, scope: Scope, data: Floats) -> Floats:
    """The minimiser for each row of the data, by ever finer grids; NaN where there is none."""
    low, high = data.min(axis=1), data.max(axis=1)
    centre = low
    none = np.zeros(data.shape[0], dtype=bool)
    for turn in range(ROUNDS):
        grid = np.linspace(low, high, GRID)  # (grid, samples)
        residuals = grid[:, :, None] - data[None, :, :]
        values = evaluate_float(loss, scope, {wrt: Value((), (residuals,))}).scalar
        totals = np.broadcast_to(values, residuals.shape).sum(axis=2)
        totals = np.where(np.isfinite(totals), totals, np.inf)
        if turn == 0:
            none = totals.min(axis=0) == totals.max(axis=0)
        best = np.argmin(totals, axis=0)
        every = np.arange(data.shape[0])
        centre = grid[best, every]
        low, high = grid[np.maximum(best - 1, 0), every], grid[np.minimum(best + 1, GRID - 1), every]
    return np.where(none, np.nan, centre)
