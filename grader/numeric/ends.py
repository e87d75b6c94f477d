"""What goes wrong at the ends of the domain: clipped, overflowed, vanished, cancelled, refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from grader.formula.tree import Expr
from grader.numeric import variants
from grader.numeric.judge import Judged
from grader.numeric.ordinary import float_value
from grader.numeric.process import Failure, Region
from grader.numeric.source import Source
from grader.numeric.trial import Trial
from grader.verdict import Fact

COMMON_EPSILONS: Final = (1e-7, 1e-15, 1e-12, 1e-8, 1e-10, 1e-9, 1e-6, 1e-5, 1e-16, 2.0**-52, 1e-4, 1e-3, 1e-14, 1e-20, 1e-300)
ORDER: Final = ("clip-bias", "hides-nan", "dtype", "overflow", "nan", "underflow", "cancellation", "domain-error", "edge-case", "wrong-value")


@dataclass(frozen=True, eq=False)
class Group:
    """Failures of one code: its facts, where in the text, and the calls."""

    code: str
    items: tuple[Judged, ...]
    data: dict[str, Fact]
    region: Region | None
    same: Callable[[Judged], bool] | None = None
    """Whether another failure is of this group; None: if it looks alike."""


def groups(trial: Trial, source: Source, failed: Sequence[Judged]) -> list[Group]:
    """The failures sorted by what the wrong values are, most specific code first."""
    rest = list(failed)
    made: list[Group] = []
    clip = _clip(trial, source, rest)
    if clip is not None:
        epsilon, formula = clip

        def biased(item: Judged) -> bool:
            return _clearly_off(item) and _reproduced(trial, formula, item)

        taken = [item for item in rest if biased(item)]
        made.append(Group("clip-bias", tuple(taken), {"epsilon": epsilon}, None, biased))
        known = {id(item) for item in taken}
        rest = [item for item in rest if id(item) not in known]
    by_code: dict[str, list[tuple[Judged, Region | None]]] = {}
    for item in rest:
        code, region = classify(trial, item, source)
        by_code.setdefault(code, []).append((item, region))
    for code, found in by_code.items():
        region = next((region for _, region in found if region is not None), None)
        made.append(Group(code, tuple(item for item, _ in found), {}, region, _of_code(trial, code, source)))
    return sorted(made, key=lambda group: ORDER.index(group.code) if group.code in ORDER else -1)


def _of_code(trial: Trial, code: str, source: Source) -> Callable[[Judged], bool]:
    return lambda item: classify(trial, item, source)[0] == code


def _clip(trial: Trial, source: Source, failed: Sequence[Judged]) -> tuple[float, Expr] | None:
    """The epsilon for which the truth at clipped probabilities is what came, wherever that differs from the truth.

    One that stands in the text must account for half of the clearly wrong numbers, a guessed one for nearly all.
    """
    finite = [item for item in failed if item.case.probe.dtype == np.float64 and _clearly_off(item)]
    if len(finite) < 3:
        return None
    sample = finite[:: max(1, len(finite) // 24)]
    named = source.epsilons()
    for epsilon in dict.fromkeys((*named, *COMMON_EPSILONS)):
        share = 0.5 if epsilon in named else 0.9
        for formula in variants.clipped(trial.statement, epsilon):
            hits = sum(_reproduced(trial, formula, item) for item in sample)
            if hits >= max(3, share * len(sample)):
                return epsilon, formula
    return None


def _clearly_off(item: Judged) -> bool:
    """A finite number whose error is no rounding."""
    if item.got is None or not math.isfinite(item.got) or item.case.truth.shape != ():
        return False
    return bool(item.case.truth.error(np.asarray(item.got)) > 1e-9 * max(1.0, abs(float(item.case.truth.near))))


def _reproduced(trial: Trial, formula: Expr, item: Judged) -> bool:
    """Within one percent (1 − p is rounded where p is next to 1), where truth and prediction are far further apart."""
    predicted = float_value(trial, formula, item)
    if predicted is None or predicted.shape != () or item.got is None:
        return False
    plain = float_value(trial, variants.as_probabilities(trial.statement.formula), item)
    guess, truth = float(predicted), float(item.case.truth.near)
    off = abs(item.got - guess)
    idle = plain is not None and abs(float(plain) - guess) <= 10 * off  # the clip does nothing here
    return off <= 0.01 * abs(item.got) + 1e-300 and not idle and abs(guess - truth) > max(10 * off, 1e-9 * abs(truth))


def _rounded_away(trial: Trial, item: Judged) -> bool:
    """The number that the usual way of writing the formula gives in float64, digits lost and all."""
    plain = float_value(trial, variants.as_probabilities(trial.statement.formula), item)
    if plain is None or item.reply is None or item.reply.value is None or plain.shape != item.reply.value.shape:
        return False
    with np.errstate(all="ignore"):
        return bool(np.all(np.abs(plain - item.reply.value) <= 0.01 * item.case.truth.error(item.reply.value)))


def classify(trial: Trial, item: Judged, source: Source) -> tuple[str, Region | None]:
    """What one wrong value is, by itself and by what NumPy said while it came about."""
    reply, truth = item.reply, item.case.truth
    if reply is None:
        return "crashed", None
    if reply.failure is not None:
        return failure_code(reply.failure, ordinary=item.ordinary), reply.failure.where
    if item.fault == "mutated":
        return "mutates-input", None
    if item.fault in ("shape", "dtype") or reply.value is None:
        return "wrong-shape" if item.fault == "shape" else "dtype", None
    value = reply.value
    said = {warned.message.split(" encountered")[0]: warned.where for warned in reversed(reply.warnings)}
    if np.isnan(value).any():
        return ("overflow", said["overflow"]) if "overflow" in said else ("nan", next(iter(said.values()), None))
    if np.isinf(value).any() and not np.isinf(truth.near).all():
        if "overflow" in said:
            return "overflow", said["overflow"]
        return ("underflow", said["divide by zero"]) if "divide by zero" in said else ("overflow", None)
    hidden = source.hider()
    if hidden is not None and (said.keys() & {"invalid value", "divide by zero"}):
        return "hides-nan", Region(hidden.line, hidden.column - 1, hidden.line, hidden.column - 1 + hidden.length)
    if np.isinf(truth.near).any():
        return "edge-case", None
    if "overflow" in said:
        return "overflow", said["overflow"]
    if narrowed(item, source):
        return "dtype", None
    if np.all((value == 0) & (np.abs(truth.near) < 1e-290)):
        return "underflow", None
    size = max(1.0, item.case.oracle.reach(item.case.probe.values))
    if np.all(truth.error(value) <= 1e3 * np.finfo(item.case.probe.dtype).eps * size * item.case.elements):
        return "cancellation", None
    if _rounded_away(trial, item):
        return "cancellation", None
    return "wrong-value", next(iter(said.values()), None)


def narrowed(item: Judged, source: Source) -> bool:
    """A float64 input whose result is as near as float32 allows, where that type came back or stands in the text."""
    reply = item.reply
    if reply is None or reply.value is None or item.case.probe.dtype != np.float64:
        return False
    if reply.dtype not in ("float32", "float16") and not source.narrows():
        return False
    eps = float(np.finfo(np.float16 if reply.dtype == "float16" else np.float32).eps)
    size = item.case.oracle.reach(item.case.probe.values)
    return bool(np.all(item.case.truth.error(reply.value) <= 64 * eps * np.maximum(size, np.abs(item.case.truth.near))))


def failure_code(failure: Failure, *, ordinary: bool) -> str:
    """The finding that an exception amounts to."""
    kinds = set(failure.kinds)
    if "MemoryError" in kinds:
        return "out-of-memory"
    if "ImportError" in kinds:
        return "import-error"
    if "OSError" in kinds:
        return "forbidden"
    if "OverflowError" in kinds:
        return "overflow"
    if "ValueError" in kinds and "read-only" in failure.message:
        return "mutates-input"
    if "ArithmeticError" in kinds or ("ValueError" in kinds and "math" in failure.message):
        return "domain-error"
    return "crashed" if ordinary else "domain-error"
