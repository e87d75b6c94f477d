"""What goes wrong at the ends of the domain: clipped, overflowed, vanished, cancelled, refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from grader.formula.tree import Expr
from grader.numeric import variants
from grader.numeric.float_values import float_values
from grader.numeric.judge import Judged
from grader.numeric.messages import Failure, Region
from grader.numeric.source import Source
from grader.numeric.trial import Trial
from grader.verdict import Fact

Floats = NDArray[np.float64]
COMMON_EPSILONS: Final = (1e-7, 1e-15, 1e-12, 1e-8, 1e-10, 1e-9, 1e-6, 1e-5, 1e-16, 2.0**-52, 1e-4, 1e-3, 1e-14, 1e-20)
ORDER: Final = (
    "clip-bias", "hides-nan", "dtype", "overflow", "nan", "underflow", "cancellation", "domain-error", "edge-case",
    "wrong-value",
)  # fmt: skip


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
            return _clearly_off(item) and _reproduced(trial, formula, [item])[0]

        off = [item for item in rest if _clearly_off(item)]
        taken = [item for item, same in zip(off, _reproduced(trial, formula, off), strict=True) if same]
        made.append(Group("clip-bias", tuple(taken), {"epsilon": epsilon}, None, biased))
        known = {id(item) for item in taken}
        rest = [item for item in rest if id(item) not in known]
    by_code: dict[str, list[tuple[Judged, Region | None]]] = {}
    for item in rest:
        code, region = classify(trial, item, source)
        by_code.setdefault(code, []).append((item, region))
    if clip is not None:
        by_code.pop("wrong-value", None)  # the same bias where it is small
    if "cancellation" in by_code and all(_rounding_size(item) for item, _ in by_code.get("underflow", ())):
        by_code["cancellation"] += by_code.pop("underflow", [])  # absorbed like the rest, and smaller still
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
    named = source.epsilons
    plain = float_values(trial, variants.as_probabilities(trial.statement.formula), sample)
    for epsilon in dict.fromkeys((*named, *COMMON_EPSILONS)):
        share = 0.5 if epsilon in named else 0.9
        for formula in variants.clipped(trial.statement, epsilon):
            hits = sum(_reproduced(trial, formula, sample, plain))
            if hits >= max(3, share * len(sample)):
                return epsilon, formula
    return None


def _clearly_off(item: Judged) -> bool:
    """Finite numbers, of which one is further off than rounding."""
    truth, value = item.case.truth, None if item.reply is None else item.reply.value
    if value is None or value.shape != truth.shape or not np.isfinite(value).all() or not np.isfinite(truth.near).all():
        return False
    return bool(np.any(truth.error(value) > 1e-9 * np.maximum(1.0, np.abs(truth.near))))


def _reproduced(
    trial: Trial, formula: Expr, items: Sequence[Judged], plain: Sequence[Floats | None] | None = None
) -> list[bool]:
    """Within one percent (1 − p is rounded where p is next to 1), where truth and prediction are far further apart.

    `plain`: what the usual way of writing the formula gives, with nothing clipped.
    """
    if plain is None:
        plain = float_values(trial, variants.as_probabilities(trial.statement.formula), items)
    predicted = float_values(trial, formula, items)
    return [_hit(*three) for three in zip(items, predicted, plain, strict=True)]


def _hit(item: Judged, guess: Floats | None, plain: Floats | None) -> bool:
    got = None if item.reply is None else item.reply.value
    if guess is None or got is None or guess.shape != got.shape:
        return False
    truth = item.case.truth.near
    with np.errstate(all="ignore"):
        off = np.abs(got - guess)
        idle = plain is not None and bool(np.all(np.abs(plain - guess) <= 10 * off))  # the clip does nothing here
        near = bool(np.all(off <= 0.01 * np.abs(got) + 1e-300))
        return near and not idle and bool(np.any(np.abs(guess - truth) > np.maximum(10 * off, 1e-9 * np.abs(truth))))


def _rounded_away(trial: Trial, item: Judged) -> bool:
    """The number that the usual way of writing the formula gives in float64, digits lost and all."""
    plain = float_values(trial, variants.as_probabilities(trial.statement.formula), [item])[0]
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
        ordinary = item.ordinary or item.case.probe.label == "large"
        return failure_code(reply.failure, ordinary=ordinary), reply.failure.where
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
    hidden = source.hider
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
    size = item.case.oracle.reach(item.case.probe.values)
    if 700 < size < 750 and np.all(truth.error(value) <= 0.2 * np.maximum(1.0, np.abs(truth.near))):
        return "underflow", None  # an exponential that is subnormal, with a few digits left
    if _rounding_size(item):
        return "cancellation", None
    if _rounded_away(trial, item):
        return "cancellation", None
    return "wrong-value", next(iter(said.values()), None)


def _rounding_size(item: Judged) -> bool:
    """A finite number that is off by no more than rounding something of the size of the inputs."""
    reply, truth = item.reply, item.case.truth
    if reply is None or reply.value is None or not np.isfinite(reply.value).all():
        return False
    size = item.case.oracle.reach(item.case.probe.values)
    eps = np.finfo(item.case.probe.dtype).eps
    return bool(np.all(truth.error(reply.value) <= 1e3 * eps * size * item.case.elements))


def narrowed(item: Judged, source: Source) -> bool:
    """A float64 input whose result is as near as float32 allows, where that type came back or stands in the text."""
    reply = item.reply
    if reply is None or reply.value is None or item.case.probe.dtype != np.float64:
        return False
    if reply.dtype not in ("float32", "float16") and not source.narrows:
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
