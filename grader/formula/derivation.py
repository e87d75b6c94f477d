"""Derivations: several lines, chains of equations, names introduced on the way, words between."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from grader.formula import shapes, tree
from grader.formula.declarations import name_at
from grader.formula.declare import Classes, Definition, Scope, Variable
from grader.formula.elaborate import Elaborator, Typed
from grader.formula.errors import Unreadable
from grader.formula.functions import FUNCTIONS
from grader.formula.limits import DERIVATION_LENGTH, FORMULA_LENGTH, NAME, check_length, too_large
from grader.formula.lines import Comment, Lines, Statement, relations_at
from grader.formula.names import LOSS_NAMES, Vocabulary, canonical
from grader.formula.notation import Token, tokenise
from grader.formula.numbers_in import check_powers
from grader.formula.parse import Parser
from grader.formula.read import with_loss
from grader.formula.rebuild import replaced
from grader.formula.shapes import Known
from grader.formula.tree import Dim, Expr, Shape, Span

_GRADIENT_WORDS: Final = frozenset(("grad", "gradient", "answer", "ans", "result", "Answer", "Gradient"))
_GRADIENT_NAMES: Final = (
    re.compile(r"(?:d|∂)(?:L|loss|J)_?(?:d|∂)_?(.+)"), re.compile(r"grad_(.+)"), re.compile(r"d_?([^_].*)"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an equation: its tree, its shape (None: not known) and its place."""

    expr: Expr
    shape: Known
    span: Span


@dataclass(frozen=True, slots=True)
class Equation:
    """`sides[0] = sides[1] = …`; one side alone is an answer.

    `introduces` is the definition that the line makes (its first side is then the new name); `states_loss` is true
    for `L = …`; `indices` are the index letters that are free in the line, each with its dimension; `line` is the
    line where each side begins in `lines`."""

    line: int
    sides: tuple[Side, ...]
    introduces: Definition | None = None
    states_loss: bool = False
    indices: dict[str, Dim] = field(default_factory=dict)
    lines: tuple[int, ...] = ()

    @property
    def span(self) -> Span:
        return Span(self.sides[0].span.start, self.sides[-1].span.end)


@dataclass(frozen=True, slots=True)
class Derivation:
    """What was submitted. `scope` holds the names introduced, and the loss as the definition `L`."""

    equations: tuple[Equation, ...]
    scope: Scope
    comments: tuple[Comment, ...] = ()

    @property
    def answer(self) -> Side:
        """The last side of the last equation."""
        return self.equations[-1].sides[-1]

    @property
    def definitions(self) -> tuple[Definition, ...]:
        return tuple(e.introduces for e in self.equations if e.introduces is not None)

    @property
    def stated_loss(self) -> Expr | None:
        """The loss as the submission states it (`L = …`), if it does."""
        return next((e.sides[1].expr for e in self.equations if e.states_loss and len(e.sides) > 1), None)


def read_derivation(text: str, scope: Scope) -> Derivation:
    """Reads a submission. Raises Unreadable at the first place that cannot be read, spans in the whole text."""
    check_length(text, DERIVATION_LENGTH)
    return _Reader(text, with_loss(scope)).read()


def definition_from(tokens: Sequence[Token], scope: Scope) -> Definition:
    """A definition `NAME = FORMULA` from its tokens. Raises Unreadable."""
    reader = _Reader("", scope, loss=False)
    equal = _first_equals(tokens)
    if equal is None:
        name, after = name_at(list(tokens), 0)
        token = tokens[after] if name else tokens[0]
        raise Unreadable(
            "unreadable", Span(token.start, token.end), ("=",) if name else ("a name",), {"got": token.text}
        )
    found = reader.new_name(tokens[:equal], tokens[equal + 1 : -1])
    if found is None:
        name, after = name_at([*list(tokens[:equal]), tokens[-1]], 0)
        token = tokens[0]
        if name and scope.canonical(canonical(name)) is not None:
            raise Unreadable(
                "unreadable",
                Span(token.start, tokens[equal - 1].end),
                ("a name that is not declared yet",),
                {"got": name, "duplicate": name},
            )
        raise Unreadable("unreadable", Span(token.start, token.end), ("a name",), {"got": token.text})
    elaborator = Elaborator(scope, free=bool(found.letters))
    body, shape = reader.side(tokens[equal + 1 : -1], found.scope, elaborator)
    return found.definition(body, shape, elaborator)


