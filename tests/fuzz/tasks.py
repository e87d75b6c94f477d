"""What the fuzzed answers are answers to: small tasks that bring every kind of name into scope, and the tasks of the
pairs in tests/symbolic, each with what people typed there."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import yaml

from grader.formula.declare import Scope
from grader.symbolic import DerivationTask
from grader.symbolic.task import read_task

TESTS: Final = Path(__file__).resolve().parents[1]
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The fast one, where PyYAML was built with it."""

OWN: Final = (
    DerivationTask("-(y*log(p)+(1-y)*log(1-p))", "z", ("z: real", "y: {0,1}"), ("p = sigmoid(z)",)),
    DerivationTask("(y - yhat)^2", "yhat", ("y: real", "yhat|p: real")),
    DerivationTask("r^2/2 if |r| <= delta else delta(|r| - delta/2)", "r", ("r: real", "delta: positive")),
    DerivationTask("log(sigma) + (x - mu)^2/(2 sigma^2)", "sigma", ("x: real", "mu: real", "sigma: positive")),
    DerivationTask("-sum(y*log_softmax(z))", "z_k", ("z: real[K]", "y: onehot[K]"), ("p = softmax(z)",)),
    DerivationTask("logsumexp(z) - z_c", "z_k", ("z: real[K]", "c: index(K)"), ("p = softmax(z)",)),
    DerivationTask(
        "1/n ‖X w - y‖^2 + lambda ‖w‖^2", "w", ("X: real[n,d]", "w: real[d]", "y: real[n]", "lambda: positive")
    ),
    DerivationTask("-mean(y*log(p) + (1-y)*log(1-p))", "p_i", ("p|yhat: (0,1)[n]", "y: {0,1}[n]")),
    DerivationTask("-sum(Y*log_softmax(X@W))/n", "W", ("X: real[n,d]", "W: real[d,K]", "Y: onehot[n,K]")),
    DerivationTask("x^3/3", "x", ("x: real",)),
)


@cache
def tasks() -> tuple[tuple[DerivationTask, tuple[str, ...]], ...]:
    """Every task, with the answers that the files have for it."""
    found: dict[DerivationTask, list[str]] = {task: [] for task in OWN}
    for file in sorted(TESTS.glob("symbolic/pairs/*.yaml")):
        for entry in yaml.load(file.read_text("utf-8"), LOADER):
            task = DerivationTask(entry["loss"], entry["wrt"], tuple(entry["var"]), tuple(entry.get("let", ())))
            found.setdefault(task, []).extend(case["answer"] for case in entry["cases"])
    return tuple((task, tuple(answers)) for task, answers in found.items())


@cache
def scope_of(task: int) -> Scope:
    """The scope of the task of that number."""
    return read_task(tasks()[task][0]).scope
