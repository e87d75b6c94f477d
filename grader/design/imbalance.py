"""The experiment for class imbalance: a logistic regression with 1 % positives, trained with the loss of a logit.

Negatives are N(0, I) in the plane, positives N((2, 1), I). 6,000 examples to train on, 30,000 to measure on, one seed.
Reported on the latter: recall and precision at p > ½, the area under the precision–recall curve (average precision),
and the calibration error: |p − frequency| over ten bins of equal size (Naeini, Cooper & Hauskrecht, "Obtaining well
calibrated probabilities using Bayesian binning", AAAI 2015). Examples of one score count as one threshold.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np

from grader.design.estimate import Row
from grader.formula.declare import Scope
from grader.formula.floats import Floats, evaluate_float
from grader.formula.read import read_formula, scope_from
from grader.formula.tree import Expr, Name
from grader.formula.values import Value
from grader.symbolic.differentiate import differentiate

SEED: Final = 7
TRAIN, TEST, SHARE = 6_000, 30_000, 0.01
CENTRE: Final = (2.0, 1.0)
STEPS, BINS = 250, 10
FLAT = 1e-6
PEERS: Final[Mapping[str, str]] = {
    "cross-entropy": "softplus(z) - y*z",
    "weighted cross-entropy": "99*y*softplus(-z) + (1 - y)*softplus(z)",
    "focal loss": "y*sigmoid(-z)^2*softplus(-z) + (1 - y)*sigmoid(z)^2*softplus(z)",
}


def imbalance(loss: Expr, wrt: str, target: str, scope: Scope) -> tuple[Row, ...]:
    """The design first, then its peers."""
    return (_row("yours", loss, wrt, target, scope), *_peers())


@cache
def _peers() -> tuple[Row, ...]:
    scope = scope_from(["z: real", "y: {0,1}"])
    return tuple(_row(name, read_formula(text, scope), "z", "y", scope) for name, text in PEERS.items())


@cache
def _data(seed: int, count: int) -> tuple[Floats, Floats]:
    """Features with a column of ones, and labels."""
    rng = np.random.default_rng(seed)
    labels = np.zeros(count)
    labels[: round(SHARE * count)] = 1.0
    points = rng.standard_normal((count, 2)) + labels[:, None] * np.array(CENTRE)
    order = rng.permutation(count)  # so that equal scores come in no order of their labels
    return np.column_stack([points, np.ones(count)])[order], labels[order]


def _row(name: str, loss: Expr, wrt: str, target: str, scope: Scope) -> Row:
    train, test = _data(SEED, TRAIN), _data(SEED + 1, TEST)
    weights = _trained(loss, wrt, target, scope, *train)
    scores, labels = test[0] @ weights, test[1]
    with np.errstate(over="ignore"):
        chances = 1.0 / (1.0 + np.exp(-scores))
    found = chances > 0.5
    hits = float(np.sum(found & (labels == 1.0)))
    measures = {
        "recall": hits / float(labels.sum()),
        "precision": hits / float(found.sum()) if found.any() else float("nan"),
        "pr-auc": _average_precision(scores, labels),
        "calibration-error": _calibration_error(chances, labels),
    }
    return Row(name, measures if np.isfinite(weights).all() else dict.fromkeys(measures, float("nan")))


def _trained(loss: Expr, wrt: str, target: str, scope: Scope, features: Floats, labels: Floats) -> Floats:
    """Gradient descent on the mean loss; the step grows while it helps, and is halved where it does not."""
    slope = differentiate(loss, Name(wrt), scope)

    def at(expr: Expr, weights: Floats) -> Floats:
        values = {wrt: Value((), (features @ weights,)), target: Value((), (labels,))}
        return np.broadcast_to(evaluate_float(expr, scope, values).scalar, labels.shape)

    weights, step = np.zeros(features.shape[1]), 1.0
    value = float(np.mean(at(loss, weights)))
    for _ in range(STEPS):
        gradient = features.T @ at(slope, weights) / labels.size
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            return np.full_like(weights, np.nan)
        if float(np.abs(gradient).max()) < FLAT:
            break
        for _ in range(40):
            moved = weights - step * gradient
            new = float(np.mean(at(loss, moved)))
            if new <= value - 0.3 * step * float(gradient @ gradient):
                weights, value, step = moved, new, step * 1.7
                break
            step /= 2
        else:
            return weights
    return weights


def _average_precision(scores: Floats, labels: Floats) -> float:
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))  # of each run of equal scores
    hits = np.cumsum(labels[order])[last]
    return float(np.sum(hits / (last + 1) * np.diff(hits, prepend=0.0)) / hits[-1])


def _calibration_error(chances: Floats, labels: Floats) -> float:
    order = np.argsort(chances, kind="stable")
    gaps = [abs(float(chances[part].mean() - labels[part].mean())) * part.size for part in np.array_split(order, BINS)]
    return sum(gaps) / labels.size
