"""Thresholds of a formula, searched for: where one of its parts overflows, vanishes, is absorbed, or changes branch.

Each part of the formula that is a function of one argument is evaluated in float64 along that argument's line, the
others held at ordinary values, and each place where it changes its character is found by bisection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from grader.formula.declare import Interval
from grader.formula.floats import evaluate_float
from grader.formula.tree import Call, Compare, Cond, Expr, IndexVar, Indicator, Reduce, walk
from grader.formula.values import Value
from grader.numeric.task import Statement

Floats = NDArray[np.float64]
LIMIT: Final = 24
"""Thresholds of one argument, at most."""
UNARY: Final = frozenset(
    "exp expm1 log log1p sqrt sigmoid softplus log_sigmoid cosh sinh tanh abs relu".split()  # noqa: SIM905
)


def critical_values(statement: Statement, name: str, dtype: Any) -> list[float]:
    """Numbers of the argument `name` on either side of each threshold. Empty unless its values are reals."""
    variable = statement.variables[name]
    if not isinstance(variable.domain, Interval) or statement.class_dims:
        return []
    line = _line(variable.domain)
    found: set[float] = set()
    for label in _labels(statement, name):
        for state in _states(statement):
            measure = _measure(statement, name, label, state)
            found.update(_changes(measure, line))
            if len(found) >= LIMIT:
                break
    return sorted({float(dtype(x)) for x in found})[:LIMIT]


def _line(domain: Interval) -> Floats:
    """Points over the whole exponent range of the argument, in order."""
    grid = np.concatenate([10.0 ** np.arange(-20, 0, 1.0), np.linspace(1.0, 60.0, 60), np.geomspace(61, 2000, 40)])
    if domain.low is None and domain.high is None:
        return np.concatenate([-grid[::-1], [0.0], grid])
    if domain.low is not None and domain.high is not None:
        low, high = float(domain.low), float(domain.high)
        unit = 10.0 ** np.arange(-20, -1, 1.0)
        width = high - low
        return np.unique(np.concatenate([low + width * unit, np.linspace(low, high, 41)[1:-1], high - width * unit]))
    return float(domain.low) + grid if domain.low is not None else float(domain.high or 0) - grid[::-1]


def _labels(statement: Statement, name: str) -> Iterator[float]:
    """What the other data are, along the line: 0 and 1."""
    others = [n for n in statement.arrays if n != name]
    yield from (0.0, 1.0) if others else (0.0,)


State = Callable[[dict[str, Value[Floats]]], Floats]


def _states(statement: Statement) -> Iterator[State]:
    """For each part of the formula, its character as a small whole number at each point."""
    seen: set[object] = set()
    for node in walk(statement.formula):
        if node in seen or any(isinstance(below, Reduce) for below in walk(node)):
            continue
        seen.add(node)
        if isinstance(node, Compare):
            yield _state_of(statement, Indicator(node), lambda x: x)
        elif isinstance(node, Call) and node.function in UNARY:
            argument = node.args[0]
            if node.function in ("abs", "relu"):
                yield _state_of(statement, argument, np.sign)
            else:
                yield _state_of(statement, argument, _exponential_state)
        elif isinstance(node, Call) and node.function in ("max", "min"):
            for condition in _order(node):
                yield _state_of(statement, Indicator(condition), lambda x: x)


def _order(node: Call) -> Iterator[Cond]:
    for a, b in zip(node.args, node.args[1:], strict=False):
        yield Compare("<", a, b)


def _exponential_state(u: Floats) -> Floats:
    """What exp(u), 1 + exp(u) and 1 + u come to: overflow, absorption, underflow."""
    with np.errstate(all="ignore"):
        power = np.exp(u)
        back = np.exp(-u)
        ends = (np.isinf(power), power == 0, np.isinf(back), back == 0)
        flags = (*ends, 1 + power == 1, 1 + back == 1, 1 + u == 1, u > 0)
    return np.asarray(sum(flag.astype(np.float64) * 2.0**i for i, flag in enumerate(flags)), dtype=np.float64)


def _state_of(statement: Statement, part: Expr, character: Callable[[Floats], Floats]) -> State:
    free = {node.name for node in walk(part) if isinstance(node, IndexVar)}

    def state(values: dict[str, Value[Floats]]) -> Floats:
        sizes = dict.fromkeys(statement.dims, 1)
        found = evaluate_float(part, statement.scope, values, sizes, dict.fromkeys(free, 0)).items[0]
        return np.nan_to_num(character(np.asarray(found, dtype=np.float64)), nan=-1.0)

    return state


def _measure(statement: Statement, name: str, label: float, state: State) -> Callable[[Floats], Floats]:
    def measure(points: Floats) -> Floats:
        values = {}
        for other, variable in statement.variables.items():
            fixed = 1.0 if other in statement.parameters else label
            if variable.default is not None:
                fixed = float(variable.default)
            item = points if other == name else np.full_like(points, fixed)
            values[other] = Value((1,) * len(variable.shape), (item,))
        return np.broadcast_to(state(values), points.shape)

    return measure


def _changes(measure: Callable[[Floats], Floats], line: Floats) -> Iterator[float]:
    """Both sides of each change along the line, all bisected at once."""
    states = measure(line)
    at = np.flatnonzero(states[1:] != states[:-1])[:LIMIT]
    if not len(at):
        return
    low, high, left = line[at], line[at + 1], states[at]
    for _ in range(60):
        middle = low + (high - low) / 2
        same = measure(middle) == left
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    yield from low.tolist()
    yield from high.tolist()
