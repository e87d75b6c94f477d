"""Typed mathematics as the page shows it: on one line, in two dimensions, and the names one may use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from grader.formula.declare import Scope
from grader.formula.errors import Unreadable
from grader.formula.read import read_formula, scope_from
from grader.formula.show import show
from grader.formula.tree import Expr, Indicator, Name
from questions.kinds import Choice, Code, Derivation, Explain, Number, Question

_EQUALS: Final = re.compile(r"(?<![<>=!:])=(?!=)")


def scope_of(question: Question) -> Scope:
    """The names that the mathematics of a question's prose may use. What cannot be read is left out."""
    match question:
        case Derivation(variables=declared, given=given):
            return _scope((*declared, *question.symbols), given)
        case Code(arguments=declared):
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
    return " = ".join(_shown(side, scope) for side in _sides(text))


def reading_or_text(text: str, scope: Scope) -> str:
    """The reading, or the text itself where it has none."""
    try:
        return on_one_line(text, scope)
    except Unreadable:
        return text.strip()


def in_two_dimensions(text: str, scope: Scope, *, width: int, unicode: bool = True) -> str | None:
    """The same, as a few lines; None where one line says it as well, where it cannot be read, or does not fit."""
    from report.pretty import two_dimensional

    try:
        nodes = [read_formula(side, scope) for side in _sides(text)]
    except Unreadable:
        return None
    return two_dimensional(*nodes, width=width, unicode=unicode)


def _shown(text: str, scope: Scope) -> str:
    node = read_formula(text, scope)
    return show(node.condition if isinstance(node, Indicator) and "[" not in text else node)


def _sides(text: str) -> Iterator[str]:
    """The sides of an equation; the = of `sum_{i=1}^n`, inside of brackets, makes none."""
    depth = start = 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char == "=" and depth == 0 and _EQUALS.match(text, at):
            yield text[start:at]
            start = at + 1
    yield text[start:]


def names(declarations: Sequence[str], definitions: Sequence[str]) -> str:
    """`p (ŷ, yhat), y`, with what is given: `p = σ(z)`."""
    shown = [declared_name(declaration, aliases=True) for declaration in declarations]
    scope = _scope(declarations, definitions)
    for definition in definitions:
        left, _, right = definition.partition("=")
        shown.append(f"{declared_name(left)} = {reading_or_text(right, scope)}")
    return ", ".join(shown)


def declared_name(declaration: str, *, aliases: bool = False) -> str:
    """The name that a declaration brings, as it is displayed; with its other spellings in brackets."""
    typed = [name.strip() for name in declaration.split(":")[0].split("|")]
    spellings: list[str] = []
    for name in typed:
        try:
            displayed = show(_first_name(name))
        except Unreadable:
            displayed = name
        spellings += [spelling for spelling in (displayed, name) if spelling not in spellings]
    others = spellings[1:] if aliases else []
    return f"{spellings[0]} ({', '.join(others)})" if others else spellings[0]


def _first_name(name: str) -> Expr:
    scope = scope_from((f"{name}: real",))
    return Name(next(iter(scope.variables)))
