"""Grading without a bank: a task stated in options or in a line of JSON, each fault found where it was typed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, NoReturn

from grader.formula.declare import Scope
from grader.formula.errors import Unreadable
from grader.formula.read import read_formula, read_loss, read_wrt, scope_from
from grader.verdict import Fact, Finding, Place, Verdict
from practice import named
from questions import losses
from questions.kinds import CodeLevel, Returns

if TYPE_CHECKING:
    from grader.symbolic import DerivationTask
    from grader.symbolic.next_step import NextLine


@dataclass(frozen=True, slots=True)
class Stated:
    """A derivation's task, as typed. `loss` may be a known loss's name; then `wrt` need not be said."""

    loss: str
    wrt: str | None = None
    variables: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


def scope_of(stated: Stated) -> Scope | None:
    """The names of a task, if they can be read."""
    task = named.meant(stated.loss, stated.wrt, stated.variables, stated.given)
    scope = _scope("--var", task.variables, task.given)
    return scope if isinstance(scope, Scope) else None


def grade_stated(stated: Stated, text: str) -> Verdict:
    """The verdict on a derivation; `unreadable`, with the option named, if the task itself cannot be read."""
    task = task_of(stated)
    if isinstance(task, Verdict):
        return task
    if not text.strip():
        return nothing("derivation")
    from grader.symbolic import grade_derivation

    return grade_derivation(task, text)


def task_of(stated: Stated) -> DerivationTask | Verdict:
    """The task, or the verdict on one that cannot be read."""
    task = named.meant(stated.loss, stated.wrt, stated.variables, stated.given)
    if task.wrt is None:
        return _unreadable("derivation", Finding("unreadable", where=Place(1, 1), data={"reason": NO_WRT}))
    scope = _scope("--var", task.variables, task.given)
    if isinstance(scope, Verdict):
        return scope
    for option, value, read in (("--loss", task.loss, read_loss), ("--wrt", task.wrt, read_wrt)):
        try:
            read(value, scope)
        except Unreadable as error:
            return bad_option("derivation", option, value, error)
    from grader.symbolic import DerivationTask, TaskError
    from grader.symbolic.task import read_task

    made = DerivationTask(task.loss, task.wrt, task.variables, task.given)
    try:
        read_task(made)
    except TaskError as fault:  # a loss that is no number
        option, value = ("--wrt", task.wrt) if fault.field == "wrt" else ("--loss", task.loss)
        return bad_option("derivation", option, value, fault.reason)
    return made


def next_of(stated: Stated, text: str) -> NextLine | Verdict:
    """The next line of a derivation, which may be empty so far; the verdict on what cannot be read."""
    task = task_of(stated)
    if isinstance(task, Verdict):
        return task
    from grader.symbolic import grade_derivation
    from grader.symbolic.next_step import next_line

    found = next_line(task, text)
    return grade_derivation(task, text) if found.state == "unreadable" else found


@dataclass(frozen=True, slots=True)
class Coded:
    """A code task, as typed. `loss` may be a known loss's name; `wrt`: the arguments of the gradients."""

    loss: str
    arguments: tuple[str, ...]
    entry: str | None = None
    level: CodeLevel = "stable"
    returns: Returns = "loss"
    wrt: tuple[str, ...] = ()


def grade_source(coded: Coded, source: str, name: str) -> Verdict:
    """The verdict on an implementation; `unreadable`, with the option named, if the task cannot be read.

    A known loss brings those arguments that were not given, in its own order, after those that were.
    """
    task = named.meant(coded.loss, variables=coded.arguments)
    loss, arguments = task.loss, task.variables
    scope = _scope("--arg", arguments, (), kind="code")
    if isinstance(scope, Verdict):
        return scope
    from grader.numeric import CodeTask, asked, grade_code

    try:
        formula = read_formula(loss, scope)
        if coded.wrt:
            asked.check_scalar(formula, scope, loss)
    except Unreadable as error:
        return bad_option("code", "--loss", loss, error)
    for wrt in coded.wrt:
        try:
            asked.read_argument(wrt, scope)
        except Unreadable as error:
            return bad_option("code", "--grad", wrt, error)
    if not source.strip():
        return nothing("code")
    return grade_code(CodeTask(loss, arguments, coded.entry, coded.level, coded.returns, coded.wrt), source, name=name)


