"""What is asked in a derivation, as its author typed it, and read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ParamSpec, TypeVar

from grader.formula.declarations import read_declaration
from grader.formula.declare import Scope
from grader.formula.errors import Unreadable
from grader.formula.read import read_definition, read_formula, read_loss, read_wrt, with_loss
from grader.formula.shape_of import shape_of
from grader.formula.shapes import text as shape_text
from grader.formula.tree import Expr, Span
from grader.verdict import Fact
from questions.kinds import Form

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DerivationTask:
    """The gradient of `loss` by `wrt`. `variables` are declarations, `given` definitions (`p = sigmoid(z)`)."""

    loss: str
    wrt: str
    variables: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    form: Form | None = None
    """How the answer is to be written."""


@dataclass
class TaskError(Exception):
    """A task that cannot be read: its author's mistake. `field` is `loss`, `wrt`, `variables[2]`, `given[0]`."""

    field: str
    reason: Unreadable

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A task, read: the scope holds the loss under `L`, and the index letters that `wrt` leaves free."""

    scope: Scope
    loss: Expr
    wrt: Expr
    form: Form | None = None


@lru_cache(maxsize=64)
def read_task(task: DerivationTask) -> Problem:
    """Raises TaskError with the field at fault."""
    scope = Scope()
    for place, text in enumerate(task.variables):
        scope = scope.with_variable(_read(f"variables[{place}]", read_declaration, text))
    _all_different(task)
    for place, text in enumerate(task.given):
        scope = scope.with_definition(_read(f"given[{place}]", read_definition, text, scope))
    loss = _read("loss", read_loss, task.loss, scope)
    shape = shape_of(loss, scope)
    if shape:
        data: dict[str, Fact] = {"left": shape_text(shape), "right": shape_text(()), "operation": "loss"}
        raise TaskError("loss", Unreadable("shape-mismatch", Span(0, len(task.loss)), data=data))
    for place, text in enumerate(task.form.in_terms_of if task.form is not None else ()):
        _read(f"form.in_terms_of[{place}]", read_formula, text, scope)
    wrt, scope = _read("wrt", read_wrt, task.wrt, scope)
    return Problem(with_loss(replace(scope, loss=loss)), loss, wrt, task.form)


def _read(field: str, reader: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return reader(*args, **kwargs)
    except Unreadable as reason:
        raise TaskError(field, reason) from reason


def _all_different(task: DerivationTask) -> None:
    """A name that is declared twice is the author's mistake."""
    seen: set[str] = set()
    for place, text in enumerate(task.variables):
        variable = read_declaration(text)
        for name in (variable.name, *variable.aliases):
            if name in seen:
                expected = ("a name that is not declared yet",)
                reason = Unreadable("unreadable", Span(0, len(text)), expected, {"got": name, "duplicate": name})
                raise TaskError(f"variables[{place}]", reason)
            seen.add(name)
