"""A question's formulas: those of its task and those of its prose, read and, where they are mere numbers, computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Final

from grader.audit import figures
from grader.audit.remark import Remark, shown
from grader.design.contradictions import contradictory
from grader.design.demands import Demand, read_demand
from grader.formula.declarations import read_declaration
from grader.formula.declare import Definition, Finite, Scope, Variable
from grader.formula.errors import Unreadable
from grader.formula.read import (
    read_definition,
    read_formula,
    read_loss,
    read_statement,
    read_wrt,
)
from grader.formula.tree import Name, Node, Size, walk
from grader.numeric.asked import check_scalar, read_argument
from questions import prose
from questions.kinds import Choice, Code, Derivation, Design, Explain, Number, Question
from questions.places import FieldPath


def check(question: Question) -> Iterator[Remark]:
    """Everything that cannot be read, each at its character; figures that are not so; names declared for nothing."""
    reader = _Reader()
    task = _task(question, reader)
    scope = reader.declared(("symbols",), question.symbols, task)
    used = _prose(question, scope, reader) if scope is not None else set()
    yield from reader.remarks
    if not reader.remarks:  # a name may stand in what could not be read
        yield from _unused(question, used)


def hinders_grading(remark: Remark) -> bool:
    """Whether what the question asks cannot be read, so that grading its samples would show nothing more."""
    return (
        remark.code in ("bad-formula", "declared-twice", "contradictory-demands", "experiment-variables")
        and remark.path[0] in _TASK
    )


_TASK: Final = frozenset(
    {"answer", "tolerance", "loss", "wrt", "variables", "given", "arguments", "demands", "experiment"}
)


class _Reader:
    """Reads texts, and takes note of those that cannot be read."""

    def __init__(self) -> None:
        self.remarks: list[Remark] = []

    def failed(self, path: FieldPath, error: Unreadable, offset: int = 0) -> None:
        data = {
            "key": shown(path),
            "reason": error.code,
            "expected": error.expected,
            "symbol": error.data.get("symbol"),
            "nearest": error.data.get("suggestion"),
        }
        self.remarks.append(Remark(path, "bad-formula", data, offset + error.span.start))

    def declared(self, path: FieldPath, texts: Iterable[str], scope: Scope | None) -> Scope | None:
        """The scope with these declarations added; None once one could not be read."""
        for number, text in enumerate(texts):
            try:
                variable = read_declaration(text)
            except Unreadable as error:
                self.failed((*path, number), error)
                scope = None
                continue
            if scope is not None:
                self._taken((*path, number), variable, scope)
                scope = scope.with_variable(variable)
        return scope

    def defined(self, path: FieldPath, texts: Iterable[str], scope: Scope | None) -> Scope | None:
        """The scope with these definitions added, each of which may use the earlier ones."""
        for number, text in enumerate(texts):
            if scope is None:
                return None
            try:
                definition = read_definition(text, scope)
            except Unreadable as error:
                self.failed((*path, number), error)
                return None
            self._taken((*path, number), definition, scope)
            scope = scope.with_definition(definition)
        return scope

    def tried(self, path: FieldPath, read: Callable[[], object]) -> None:
        try:
            read()
        except Unreadable as error:
            self.failed(path, error)

    def _taken(self, path: FieldPath, entry: Variable | Definition, scope: Scope) -> None:
        for name in (entry.name, *entry.aliases):
            if scope.canonical(name) is not None:
                self.remarks.append(Remark(path, "declared-twice", {"name": name}))


def _task(question: Question, reader: _Reader) -> Scope | None:
    """Reads what the kind itself holds. The scope of its names; None if it cannot be made."""
    match question:
        case Number():
            reader.tried(("answer",), partial(read_formula, question.answer, Scope()))
            if question.tolerance is not None:
                reader.tried(("tolerance",), partial(read_formula, question.tolerance, Scope()))
            return Scope()
        case Derivation():
            scope = reader.declared(("variables",), question.variables, Scope())
            scope = reader.defined(("given",), question.given, scope)
            if scope is not None:
                reader.tried(("loss",), partial(read_loss, question.loss, scope))
                reader.tried(("wrt",), partial(read_wrt, question.wrt, scope))
                for number, text in enumerate(question.form.in_terms_of if question.form is not None else ()):
                    reader.tried(("form", "in_terms_of", number), partial(read_formula, text, scope))
            return scope
        case Code():
            scope = reader.declared(("arguments",), question.arguments, Scope())
            if scope is not None:  # its result may be an array, such as a log-softmax
                reader.tried(("loss",), partial(read_formula, question.loss, scope))
                _gradients(question, scope, reader)
            return scope
        case Design():
            scope = reader.declared(("variables",), question.variables, Scope())
            if scope is not None:
                reader.tried(("wrt",), partial(read_wrt, question.wrt, scope))
                _demands(question, scope, reader)
                _experiment(question, scope, reader)
            return scope
        case Choice() | Explain():
            return Scope()


def _demands(question: Design, scope: Scope, reader: _Reader) -> None:
    """Every demand is read, and no two of them exclude each other."""
    read: list[Demand] = []
    for number, text in enumerate(question.demands):
        path: FieldPath = ("demands", number)
        try:
            demand = read_demand(text, question.experiment)
        except Unreadable as error:
            reader.failed(path, error)
            continue
        try:
            if demand.bound is not None:
                read_formula(demand.bound, Scope() if demand.measure else scope)
        except Unreadable as error:
            reader.failed(path, error, text.rindex(demand.bound or ""))
            continue
        read.append(demand)
        pair = contradictory(read)
        if pair is not None:
            reader.remarks.append(Remark(path, "contradictory-demands", {"one": pair[0], "other": pair[1]}))
            read.pop()


def _experiment(question: Design, scope: Scope, reader: _Reader) -> None:
    """An experiment tries a loss of one number and, for class imbalance, its label: it has no values for more."""
    if question.experiment is None:
        return
    domains = [
        variable.domain for variable in scope.variables.values() if variable.name != scope.canonical(question.wrt)
    ]
    wanted = [Finite((Fraction(0), Fraction(1)))] if question.experiment == "imbalance" else []
    if domains != wanted or any(variable.shape for variable in scope.variables.values()):
        data = {"experiment": question.experiment, "label": bool(wanted)}
        reader.remarks.append(Remark(("experiment",), "experiment-variables", data))


def _gradients(question: Code, scope: Scope, reader: _Reader) -> None:
    """What gradients are asked for, and whether the loss has one."""
    offset = 0
    for name in (question.wrt or "").split(",") if question.wrt is not None else ():
        try:
            read_argument(name, scope)
        except Unreadable as error:
            reader.failed(("wrt",), error, offset)
        offset += len(name) + 1
    if question.wrt is not None and not reader.remarks:
        formula = read_formula(question.loss, scope)
        reader.tried(("loss",), partial(check_scalar, formula, scope, question.loss))


def _prose(question: Question, scope: Scope, reader: _Reader) -> set[str]:
    """Reads all maths in prose, and gives the names that occur in it."""
    used: set[str] = set()
    for path, text in prose.fields(question):
        for piece in prose.pieces(text):
            if piece.kind == "text" and "$" in piece.text:
                reader.remarks.append(
                    Remark(path, "open-dollar", {"key": shown(path)}, piece.offset + piece.text.index("$"))
                )
            if piece.kind not in ("inline", "display"):
                continue
            try:
                statement = read_statement(piece.text, scope)
            except Unreadable as error:
                reader.failed(path, error, piece.offset)
                continue
            used |= _names(statement.sides)
            for (left, right), relation in zip(pairwise(statement.sides), statement.relations, strict=True):
                if relation not in ("=", "≈"):
                    continue
                if (wrong := figures.differ(left, right, piece.text)) is not None:
                    reader.remarks.append(Remark(path, "false-equation", wrong, piece.offset))
    return used


def _names(nodes: Sequence[Node]) -> set[str]:
    return {part.name for node in nodes for part in walk(node) if isinstance(part, Name | Size)}


def _unused(question: Question, used: set[str]) -> Iterator[Remark]:
    for number, text in enumerate(question.symbols):
        if read_declaration(text).name not in used:
            yield Remark(("symbols", number), "unused-symbol", {"name": text.split(":")[0].strip()})