@dataclass(frozen=True, slots=True)
class _NewName:
    """A left side that introduces a name: `p`, `p_k` by components, `f(u)`."""

    name: str
    letters: tuple[str, ...]
    parameters: tuple[str, ...]
    scope: Scope
    """The scope of the right side."""
    span: Span

    def definition(self, body: Expr, shape: Known, elaborator: Elaborator) -> Definition:
        if not self.letters:
            return Definition(self.name, body, shape or (), (), self.parameters)
        if shape:
            raise Unreadable(
                "shape-mismatch", self.span, data={"left": "scalar", "right": shapes.text(shape), "operation": "="}
            )
        indices = {**elaborator.free_indices, **self.scope.indices}
        dims: Shape = ()
        for letter in reversed(self.letters):
            dim = indices.get(letter)
            lifted = _lifted(body, letter, dim, self.scope) if dim is not None else None
            if dim is None or lifted is None or len(self.letters) > 1:
                raise Unreadable("unreadable", self.span, ("a definition without an index",), {"index": letter})
            body, dims = lifted, (dim, *dims)
        return Definition(self.name, body, dims)


class _Reader:
    def __init__(self, text: str, scope: Scope, *, loss: bool = True) -> None:
        self.text = text
        self.scope = scope
        self.loss = loss
        self.equations: list[Equation] = []

    def read(self) -> Derivation:
        tokens = tokenise(self.text)
        lines = Lines(tokens, self.text, Vocabulary.of(self.scope))
        statements = lines.statements()
        pending: Unreadable | None = None
        for statement in statements:
            if statement.reason and _first_equals(statement.tokens) is None:
                lines.note(statement.tokens)  # `since 0 < p < 1`
                continue
            try:
                self._statement(statement, lines)
            except Unreadable as error:
                if len(statements) > 1 and error.code != "too-large" and lines.wordy(statement.tokens):
                    lines.note(statement.tokens)
                    pending = pending or error
                    continue
                if statement.reason and lines.wordy(statement.tokens[:3]):
                    lines.note(statement.tokens)
                    continue
                raise
        if not self.equations:
            if pending is not None:
                raise pending
            end = len(self.text.rstrip())
            raise Unreadable(
                "unreadable",
                Span(0, end),
                ("a formula",),
                {"got": self.text.strip()[:40], "empty": not self.text.strip()},
            )
        comments = sorted(lines.comments, key=lambda comment: comment.span.start)
        return Derivation(tuple(self.equations), self.scope, tuple(comments))

    def _statement(self, statement: Statement, lines: Lines) -> None:
        tokens = list(statement.tokens)
        _refuse_condition(tokens)
        chained = statement.chained and tokens[0].text in ("=", "==", "≈")
        if chained:
            tokens = tokens[1:]
        if not tokens:
            token = statement.tokens[-1]
            raise Unreadable("unreadable", Span(token.end, token.end), ("a formula",), {"got": ""})
        parts = _sides(tokens)
        if chained and self.equations:
            self._continue(parts, lines)
            return
        if len(parts) > 1:
            found = self._introduced(parts, statement)
            if found is not None:
                self._introduce(found, parts, lines)
                return
        elaborator = Elaborator(self.scope, free=True)
        sides = [self._read_side(part, elaborator, first=at == 0 and len(parts) > 1) for at, part in enumerate(parts)]
        states_loss = (
            len(sides) > 1
            and isinstance(sides[0].expr, tree.Name)
            and sides[0].expr.name == "L"
            and "L" not in self.scope.variables
        )
        self._add(sides, elaborator, lines, states_loss=states_loss)

    def _add(self, sides: list[Side], elaborator: Elaborator, lines: Lines, **facts: bool) -> None:
        where = tuple(lines.line_of(side.span.start) for side in sides)
        self.equations.append(
            Equation(where[0], tuple(sides), None, facts.get("states_loss", False), elaborator.free_indices, where)
        )

    def _continue(self, parts: list[list[Token]], lines: Lines) -> None:
        last = self.equations[-1]
        elaborator = Elaborator(replace(self.scope, indices={**self.scope.indices, **last.indices}), free=True)
        sides = [self._read_side(part, elaborator) for part in parts]
        where = tuple(lines.line_of(side.span.start) for side in sides)
        indices = {**last.indices, **elaborator.free_indices}
        self.equations[-1] = replace(last, sides=(*last.sides, *sides), indices=indices, lines=(*last.lines, *where))

    def _read_side(self, tokens: list[Token], elaborator: Elaborator, *, first: bool = False) -> Side:
        if not tokens:
            raise AssertionError("sides are cut so that none is empty")
        span = Span(tokens[0].start, tokens[-1].end)
        if first and (named := self._gradient_name(tokens)) is not None:
            return Side(named[0], named[1], span)
        expr, shape = self.side(tokens, self.scope, elaborator)
        return Side(expr, shape, span)

    def side(self, tokens: Sequence[Token], scope: Scope, elaborator: Elaborator) -> Typed:
        """One side, from its tokens (no `end` token among them)."""
        end = tokens[-1].end if tokens else 0
        if tokens and end - tokens[0].start > FORMULA_LENGTH:
            raise too_large("length", FORMULA_LENGTH, end - tokens[0].start, tokens[0].start, end)
        parser = Parser([*tokens, Token("end", "", end, end)], Vocabulary.of(scope), loss=self.loss)
        expr, shape = elaborator.formula(parser.formula())
        check_powers(expr)
        return expr, shape

    # -- left sides

    def _gradient_name(self, tokens: list[Token]) -> Typed | None:
        """`grad`, `dL_dz`, `dz`: names by which people call the gradient that is asked."""
        name, after = name_at([*tokens, Token("end", "", 0, 0)], 0)
        if after != len(tokens) or self.scope.canonical(canonical(name)) is not None:
            return None
        loss = tree.Name("L")
        span = Span(tokens[0].start, tokens[-1].end)
        if name in _GRADIENT_WORDS:
            return tree.Deriv(loss, None, span=span), None
        for pattern in _GRADIENT_NAMES:
            match = pattern.fullmatch(name)
            if match is not None and (by := self.scope.canonical(canonical(match[1]))) is not None:
                return tree.Deriv(loss, tree.Name(by), span=span), self.scope.shape(by)
        return None

    def _introduced(self, parts: list[list[Token]], statement: Statement) -> _NewName | None:
        found = self.new_name(parts[0], [t for part in parts[1:] for t in part])
        if found is None or self._gradient_name(parts[0]) is not None:
            return None
        defining = statement.introduces or any(t.text == ":=" for t in statement.tokens)
        return found if defining or not self._reads(parts[0]) else None

    def _reads(self, tokens: list[Token]) -> bool:
        """Whether a left side has a meaning already."""
        try:
            self.side(tokens, self.scope, Elaborator(self.scope, free=True))
        except Unreadable as error:
            return error.code != "unknown-symbol"
        return True

    def new_name(self, left: Sequence[Token], right: Sequence[Token]) -> _NewName | None:
        """The name that a left side may introduce: `p`, `p_t`, `p_k` by components, `f(u)`; None for other forms."""
        tokens = [*left, Token("end", "", 0, 0, True)]
        if not left or left[0].kind not in ("letter", "word"):
            return None
        base, base_end = _letters(tokens, 0)
        if self._names_loss(base) or not base:
            return None
        span = Span(left[0].start, left[-1].end)
        letters = self._component_letters(tokens, base_end, right)
        if letters is not None and self.scope.canonical(canonical(base)) is None:
            return self._new(canonical(base), letters, (), self.scope, span)
        name, after = name_at(tokens, 0)
        if self.scope.canonical(canonical(name)) is not None or len(name) > NAME:
            return None
        if after == len(left):
            return self._new(canonical(name), (), (), self.scope, span)
        if tokens[after].text == "(" and left[-1].text == ")":
            parameters, scope = self._parameters(tokens, after + 1, len(left) - 1)
            if parameters:
                return self._new(canonical(name), (), parameters, scope, span)
        return None

    def _new(
        self, name: str, letters: tuple[str, ...], parameters: tuple[str, ...], scope: Scope, span: Span
    ) -> _NewName | None:
        if self.loss and name == "d":
            return None
        return _NewName(name, letters, parameters, scope, span)

    def _names_loss(self, base: str) -> bool:
        return self.loss and canonical(base) in LOSS_NAMES and self.scope.canonical("L") is not None

    def _component_letters(self, tokens: Sequence[Token], at: int, right: Sequence[Token]) -> tuple[str, ...] | None:
        """The index of a left side such as `p_k`, where the right side uses it as an index too."""
        if tokens[at].text == "[" and tokens[at + 2].text == "]" and at + 3 == len(tokens) - 1:
            inner = [tokens[at + 1]]
        elif tokens[at].text != "_":
            return None
        elif tokens[at + 1].text == "{" and len(tokens) > at + 3:
            inner = list(tokens[at + 2 : -2])
            if tokens[-2].text != "}":
                return None
        else:
            inner = list(tokens[at + 1 : -1])
        letters = [t.text for t in inner if t.text != ","]
        if not letters or any(t.kind != "letter" and t.text != "," for t in inner):
            return None
        vocabulary = Vocabulary.of(self.scope)
        for letter in letters:
            variable = self.scope.variables.get(vocabulary.names.get(canonical(letter), ""))
            if variable is not None and not isinstance(variable.domain, Classes):
                return None
            if not _used_as_index(letter, right):
                return None
        return tuple(letters)

    def _parameters(self, tokens: Sequence[Token], at: int, end: int) -> tuple[tuple[str, ...], Scope]:
        scope, found = self.scope, []
        while at < end:
            name, after = name_at(list(tokens), at)
            if not name:
                return (), scope
            known = scope.canonical(canonical(name))
            if known is None:
                scope = scope.with_variable(Variable(canonical(name)))
            found.append(known or canonical(name))
            if after < end and tokens[after].text != ",":
                return (), scope
            at = after + 1
        return tuple(found), scope

    def _introduce(self, found: _NewName, parts: list[list[Token]], lines: Lines) -> None:
        elaborator = Elaborator(found.scope, free=True)
        right = [self.side(part, found.scope, elaborator) for part in parts[1:]]
        definition = found.definition(right[0][0], right[0][1], elaborator)
        if any(p not in self.scope.variables for p in definition.parameters):
            # a function of a letter of its own: calls put the argument in its place
            self.scope = self.scope.with_definition(definition)
            return
        self.scope = self.scope.with_definition(definition)
        left: Expr = tree.Name(definition.name, span=found.span)
        if found.letters:
            left = tree.Index(left, tuple(tree.IndexVar(letter) for letter in found.letters), span=found.span)
        shape = definition.shape if not found.letters else ()
        sides = [Side(left, shape, found.span)]
        for (expr, own), part in zip(right, parts[1:], strict=True):
            sides.append(Side(expr, own, Span(part[0].start, part[-1].end)))
        where = tuple(lines.line_of(side.span.start) for side in sides)
        self.equations.append(Equation(where[0], tuple(sides), definition, False, elaborator.free_indices, where))


