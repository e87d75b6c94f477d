"""Judges a loss implementation: the calls, the three levels, and what was wrong (DESIGN, sections 4 and 6).

Score: 1 at the level asked; 0.8 for `stable` where `precise` was asked; 0.5 for `correct` alone; else 0.
"""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np

from grader.formula.floats import evaluate_float
from grader.formula.values import Value
from grader.numeric import diagnose, laws
from grader.numeric.ends import Group
from grader.numeric.judge import SPEED_ROWS, Judged, Plan, failing, levels, plan, shares
from grader.numeric.messages import Failure
from grader.numeric.probes import Probe
from grader.numeric.process import Child, Ended, Spares, Unfit, begun
from grader.numeric.profile import profile
from grader.numeric.region import region
from grader.numeric.shrink import Failing, failing_as, shrunk
from grader.numeric.source import Source, examine
from grader.numeric.task import CodeTask, Statement
from grader.numeric.trial import Trial
from grader.verdict import Fact, Finding, Levels, Outcome, Verdict, Witness

KIND: Final = "code"
SLOW: Final = 30.0
UNSHRUNK: Final = frozenset({"not-deterministic", "broadcasting"})
"""Findings whose smallest input would no longer show them."""
TOLD: Final = frozenset({"factor", "offset", "labels"})
"""Facts that say already what a wrong value is."""
SPEED_SECONDS: Final = 3.0
ORDINARY: Final = (0.01, 100.0)
"""Sizes between which a stretch must end that tells of a wrong branch; any other is wrong on all ordinary inputs."""


def grade_code(
    task: CodeTask, source: str, *, seconds: float = 10.0, name: str = "<answer>", spares: Spares | None = None
) -> Verdict:
    """Runs and judges a submission; all its calls have `seconds` together.

    `name` is what the submission is called in its own tracebacks. With `spares`, a child started beforehand is used,
    and the next one is started when the verdict is out. Raises Unreadable if the task itself cannot be read.
    """
    found = examine(source, task.entry, name)
    if isinstance(found, Finding):
        return Verdict(KIND, "unreadable", 0.0, "place", findings=(found,))
    statement = task.statement
    try:
        child = spares.take() if spares is not None else Child()
    except OSError as error:
        return _unfit(str(error))
    try:
        prepared = plan(statement)  # while the child loads NumPy
        child = begun(child, seconds)
        trial = Trial(statement, prepared.oracles, child, time.monotonic() + seconds)
        verdict = _load(trial, found, name) or _graded(trial, found, task, prepared)
    except Unfit as fault:
        return _unfit(str(fault))
    finally:
        child.close()
        if spares is not None:
            spares.replace()
    return _with_prints(verdict, child)


def _unfit(reason: str) -> Verdict:
    """No submission was run: nothing is said of it."""
    return Verdict(KIND, "undecided", None, details={"fault": reason})


def _load(trial: Trial, source: Source, name: str) -> Verdict | None:
    """Runs the submission's top level; a verdict only if that went wrong."""
    try:
        loaded = trial.child.load(source.text, name, source.entry, trial.deadline)
    except Ended as ended:
        finding = _end_finding(ended)
        return _wrong((finding,), Witness({}, "a function", _end_text(ended)), None)
    if loaded.failure is not None:
        finding = _failure_finding(source, loaded.failure)
        return _wrong((finding,), Witness({}, "a function", diagnose.failure_text(loaded.failure)), None)
    if not loaded.found:
        missing = Finding("no-entry", data={"names": (), "asked": source.entry})
        return Verdict(KIND, "unreadable", 0.0, "place", findings=(missing,))
    return None


def _graded(trial: Trial, source: Source, task: CodeTask, prepared: Plan) -> Verdict:
    too_slow: list[Finding] = []
    judged = trial.judged(prepared.ordinary)
    reached = levels(judged)
    if reached.correct:
        judged += trial.judged(prepared.extreme)
        reached = levels(judged)
        if reached.stable:
            found, too_slow = _large(trial, prepared)
            judged += found
            reached = levels(judged)
    details: dict[str, Fact] = {
        "ordinary": sum(item.ordinary for item in judged),
        "extreme": sum(not item.ordinary for item in judged),
        "shares": shares(judged),
        "isolation": trial.child.isolation.layers,
    }
    if reached.correct and not (prepared.decides and (prepared.reaches or task.asks == "correct")):
        return _untold(prepared, details)
    if trial.ended is not None and trial.at_hand is not None and not too_slow:
        witness = diagnose.witness(trial.statement, trial.at_hand, got=_end_text(trial.ended))
        reached = Levels(correct=reached.correct, stable=False, precise=False)
        hoards = next((item for item in judged if diagnose.out_of_memory(item)), None)
        if hoards is not None:  # what came back before the time was out
            finding = Finding("out-of-memory")
            return _wrong((finding,), diagnose.witness(trial.statement, hoards), reached, details)
        return _wrong((_end_finding(trial.ended),), witness, reached, details)
    outcome, score = _outcome(task, reached)
    findings, shown = _explained(trial, source, task, judged, reached)
    if reached.correct:
        findings = [*findings, *(too_slow or _speed(trial, source, prepared))]
        findings += diagnose.warnings_noted(trial.statement, source, judged, findings)
    return Verdict(
        KIND,
        outcome,
        score,
        "tested" if outcome == "right" else "witness",
        findings=tuple(findings),
        witness=None if outcome == "right" else shown,
        levels=reached,
        profile=profile(trial.statement, judged) if reached.correct else (),
        details=details,
    )


