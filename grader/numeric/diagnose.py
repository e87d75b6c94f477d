"""From failing calls to findings, each with the calls that show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader.formula.declare import Classes, Integers
from grader.numeric import ends, ordinary
from grader.numeric.ends import Group, failure_code
from grader.numeric.judge import Judged, in_other_order
from grader.numeric.messages import Failure
from grader.numeric.shrink import SHOWN, cost, number, text
from grader.numeric.source import Source
from grader.numeric.task import Statement
from grader.numeric.together import only_together
from grader.numeric.trial import Trial
from grader.verdict import Fact, Finding, Witness

__all__ = ["failure_code"]
NOTES = 2
SAID = ("wrong-value", "overflow", "nan", "underflow")
"""Findings on ordinary inputs that are shown where NumPy warned."""
ALONE = ("overflow", "underflow", "nan", "cancellation", "domain-error", "wrong-value")
"""Findings that rows may have only when they come together."""
REPEATED = 6
"""Calls that are made once more."""


def each_part(
    trial: Trial, source: Source, judged: Sequence[Judged], failed: Sequence[Judged], level: str
) -> list[Group]:
    """What keeps a submission below a level, for each of the values that it returns, in their order; each says which
    value it is about (`part`, for a gradient the `argument`, and of several its place, `value`) unless the loss is all
    that is asked."""
    explain, parts = at_ordinary if level == "correct" else at_ends, trial.statement.parts
    made: list[Group] = []
    for part in sorted({item.part for item in failed}):
        own, missed = ([item for item in items if item.part == part] for items in (judged, failed))
        for group in explain(trial.about(part), source, own, missed):
            if not any(_same_place(group, before) for before in made):
                about = {} if any(item.fault == "parts" for item in group.items) else _about(parts, part)
                made.append(replace(group, data={**group.data, **about}))
    return made


def _same_place(one: Group, other: Group) -> bool:
    """Whether two findings are one, of a line that two values depend on."""
    return one.region is not None and (one.code, one.region) == (other.code, other.region)


def _about(parts: Sequence[str | None], part: int) -> dict[str, Fact]:
    if parts == (None,):
        return {}
    wrt = parts[part]
    about: dict[str, Fact] = {"part": "loss"} if wrt is None else {"part": "gradient", "argument": wrt}
    return about if len(parts) == 1 else {**about, "value": part}


def at_ordinary(trial: Trial, source: Source, judged: Sequence[Judged], failed: Sequence[Judged]) -> list[Group]:
    """What is wrong on ordinary inputs: how calls fail outright, then what the wrong numbers are."""
    late = remembers(trial, failed)
    if late:
        return [Group("not-deterministic", tuple(late), {}, None)]
    faults: dict[str, list[Judged]] = {}
    for item in failed:
        faults.setdefault(item.fault or "value", []).append(item)
    made: list[Group] = []
    if "parts" in faults:
        made.append(Group("wrong-shape", tuple(faults["parts"]), _in_parts(trial, faults["parts"][0]), None))
    if "shape" in faults:
        several = [item for item in faults["shape"] if item.case.elements > 1] or faults["shape"]
        made += [Group(code, tuple(several), data, None) for code, data in ordinary.explain_shape(trial, judged)]
    if "value" in faults:
        found = ordinary.explain_values(trial, source, judged)
        items = tuple(faults["value"])
        if "shape" in faults and found == [("wrong-value", {})]:  # as what has another shape elsewhere would be
            found = []
        made += [
            Group(code, _of_type(items, data), data, _said(items) if code in SAID else None) for code, data in found
        ]
    if "failure" in faults:
        made += _failures(trial, source, faults["failure"])
    if "mutated" in faults:
        names = sorted({_names(trial.statement, item)[at] for item in faults["mutated"] for at in _mutated(item)})
        made.append(Group("mutates-input", tuple(faults["mutated"]), {"names": tuple(names)}, None))
    if "dtype" in faults:
        reply = faults["dtype"][0].reply
        made.append(Group("dtype", tuple(faults["dtype"]), {"dtype": reply.dtype if reply else None}, None))
    if _all_fail_alike(judged, faults.get("failure", [])):  # nothing else is worth saying
        made.sort(key=lambda group: not any(item.fault == "failure" for item in group.items))
    hidden = {"mutates-input"} & {group.code for group in made}
    if hidden:  # the calls with read-only inputs say the same
        made = [g for g in made if g.code != "not-deterministic"]
    return _merged(made)


def _of_type(items: tuple[Judged, ...], data: Mapping[str, Fact]) -> tuple[Judged, ...]:
    """The calls with the type that is blamed, where float64 is right: a witness of another type would puzzle."""
    labels = {data.get("dtype"), "integer labels" if data.get("dtype") == "int64" else None}
    if "dtype" not in data or any(item.case.probe.label == "float64" for item in items):
        return items
    return tuple(item for item in items if item.case.probe.label in labels) or items


def _in_parts(trial: Trial, item: Judged) -> dict[str, Fact]:
    """What should have been returned, and what was."""
    reply = item.reply
    if reply is not None and reply.parts is not None and in_other_order(item.case, reply.parts):
        return {"order": parts_text(trial.statement)}
    return {"parts": parts_text(trial.statement), "got": _kind_text(item)}


def parts_text(statement: Statement) -> str:
    """`(loss, gradient by w)`."""
    return f"({', '.join('loss' if wrt is None else f'gradient by {wrt}' for wrt in statement.parts)})"


def _kind_text(item: Judged) -> str:
    """`array of shape (3,)`, `tuple of 3`."""
    reply = item.reply
    if reply is None:
        return "no answer"
    if reply.type in ("tuple", "list") and reply.shape is not None:
        return f"{reply.type} of {reply.shape[0]}"
    kind = reply.type.removesuffix("Type")
    return (
        f"array of shape {reply.shape}"
        if kind == "array" and reply.shape
        else "number"
        if reply.value is not None
        else kind
    )


def remembers(trial: Trial, failed: Sequence[Judged]) -> list[Judged]:
    """The calls that are right but for their type or layout, and wrong as well when the same numbers come plainly and
    once more: then it is what came before that matters, and not the type. Empty unless all plain calls were right."""
    odd = [item for item in failed if item.case.probe.label != "float64"]
    if len(odd) < len(failed) or any(item.fault == "failure" for item in failed) or trial.ended is not None:
        return []
    plain = []
    for item in [item for item in odd if item.fault == "value"][:REPEATED]:
        probe = item.case.probe
        values = {name: np.asarray(a, float) if _floats(trial, name) else a for name, a in probe.values.items()}
        plain.append(replace(probe, values=values, label="float64", layout="C", readonly=False))
    found = trial.tried(plain)
    return [item for item in found if item.fault == "value" and not item.correct]


def _floats(trial: Trial, name: str) -> bool:
    return not isinstance(trial.statement.variables[name].domain, Classes | Integers)


def at_ends(trial: Trial, source: Source, judged: Sequence[Judged], failed: Sequence[Judged]) -> list[Group]:
    """What is wrong at the ends of the domain. Failures that only smaller types show are said to be theirs."""
    wide = [item for item in failed if item.case.probe.dtype == np.float64]
    if wide:
        first, *others = ends.groups(trial, source, wide)
        if first.code in ALONE and only_together(trial, first.items):
            first = replace(first, data={**first.data, "together": True})
        return [first, *others]
    return [Group("dtype", tuple(failed), {"dtype": "float32"}, None)]


def _failures(trial: Trial, source: Source, items: Sequence[Judged]) -> list[Group]:
    by_code: dict[tuple[str, str], list[Judged]] = {}
    failed_with: dict[tuple[str, str], Failure] = {}
    for item in items:
        assert item.reply is not None
        assert item.reply.failure is not None
        failure = item.reply.failure
        code = failure_code(failure, ordinary=True)
        if code in ("crashed", "overflow") and item.case.probe.label in ("int64", "float32", "integer labels"):
            code = "dtype"  # its type is all that is special about such a call
        name = _unexpected(failure, trial.statement)
        key = ("ignores-argument", name) if name else (code, failure.kinds[0])
        by_code.setdefault(key, []).append(item)
        failed_with.setdefault(key, failure)
    if any(code == "crashed" for code, _ in by_code):
        by_code = {key: found for key, found in by_code.items() if key[0] != "dtype"}
    made = []
    for (code, what), found in by_code.items():
        failure = failed_with[code, what]
        data: dict[str, Fact] = {"exception": failure.kinds[0], "message": failure.message}
        if code == "ignores-argument":
            data = {"name": what}
        if code == "import-error":
            data["name"] = failure.name
        if code == "forbidden":
            data["what"] = failure_text(failure)
        where, signature = failure.where, source.signature()
        if where is None and "TypeError" in failure.kinds and signature is not None:  # raised by the call itself
            where, takes = signature
            names = trial.statement.required
            if takes != len(names) and "positional argument" in failure.message:
                data |= {"takes": takes, "passes": len(names), "names": names}
        made.append(Group(code, tuple(found), data, where))
    return made


def _unexpected(failure: Failure, statement: Statement) -> str | None:
    """The optional argument that the function does not take."""
    if "TypeError" not in failure.kinds or "unexpected keyword argument" not in failure.message:
        return None
    return next((name for name in statement.optional if f"'{name}'" in failure.message), None)


def _all_fail_alike(judged: Sequence[Judged], failed: Sequence[Judged]) -> bool:
    return len(failed) > 0.5 * sum(item.ordinary for item in judged)


def _merged(groups: Sequence[Group]) -> list[Group]:
    """One group a code (and a name, for arguments that are ignored), in the order given."""
    made: dict[object, Group] = {}
    for group in groups:
        key = (group.code, group.data.get("name"))
        before = made.get(key)
        made[key] = group if before is None else replace(before, items=(*before.items, *group.items))
    return list(made.values())


def _said(items: Sequence[Judged]) -> Any:
    for item in items:
        for warned in item.reply.warnings if item.reply is not None else ():
            if warned.where is not None:
                return warned.where
    return None


def out_of_memory(item: Judged) -> bool:
    failure = None if item.reply is None else item.reply.failure
    return failure is not None and failure_code(failure, ordinary=True) == "out-of-memory"


def _mutated(item: Judged) -> tuple[int, ...]:
    return item.reply.mutated if item.reply is not None else ()


def _names(statement: Statement, item: Judged) -> list[str]:
    return [*statement.required, *(n for n in statement.optional if n in item.case.probe.given)]


def warnings_noted(
    statement: Statement, source: Source, judged: Sequence[Judged], said: Sequence[Finding]
) -> list[Finding]:
    """What NumPy warned of where the result was right all the same: notes, one for each place."""
    lines = {finding.where.line for finding in said if finding.where is not None}
    made: dict[tuple[str, int], Finding] = {}
    for item in judged:
        if item.reply is None or not item.stable:
            continue
        for warned in item.reply.warnings:
            place = source.place(warned.where)
            key = (warned.message, place.line if place else 0)
            if key in made or (place is not None and place.line in lines):
                continue
            code = "overflow" if warned.message.startswith("overflow") else "domain-error"
            data = {"warning": warned.message, "input": inputs_text(statement, item)}
            made[key] = Finding(code, "note", place, data)
    return list(made.values())[:NOTES]


def simplicity(item: Judged) -> tuple[float, ...]:
    """Simple inputs first; of several calls, plain ones before other types and layouts."""
    probe = item.case.probe
    return (float(probe.label not in ("float64", "batch")), *cost(probe))


def inputs_text(statement: Statement, item: Judged) -> str:
    """`z = 710, y = 1`."""
    return ", ".join(f"{name} = {value}" for name, value in _inputs(statement, item).items())


def _inputs(statement: Statement, item: Judged) -> dict[str, str]:
    probe = item.case.probe
    passed = {*statement.required, *probe.given}
    shown = {name: text(array) for name, array in probe.values.items() if name in passed}
    if probe.label in ("float32", "int64", "read-only", "strided", "fortran", "integer labels"):
        shown["inputs"] = probe.label
    return shown


def witness(statement: Statement, item: Judged, *, got: str | None = None) -> Witness:
    """The input, the true value, and what came instead; for a shape, the two shapes."""
    expected = _expected(item)
    if got is None and item.fault == "parts":
        return Witness(_inputs(statement, item), parts_text(statement), _kind_text(item))
    if got is None:
        got = _got(item)
        if item.fault == "shape" and item.reply is not None and item.reply.shape is not None:
            several = item.reply.type in ("tuple", "list")
            got = _kind_text(item) if several else f"{item.reply.type} of shape {item.reply.shape}"
            expected = f"shape {item.case.truth.shape}"
    return Witness(_inputs(statement, item), expected, got)


def _expected(item: Judged) -> str:
    truth = item.case.truth
    if truth.near.size == 1:
        return truth.digits[0]
    return f"[{', '.join(truth.digits)}]" if truth.near.ndim == 1 and truth.near.size <= SHOWN else text(truth.near)


def _got(item: Judged) -> str:
    reply = item.reply
    if reply is None:
        return "no answer"
    if reply.failure is not None:
        return failure_text(reply.failure)
    if item.fault == "mutated":
        return "a changed input"
    if reply.value is None:
        return reply.type.removesuffix("Type") if reply.dtype is None else f"{reply.type} of {reply.dtype}"
    return number(float(reply.value)) if reply.value.ndim == 0 else text(reply.value)


def failure_text(failure: Failure) -> str:
    return f"{failure.kinds[0]}: {failure.message}" if failure.message else failure.kinds[0]