LOSS_OPTIONS: Final = ("--loss", "LOSS", "--against")
"""Where a loss is typed: there it may be a known one's name."""
NO_WRT: Final = "the variable to differentiate by is missing: name it with --wrt"
_KEYS: Final[Mapping[str, bool | None]] = {
    "id": None, "loss": True, "wrt": True, "answer": True, "var": False, "let": False,
}  # fmt: skip
"""The keys of a case: True for a text that must be there, False for a list of texts, None for anything."""


def grade_case(line: str, number: int) -> tuple[object, Verdict]:
    """The id and the verdict of the `number`-th line of a file of cases; a broken line is `unreadable`.

    The id is handed through as it is, whatever JSON value it may be; None where there is none, and in place of
    one that holds a number too large for a float, which JSON could not give back.
    """
    try:
        case: Any = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return None, _bad_case(number, f"not JSON ({error})", column=getattr(error, "colno", 1))
    if not isinstance(case, dict):
        return None, _bad_case(number, "not a JSON object")
    id = _representable(case.get("id"))
    for key in case:
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            return id, _bad_case(number, f"unknown key {key[:40]!r}{meant}", nearest=near[0] if near else None)
    named_loss = isinstance(case.get("loss"), str) and losses.known(case["loss"]) is not None
    for key, required in _KEYS.items():
        if key == "wrt" and key not in case and named_loss:
            continue  # a known loss has its own
        value = case.get(key, None if required else [])
        if required and not isinstance(value, str):
            return id, _bad_case(number, f"{key!r} should be a text")
        if required is False and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            return id, _bad_case(number, f"{key!r} should be a list of texts")
    stated = Stated(case["loss"], case.get("wrt"), tuple(case.get("var", ())), tuple(case.get("let", ())))
    return id, grade_stated(stated, case["answer"])


def case_id(line: str) -> object:
    """The id of a line that could be read."""
    case = json.loads(line)
    return _representable(case.get("id")) if isinstance(case, dict) else None


def faulted(error: Exception) -> Verdict:
    """`undecided`, for a case whose grading failed in a way that was not foreseen."""
    return Verdict("derivation", "undecided", None, details={"fault": type(error).__name__})


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _representable(id: object) -> object:
    try:
        json.dumps(id, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return id


def _bad_case(number: int, reason: str, *, column: int = 1, nearest: str | None = None) -> Verdict:
    data: dict[str, Fact] = {"reason": reason, "line": number, **({"nearest": nearest} if nearest else {})}
    return _unreadable("derivation", Finding("unreadable", where=Place(1, column), data=data))


def unfit(kind: str, reason: str, *, file: str, line: int = 1, column: int = 1) -> Verdict:
    """`unreadable`, for a file that does not even hold text: there is none, it is not UTF-8, it is too large."""
    return _unreadable(kind, Finding("unreadable", where=Place(line, column), data={"reason": reason, "file": file}))


def nothing(kind: str, *, untouched: bool = False) -> Verdict:
    """`unreadable`, for an answer without a word; `untouched`: it is the file that `start` wrote."""
    return _unreadable(kind, Finding("empty", where=Place(1, 1), data={"untouched": True} if untouched else {}))


def _unreadable(kind: str, finding: Finding) -> Verdict:
    return Verdict(kind, "unreadable", 0.0, "place", findings=(finding,))


def _scope(
    option: str, declarations: Sequence[str], definitions: Sequence[str], kind: str = "derivation"
) -> Scope | Verdict:
    try:
        return scope_from(declarations, definitions)
    except Unreadable as error:
        text = str(error.data.get("declaration", ""))
        return bad_option(kind, option if text in declarations else "--let", text, error)


def bad_option(kind: str, option: str, text: str, error: Unreadable) -> Verdict:
    """`unreadable`, for an option: the place counts in its own text, which `data.text` repeats."""
    start = min(error.span.start, len(text))
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    where = Place(line, column, max(1, error.span.end - error.span.start))
    data = {
        **({"expected": error.expected} if error.expected else {}),
        **{key: value for key, value in error.data.items() if key != "declaration"},
        "option": option,
        "text": text,
        "declare": "--arg" if kind == "code" else "--var",
    }
    if option in LOSS_OPTIONS and error.code == "unknown-symbol" and (near := named.close_losses(text)) is not None:
        data |= {"no_loss": True, "losses": near}
    return _unreadable(kind, Finding(error.code, where=where, data=data))
