"""The oracle beside mpmath at 50 digits: the same values of four losses, at the points where code is tried.

mpmath twice: put into the place of the balls, in the same walk over the formula's tree; and as a Python function over
its own numbers, written by hand for each loss, which no formula that somebody types comes with. Neither knows how many
of its digits are right: where the value by hand is off is counted. The oracle raises its precision until 64 bits are
certain.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, Final, cast

import mpmath
import numpy as np
from mpmath import mpf

from benchmarks.code.table import Promise
from grader.formula.evaluate import evaluate
from grader.formula.values import Point, Value
from grader.numeric import CodeTask
from grader.numeric.judge import Case, plan
from grader.numeric.oracle import Oracle

DIGITS: Final = 50
POINTS: Final = 200
LEAST: Final = 1.0
Numbers = Mapping[str, Sequence[Any]]


def _bce(x: Numbers) -> Any:
    terms = [max(z, 0) - z * y + mpmath.log1p(mpmath.exp(-abs(z))) for z, y in zip(x["z"], x["y"], strict=True)]
    return mpmath.fsum(terms) / len(terms)


def _softmax_ce(x: Numbers) -> Any:
    top = max(x["z"])
    total = mpmath.log(mpmath.fsum(mpmath.exp(z - top) for z in x["z"])) + top
    return mpmath.fsum(y * (total - z) for z, y in zip(x["z"], x["y"], strict=True))


def _focal(x: Numbers) -> Any:
    terms = [-((1 - p) ** 2) * mpmath.log(p) for p in x["p"]]
    return mpmath.fsum(terms) / len(terms)


def _kl(x: Numbers) -> Any:
    pairs = zip(x["p"], x["q"], strict=True)
    return mpmath.fsum(p * (mpmath.log(p) - mpmath.log(q)) if p else mpf(0) for p, q in pairs)


LOSSES: Final[dict[str, tuple[CodeTask, Callable[[Numbers], Any]]]] = {
    "BCE with logits": (CodeTask("mean(max(z, 0) - z*y + log1p(exp(-|z|)))", ("z: real[n]", "y: {0,1}[n]")), _bce),
    "softmax CE": (CodeTask("sum(y*(logsumexp(z) - z))", ("z: real[K]", "y: onehot[K]")), _softmax_ce),
    "focal": (CodeTask("mean(-(1 - p)^2*log(p))", ("p: (0,1)[n]",)), _focal),
    "KL": (CodeTask("sum(xlogy(p, p/q))", ("p: simplex[K]", "q: simplex[K]")), _kl),
}


class MpmathAlgebra:
    """Numbers are mpmath's, at the precision in force. Only what the four losses need."""

    def number(self, value: Fraction) -> Any:
        return mpf(value.numerator) / value.denominator

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def neg(self, a: Any) -> Any:
        return -a

    def mul(self, a: Any, b: Any) -> Any:
        return a * b

    def div(self, a: Any, b: Any) -> Any:
        return a / b

    def pow(self, a: Any, b: Any) -> Any:
        return a**b

    def function(self, name: str, args: Sequence[Any]) -> Any:
        if name == "xlogy":
            return args[0] * mpmath.log(args[1]) if args[0] else mpf(0)
        by_name = {"max": max, "abs": abs, "exp": mpmath.exp, "log": mpmath.log, "log1p": mpmath.log1p}
        return by_name[name](*args)

    def logsumexp(self, items: Sequence[Any]) -> Any:
        top = max(items)
        return top + mpmath.log(mpmath.fsum(mpmath.exp(item - top) for item in items))


def measured(rounds: int) -> tuple[list[tuple[str, ...]], list[Promise]]:
    """Microseconds a point, medians over the rounds; all take their turn in each."""
    rows: list[tuple[str, ...]] = [("", "points", "oracle", "mpmath", "by hand", "ratio", "by hand", "wrong")]
    promises = []
    for name, (task, function) in LOSSES.items():
        prepared = plan(task.statement)
        cases = [case for case in (*prepared.ordinary, *prepared.extreme) if math.isfinite(case.truth.near.sum())]
        cases = cases[:: max(1, len(cases) // POINTS)]
        spent: dict[str, list[float]] = {"oracle": [], "walk": [], "hand": []}
        for _ in range(rounds):
            spent["oracle"].append(_balls(cases))
            spent["walk"].append(_mpmath(cases, partial(_walked, cases[0].oracle))[0])
            seconds, values = _mpmath(cases, partial(_by_hand, function))
            spent["hand"].append(seconds)
        wrong = sum(not _agree(case, value) for case, value in zip(cases, values, strict=True))
        each = [f"{1e6 * statistics.median(times) / len(cases):.0f} µs" for times in spent.values()]
        ratios = {
            kind: statistics.median(b / a for a, b in zip(spent["oracle"], spent[kind], strict=True))
            for kind in ("walk", "hand")
        }
        rows.append((name, str(len(cases)), *each, *(f"{ratio:.1f}" for ratio in ratios.values()), str(wrong)))
        promises.append(Promise(f"oracle: times as fast as mpmath, {name}", ratios["walk"], LEAST, least=True))
    return rows, promises


def _walked(oracle: Oracle, case: Case, numbers: Numbers) -> Any:
    """The formula's value by mpmath."""
    given = {name: Value(case.probe.values[name].shape, tuple(items)) for name, items in numbers.items()}
    point = Point(given, oracle.sizes(case.probe.values))
    return evaluate(oracle.statement.formula, oracle.statement.scope, point, cast(Any, MpmathAlgebra())).items[0]


def _balls(cases: Sequence[Case]) -> float:
    """A new oracle, so that nothing is remembered."""
    oracle = Oracle(cases[0].oracle.statement)
    began = time.perf_counter()
    for case in cases:
        oracle.truth(case.probe.values)
    return time.perf_counter() - began


def _mpmath(cases: Sequence[Case], function: Callable[[Case, Numbers], Any]) -> tuple[float, list[Any]]:
    values = []
    with mpmath.workdps(DIGITS):
        began = time.perf_counter()
        for case in cases:
            numbers = {name: [mpf(x) for x in array.ravel().tolist()] for name, array in case.probe.values.items()}
            values.append(function(case, numbers))
        return time.perf_counter() - began, values


def _agree(case: Case, value: Any) -> bool:
    """To 64 bits, as the oracle promises."""
    with mpmath.workdps(DIGITS):
        truth = mpf(float(case.truth.near)) + mpf(float(case.truth.rest))
        return bool(abs(value - truth) <= abs(truth) * mpf(2) ** -60 + float(np.finfo(float).smallest_subnormal))


def _by_hand(function: Callable[[Numbers], Any], _case: Case, numbers: Numbers) -> Any:
    return function(numbers)
