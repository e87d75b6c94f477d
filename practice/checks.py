"""Grading without a bank: a task stated in options or in a line of JSON, each fault found where it was typed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.formula.declare import Scope
from grader.formula.errors import Unreadable
from grader.formula.read import read_declaration, read_definition, read_formula, scope_from
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
    fault = _fault("--loss", stated.loss, scope)
    if fault is not None:
        return fault
    from grader.symbolic import DerivationTask, grade_derivation

    return grade_derivation(DerivationTask(stated.loss, stated.wrt, stated.variables, stated.given), text)


def grade_source(
    loss: str, arguments: tuple[str, ...], entry: str | None, level: CodeLevel, source: str, name: str
) -> Verdict:
    """The verdict on a loss implementation; `unreadable`, with the option named, if the task cannot be read."""
    scope = _scope("--arg", arguments, (), kind="code")
    if isinstance(scope, Verdict):
        return scope
    fault = _fault("--loss", loss, scope, kind="code")
    if fault is not None:
        return fault
    from grader.numeric import CodeTask, grade_code

    return grade_code(CodeTask(loss, arguments, entry, level), source, name=name)


def grade_case(line: str) -> Verdict:
    """The verdict on one line of a file of cases; a broken line is `unreadable`, and keeps its id where it has one."""
    try:
        case: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        return unfit("derivation", f"not JSON ({error})", column=getattr(error, "colno", 1))
    if not isinstance(case, dict):
        return unfit("derivation", "not a JSON object")
    name = case.get("id")
    id = name if isinstance(name, str) else None if name is None else json.dumps(name)
    for key, required in (("loss", True), ("wrt", True), ("answer", True), ("var", False), ("let", False)):
        value = case.get(key, None if required else [])
        if required and not isinstance(value, str):
            return replace(unfit("derivation", f"{key!r} should be a text"), id=id)
        if not required and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            return replace(unfit("derivation", f"{key!r} should be a list of texts"), id=id)
    stated = Stated(case["loss"], case["wrt"], tuple(case.get("var", ())), tuple(case.get("let", ())))
    return replace(grade_stated(stated, case["answer"]), id=id)


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
    for text in declarations:
        try:
            read_declaration(text)
        except Unreadable as error:
            return _bad_option(kind, option, text, error)
    scope = Scope()
    for count, text in enumerate(("", *definitions)):
        try:
            if count:
                read_definition(text, scope)
            scope = scope_from(declarations, definitions[:count])
        except Unreadable as error:
            return _bad_option(kind, *(("--let", text) if count else (option, declarations[-1])), error)
    return scope


def _fault(option: str, text: str, scope: Scope, kind: str = "derivation") -> Verdict | None:
    try:
        read_formula(text, scope)
    except Unreadable as error:
        return _bad_option(kind, option, text, error)
    return None


def _bad_option(kind: str, option: str, text: str, error: Unreadable) -> Verdict:
    """The place counts in the option's own text, which `data.text` repeats."""
    start = min(error.span.start, len(text))
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    where = Place(line, column, max(1, error.span.end - error.span.start))
    data = {**({"expected": error.expected} if error.expected else {}), **error.data, "option": option, "text": text}
    return Verdict(kind, "unreadable", None, "place", findings=(Finding(error.code, where=where, data=data),))
