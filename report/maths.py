"""Typed mathematics as the page shows it: on one line, in two dimensions, and the names one may use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grader.formula.declarations import read_declaration
from grader.formula.declare import Scope
from grader.formula.errors import Unreadable
from grader.formula.names import canonical
from grader.formula.read import read_statement, scope_from
from grader.formula.show import show, show_domain, show_name
from grader.formula.tree import Expr, Indicator, Node
from questions.kinds import Choice, Code, Derivation, Design, Explain, Number, Question
from report.paper import to_ascii
from report.text import GLUE

_RELATIONS: Final = {"<=": "≤", ">=": "≥", "!=": "≠"}


def scope_of(question: Question) -> Scope:
    """The names that the mathematics of a question's prose may use. What cannot be read is left out."""
    match question:
        case Derivation(variables=declared, given=given):
            return _scope((*declared, *question.symbols), given)
        case Code(arguments=declared):
            return _scope((*declared, *question.symbols), ())
        case Design(variables=declared):
            return _scope((*declared, *question.symbols), ())
        case Choice() | Number() | Explain():
            return _scope(question.symbols, ())


def _scope(declarations: Sequence[str], definitions: Sequence[str]) -> Scope:
    try:
        return scope_from(declarations, definitions)
    except Unreadable:
        return Scope()


def on_one_line(text: str, scope: Scope) -> str:
    """The reading of a formula, an equation, a chain or a comparison. Raises Unreadable."""
    statement = read_statement(text, scope)
    shown = show(_bare(statement.sides[0]), scope)
    for relation, side in zip(statement.relations, statement.sides[1:], strict=True):
        shown += f" {_RELATIONS.get(relation, relation)} {show(_bare(side), scope)}"
    return shown if statement.within is None else f"{shown} ∈ {show_domain(statement.within)}"


def reading_or_text(text: str, scope: Scope) -> str:
    """The reading of a line, or the text itself where it has none. A line may go on with `= …`."""
    goes_on = text.strip().startswith("=")
    try:
        return "= " * goes_on + on_one_line(text.strip().removeprefix("=") if goes_on else text, scope)
    except Unreadable:
        return text.strip()


def in_two_dimensions(text: str, scope: Scope, *, width: int, unicode: bool = True) -> str | None:
    """The same, as a few lines; None where one line says it as well, where it cannot be read, or does not fit."""
    from report.pretty import two_dimensional

    try:
        statement = read_statement(text, scope)
    except Unreadable:
        return None
    if statement.within is not None:
        return None
    relations = [_RELATIONS.get(relation, relation) for relation in statement.relations]
    return two_dimensional([_bare(side) for side in statement.sides], relations, scope, width=width, unicode=unicode)


def _bare(node: Expr) -> Node:
    """A comparison that stands for itself, not for 0 or 1."""
    return node.condition if isinstance(node, Indicator) else node


def names(declarations: Sequence[str], definitions: Sequence[str], *, unicode: bool = True) -> str:
    """`p (ŷ, yhat), y`, vectors with their shape, with what is given: `p = σ(z)`."""
    shown = [declared_name(declaration, aliases=True, shape=True, unicode=unicode) for declaration in declarations]
    scope = _scope(declarations, definitions)
    for definition in definitions:
        left, _, right = definition.partition("=")
        shown.append(f"{declared_name(left)} = {reading_or_text(right, scope)}")
    return ", ".join(shown)


def declared_name(declaration: str, *, aliases: bool = False, shape: bool = False, unicode: bool = True) -> str:
    """The name that a declaration brings, as it is displayed; with its other spellings in brackets.

    Without `unicode`, spellings that are the same in ASCII are one.
    """
    typed = [name.strip() for name in declaration.split(":")[0].split("|")]
    spellings = [spelling for name in typed for spelling in (show_name(canonical(name)), name)]
    first, *others = dict.fromkeys(spellings if unicode else map(to_ascii, spellings))
    first += _shape(declaration) if shape else ""
    return f"{first} ({', '.join(others)})" if others and aliases else first


def python_shape(declaration: str) -> str:
    """An argument as NumPy sees it: `z (n, K)`, `delta a number, by keyword`."""
    name = declaration.split(":")[0].split("|")[0].strip()
    dims = _dims(declaration)
    shape = f"({dims[0]},)" if len(dims) == 1 else f"({', '.join(dims)})" if dims else "a number"
    return f"{name} {shape}{', by keyword' if '=' in declaration else ''}".replace(" ", GLUE)


def _shape(declaration: str) -> str:
    dims = _dims(declaration)
    return f"[{', '.join(dims)}]" if dims else ""


def _dims(declaration: str) -> tuple[str, ...]:
    try:
        return tuple(map(str, read_declaration(declaration).shape))
    except Unreadable:
        return ()