def _untold(prepared: Plan, details: dict[str, Fact]) -> Verdict:
    """Nothing wrong was seen, but the formula has a value at too few inputs for that to say anything."""
    ordinary, extreme = prepared.tried
    tried = f"{len(prepared.ordinary)}/{ordinary} ordinary, {len(prepared.extreme)}/{extreme} extreme inputs"
    known = Levels(correct=True if prepared.decides else None, stable=None, precise=None)
    return Verdict(KIND, "undecided", None, levels=known, details={**details, "tried": tried})


def _outcome(task: CodeTask, reached: Levels) -> tuple[Outcome, float]:
    if getattr(reached, task.asks):
        return "right", 1.0
    if not reached.correct:
        return "wrong", 0.0
    return "partly", 0.8 if reached.stable else 0.5


def _explained(
    trial: Trial, source: Source, task: CodeTask, judged: Sequence[Judged], reached: Levels
) -> tuple[list[Finding], Witness | None]:
    """The findings at the lowest level that is missed, and the simplest input that shows the first of them."""
    level = next((level for level in ("correct", "stable", "precise") if not getattr(reached, level)), None)
    if level is None:
        return [], None
    failed = failing(judged, level)
    explained = diagnose.each_part(trial, source, judged, failed, level)
    first = explained[0]
    simplest = min(first.items, key=diagnose.simplicity)
    settled = level == "correct" and (first.code in UNSHRUNK or simplest.fault in ("parts", "shape"))
    failing_so = failing_as(simplest, level, first.same)
    shown = simplest if settled else shrunk(trial.about(simplest.part), simplest, failing_so)
    severity = "note" if _asked_is_reached(task, reached) else "error"
    where = _where(trial, first, shown, level, failing_so) if severity == "error" else None
    findings = []
    for group in explained:
        simplest = min(group.items, key=diagnose.simplicity)
        example = shown if group is first else simplest
        data = {**group.data, "level": level, "input": diagnose.inputs_text(trial.statement, example)}
        if group is first and where is not None:
            data["where"] = where
        if example.case.probe.label == "large":
            data["n"] = example.case.oracle.rows(example.case.probe.values)
        findings.append(Finding(group.code, severity, source.place(group.region), data))  # type: ignore[arg-type]
    if level == "correct" and first.code == "wrong-value" and TOLD.isdisjoint(first.data):
        findings += _laws(trial, first.items[0].part, judged)
    return findings, diagnose.witness(trial.statement, shown)


def _where(trial: Trial, group: Group, shown: Judged, level: str, failing_so: Failing) -> dict[str, Fact] | None:
    """The stretch of one number of the witness in which it fails so: at the ends of the domain, and on ordinary inputs
    where nothing else tells what a wrong value is."""
    if shown.fault not in ("value", "failure") or (
        level == "correct" and (group.code != "wrong-value" or not TOLD.isdisjoint(group.data))
    ):
        return None
    found = region(trial.about(shown.part), shown, failing_so)
    ends = [abs(end) for end in (found or {}).values() if isinstance(end, float)]
    told = level != "correct" or all(ORDINARY[0] <= end <= ORDINARY[1] for end in ends)
    return found if told else None


def _laws(trial: Trial, part: int, judged: Sequence[Judged]) -> list[Finding]:
    """The law that a wrong value breaks, as a note: it explains, and decides nothing."""
    found = laws.broken(trial.about(part), [item for item in judged if item.part == part])
    return [] if found is None else [Finding("breaks-law", "note", data=found.data)]


def _asked_is_reached(task: CodeTask, reached: Levels) -> bool:
    return bool(getattr(reached, task.asks))


def _wrong(
    findings: Iterable[Finding], witness: Witness, reached: Levels | None, details: dict[str, Fact] | None = None
) -> Verdict:
    none = Levels(correct=False, stable=False, precise=False)
    found, facts = tuple(findings), details or {}
    return Verdict(
        KIND, "wrong", 0.0, "witness", findings=found, witness=witness, levels=reached or none, details=facts
    )


def _failure_finding(source: Source, failure: Failure) -> Finding:
    code = diagnose.failure_code(failure, ordinary=True)
    data: dict[str, Fact] = {"exception": failure.kinds[0], "message": failure.message}
    if code == "import-error":
        data["name"] = failure.name
    if code == "forbidden":
        data["what"] = diagnose.failure_text(failure)
    return Finding(code, where=source.place(failure.where), data=data)


