"""What is fuzzed. Each returns when the input was taken or refused as it should be; anything raised is a fault."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Final

from grader.findings import CODES
from grader.formula.errors import Unreadable
from grader.formula.read import read_declaration, read_definition, read_derivation, read_formula
from grader.formula.show import show
from grader.symbolic import grade_derivation
from grader.verdict import Verdict
from practice.checks import Stated, grade_case, grade_stated
from report.desk import form
from tests.fuzz.generate import Input, case_line, declaration, definition
from tests.fuzz.tasks import scope_of, tasks


def read(item: Input) -> None:
    """The reader alone: a tree that can be shown, or a refusal with a place in the text."""
    try:
        made = read_derivation(item.text, scope_of(item.task))
        for side in (side for equation in made.equations for side in equation.sides):
            show(side.expr, made.scope)
    except Unreadable as error:
        _placed(error, item.text)


def check(item: Input) -> None:
    """`check` on an answer: a verdict that keeps its contract, and that can be written as JSON."""
    _sound(grade_derivation(tasks()[item.task][0], item.text))


def declare(item: Input) -> None:
    """A declaration, a definition, a loss and a wrt of the person's own."""
    rng = random.Random(item.number)
    variables = tuple(declaration(rng) for _ in range(rng.choice((1, 1, 2, 3))))
    given = tuple(definition(rng, item.text) for _ in range(rng.choice((0, 0, 1))))
    for reader, text in ((read_declaration, variables[0]), (read_declaration, item.text)):
        try:
            reader(text)
        except Unreadable as error:
            _placed(error, text)
    scope = scope_of(item.task)
    text = definition(rng, item.text)
    for each in (read_definition, read_formula):
        try:
            each(text, scope)
        except Unreadable as error:
            _placed(error, text)
    task = tasks()[item.task][0]
    wrt = rng.choice((task.wrt, "x", "z_i", item.text))
    _sound(grade_stated(Stated(item.text, wrt, variables, given), "x"))
    _sound(grade_stated(Stated(task.loss, wrt, task.variables, (*task.given, *given)), item.text))


def case(item: Input) -> None:
    """A line of `check --cases`."""
    id, verdict = grade_case(case_line(random.Random(item.number), item), item.number)
    _sound(verdict)
    json.dumps(id, allow_nan=False)


TARGETS: Final[Mapping[str, Callable[[Input], None]]] = {"read": read, "check": check, "declare": declare, "case": case}
EVERY: Final[Mapping[str, int]] = {"read": 1, "check": 10, "declare": 100, "case": 100}
"""Which share of the inputs each target gets: every one, every tenth, …"""


def _placed(error: Unreadable, text: str) -> None:
    assert 0 <= error.span.start <= error.span.end <= len(text), error
    assert error.code in CODES, error.code
    assert error.expected or error.data, error


def _sound(verdict: Verdict) -> None:
    assert verdict.outcome in ("right", "partly", "wrong", "unreadable", "undecided"), verdict
    assert "fault" not in verdict.details, verdict.details
    assert all(finding.code in CODES for finding in verdict.findings), verdict.findings
    if verdict.outcome == "right":
        assert verdict.evidence in ("proved", "tested"), verdict
    if verdict.outcome == "wrong":
        assert verdict.witness is not None, verdict
    if verdict.outcome == "unreadable":
        assert verdict.findings, verdict
    json.dumps(form(verdict), allow_nan=False)
