"""The verdict on a designed loss: each demand met, missed with its evidence, or undecided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from grader.design.demands import EXTRA, Demand, read_demand
from grader.design.estimate import Row, outliers
from grader.design.imbalance import imbalance
from grader.formula.balls import at_precision
from grader.formula.declare import Finite, Scope
from grader.formula.errors import NotCertain, Undefined
from grader.formula.read import read_formula
from grader.formula.show import show, show_number
from grader.formula.tree import Expr, Span
from grader.formula.values import Point, Value
from grader.properties import Analysis, AnalysisTask, Property, analyse
from grader.properties.evidence import shown
from grader.properties.reduce import constants_compared, expanded, samples
from grader.symbolic.place import place_of
from grader.symbolic.task import TaskError
from grader.verdict import Evidence, Fact, Finding, Outcome, Verdict, Witness
from questions.kinds import Experiment
from questions.losses import Space

KIND: Final = "design"
TURNS: Final = 6
"""Ordinary values that are tried for each parameter."""


@dataclass(frozen=True, slots=True)
class DesignTask:
    """A loss of `wrt`, over `variables`, that meets all `demands`, some of them on the `experiment`."""

    wrt: str
    variables: tuple[str, ...]
    demands: tuple[str, ...]
    space: Space | None = None
    experiment: Experiment | None = None


@dataclass(frozen=True, slots=True)
class _Judged:
    demand: Demand
    answer: str
    data: dict[str, Fact]


def grade_design(task: DesignTask, text: str, *, seconds: float = 6.0) -> Verdict:
    """Never raises for what `text` holds. Raises Unreadable where a demand cannot be read."""
    demands = [read_demand(demand, task.experiment) for demand in task.demands]
    lines = _lines(text)
    *given, loss = (line for _, line in lines)
    try:
        found = analyse(
            AnalysisTask(loss, task.wrt, task.variables, tuple(given), task.space),
            seconds=seconds * 0.7,
            extra=[demand.name for demand in demands if demand.name in EXTRA],
        )
    except TaskError as fault:
        return _unreadable(fault, text, lines)
    judged = [_property(demand, found) for demand in demands if not demand.measure]
    rows: Sequence[Mapping[str, Fact]] = ()
    if task.experiment is not None:
        rows, measured = _experiment(task, found, [demand for demand in demands if demand.measure])
        judged += measured
    return _verdict(found, judged, task, rows)


def _lines(text: str) -> list[tuple[int, str]]:
    """Where each line begins, and what it says: definitions, and the loss last. Comments and blank lines are left
    out; an answer of nothing else is an empty loss."""
    lines: list[tuple[int, str]] = []
    start = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            lines.append((start + line.index(stripped), stripped))
        start += len(line)
    return lines or [(0, "")]


def _unreadable(fault: TaskError, text: str, lines: Sequence[tuple[int, str]]) -> Verdict:
    """What could not be read, in the answer or in a definition before it. Another field is the question's own fault."""
    reason = fault.reason
    if fault.field.startswith("given["):
        offset, _ = lines[int(fault.field[6:-1])]
    elif fault.field == "loss":
        offset, _ = lines[-1]
    else:
        raise reason
    data: dict[str, Fact] = {**reason.data}
    if reason.expected:
        data["expected"] = reason.expected
    span = Span(reason.span.start + offset, reason.span.end + offset)
    finding = Finding(reason.code, where=place_of(text, span), data=data)
    return Verdict(KIND, "unreadable", 0.0, "place", findings=(finding,))


def _property(demand: Demand, found: Analysis) -> _Judged:
    try:
        item = found[demand.name]
    except KeyError:
        return _Judged(demand, "undecided", {"reason": "not-shown", "facts": {"tried": (found.silent or "space",)}})
    data: dict[str, Fact] = {
        "reason": item.reason, "facts": dict(item.facts), "answer": item.answer, "wrt": found.wrt,
    }  # fmt: skip
    if item.value is not None:
        data["constant"] = shown(item.value)
    if demand.bound is not None and item.answer == "yes":
        data["bound"] = demand.bound
        kept = _within(item, demand, found)
        if kept == "undecided" and item.value is not None:
            broken = _broken(item.value, demand, found)
            return _Judged(demand, "no", {**data, "broken": broken}) if broken else _Judged(demand, kept, data)
        return _Judged(demand, kept, data)
    if demand.negated:
        turned: Mapping[str, str] = {"yes": "no", "no": "yes"}
        return _Judged(demand, turned.get(item.answer, "undecided"), data)
    return _Judged(demand, item.answer, data)


def _within(item: Property, demand: Demand, found: Analysis) -> str:
    """Whether a constant keeps to the demanded bound, for every value of the parameters."""
    assert demand.bound is not None
    if item.value is None:
        return "undecided"
    bound = read_formula(demand.bound, found.scope)
    order = constants_compared(item.value, bound, found.scope, found.wrt)
    if order is None:
        return "undecided"
    return "yes" if order == 0 or (order < 0) == (demand.relation == "<=") else "no"