def _end_finding(ended: Ended) -> Finding:
    """The finding of a child that is gone."""
    if ended.why == "timeout" and ended.full:
        return Finding("out-of-memory")
    match ended.why:
        case "full":
            return Finding("out-of-memory")
        case "timeout":
            return Finding("timeout")
        case "forged":
            return Finding("forbidden", data={"what": "protocol"})
        case "flood":
            return Finding("prints", data={"cut": True})
    if os.name == "posix" and ended.code == -signal.SIGKILL:
        return Finding("out-of-memory")
    return Finding("crashed", data={"signal": _signal(ended.code), "exit": ended.code})


def _end_text(ended: Ended) -> str:
    said = {
        "timeout": "no answer in time",
        "full": "MemoryError",
        "forged": "no readable answer",
        "flood": "output without end",
    }
    if ended.why in said:
        return said[ended.why]
    name = _signal(ended.code)
    return f"the process ended ({name or f'exit code {ended.code}'})"


def _signal(code: int | None) -> str | None:
    try:
        return signal.Signals(-code).name if code is not None and code < 0 else None
    except ValueError:
        return None


def _with_prints(verdict: Verdict, child: Child) -> Verdict:
    """What the submission printed is a note, unless it is the reason already."""
    if not child.printed or any(code in ("prints", "crashed") for code in verdict.codes):
        return verdict
    note = Finding("prints", "note", data={"bytes": child.printed})
    return replace(verdict, findings=(*verdict.findings, note))


def _large(trial: Trial, prepared: Plan) -> tuple[list[Judged], list[Finding]]:
    """The large batch, judged; where it takes more than half of the time that is left, `slow` instead."""
    begin = time.monotonic()
    deadline, trial.deadline = trial.deadline, begin + trial.left() / 2
    judged = trial.judged(prepared.large)
    trial.deadline = deadline
    if trial.ended is None or trial.ended.why != "timeout":
        return judged, []
    rows = prepared.large[0].elements
    return [], [_slow((time.monotonic() - begin) / _reference_seconds(trial.statement, rows), None)]


def _speed(trial: Trial, source: Source, prepared: Plan) -> list[Finding]:
    """`slow`: the time of one call with many rows, beside that of the formula in vectorised float64. What fails only
    there is a note as well."""
    if prepared.speed is None or trial.left() < 1:
        return []
    reference = _reference_seconds(trial.statement, SPEED_ROWS)
    seconds, failure = _one_call(trial, prepared.speed)
    if failure is not None:
        finding = _failure_finding(source, failure)
        return [replace(finding, severity="note", data={**finding.data, "n": SPEED_ROWS})]
    if seconds >= SLOW * reference:  # whatever else ran meanwhile is not the submission's
        seconds = min(seconds, _one_call(trial, prepared.speed)[0])
    ratio = seconds / reference
    return [_slow(ratio, source.loop())] if SLOW <= ratio < math.inf else []


def _slow(ratio: float, line: int | None) -> Finding:
    data: dict[str, Fact] = {"ratio": float(f"{ratio:.2g}")}
    return Finding("slow", "note", data=data if line is None else {**data, "line": line})


def _one_call(trial: Trial, probe: Probe) -> tuple[float, Failure | None]:
    """Seconds of processor time; what it was given, where that was not enough; infinite for what tells nothing."""
    begin = time.monotonic()
    ended = trial.ended
    deadline, trial.deadline = trial.deadline, min(trial.deadline, begin + SPEED_SECONDS)
    reply = trial.replies([probe.call(trial.statement)])[0]
    trial.deadline = deadline
    if reply is not None:
        return reply.seconds, reply.failure
    if ended is None and trial.ended is not None and trial.ended.why == "timeout":
        return time.monotonic() - begin, None
    return math.inf, None


@lru_cache(maxsize=64)
def _reference_seconds(statement: Statement, many: int) -> float:
    """The formula over all rows at once, one component an array over the rows; never less than the clock can tell.

    Processor time, the least of three: worked out once a statement, like the truth.
    """
    sizes = {dim: 3 if dim in statement.class_dims else 1 for dim in statement.dims}
    rng = np.random.default_rng(0)
    inputs = {}
    for name, variable in statement.variables.items():
        shape = tuple(sizes[d] if isinstance(d, str) else d for d in variable.shape)
        count = math.prod(shape)
        rows = many if shape else 1
        items = tuple(rng.uniform(0.1, 0.9, rows) if variable.continuous else np.float64(0) for _ in range(count))
        inputs[name] = Value(shape, items)
    spent = []
    for _ in range(3):
        begin = time.thread_time()
        evaluate_float(statement.formula, statement.scope, inputs, sizes)  # type: ignore[arg-type]
        spent.append(time.thread_time() - begin)
    return max(min(spent), 1e-5)
