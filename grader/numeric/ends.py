"""What goes wrong at the ends of the domain: clipped, overflowed, vanished, cancelled, refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from grader.numeric import clips, forms, variants
from grader.numeric.float_values import float_values
from grader.numeric.judge import Judged
from grader.numeric.messages import Failure, Region
from grader.numeric.source import Source
from grader.numeric.trial import Trial
from grader.verdict import Fact

Floats = NDArray[np.float64]
ROUNDING: Final = ("cancellation", "underflow")
SUBNORMAL: Final = (700, 750)
"""Sizes of the inputs at which an exponential has few digits, or none."""
ORDER: Final = (
    "clip-bias", "hides-nan", "dtype", "overflow", "nan", "underflow", "cancellation", "domain-error", "edge-case",
    "wrong-value",
)  # fmt: skip


Alike = Callable[[Sequence[Judged]], Sequence[bool]]


@dataclass(frozen=True, eq=False)
class Group:
    """Failures of one code: its facts, where in the text, and the calls."""

    code: str
    items: tuple[Judged, ...]
    data: dict[str, Fact]
    region: Region | None
    same: Alike | None = None
    """Which of other failures are of this group; None: those that look alike."""


def groups(trial: Trial, source: Source, failed: Sequence[Judged]) -> list[Group]:
    """The failures sorted by what the wrong values are, most specific code first."""
    rest = list(failed)
    made: list[Group] = []
    clip = clips.find(trial, source, rest)
    if clip is not None:
        facts, formula = clip

        def biased(items: Sequence[Judged]) -> list[bool]:
            off = [item for item in items if clips.clearly_off(item)]
            hits = {id(item) for item, hit in zip(off, clips.reproduced(trial, formula, off), strict=True) if hit}
            return [id(item) in hits for item in items]

        taken = [item for item, same in zip(rest, biased(rest), strict=True) if same]
        made.append(Group("clip-bias", tuple(taken), facts, None, biased))
        known = {id(item) for item in taken}
        rest = [item for item in rest if id(item) not in known]
    elif (added := offset(rest)) is not None:
        taken = [item for item in rest if _shifted(item, added)]
        data: dict[str, Fact] = {"offset": float(f"{added:.3g}")}
        made.append(Group("wrong-value", tuple(taken), data, None, lambda items: [_shifted(i, added) for i in items]))
        rest = [item for item in rest if not _shifted(item, added) and not _absorbed(item, added)]
    by_code: dict[str, list[tuple[Judged, Region | None]]] = {}
    usual = Usual(trial, rest)
    for item in rest:
        code, region = classify(usual, item, source)
        by_code.setdefault(code, []).append((item, region))
    if clip is not None:
        by_code.pop("wrong-value", None)  # the same bias where it is small
    if any(_reach(item) <= SUBNORMAL[0] for item, _ in by_code.get("wrong-value", ())):
        by_code["wrong-value"] += [pair for pair in by_code.get("underflow", ()) if not _vanished(pair[0])]
        by_code["underflow"] = [pair for pair in by_code.get("underflow", ()) if _vanished(pair[0])]
    if "cancellation" in by_code and all(_rounding_size(item) for item, _ in by_code.get("underflow", ())):
        by_code["cancellation"] += by_code.pop("underflow", [])  # absorbed like the rest, and smaller still
    if "cancellation" in by_code and all(_squared(item) for item, _ in by_code.get("wrong-value", ())):
        by_code["cancellation"] += by_code.pop("wrong-value", [])
    for code, found in by_code.items():
        if not found:
            continue
        region = next((region for _, region in found if region is not None), None)
        made.append(Group(code, tuple(item for item, _ in found), {}, region, _of_code(trial, code, source)))
    worst = max((_size(group) for group in made if group.code not in ROUNDING), default=0.0)

    def rank(group: Group) -> tuple[bool, int]:
        """What is off by no more than rounding never comes before what is off by much."""
        little = group.code in ROUNDING and _size(group) < 0.05 * worst
        return little, ORDER.index(group.code) if group.code in ORDER else -1

    return sorted(made, key=rank)


def _size(group: Group) -> float:
    """How far off its worst call is, beside the truth; at most 1, as for what is no number."""
    sizes = []
    for item in group.items:
        truth, value = item.case.truth, None if item.reply is None else item.reply.value
        if value is None or value.shape != truth.shape:
            return 1.0
        with np.errstate(all="ignore"):
            off = truth.error(value) / np.maximum(1.0, np.abs(truth.near))
        sizes.append(float(np.max(off, initial=0.0)) if np.isfinite(off).all() else 1.0)
    return min(1.0, max(sizes, default=0.0))


def _differences(item: Judged) -> Floats | None:
    """What came less the truth, elementwise, of finite numbers."""
    truth, value = item.case.truth, None if item.reply is None else item.reply.value
    if value is None or value.shape != truth.shape or item.case.probe.dtype != np.float64:
        return None
    if not (np.isfinite(value).all() and np.isfinite(truth.near).all()):
        return None
    return np.asarray((value - truth.near) - truth.rest, dtype=np.float64)


def offset(items: Sequence[Judged]) -> float | None:
    """The constant by which all those numbers are off that are small enough to show it."""
    found = [(d, item) for item in items if (d := _differences(item)) is not None and d.size]
    if len(found) < 3:
        return None
    added = float(np.median([d.ravel()[0] for d, _ in found]))
    shown = [(d, item) for d, item in found if np.all(np.abs(item.case.truth.near) < 1e10 * abs(added))]
    if added == 0 or len(shown) < max(3, 0.5 * len(found)):
        return None
    return added if all(_shifted(item, added) for _, item in shown) else None


def _shifted(item: Judged, added: float) -> bool:
    off = _differences(item)
    if off is None:
        return False
    return bool(np.all(np.abs(off - added) <= 1e-3 * abs(added) + 1e-13 * np.abs(item.case.truth.near)))


def _absorbed(item: Judged, added: float) -> bool:
    """Whether a number is off by as much, as far as its own rounding lets one see."""
    off = _differences(item)
    return off is not None and bool(np.all(np.abs(off - added) <= 1e-12 * np.abs(item.case.truth.near)))


def _of_code(trial: Trial, code: str, source: Source) -> Alike:
    def alike(items: Sequence[Judged]) -> list[bool]:
        usual = Usual(trial, items)
        return [classify(usual, item, source)[0] == code for item in items]

    return alike


@dataclass(eq=False)
class Usual:
    """The numbers that the usual way of writing the formula gives in float64, digits lost and all: for all calls at
    once, and only if one of them is asked for."""

    trial: Trial
    items: Sequence[Judged]

    @cached_property
    def values(self) -> Mapping[int, Floats | None]:
        found = float_values(self.trial, forms.usual(self.trial), self.items)
        return {id(item): value for item, value in zip(self.items, found, strict=True)}

    def explains(self, item: Judged) -> bool:
        """Whether that is what came."""
        plain = self.values[id(item)]
        if plain is None or item.reply is None or item.reply.value is None or plain.shape != item.reply.value.shape:
            return False
        with np.errstate(all="ignore"):
            return bool(np.all(np.abs(plain - item.reply.value) <= 0.01 * item.case.truth.error(item.reply.value)))


def classify(usual: Usual, item: Judged, source: Source) -> tuple[str, Region | None]:
    """What one wrong value is, by itself and by what NumPy said while it came about."""
    reply, truth = item.reply, item.case.truth
    if reply is None:
        return "crashed", None
    if reply.failure is not None:
        ordinary = item.ordinary or item.case.probe.label == "large"
        return failure_code(reply.failure, ordinary=ordinary), reply.failure.where
    if item.fault == "mutated":
        return "mutates-input", None
    if item.fault in ("parts", "shape", "dtype") or reply.value is None:
        return "dtype" if item.fault == "dtype" else "wrong-shape", None
    value = reply.value
    said = {warned.message.split(" encountered")[0]: warned.where for warned in reversed(reply.warnings)}
    if np.isnan(value).any():
        return ("overflow", said["overflow"]) if "overflow" in said else ("nan", next(iter(said.values()), None))
    beyond = np.isinf(truth.near)
    if beyond.any() and np.all(value[beyond] == truth.near[beyond]):
        said.pop("overflow", None)  # it was right to
    if np.any(np.isinf(value) & ~beyond):
        if "overflow" in said:
            return "overflow", said["overflow"]
        return ("underflow", said["divide by zero"]) if "divide by zero" in said else ("overflow", None)
    hidden = source.hider
    if hidden is not None and (said.keys() & {"invalid value", "divide by zero"}):
        return "hides-nan", Region(hidden.line, hidden.column - 1, hidden.line, hidden.column - 1 + hidden.length)
    if np.any(value[beyond] != truth.near[beyond]):
        return "edge-case", None
    if "overflow" in said:
        return "overflow", said["overflow"]
    if narrowed(item, source):
        return "dtype", None
    if _vanished(item):
        return "underflow", None
    low, high = SUBNORMAL
    grows = variants.exponential(usual.trial.statement.formula)
    few = np.all(truth.error(value) <= 0.2 * np.maximum(1.0, np.abs(truth.near)))
    if grows and few and low < _reach(item) < high and not _next_to_nothing(item):
        return "underflow", None  # an exponential that is subnormal, with a few digits left
    if _rounding_size(item):
        return "cancellation", None
    if usual.explains(item):
        return "cancellation", None
    return "wrong-value", next(iter(said.values()), None)


def _vanished(item: Judged) -> bool:
    """Zero, where the truth is next to nothing."""
    value = None if item.reply is None else item.reply.value
    return value is not None and bool(np.all((value == 0) & (np.abs(item.case.truth.near) < 1e-290)))


def _next_to_nothing(item: Judged) -> bool:
    """Whether the components that are wrong are numbers of some size, and off by no more than an ordinary rounding."""
    assert item.reply is not None
    assert item.reply.value is not None
    truth, off = item.case.truth, item.case.truth.error(item.reply.value)
    size = np.abs(truth.near)
    eps = np.finfo(item.case.probe.dtype).eps
    return bool(np.all((off <= item.case.bounds.precise) | ((size > 1e-290) & (off <= eps * np.maximum(1.0, size)))))


def _reach(item: Judged) -> float:
    return item.case.oracle.reach(item.case.probe.values)


def _rounding_size(item: Judged) -> bool:
    """A finite number that is off by no more than rounding something of the size of the inputs."""
    reply, truth = item.reply, item.case.truth
    if reply is None or reply.value is None or not np.isfinite(reply.value).all():
        return False
    size = item.case.oracle.reach(item.case.probe.values)
    eps = np.finfo(item.case.probe.dtype).eps
    return bool(np.all(truth.error(reply.value) <= 1e3 * eps * size * item.case.elements))


def _squared(item: Judged) -> bool:
    """Whether it is off by no more than rounding a square of the inputs."""
    reply, eps = item.reply, np.finfo(item.case.probe.dtype).eps
    if reply is None or reply.value is None:
        return False
    return bool(np.all(item.case.truth.error(reply.value) <= 1e3 * eps * _reach(item) ** 2 * item.case.elements))


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
