"""What a program does that is wrong on ordinary inputs, told from its numbers.

Each hypothesis predicts a number for every call, and holds only if it reproduces all of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from grader.formula.declare import REAL, Classes, Finite, Interval, OneHot, Simplex
from grader.formula.tree import Expr
from grader.numeric import ends, gradients, variants
from grader.numeric.float_values import float_values
from grader.numeric.judge import Judged
from grader.numeric.oracle import NO_TRUTH
from grader.numeric.ratios import BASES, NEAR, Explained, by_offset, by_ratio, sizes_of
from grader.numeric.source import Source
from grader.numeric.trial import Trial
from grader.verdict import Fact, Finding

Floats = NDArray[np.float64]
AS_FAR: Final = 100.0
"""How much further off than another float64 program one may be that loses the same digits."""
REPEATED: Final = 6
"""Wrong calls that are made once more."""


def explain_values(trial: Trial, source: Source, judged: Sequence[Judged]) -> list[Explained]:
    """The codes, with their facts, that account for wrong numbers on ordinary float64 inputs; most specific first."""
    valued = [item for item in judged if item.ordinary and item.reply is not None and item.reply.value is not None]
    shapeless = ("shape", "parts")
    plain = [item for item in valued if item.case.probe.label == "float64" and item.fault not in shapeless]
    wrong = [item for item in plain if not item.correct]
    if not wrong:
        return _by_kind_of_input(judged)
    if varies(judged) or _varies_again(trial, wrong):
        return [("not-deterministic", {})]
    if all(ends.narrowed(item, source) for item in wrong):
        return [("dtype", {"dtype": "float32"})]
    found = list(by_ratio(trial, plain))
    explain = _by_formula if trial.oracle.wrt is None else gradients.explain
    found = found or explain(trial, source, plain) or _by_calls(trial, plain, wrong) or by_offset(plain)
    found = found or _by_kind_of_input(judged) or _edge(plain, wrong) or _as_usual(trial, source, wrong)
    return found or [("wrong-value", {})]


def _as_usual(trial: Trial, source: Source, wrong: Sequence[Judged]) -> list[Explained]:
    """The usual way of writing the formula loses as many digits in float64, if it gives a number at all."""
    usual = ends.Usual(trial, wrong)
    codes = set()
    for item in wrong:
        got, plain, truth = _got(item), usual.values[id(item)], item.case.truth
        if got is None or plain is None or plain.shape != got.shape:
            return []
        with np.errstate(all="ignore"):
            number, sound = bool(np.isfinite(got).all()), bool(np.isfinite(plain).all())
            if sound and not number:
                return []
            if not number:
                codes.add(ends.classify(usual, item, source)[0])
            elif sound and not np.all(truth.error(got) <= AS_FAR * truth.error(plain)):
                return []
            elif sound and not np.all(truth.error(plain) <= 0.01 * np.abs(truth.near)):
                return []  # not only digits are lost: the usual way is another way here
    if not codes:
        return [("cancellation", {})]
    return [(min(codes, key=lambda code: ends.ORDER.index(code) if code in ends.ORDER else -1), {})]


def _got(item: Judged) -> Floats | None:
    return None if item.reply is None else item.reply.value


def _by_kind_of_input(judged: Sequence[Judged]) -> list[Explained]:
    """Right in float64, wrong elsewhere: a type, a second call, a memory layout."""
    by_label: dict[str, list[Judged]] = {}
    for item in judged:
        if item.ordinary:
            by_label.setdefault(item.case.probe.label, []).append(item)
    if not all(item.correct for item in by_label.get("float64", [])):
        return []
    for label in ("float32", "int64", "integer labels"):
        if any(item.fault == "value" and not item.correct for item in by_label.get(label, [])):
            return [("dtype", {"dtype": "int64" if label == "integer labels" else label})]
    if varies(judged):
        return [("not-deterministic", {})]
    if any(not item.correct and item.fault == "value" for item in judged if item.ordinary):
        return [("wrong-value", {})]
    return []


def varies(judged: Sequence[Judged]) -> bool:
    """Whether the same call gave two numbers that are further apart than rounding."""
    first = {id(item.case.probe.values): item for item in reversed(judged) if item.case.probe.label == "float64"}
    for item in judged:
        before = first.get(id(item.case.probe.values))
        if item.case.probe.label == "again" and before is not None and _differ(item, before):
            return True
    return False


def _differ(item: Judged, before: Judged) -> bool:
    """Whether two calls with the same input gave numbers that are further apart than rounding."""
    now, then = (None if each.reply is None else each.reply.value for each in (item, before))
    if now is None or then is None or now.shape != then.shape or now.shape != item.case.truth.shape:
        return False
    with np.errstate(all="ignore"):
        apart = not np.array_equal(now, then, equal_nan=True) and np.any(np.abs(now - then) > item.case.bounds.stable)
    return bool(apart)


def _varies_again(trial: Trial, wrong: Sequence[Judged]) -> bool:
    """Whether some of the wrong calls give another number when they are made once more."""
    few = [item for item in wrong if item.reply is not None and item.reply.value is not None][:REPEATED]
    again = trial.replies([item.case.probe.call(trial.statement) for item in few])
    pairs = [(replace(item, reply=reply), item) for item, reply in zip(few, again, strict=True) if reply is not None]
    return any(_differ(now, then) for now, then in pairs)


def _edge(plain: Sequence[Judged], wrong: Sequence[Judged]) -> list[Explained]:
    """Only batches of one are wrong."""
    single = [item for item in plain if item.case.elements == 1]
    if single and len(single) < len(plain) and all(item.case.elements == 1 for item in wrong):
        return [("edge-case", {"what": "n = 1"})]
    return []


# -------------------------------------------------------------------------------------------- formulas


def _by_formula(trial: Trial, source: Source, plain: Sequence[Judged]) -> list[Explained]:
    """Another formula gives the numbers that came."""
    statement = trial.statement
    for epsilon in source.epsilons:
        for clipped in variants.clipped(statement):
            formula = variants.settled(clipped, variants.around(epsilon))
            if reproduces(trial, formula, plain):
                return [("clip-bias", {"epsilon": epsilon})]
    axes = variants.other_axes(statement)
    wide = [item for item in plain if min(sizes_of(trial, item).values(), default=0) > 1]
    if any(reproduces(trial, axis, wide) for axis in axes):
        return [("wrong-axis", {})]
    if turned(trial, wide):
        return [("wrong-axis", {})]
    for number in BASES:
        if reproduces(trial, variants.other_base(statement, number), plain):
            return [("log-base", {"base": number})]
    return []


def turned(trial: Trial, items: Sequence[Judged]) -> bool:
    """Whether what came is the truth with the rows of all its matrices for columns."""
    if not items or any(array.ndim != 2 for item in items for array in _data(trial, item).values()):
        return False
    return all(_true_at(trial, item, {**item.case.probe.values, **_data(trial, item)}) for item in items)


def _data(trial: Trial, item: Judged) -> dict[str, NDArray[Any]]:
    return {name: item.case.probe.values[name].T for name in trial.statement.arrays}


def reproduces(trial: Trial, formula: Expr, items: Sequence[Judged]) -> bool:
    """Whether a formula gives, at every call, what came."""
    for item, predicted in zip(items, float_values(trial, formula, items), strict=True):
        got = None if item.reply is None else item.reply.value
        if predicted is None or got is None or predicted.shape != got.shape:
            return False
        with np.errstate(all="ignore"):
            if not np.all(np.abs(predicted - got) <= 1e-9 + NEAR * np.abs(predicted)):
                return False
    return bool(items)


# ------------------------------------------------------------------------------------------- more calls


def _by_calls(trial: Trial, plain: Sequence[Judged], wrong: Sequence[Judged]) -> list[Explained]:
    """What further calls of the same function show."""
    return _swapped(trial, plain) or _pairs(trial, plain) or _ignored(trial, wrong) or _shifted(trial, plain)


def _shifted(trial: Trial, plain: Sequence[Judged]) -> list[Explained]:
    """Class labels counted from 1 where they count from 0, or the other way."""
    for name, variable in trial.statement.variables.items():
        for step in (-1, 1) if isinstance(variable.domain, Classes) else ():
            if all(_true_at(trial, item, _stepped(trial, item, name, step)) for item in plain):
                return [("wrong-value", {"labels": name, "offset": step})]
    return []


def _stepped(trial: Trial, item: Judged, name: str, step: int) -> dict[str, NDArray[Any]]:
    """A call's inputs with its class labels moved on, around the end."""
    values = dict(item.case.probe.values)
    domain = trial.statement.variables[name].domain
    assert isinstance(domain, Classes)
    count = sizes_of(trial, item)[domain.count] if isinstance(domain.count, str) else domain.count
    values[name] = np.asarray((values[name] + step) % count)
    return values


