"""What a side of an equation would be if wrong equations before it were right: to tell a line that is false only
because it follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, TypeVar

from grader.formula.declare import Definition, Scope, Variable
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import Add, Deriv, Expr, Index, IndexVar, Mul, Name, Neg, Reduce, walk
from grader.formula.values import Point, Value
from grader.symbolic.quantity import LOSS, Formula, opened

T = TypeVar("T")
Beliefs = Sequence[tuple[Expr, Expr]]
"""Wrong equations, each as left and right."""
_HELD: Final = "held fixed"
_INNER: Final = "inner"


class Believed(Protocol):
    """A quantity that rests on what stands in `expr`, in the names of `scope`."""

    @property
    def expr(self) -> Expr: ...
    @property
    def scope(self) -> Scope: ...
    def at(self, algebra: Any, point: Point[T]) -> Value[T]: ...


def believing(side: Expr, beliefs: Beliefs, scope: Scope, asked: Expr) -> Iterator[Believed]:
    """The side with the equations put to use: directly, or through the chain rule."""
    for written in _written(side, beliefs, scope, asked):
        yield Formula(written, scope, asked)
    if not isinstance(side, Deriv) or side.order != 1:
        return
    by = side.wrt if side.wrt is not None else asked
    for left, right in beliefs:
        match left:
            case Deriv(of, Name(name) as middle, 1) if of == side.of and scope.shape(name):
                yield _Chained(right, middle, by, scope, asked)
            case Deriv(part, wrt, 1) if (wrt is None or wrt == by) and shape_of(part, scope) == ():
                yield from _through(side, part, Add((right, Neg(left))), scope, asked)


def _written(side: Expr, beliefs: Beliefs, scope: Scope, asked: Expr) -> Iterator[Expr]:
    written = side
    for left, right in beliefs:
        written = _exchanged(written, left, right)
    if written != side:
        yield written
    if not isinstance(side, Deriv):
        return
    by = side.wrt if side.wrt is not None else asked
    for left, right in beliefs:
        match left:
            case Deriv(of, Name() as middle) if of == side.of:
                yield Mul((right, Deriv(middle, by)))
                for inner, value in beliefs:
                    if inner == Deriv(middle, by):
                        yield Mul((right, value))
            case Deriv(Name() as middle, wrt) if wrt == by:
                yield Mul((Deriv(side.of, middle), right))
            case Deriv(Index(Name(), letters) as middle, wrt) if wrt == by:
                yield _summed(Mul((Deriv(side.of, middle), right)), letters, by, scope)
            case Deriv(part, wrt) if wrt == by and part != side.of:
                # the derivative of a term of what is derived here, or of one that is taken away
                yield Add((side, right, Neg(left)))
                yield Add((side, left, Neg(right)))


def _through(side: Deriv, part: Expr, excess: Expr, scope: Scope, asked: Expr) -> Iterator[Formula]:
    """A derivative of something in which `part` stands, whose own derivative is off by `excess`: off by that
    times the derivative by the part, all else held fixed."""
    others = frozenset(scope.definitions) - {part.name if isinstance(part, Name) else ""}
    for names in (frozenset({LOSS}) & others, others):
        body = opened(part, scope, names)
        forms = {body, scope.definitions[part.name].body} if isinstance(part, Name) and part.name != LOSS else {body}
        whole = opened(side.of, scope, names)
        if scope.stated is not None and side.of == Name(LOSS) and not names & scope.definitions.keys() - {LOSS}:
            whole = scope.stated
        inside = whole
        for form in forms:
            inside = _exchanged(inside, form, Name(_INNER))
        if inside != whole and whole not in forms:
            wider = scope.with_definition(Definition(_INNER, part))
            yield Formula(Add((side, Mul((Deriv(inside, Name(_INNER)), excess)))), wider, asked)
            return


@dataclass(frozen=True, slots=True)
class _Chained:
    """The gradient by `by` of what has the gradient `outer` by `middle`, a vector or a matrix."""

    outer: Expr
    middle: Name
    by: Expr
    scope: Scope
    asked: Expr

    @property
    def expr(self) -> Expr:
        return Mul((self.outer, Deriv(self.middle, self.by)))

    def at(self, algebra: Any, point: Point[T]) -> Value[T]:
        held = Formula(self.outer, self.scope, self.asked).at(algebra, point)
        scope = self.scope.with_variable(Variable(_HELD, shape=self.scope.shape(self.middle.name)))
        total = Reduce("sum", Mul((Name(_HELD), self.middle)))
        marked = replace(point, values={**point.values, _HELD: held})
        return Formula(Deriv(total, self.by), scope, self.asked).at(algebra, marked)


def _summed(body: Expr, letters: tuple[Expr, ...], by: Expr, scope: Scope) -> Expr:
    """A product of the chain rule, summed over the letters that the result does not have."""
    for letter in letters:
        if isinstance(letter, IndexVar) and letter.name in scope.indices and letter not in set(walk(by)):
            body = Reduce("sum", body, letter.name, scope.indices[letter.name])
    return body


def _exchanged(expr: Expr, old: Expr, new: Expr) -> Expr:
    """`expr` with each place where `old` stands taken by `new`."""
    return replaced(expr, lambda node: new if node == old else None)