def _refuse_condition(tokens: Sequence[Token]) -> None:
    """`for y = 1: …` holds in one case only; such lines are not judged."""
    end = 0
    while tokens[end].kind in ("letter", "word") and (end == 0 or not tokens[end].space):
        end += 1
        if end == len(tokens):
            return
    word = "".join(token.text for token in tokens[:end])
    if word in ("for", "if", "when", "case") and tokens[end].kind in ("letter", "word"):
        expected = ("an equation that holds in every case",)
        raise Unreadable("unreadable", Span(tokens[0].start, tokens[end - 1].end), expected, {"got": word})


def _letters(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    text, end = "", at
    while tokens[end].kind in ("letter", "word") or (text and tokens[end].kind == "number" and not tokens[end].space):
        if end > at and tokens[end].space:
            break
        text += tokens[end].text
        end += 1
    return text, end


def _used_as_index(letter: str, tokens: Sequence[Token]) -> bool:
    """Whether a letter stands in a subscript."""
    depth = 0
    for before, token in itertools.pairwise(tokens):
        if before.text in ("_", "[") and token.text == letter:
            return True
        if before.text == "_" and token.text == "{":
            depth += 1
        elif depth and token.text == "}":
            depth -= 1
        elif depth and token.text == letter:
            return True
    return False


def _first_equals(tokens: Sequence[Token]) -> int | None:
    return next((at for at in relations_at(tokens) if tokens[at].text in ("=", ":=", "==")), None)


def _sides(tokens: list[Token]) -> list[list[Token]]:
    """The sides of a chain. Raises Unreadable for an empty one."""
    parts: list[list[Token]] = [[]]
    rest = tokens
    while (at := _first_equals(rest)) is not None:
        parts[-1] = rest[:at]
        if not rest[:at]:
            raise Unreadable("unreadable", Span(rest[at].start, rest[at].end), ("a formula",), {"got": rest[at].text})
        if at + 1 >= len(rest):
            raise Unreadable("unreadable", Span(rest[at].end, rest[at].end), ("a formula",), {"got": ""})
        rest = rest[at + 1 :]
        parts.append([])
    parts[-1] = rest
    return parts


def _row_product(node: tree.Node, letter: str, scope: Scope) -> tree.Node | None:
    """`x_iᵀw`, `wᵀx_i`, `x_i·w` for all i at once: the matrix times the vector."""
    match node:
        case tree.MatMul(tree.Call("transpose", (left,)), right) | tree.Call("dot", (left, right)):
            for row, vector in ((left, right), (right, left)):
                if isinstance(row, tree.Index) and len(row.subscripts) == 1 and _is_letter(row.subscripts[0], letter):
                    matrix = _rank(row.base, scope) == 2 and not _mentions(row.base, letter)
                    if matrix and not _mentions(vector, letter) and _rank(vector, scope) == 1:
                        return tree.MatMul(row.base, vector)
    return None


def _lifted(body: Expr, letter: str, dim: Dim, scope: Scope) -> Expr | None:
    """The vector whose component at `letter` is `body`; None where it is no elementwise formula of components."""

    def change(node: tree.Node) -> tree.Node | None:
        if isinstance(node, tree.Index) and any(_is_letter(s, letter) for s in node.subscripts):
            if any(_mentions(s, letter) for s in node.subscripts if not _is_letter(s, letter)) or _mentions(
                node.base, letter
            ):
                return None
            if len(node.subscripts) == 1:
                return node.base if _rank(node.base, scope) == 1 else None
            if len(node.subscripts) == 2:
                if _is_letter(node.subscripts[1], letter) and not _is_letter(node.subscripts[0], letter):
                    return tree.Index(node.base, (node.subscripts[0],))
                if _is_letter(node.subscripts[0], letter) and not _is_letter(node.subscripts[1], letter):
                    return tree.Index(tree.Call("transpose", (node.base,)), (node.subscripts[1],))
            return None
        if isinstance(node, tree.Indicator) and isinstance(node.condition, tree.Compare) and node.condition.op == "==":
            left, right = node.condition.left, node.condition.right
            if _is_letter(right, letter):
                left, right = right, left
            if _is_letter(left, letter) and not _mentions(right, letter):
                size: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
                return tree.Call("onehot", (right, size))
        return None

    mentioned = _mentions(body, letter)
    body = replaced(body, lambda node: _row_product(node, letter, scope))
    for node in tree.walk(body):
        if not _mentions(node, letter):
            continue
        whole = isinstance(node, tree.Call) and FUNCTIONS[node.function].rule != "elementwise"
        if (
            whole
            or isinstance(node, tree.MatMul | tree.Deriv)
            or (isinstance(node, tree.Reduce) and node.index is None)
        ):
            return None
    made = replaced(body, change)
    return made if mentioned and not _mentions(made, letter) else None


def _rank(expr: Expr, scope: Scope) -> int:
    from grader.formula.shape_of import shape_of

    shape = shape_of(expr, scope)
    return len(shape) if shape is not None else -1


def _is_letter(node: tree.Node, letter: str) -> bool:
    return isinstance(node, tree.IndexVar | tree.Name) and node.name == letter


def _mentions(node: tree.Node, letter: str) -> bool:
    return any(_is_letter(part, letter) for part in tree.walk(node))