def _true_at(trial: Trial, item: Judged, values: Mapping[str, NDArray[Any]]) -> bool:
    """Whether what came is the truth of other inputs."""
    try:
        truth = trial.oracle.truth(values)
    except NO_TRUTH:
        return False
    got = None if item.reply is None else item.reply.value
    if got is None or (got.size != 1 and got.shape != truth.shape):
        return False
    return bool(np.all(truth.error(got.reshape(truth.shape)) <= NEAR * np.abs(truth.near)))


def _swapped(trial: Trial, plain: Sequence[Judged]) -> list[Explained]:
    """It is right when two of its arguments are exchanged."""
    names = trial.statement.required
    chosen = sorted(plain, key=lambda item: item.correct)[:6]  # the wrong ones first, that the others cannot speak for
    for i, first in enumerate(names):
        for j, second in enumerate(names[i + 1 :], i + 1):
            if trial.statement.variables[first].shape != trial.statement.variables[second].shape:
                continue
            calls = []
            for item in chosen:
                call = item.case.probe.call(trial.statement)
                args = list(call.args)
                args[i], args[j] = args[j], args[i]
                calls.append(replace(call, args=tuple(args)))
            replies = trial.replies(calls)
            values = [None if reply is None else reply.value for reply in replies]
            if all(_is(value, item) for value, item in zip(values, chosen, strict=True)):
                return [("swapped-arguments", {"names": (first, second)})]
    return []


