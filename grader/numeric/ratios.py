"""Laws that wrong numbers follow at every call: a sign, a number of rows, a base of the logarithm, a constant."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from grader.formula.declare import Interval
from grader.numeric.judge import Judged
from grader.numeric.trial import Trial
from grader.verdict import Fact

NEAR: Final = 1e-6
BASES: Final = {2: math.log(2), 10: math.log(10)}
Explained = tuple[str, dict[str, Fact]]


def by_ratio(trial: Trial, plain: Sequence[Judged]) -> Iterator[Explained]:
    """got / truth is −1, n, 1/n, K, 1/ln 2 …, the same law at every call."""
    numbers = [(got, truth, item) for item in plain for got, truth in _numbers(item) if got or truth]
    pairs = [(got, truth, item) for got, truth, item in numbers if truth and got and math.isfinite(got)]
    if len(pairs) < max(3, 0.6 * len(numbers)):
        return
    ratios = [(got / truth, item) for got, truth, item in pairs]
    sign = -1 if all(ratio < 0 for ratio, _ in ratios) else 1
    sizes = [{**sizes_of(trial, item), **_weights(trial, item)} for _, item in ratios]
    law = _law([sign * ratio for ratio, _ in ratios], sizes)
    if law is None:
        return
    code, data = law
    if sign < 0:
        yield ("wrong-sign", {})
    if code:
        yield (code, data)


def _law(ratios: Sequence[float], sizes: Sequence[Mapping[str, float]]) -> tuple[str, dict[str, Fact]] | None:
    def holds(predicted: Callable[[Mapping[str, float]], float]) -> bool:
        return all(abs(r - predicted(s)) <= NEAR * abs(predicted(s)) for r, s in zip(ratios, sizes, strict=True))

    if holds(lambda _: 1.0):
        return "", {}
    names = sorted({name for size in sizes for name in size})
    products = [(name,) for name in names] + [(a, b) for a in names for b in names if a < b]
    for parts in products:
        label = "·".join(parts)
        if holds(lambda s, parts=parts: math.prod(s[p] for p in parts)):  # type: ignore[misc]
            return "wrong-reduction", {"factor": label}
        if holds(lambda s, parts=parts: 1 / math.prod(s[p] for p in parts)):  # type: ignore[misc]
            return "wrong-reduction", {"factor": f"1/({label})" if len(parts) > 1 else f"1/{label}"}
    for a in names:
        for b in names:
            if a != b and holds(lambda s, a=a, b=b: s[a] / s[b]):  # type: ignore[misc]
                return "wrong-reduction", {"factor": f"{a}/{b}"}
        several = [(r, s[a]) for r, s in zip(ratios, sizes, strict=True) if s[a] > 1]  # with one row anything may come
        if len(several) >= 3 and all(abs(r - n / (n - 1)) <= NEAR * r for r, n in several):
            return "wrong-reduction", {"factor": f"{a}/({a} - 1)"}
        constant = ratios[0] / sizes[0][a]
        if len({size[a] for size in sizes}) > 1 and holds(lambda s, a=a, c=constant: c * s[a]):  # type: ignore[misc]
            return "wrong-reduction", {"factor": f"{constant:.6g}·{a}"}
    for number, log in BASES.items():
        if holds(lambda _, log=log: 1 / log):  # type: ignore[misc]
            return "log-base", {"base": number}
    if holds(lambda _: ratios[0]):
        return "wrong-value", {"factor": float(f"{ratios[0]:.6g}")}
    return None


def by_offset(plain: Sequence[Judged]) -> list[Explained]:
    """The same number is added everywhere."""
    off = [got - truth for item in plain for got, truth in _numbers(item)]
    same = len(off) >= 3 and all(math.isfinite(x) and abs(x - off[0]) <= NEAR * abs(off[0]) for x in off)
    return [("wrong-value", {"offset": float(f"{off[0]:.6g}")})] if same else []


def _numbers(item: Judged) -> list[tuple[float, float]]:
    """Pairs of what came and what is true, where one thing is."""
    assert item.reply is not None
    assert item.reply.value is not None
    settled = item.case.truth.settled
    return list(zip(item.reply.value[settled].tolist(), item.case.truth.near[settled].tolist(), strict=True))


def sizes_of(trial: Trial, item: Judged) -> dict[str, int]:
    return trial.oracle.sizes(item.case.probe.values)


def _weights(trial: Trial, item: Judged) -> dict[str, float]:
    """The sums of positive arguments, by which a weighted mean may divide."""
    made = {}
    for name, variable in trial.statement.variables.items():
        domain = variable.domain
        if variable.shape and isinstance(domain, Interval) and domain.low == 0 and domain.high is None:
            made[f"Σ{name}"] = float(item.case.probe.values[name].sum())
    return made
