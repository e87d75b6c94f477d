"""Grading without a bank: a task stated in options or in a line of JSON, each fault found where it was typed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.formula.declare import Scope
from grader.formula.errors import Unreadable
from grader.formula.read import read_formula, read_loss, read_wrt, scope_from
from grader.verdict import Finding, Place, Verdict
from questions.kinds import CodeLevel


@dataclass(frozen=True, slots=True)
class Stated:
    """A derivation's task, as typed."""

    loss: str
    wrt: str
    variables: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


def scope_of(stated: Stated) -> Scope | None:
    """The names of a task, if they can be read."""
    scope = _scope("--var", stated.variables, stated.given)
    return scope if isinstance(scope, Scope) else None


def grade_stated(stated: Stated, text: str) -> Verdict:
    """The verdict on a derivation; `unreadable`, with the option named, if the task itself cannot be read."""
    scope = _scope("--var", stated.variables, stated.given)
    if isinstance(scope, Verdict):
        return scope
    for option, value, read in (("--loss", stated.loss, read_loss), ("--wrt", stated.wrt, read_wrt)):
        try:
            read(value, scope)
        except Unreadable as error:
            return _bad_option("derivation", option, value, error)
    from grader.symbolic import DerivationTask, grade_derivation

    return grade_derivation(DerivationTask(stated.loss, stated.wrt, stated.variables, stated.given), text)


def grade_source(
    loss: str, arguments: tuple[str, ...], entry: str | None, level: CodeLevel, source: str, name: str
) -> Verdict:
    """The verdict on a loss implementation; `unreadable`, with the option named, if the task cannot be read."""
    scope = _scope("--arg", arguments, (), kind="code")
    if isinstance(scope, Verdict):
        return scope
    try:
        read_formula(loss, scope)
    except Unreadable as error:
        return _bad_option("code", "--loss", loss, error)
    from grader.numeric import CodeTask, grade_code

    return grade_code(CodeTask(loss, arguments, entry, level), source, name=name)


def grade_case(line: str) -> tuple[object, Verdict]:
    """The id and the verdict of one line of a file of cases; a broken line is `unreadable`.

    The id is handed through as it is, whatever JSON value it may be; None where there is none.
    """
    try:
        case: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        return None, unfit("derivation", f"not JSON ({error})", column=getattr(error, "colno", 1))
    if not isinstance(case, dict):
        return None, unfit("derivation", "not a JSON object")
    id = case.get("id")
    for key, required in (("loss", True), ("wrt", True), ("answer", True), ("var", False), ("let", False)):
        value = case.get(key, None if required else [])
        if required and not isinstance(value, str):
            return id, unfit("derivation", f"{key!r} should be a text")
        if not required and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            return id, unfit("derivation", f"{key!r} should be a list of texts")
    stated = Stated(case["loss"], case["wrt"], tuple(case.get("var", ())), tuple(case.get("let", ())))
    return id, grade_stated(stated, case["answer"])


def unfit(kind: str, reason: str, *, line: int = 1, column: int = 1) -> Verdict:
    """`unreadable`, for what is not even text to be read: no such file, not UTF-8, not JSON."""
    return Verdict(
        kind,
        "unreadable",
        None,
        "place",
        findings=(Finding("unreadable", where=Place(line, column), data={"reason": reason}),),
    )


def _scope(
    option: str, declarations: Sequence[str], definitions: Sequence[str], kind: str = "derivation"
) -> Scope | Verdict:
    try:
        return scope_from(declarations, definitions)
    except Unreadable as error:
        text = str(error.data.get("declaration", ""))
        return _bad_option(kind, option if text in declarations else "--let", text, error)


def _bad_option(kind: str, option: str, text: str, error: Unreadable) -> Verdict:
    """The place counts in the option's own text, which `data.text` repeats."""
    start = min(error.span.start, len(text))
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    where = Place(line, column, max(1, error.span.end - error.span.start))
    data = {
        **({"expected": error.expected} if error.expected else {}),
        **{key: value for key, value in error.data.items() if key != "declaration"},
        "option": option,
        "text": text,
    }
    return Verdict(kind, "unreadable", None, "place", findings=(Finding(error.code, where=where, data=data),))
