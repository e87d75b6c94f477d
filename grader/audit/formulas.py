"""A question's formulas: those of its task and those of its prose, read and, where they are mere numbers, computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from grader.audit import figures
from grader.audit.remark import Remark, shown
from grader.formula.declare import Definition, Scope, Variable
from grader.formula.errors import Unreadable
from grader.formula.read import read_declaration, read_definition, read_formula, read_statement
from grader.formula.tree import Name, Node, Size, walk
from questions import prose
from questions.kinds import Choice, Code, Derivation, Explain, Number, Question
from questions.places import FieldPath


def check(question: Question) -> Iterator[Remark]:
    """Everything that cannot be read, each at its character; figures that are not so; names declared for nothing."""
    reader = _Reader()
    task = _task(question, reader)
    scope = reader.declared(("symbols",), question.symbols, task)
    if scope is not None:
        used = _prose(question, scope, reader)
        yield from reader.remarks
        yield from _unused(question, used)
    else:
        yield from reader.remarks


class _Reader:
    """Reads texts, and takes note of those that cannot be read."""

    def __init__(self) -> None:
        self.remarks: list[Remark] = []

    def failed(self, path: FieldPath, error: Unreadable, offset: int = 0) -> None:
        data = {"key": shown(path), "reason": error.code, "expected": error.expected, **error.data}
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

    def formula(self, path: FieldPath, text: str, scope: Scope | None) -> None:
        if scope is None:
            return
        try:
            read_formula(text, scope)
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
            reader.formula(("answer",), question.answer, Scope())
            if question.tolerance is not None:
                reader.formula(("tolerance",), question.tolerance, Scope())
            return Scope()
        case Derivation():
            scope = reader.declared(("variables",), question.variables, Scope())
            scope = reader.defined(("given",), question.given, scope)
            reader.formula(("loss",), question.loss, scope)
            return scope
        case Code():
            scope = reader.declared(("arguments",), question.arguments, Scope())
            reader.formula(("loss",), question.loss, scope)
            return scope
        case Choice() | Explain():
            return Scope()


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
                sides = read_statement(piece.text, scope)
            except Unreadable as error:
                reader.failed(path, error, piece.offset)
                continue
            used |= _names(sides)
            for left, right in pairwise(sides):
                if (wrong := figures.differ(left, right, piece.text)) is not None:
                    reader.remarks.append(Remark(path, "false-equation", wrong, piece.offset))
    return used


def _names(nodes: Sequence[Node]) -> set[str]:
    return {part.name for node in nodes for part in walk(node) if isinstance(part, Name | Size)}


def _unused(question: Question, used: set[str]) -> Iterator[Remark]:
    for number, text in enumerate(question.symbols):
        try:
            variable = read_declaration(text)
        except Unreadable:
            continue
        if variable.name not in used:
            yield Remark(("symbols", number), "unused-symbol", {"name": text.split(":")[0].strip()})
