"""Reading formulas, declarations and statements from text, in any notation.

Everything here raises `Unreadable` with a span in the text as typed, and for nothing else than what was typed.
Derivations of several lines are read by `grader.formula.derivation`, and offered here too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from grader.formula import tree
from grader.formula.declarations import name_at, read_declaration
from grader.formula.declare import Definition, Domain, Scope
from grader.formula.derivation import definition_from, read_derivation
from grader.formula.equations import Derivation, Equation, Side
from grader.formula.errors import Unreadable
from grader.formula.names import Vocabulary, canonical
from grader.formula.reader.derivatives import at_any
from grader.formula.reader.elaborate import Elaborator
from grader.formula.reader.introduce import with_loss
from grader.formula.reader.limits import FORMULA_LENGTH, check_length
from grader.formula.reader.notation import Token, tokenise
from grader.formula.reader.numbers_in import check_numbers
from grader.formula.reader.orders import check_order
from grader.formula.reader.parse import Parser
from grader.formula.reader.rows import relations_at
from grader.formula.shapes import Known
from grader.formula.tree import Dim, Expr, Span

__all__ = [
    "Derivation", "Equation", "Side", "Statement", "read_declaration", "read_definition", "read_derivation",
    "read_formula", "read_loss", "read_statement", "read_typed", "read_wrt", "scope_from", "with_loss",
]  # fmt: skip


def read_formula(text: str, scope: Scope) -> Expr:
    """One formula. Free index letters must be in `scope.indices`; `L` names the loss where the scope has one."""
    return read_typed(text, scope)[0]


def read_typed(text: str, scope: Scope) -> tuple[Expr, Known]:
    """One formula and its shape."""
    check_length(text, FORMULA_LENGTH)
    return _read(_tokens(text), scope, Elaborator(with_loss(scope)), loss=scope.loss is not None)


def read_loss(text: str, scope: Scope) -> Expr:
    """A loss: a formula, `L = …` allowed before it."""
    check_length(text, FORMULA_LENGTH)
    tokens = _tokens(text)
    start = _after_loss_name(tokens, scope)
    return _read(tokens[start:], scope, Elaborator(scope), loss=False)[0]


def read_wrt(text: str, scope: Scope) -> tuple[Expr, Scope]:
    """The quantity to differentiate by: a name or a component (`z`, `z_i`, `p_k`). Free index letters in it are
    added to the scope that is returned."""
    check_length(text, FORMULA_LENGTH)
    elaborator = Elaborator(scope, free=True)
    parser = Parser(_tokens(text), Vocabulary.of(scope), loss=False)
    expr, _ = elaborator.formula(at_any(parser.formula()))
    check_numbers(expr)
    if not (isinstance(expr, tree.Name) or (isinstance(expr, tree.Index) and isinstance(expr.base, tree.Name))):
        raise Unreadable("unreadable", expr.span or Span(0, len(text)), ("a name or a component, such as z or z_i",))
    return expr, replace(scope, indices={**scope.indices, **elaborator.free_indices})


def read_definition(text: str, scope: Scope) -> Definition:
    """`NAME[|ALIAS…] = FORMULA`; a formula by components (`r_i = y_i - p_i`) defines a vector."""
    check_length(text, FORMULA_LENGTH)
    tokens = _tokens(text)
    names: list[str] = []
    at = 0
    while True:
        name, after = name_at(tokens, at)
        if not name:
            token = tokens[at]
            raise Unreadable("unreadable", Span(token.start, token.end), ("a name",), {"got": token.text})
        names.append(name)
        if tokens[after].text != "|":
            break
        at = after + 1
    if not names[1:]:
        return definition_from(tokens, scope)
    if tokens[after].text not in ("=", ":="):
        token = tokens[after]
        raise Unreadable("unreadable", Span(token.start, token.end), ("=", "|"), {"got": token.text})
    expr, shape = _read(tokens[after + 1 :], scope, Elaborator(scope), loss=False)
    spellings = [canonical(name) for name in names]
    return Definition(spellings[0], expr, shape or (), tuple(dict.fromkeys(spellings[1:])))


def scope_from(declarations: Iterable[str], definitions: Iterable[str] = ()) -> Scope:
    """The scope of some declarations, then definitions, each of which may use what comes before it.

    Raises Unreadable; its span is in the text at fault, which `data["declaration"]` holds.
    """
    scope = Scope()
    seen: set[str] = set()
    for text in declarations:
        try:
            variable = read_declaration(text)
            _new(seen, (variable.name, *variable.aliases), text)
        except Unreadable as error:
            error.data["declaration"] = text
            raise
        scope = scope.with_variable(variable)
    for text in definitions:
        try:
            definition = read_definition(text, scope)
            _new(seen, (definition.name, *definition.aliases), text)
        except Unreadable as error:
            error.data["declaration"] = text
            raise
        scope = scope.with_definition(definition)
    return scope


def _new(seen: set[str], names: Sequence[str], text: str) -> None:
    for name in names:
        if name in seen:
            raise Unreadable(
                "unreadable", Span(0, len(text)), ("a name that is not declared yet",), {"got": name, "duplicate": name}
            )
    seen.update(names)


@dataclass(frozen=True, slots=True)
class Statement:
    """A formula (one side), or an equation, comparison or chain. `relations` stand between the sides, as `=`, `<`,
    `<=`, `>`, `>=`, `!=`, `:=`, `≈`, `∝`, `→`. `p ∈ (0,1)` has one side, and its set in `within`."""

    sides: tuple[Expr, ...]
    relations: tuple[str, ...] = ()
    within: Domain | None = None
    indices: dict[str, Dim] = field(default_factory=dict)
    span: Span | None = None


def read_statement(text: str, scope: Scope) -> Statement:
    """Mathematics in prose: a formula, an equation, a comparison. Undeclared index letters are free."""
    check_length(text, FORMULA_LENGTH)
    tokens = _tokens(text)
    elaborator = Elaborator(with_loss(scope), free=True)
    relations: list[str] = []
    sides: list[Expr] = []
    if len(tokens) == 2 and tokens[0].text in _PLAIN_INDICES and scope.canonical(tokens[0].text) is None:
        return Statement((tree.IndexVar(tokens[0].text),), span=Span(0, len(text)))
    start = 0
    for at in relations_at(tokens):
        token = tokens[at]
        if token.text in _STATEMENT_RELATIONS:
            sides.append(_side(tokens, start, at, scope, elaborator))
            relations.append("=" if token.text == "==" else token.text)
            start = at + 1
            if token.text == "∈":
                return Statement(
                    tuple(sides), (), _domain(text, tokens[start]), elaborator.free_indices, Span(0, len(text))
                )
    sides.append(_side(tokens, start, len(tokens) - 1, scope, elaborator))
    return Statement(tuple(sides), tuple(relations), None, elaborator.free_indices, Span(0, len(text)))


_PLAIN_INDICES: Final = frozenset("ijkl")
"""Letters that prose may name by themselves: `the class $k$`."""
_STATEMENT_RELATIONS: Final = frozenset(("=", "==", "<", "<=", ">", ">=", "!=", ":=", "≈", "∝", "→", "∈"))


def _side(tokens: Sequence[Token], start: int, end: int, scope: Scope, elaborator: Elaborator) -> Expr:
    return _read([*tokens[start:end], _end_after(tokens, end)], scope, elaborator, loss=True)[0]


def _end_after(tokens: Sequence[Token], at: int) -> Token:
    """An `end` token in place of the token at `at`."""
    return Token("end", "", tokens[at].start, tokens[at].start, tokens[at].space)


def _domain(text: str, token: Token) -> Domain:
    rest = text[token.start :]
    try:
        return read_declaration("x: " + rest).domain
    except Unreadable as error:
        shift = token.start - len("x: ")
        raise replace_span(error, shift) from None


def replace_span(error: Unreadable, shift: int) -> Unreadable:
    """The same error, its place moved."""
    span = Span(max(0, error.span.start + shift), max(0, error.span.end + shift))
    return Unreadable(error.code, span, error.expected, error.data)


def _tokens(text: str) -> list[Token]:
    """The tokens of one formula; a line end within it means nothing."""
    return [token for token in tokenise(text) if token.text != "\n"]


def _after_loss_name(tokens: Sequence[Token], scope: Scope) -> int:
    """Where the formula begins after `L =` or `L(z) =`."""
    name, after = name_at(list(tokens), 0)
    if canonical(name) not in ("L", "ell", "loss", "Loss", "J") or scope.canonical(canonical(name)) is not None:
        return 0
    if tokens[after].text == "(":
        while tokens[after].text != ")" and tokens[after].kind != "end":
            after += 1
        after += 1
    return after + 1 if after < len(tokens) and tokens[after].text in ("=", ":=") else 0


def _read(tokens: Sequence[Token], scope: Scope, elaborator: Elaborator, *, loss: bool) -> tuple[Expr, Known]:
    """One formula from tokens that end with an `end` token."""
    parser = Parser(tokens, Vocabulary.of(scope), loss=loss)
    expr, shape = elaborator.formula(parser.formula())
    check_numbers(expr)
    check_order(expr, scope)
    return expr, shape