def _is(value: Floats | None, item: Judged) -> bool:
    """Whether a number passes for the truth of a call, as far as `correct` goes."""
    if value is None or value.shape != item.case.truth.shape:
        return False
    return bool(np.all(item.case.truth.error(value) <= item.case.bounds.correct + 1e-6 * np.abs(item.case.truth.near)))


def _pairs(trial: Trial, plain: Sequence[Judged]) -> list[Explained]:
    """The mean over all pairs of rows, as (n, 1) against (n,) gives."""
    dims = [dim for dim in trial.statement.dims if dim not in trial.statement.class_dims]
    data = [n for n in trial.statement.arrays if dims and dims[0] in trial.statement.variables[n].shape]
    if len(data) != 2:
        return []
    first = data[0]
    small = [item for item in plain if 1 < sizes_of(trial, item).get(dims[0], 0) <= 5]
    if len(small) < 2:
        return []
    axis = trial.statement.variables[first].shape.index(dims[0])
    for item in small:
        total, size = 0.0, sizes_of(trial, item)[dims[0]]
        try:
            for shift in range(size):
                rolled = {**item.case.probe.values, first: np.roll(item.case.probe.values[first], shift, axis)}
                total += float(trial.oracle.truth(rolled).near.reshape(()))
        except (*NO_TRUTH, ValueError):
            return []
        if (
            item.got is None
            or not math.isfinite(item.got)
            or not any(abs(item.got - total / d) <= NEAR * abs(item.got) for d in (1, size))
        ):
            return []
    labels = any(isinstance(trial.statement.variables[name].domain, Classes) for name in data)
    return [
        ("broadcasting", {} if labels else {"shapes": f"({dims[0]}, 1), ({dims[0]},)"})
    ]  # `[:, labels]` does so too