def _broken(constant: Expr, demand: Demand, found: Analysis) -> Mapping[str, Fact] | None:
    """Values of the parameters with which a constant certainly breaks the demanded bound, among ordinary ones."""
    assert demand.bound is not None
    bound = read_formula(demand.bound, found.scope)
    parameters = {name: variable for name, variable in found.scope.variables.items() if name != found.wrt}
    for turn in range(TURNS):
        chosen = {name: next(islice(samples(v), turn, None), None) for name, v in parameters.items()}
        point = Point({name: Value((), (x,)) for name, x in chosen.items() if x is not None})
        try:
            sides = [at_precision(side, found.scope, point, 128).scalar for side in (constant, bound)]
        except (NotCertain, Undefined, KeyError):
            continue
        if sides[0] > sides[1] if demand.relation == "<=" else sides[0] < sides[1]:
            return {name: show_number(x) for name, x in chosen.items() if x is not None}
    return None


def _experiment(
    task: DesignTask, found: Analysis, demands: Sequence[Demand]
) -> tuple[tuple[Mapping[str, Fact], ...], list[_Judged]]:
    """The rows of the experiment, and what it says about the demands on it."""
    rows = _run(task, found)
    judged = []
    for demand in demands:
        assert demand.bound is not None
        got = rows[0].measures[demand.name]
        bound = float(at_precision(read_formula(demand.bound, Scope()), Scope(), Point({}), 96).scalar)
        met = got <= bound if demand.relation == "<=" else got >= bound
        data: dict[str, Fact] = {"measured": round(got, 4), "bound": demand.bound, "experiment": task.experiment}
        judged.append(_Judged(demand, "yes" if met else "no", data))
    return tuple(_shown_row(row) for row in rows), judged


def _shown_row(row: Row) -> Mapping[str, Fact]:
    figures: dict[str, Fact] = {name: round(x, 4) for name, x in row.measures.items()}
    return {"loss": row.loss, **figures}


def _run(task: DesignTask, found: Analysis) -> Sequence[Row]:
    loss = expanded(found.loss, found.scope)
    if task.experiment == "outliers":
        return outliers(loss, found.wrt, found.scope)
    target = next(v.name for v in found.scope.variables.values() if isinstance(v.domain, Finite))
    return imbalance(loss, found.wrt, target, found.scope)


def _verdict(
    found: Analysis, judged: Sequence[_Judged], task: DesignTask, rows: Sequence[Mapping[str, Fact]]
) -> Verdict:
    findings = [_finding(item) for item in judged]
    if rows:
        findings.append(Finding("experiment", "note", data={"name": task.experiment, "rows": tuple(rows)}))
    missed = [item for item in judged if item.answer == "no"]
    met = [item for item in judged if item.answer == "yes"]
    score = len(met) / len(judged)  # a question has a demand: its schema sees to it
    reading = show(found.loss, found.scope)
    findings.sort(key=lambda finding: finding.severity == "note")
    if missed:
        outcome: Outcome = "partly" if met else "wrong"
        return Verdict(
            KIND, outcome, score, "witness", reading=reading, findings=tuple(findings), witness=_witness(missed)
        )
    if len(met) < len(judged):
        return Verdict(KIND, "undecided", None, reading=reading, findings=tuple(findings))
    evidence: Evidence = "tested" if any(item.demand.measure for item in judged) else "proved"
    return Verdict(KIND, "right", 1.0, evidence, reading=reading, findings=tuple(findings))


def _finding(item: _Judged) -> Finding:
    code = {"yes": "demand-met", "no": "demand-missed", "undecided": "demand-undecided"}[item.answer]
    data: dict[str, Fact] = {"demand": item.demand.text, "name": item.demand.name, **item.data}
    return Finding(code, "error" if item.answer == "no" else "note", data=data)


def _value(facts: Fact) -> str:
    """What the analysis found at the witness, where that is a value."""
    known = facts if isinstance(facts, Mapping) else {}
    return str(next((known[key] for key in ("value", "at_middle", "risk") if known.get(key) is not None), "not met"))


def _witness(missed: Sequence[_Judged]) -> Witness:
    """Of the first demand that is missed: where it shows, and what was demanded."""
    first = missed[0]
    facts = first.data.get("facts")
    inputs = {}
    if isinstance(facts, Mapping):
        places = [str(facts[key]) for key in ("at", "a", "b", "probability") if key in facts]
        inputs = {str(first.data["wrt"]): ", ".join(places)} if places else {}
        cases = facts.get("cases")
        inputs |= {key: str(value) for key, value in cases.items()} if isinstance(cases, Mapping) else {}
    broken = first.data.get("broken")
    inputs |= {key: str(value) for key, value in broken.items()} if isinstance(broken, Mapping) else {}
    got = next((first.data[key] for key in ("measured", "constant") if key in first.data), _value(facts))
    return Witness(inputs, first.demand.text, str(got))
