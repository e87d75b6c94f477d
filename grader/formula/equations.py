"""What a derivation is once it is read: equations, their sides, and the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from grader.formula import tree
from grader.formula.declare import Definition, Scope
from grader.formula.reader.lines import Comment
from grader.formula.shapes import Known
from grader.formula.tree import Cond, Dim, Expr, Span


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an equation: its tree, its shape (None: not known) and its place.

    `condition` says in which case it is equal to what stands before it, `perhaps` in which case it may be meant only,
    since a line above names it. `compared`: of `a > 0`, which is 1 where it holds as a formula, what may be meant
    alone, a. `up_to_constant`: the person left something out, as `+ const`."""

    expr: Expr
    shape: Known
    span: Span
    condition: Cond | None = None
    perhaps: Cond | None = None
    compared: Expr | None = None
    up_to_constant: bool = False


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

    def uses(self, name: str) -> bool:
        """Whether a name stands in it, the one that it introduces as well."""
        return any(node == tree.Name(name) for side in self.sides for node in tree.walk(side.expr))


@dataclass(frozen=True, slots=True)
class Derivation:
    """What was submitted. `scope` holds the names introduced, and the loss as the definition `L`."""

    equations: tuple[Equation, ...]
    scope: Scope
    comments: tuple[Comment, ...] = ()

    @property
    def definitions(self) -> tuple[Definition, ...]:
        return tuple(e.introduces for e in self.equations if e.introduces is not None)

    @property
    def stated_loss(self) -> Expr | None:
        """The loss as the submission states it (`L = …`), if it does, and in full."""
        stated = (e.sides[1] for e in self.equations if e.states_loss and len(e.sides) > 1)
        return next((side.expr for side in stated if not side.up_to_constant), None)


def with_cases(equations: Sequence[Equation]) -> Side:
    """The answer of a derivation. Lines at the end that each hold in one case make one choice together."""
    last = equations[-1].sides[-1]
    found: list[tuple[Cond, Expr]] = []
    for equation in reversed(equations):
        side = equation.sides[-1]
        condition = side.condition or side.perhaps or _at_class(equation, equations[-1])
        if condition is not None and found and _slope(equation) is None and not equation.introduces:
            continue  # `r > 0: L = τr, dL/dr = τ`: what else is said of that case
        new = condition is not None and all(condition != known for known, _ in found)
        if condition is None or not new or _slope(equation) is None or equation.introduces:
            break
        found.append((condition, side.expr))
    if not found or (last.condition is None and len(found) < 2):
        return last
    return replace(last, expr=tree.Cases(tuple(reversed(found)), None, span=last.span))


def _slope(equation: Equation) -> tree.Deriv | None:
    """The derivative of the loss that an equation gives."""
    left = equation.sides[0].expr
    return left if isinstance(left, tree.Deriv) and left.of == tree.Name("L") and len(equation.sides) > 1 else None


def _at_class(equation: Equation, last: Equation) -> Cond | None:
    """`∂L/∂z_k` before `∂L/∂z_i` in another case, where k is a class: that with i = k."""
    one, other = _slope(equation), _slope(last)
    match one and one.wrt, other and other.wrt:
        case tree.Index(base, (tree.Name() as label,)), tree.Index(same, (tree.IndexVar() as letter,)) if base == same:
            return tree.Compare("==", letter, label)
    return None
