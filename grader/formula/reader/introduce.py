"""Names that a line introduces: `p = …`, `p_k = …` by components, `f(u) = …`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.formula import shapes
from grader.formula.declarations import name_at
from grader.formula.declare import Classes, Definition, Scope, Variable
from grader.formula.errors import Unreadable
from grader.formula.names import LOSS_NAMES, Vocabulary, canonical
from grader.formula.reader.components import lifted
from grader.formula.reader.elaborate import Elaborator
from grader.formula.reader.entries import matrix_of
from grader.formula.reader.limits import NAME
from grader.formula.reader.tokens import Token, ended
from grader.formula.shapes import Known
from grader.formula.tree import Dim, Expr, IndexVar, Name, Shape, Span, free_letters, walk


@dataclass(frozen=True, slots=True)
class NewName:
    """A left side that introduces a name: `p`, `p_k` by components, `f(u)`."""

    name: str
    letters: tuple[str, ...]
    parameters: tuple[str, ...]
    scope: Scope
    """The scope of the right side."""
    span: Span

    def definition(self, body: Expr, shape: Known, elaborator: Elaborator) -> Definition:
        if not self.letters:
            used = any(isinstance(node, Name) and node.name in self.parameters for node in walk(body))
            quantity = self.name.isupper() and not used  # `J(θ) = …` without θ
            parameters = () if quantity else self.parameters
            if parameters and (letter := next(iter(free_letters(body, self.scope.hidden)), None)) is not None:
                raise Unreadable("unreadable", self.span, ("a definition without an index",), {"index": letter})
            letters = () if parameters else tuple(dict.fromkeys(free_letters(body, self.scope.hidden)))
            return Definition(self.name, body, shape or (), (), parameters, letters)
        if shape and len(self.letters) == 1 and self.letters[0] in free_letters(body, self.scope.hidden):
            # `p_i = softmax(W x_i)`: a vector for each i
            return Definition(f"{self.name}_{self.letters[0]}", body, shape, (), (), self.letters)
        if shape:
            raise Unreadable(
                "shape-mismatch", self.span, data={"left": "scalar", "right": shapes.text(shape), "operation": "="}
            )
        indices = {**self._classes(), **elaborator.free_indices, **self.scope.indices}
        dims: Shape = tuple(indices[letter] for letter in self.letters if letter in indices)
        found: Expr | None = None
        if len(dims) == len(self.letters) == 1:
            found = lifted(body, self.letters[0], dims[0], self.scope)
        elif len(dims) == len(self.letters) == 2:
            found = matrix_of(body, (self.letters[0], self.letters[1]), (dims[0], dims[1]), self.scope)
        if found is None or not dims:
            expected = ("a definition without an index",)
            raise Unreadable("unreadable", self.span, expected, {"index": self.letters[-1]})
        return Definition(self.name, found, dims)

    @property
    def subscripts(self) -> tuple[Expr, ...]:
        classes = self._classes()
        return tuple(Name(letter) if letter in classes else IndexVar(letter) for letter in self.letters)

    def counted(self, around: Scope) -> dict[str, Dim]:
        """The letters that are sizes around, with what they run over."""
        return {letter: dim for letter, dim in self.scope.indices.items() if letter not in around.indices}

    def _classes(self) -> dict[str, Dim]:
        """What runs along with a class: `p_c = …` for the class c says the same of each."""
        variables = ((letter, self.scope.variables.get(letter)) for letter in self.letters)
        return {
            letter: variable.domain.count
            for letter, variable in variables
            if variable is not None and isinstance(variable.domain, Classes)
        }


class LeftSides:
    """Tells new names from old ones within a scope. `loss` keeps `L` for the loss."""

    def __init__(self, scope: Scope, *, loss: bool) -> None:
        self.scope = scope
        self.loss = loss

    def new_name(self, left: Sequence[Token], right: Sequence[Token]) -> NewName | None:
        """The name that a left side may introduce: `p`, `p_t`, `p_k` by components, `f(u)`; None for other forms."""
        tokens = ended(left)
        if not left or left[0].kind not in ("letter", "word"):
            return None
        base, base_end = _letters(tokens, 0)
        if not base or (self._names_loss(base) and tokens[base_end].text != "_"):
            return None
        span = Span(left[0].start, left[-1].end)
        letters = self._component_letters(tokens, base_end, right)
        if letters is not None and self.scope.canonical(canonical(base)) is None:
            counting = {letter: letter for letter in letters if letter in self.scope.dims}
            scope = replace(self.scope, indices={**counting, **self.scope.indices}) if counting else self.scope
            return NewName(canonical(base), letters, (), scope, span)
        name, after = name_at(tokens, 0)
        if self.scope.canonical(canonical(name)) is not None or len(name) > NAME:
            return None
        if after == len(left):
            return NewName(canonical(name), (), (), self.scope, span)
        if tokens[after].text == "(" and left[-1].text == ")":
            parameters, scope = self._parameters(tokens, after + 1, len(left) - 1)
            if parameters:
                return NewName(canonical(name), (), parameters, scope, span)
        return None

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


def _used_as_index(letter: str, tokens: Sequence[Token]) -> bool:
    """Whether a letter stands in a subscript."""
    depth = 0
    glued = False  # `Y_ik` without braces
    for before, token in itertools.pairwise(tokens):
        glued = before.text == "_" or (glued and token.kind == "letter" and not token.space)
        if (glued or before.text == "[") and token.text == letter:
            return True
        if before.text == "_" and token.text == "{":
            depth += 1
        elif depth and token.text == "}":
            depth -= 1
        elif depth and token.text == letter:
            return True
    return False


def _letters(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    text, end = "", at
    while tokens[end].kind in ("letter", "word") or (text and tokens[end].kind == "number" and not tokens[end].space):
        if end > at and tokens[end].space:
            break
        text += tokens[end].text
        end += 1
    return text, end


def with_loss(scope: Scope) -> Scope:
    """The scope in which `L` is a definition, where the loss is known and the name is free."""
    if scope.loss is None or scope.canonical("L") is not None:
        return scope
    return scope.with_definition(Definition("L", scope.loss))
