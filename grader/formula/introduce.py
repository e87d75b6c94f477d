"""Names that a line introduces: `p = …`, `p_k = …` by components, `f(u) = …`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.formula import shapes, tree
from grader.formula.declarations import name_at
from grader.formula.declare import Classes, Definition, Scope, Variable
from grader.formula.elaborate import Elaborator
from grader.formula.errors import Unreadable
from grader.formula.functions import FUNCTIONS
from grader.formula.limits import NAME
from grader.formula.names import LOSS_NAMES, Vocabulary, canonical
from grader.formula.notation import Token
from grader.formula.rebuild import replaced
from grader.formula.shapes import Known
from grader.formula.tree import Dim, Expr, Shape, Span


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


class LeftSides:
    """Tells new names from old ones within a scope. `loss` keeps `L` for the loss."""

    def __init__(self, scope: Scope, *, loss: bool) -> None:
        self.scope = scope
        self.loss = loss

    def new_name(self, left: Sequence[Token], right: Sequence[Token]) -> NewName | None:
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
            return NewName(canonical(base), letters, (), self.scope, span)
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