def _ignored(trial: Trial, wrong: Sequence[Judged]) -> list[Explained]:
    """The number does not change with an argument that the truth depends on."""
    found: list[Explained] = []
    for name, variable in trial.statement.variables.items():
        shown = [item for item in wrong if variable.default is None or name in item.case.probe.given][:4]
        moved = []
        for item in shown:
            values = item.case.probe.values
            other = _other(values[name], variable.domain)
            for array in (other, _turned(values[name], variable.domain)):
                if array is not None:
                    moved.append((item, replace(item.case.probe, values={**values, name: array})))
        replies = trial.replies([probe.call(trial.statement) for _, probe in moved])
        same = [
            reply is not None and reply.value is not None and np.array_equal(reply.value, item.reply.value)
            for (item, _), reply in zip(moved, replies, strict=True)
            if item.reply is not None and item.reply.value is not None and np.isfinite(item.reply.value).all()
        ]
        if same and all(same):
            found.append(("ignores-argument", {"name": name}))
    # a constant ignores them all; and of a process that ended meanwhile, nothing is known
    return found if len(found) < len(trial.statement.variables) and trial.ended is None else []


def _turned(array: NDArray[Any], domain: object) -> NDArray[Any] | None:
    """The same argument on the other side of the middle: some only look at the sign, or at what is above a half."""
    if not isinstance(domain, Interval):
        return None
    if domain.low is not None and domain.high is not None:
        return np.asarray(float(domain.low) + float(domain.high) - array, dtype=array.dtype)
    other = _other(array, domain)
    return None if other is None or domain != REAL else -other


def _other(array: NDArray[Any], domain: object) -> NDArray[Any] | None:
    """The same argument with other values of the same domain, by moving them about or scaling them."""
    match domain:
        case Interval(low=low, high=high) if low is not None and high is not None:
            steps = np.linspace(0.6, 0.7, array.size).reshape(array.shape)
            return np.asarray(float(low) + (array - float(low)) * steps, dtype=array.dtype)
        case Interval():
            steps = np.linspace(2, 3, array.size).reshape(array.shape)  # uneven, as normalised weights hide a factor
            return np.asarray(array * steps if array.any() else array + steps, dtype=array.dtype)
        case Simplex() | OneHot():
            return np.roll(array, 1, axis=-1)
        case Finite(values):
            listed = [float(v) for v in values]
            moved = [listed[(listed.index(float(x)) + 1) % len(listed)] for x in array.ravel()]
            return np.asarray(moved, dtype=array.dtype).reshape(array.shape)
        case Classes():
            return np.asarray(np.where(array == 0, 1, 0), dtype=array.dtype)
    return None


def explain_shape(trial: Trial, judged: Sequence[Judged]) -> list[Explained]:
    """What a result of another shape or type than promised is."""
    off = [item for item in judged if item.fault == "shape" and item.reply is not None]
    if not off:
        return []
    several = [item for item in off if item.case.elements > 1] or off
    found = [] if trial.oracle.wrt is None else gradients.explain_shape(trial, off)
    if found:
        return found
    reply, truth = several[0].reply, several[0].case.truth
    assert reply is not None
    named = reply.shape is None or reply.type in ("tuple", "list")
    got = reply.type.removesuffix("Type") if named else _shape(reply.shape or ())
    data: dict[str, Fact] = {"expected": _shape(truth.shape), "got": got}
    if truth.shape == () and reply.value is not None and reply.value.ndim and all(_unreduced(item) for item in several):
        grown = [item.reply.shape for item in several if item.reply and item.reply.shape]
        if any(len(shape) == 2 and shape[0] == shape[1] > 1 for shape in grown) and not trial.statement.class_dims:
            return [("broadcasting", {"shapes": str(data["got"])})]
        return [("wrong-reduction", {"factor": "none", **data})]
    return [("wrong-shape", data)]


def _unreduced(item: Judged) -> bool:
    """Whether the sum or the mean of the components is the truth."""
    value = item.reply.value if item.reply is not None else None
    if value is None or value.ndim == 0 or value.size < 2:
        return value is not None and item.case.elements == 1
    near = float(item.case.truth.near)
    candidates = (float(value.sum()), float(value.mean()), float(value.sum()) / max(1, value.shape[0]))
    return any(abs(c - near) <= NEAR * max(abs(near), 1e-12) for c in candidates)


def _shape(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def finding(explained: Explained, **extra: Any) -> Finding:
    code, data = explained
    return Finding(code, data=data, **extra)
