"""What is compared: anything that has a value at a point, over any kind of number.

A quantity is worked out over balls for a witness and over the normal form for a proof, by the same walk.
Derivatives that stand in a formula (`dL/dp · ∂p/∂z`) are worked out on the way, in reverse mode.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Protocol, TypeVar

from flint import arb

from grader.formula.balls import NAN
from grader.formula.declare import Scope
from grader.formula.errors import NotCertain
from grader.formula.evaluate import Algebra, evaluate
from grader.formula.rebuild import replaced
from grader.formula.recorded import Var
from grader.formula.reverse import Reverse
from grader.formula.tree import (
    ONE,
    Add,
    Call,
    Cases,
    Compare,
    Deriv,
    Expr,
    Index,
    IndexVar,
    Indicator,
    Name,
    Neg,
    Node,
    walk,
)
from grader.formula.values import Point, Value

T = TypeVar("T")
LOSS: Final = "L"
_HOLDS: Final = Compare("==", ONE, ONE)
"""What names the loss, unless it is declared otherwise."""


class Unsupported(TypeError):
    """A derivative of a kind that is not judged: of a vector by a vector, say."""


class Quantity(Protocol):
    """A value at each point of a scope's domain. Raises what `evaluate` raises, and Unsupported."""

    def at(self, algebra: Any, point: Point[T]) -> Value[T]: ...


@dataclass(frozen=True, slots=True)
class Formula:
    """The value of a formula; derivatives in it are taken (`asked`: by what, where it is not written).

    The derivative of a vector by a vector is its Jacobian matrix; with `diagonal`, what people mean who write
    such derivatives component by component: the diagonal, where all else is zero.
    """

    expr: Expr
    scope: Scope
    asked: Expr | None = None
    diagonal: bool = False

    def at(self, algebra: Any, point: Point[T]) -> Value[T]:
        def derivative(node: Deriv, place: Point[Any], inner: Algebra[Any]) -> Value[Any]:
            return _Slopes(self, place, inner).of(node)

        return evaluate(self.expr, self.scope, point, algebra, derivative)


@dataclass(frozen=True, slots=True)
class Gradient:
    """The derivative of a scalar formula by `wrt`: a name, or a component of one."""

    of: Expr
    wrt: Expr
    scope: Scope

    def at(self, algebra: Any, point: Point[T]) -> Value[T]:
        return _Slopes(Formula(self.of, self.scope), point, algebra).of(Deriv(self.of, self.wrt))


def squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without axes of size 1: at such a size a row, a column and a number are told apart by name only."""
    return tuple(size for size in shape if size != 1)


def root(wrt: Expr) -> str:
    """The name of which `wrt` is the whole or a component."""
    match wrt:
        case Name(name):
            return name
        case Index(base, _) | Call("transpose", (base,)):
            return root(base)
    raise Unsupported("a derivative by something that is no variable")


def names_in(expr: Expr, scope: Scope) -> frozenset[str]:
    """All names that a formula rests on, through the definitions."""
    found: set[str] = set()
    waiting = [expr]
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, Name) and node.name not in found:
                found.add(node.name)
                if node.name in scope.definitions:
                    waiting.append(scope.definitions[node.name].body)
    return frozenset(found)


def jumps(node: Node) -> bool:
    """Whether a node is one of cases, or a function that may have a step or a corner."""
    if isinstance(node, Call):
        return node.function in ("sign", "abs", "max", "min", "clip", "relu", "step")
    return isinstance(node, Cases | Indicator)


def indices_in(expr: Expr) -> frozenset[str]:
    return frozenset(node.name for node in walk(expr) if isinstance(node, IndexVar))


class _Slopes:
    """Derivatives that stand in a formula, at a point, over an algebra."""

    def __init__(self, formula: Formula, point: Point[Any], algebra: Algebra[Any]) -> None:
        self.formula, self.scope, self.asked = formula, formula.scope, formula.asked
        self.point, self.algebra = point, algebra

    def of(self, node: Deriv) -> Value[Any]:
        """The derivative, shaped as what was derived, then as what it was taken by."""
        wrt = node.wrt if node.wrt is not None else self.asked
        if wrt is None:
            raise Unsupported("a derivative by nothing")
        of: Expr = node.of if node.order == 1 else Deriv(node.of, wrt, order=node.order - 1)
        name = root(wrt)
        if of == Name(LOSS) and self.scope.stated is not None and name in names_in(self.scope.stated, self.scope):
            of = self.scope.stated
        if name in self.scope.definitions and name not in names_in(of, self.scope):
            of = self.scope.rewritten.get((of, name)) or written_in(of, name, self.scope, self.asked)
            if name not in names_in(of, self.scope):
                return self._through(of, name)
        values = dict(self.point.values)
        if name not in values:
            values[name] = self._value(Name(name), self.point, self.algebra)
        reverse = Reverse(self.algebra, undefined=nowhere(self.algebra))
        recorded: dict[str, Value[Any]] = {
            known: given.map(reverse.variable if known == name else reverse.var) for known, given in values.items()
        }
        result = self._value(of, Point(recorded, self.point.sizes, self.point.positions), reverse)
        rows = [self._slopes(reverse, item, recorded[name].items) for item in result.items]
        if not result.shape:
            return self._component(wrt, name, Value(recorded[name].shape, tuple(rows[0])))
        if isinstance(wrt, Name):
            return self._jacobian(result.shape, recorded[name].shape, rows)
        single = [self._component(wrt, name, Value(recorded[name].shape, tuple(row))) for row in rows]
        return Value((*result.shape, *single[0].shape), tuple(item for value in single for item in value.items))

    def _slopes(self, reverse: Reverse[Any], item: Any, inputs: tuple[Any, ...]) -> list[Any]:
        """The slopes of one component; none where it has no value itself, whatever its derivative's formula
        gives there: log p has no slope at p = −1."""
        value = item.value
        while isinstance(value, Var):
            value = value.value
        if isinstance(value, arb) and not value.is_finite():
            return [nowhere(self.algebra)] * len(inputs)
        return reverse.slopes(item, inputs)

    def _component(self, wrt: Expr, name: str, gradient: Value[Any]) -> Value[Any]:
        """The component of a gradient that was asked for, by the walk's own rules for subscripts."""
        if isinstance(wrt, Name):
            return gradient
        marked = Point({**self.point.values, name: gradient}, self.point.sizes, self.point.positions)
        return evaluate(wrt, self.scope, marked, self.algebra)

    def _jacobian(self, shape: tuple[int, ...], by: tuple[int, ...], rows: list[list[Any]]) -> Value[Any]:
        if not self.formula.diagonal:
            return Value((*shape, *by), tuple(item for row in rows for item in row))
        if shape != by:
            raise Unsupported("a derivative of a vector by something of another shape")
        zero = self.algebra.number(Fraction(0))
        beside = (item for i, row in enumerate(rows) for j, item in enumerate(row) if i != j)
        if any(self.algebra.compare("==", item, zero) is not True for item in beside):
            raise Unsupported("a derivative of a vector by a vector")
        return Value(shape, tuple(row[place] for place, row in enumerate(rows)))

    def _through(self, of: Expr, name: str) -> Value[Any]:
        """dL/dp where L is written in z and p was introduced as a function of z, however L writes it: the g for which
        dL/dz is g times dp/dz, for every variable z that p rests on."""
        scope = self.scope
        if scope.shape(name):
            raise Unsupported("a derivative by a vector that the formula is not written in")
        below = sorted(names_in(Name(name), scope) & scope.variables.keys())
        found: Any = None
        for by in map(Name, below):
            if not scope.variables[by.name].continuous:
                continue
            for slope, inner in self._links(self.of(Deriv(of, by)), self.of(Deriv(Name(name), by))):
                if found is None and not self._vanishes(inner):
                    found = self.algebra.div(slope, inner)
                if self._differ(slope, inner if found is None else self.algebra.mul(found, inner)):
                    raise Unsupported("a derivative by a quantity that the formula does not rest on alone")
        if found is None:
            raise Unsupported("a derivative by a quantity that the formula is not written in")
        return Value((), (found,))

    def _links(self, top: Value[Any], inner: Value[Any]) -> Iterator[tuple[Any, Any]]:
        """The slopes by each component of a variable, of the whole and of what is between."""
        if top.shape != inner.shape:
            raise Unsupported("a derivative of a vector by something between")
        return zip(top.items, inner.items, strict=True)

    def _vanishes(self, item: Any) -> bool:
        try:
            return self.algebra.compare("==", item, self.algebra.number(Fraction(0))) is True
        except NotCertain:
            return False

    def _differ(self, a: Any, b: Any) -> bool:
        try:
            return self.algebra.compare("==", a, b) is False
        except NotCertain:  # as close as balls can tell
            return False

    def _value(self, expr: Expr, point: Point[Any], algebra: Algebra[Any]) -> Value[Any]:
        return Formula(expr, self.scope, self.asked, self.formula.diagonal).at(algebra, point)


def written_in(expr: Expr, name: str, scope: Scope, asked: Expr | None) -> Expr:
    """A formula with a definition's name for what it stands for: softplus(z) is −log(1 − p) where p = σ(z).

    The same formula where the variable asked for still stands beside it, since then dL/dp has no one meaning."""
    others = frozenset(scope.definitions) - {name}
    for names in (frozenset({LOSS}), others):
        body = opened(scope.definitions[name].body, scope, names)
        known = _written(body, Name(name))
        written = _exchanged(opened(expr, scope, names), known)
        alone = names_in(_exchanged(written, {Name(name): ONE}), scope)
        beside = alone & names_in(body, scope)
        if name in names_in(written, scope) and not (beside if asked is None else beside & {root(asked)}):
            return written
    return expr


def _exchanged(expr: Expr, known: Mapping[Expr, Expr]) -> Expr:
    return replaced(expr, lambda node: known.get(node) if isinstance(node, Expr) else None)


def opened(expr: Expr, scope: Scope, names: frozenset[str]) -> Expr:
    """A formula with some definitions worked in."""

    def change(node: Node) -> Node | None:
        if isinstance(node, Name) and node.name in names and node.name in scope.definitions:
            return opened(scope.definitions[node.name].body, scope, names)
        return None

    return replaced(expr, change)


def _written(body: Expr, here: Expr) -> dict[Expr, Expr]:
    """What a definition's name can stand for."""
    known = {body: here}
    match body:
        case Call("sigmoid", (x,)):
            rest = Add((ONE, Neg(here)))
            known |= {
                Call("softplus", (x,)): Neg(Call("log", (rest,))),
                Call("softplus", (Neg(x),)): Neg(Call("log", (here,))),
                Call("log_sigmoid", (x,)): Call("log", (here,)),
                Call("sigmoid", (Neg(x),)): rest,
            }
        case Call("softmax", (x,)):
            known[Call("log_softmax", (x,))] = Call("log", (here,))
    return known


def nowhere(algebra: Any) -> Any:
    """What an algebra writes where there is no value."""
    if isinstance(algebra, Reverse):
        return algebra.var(algebra.undefined)
    return getattr(algebra, "undefined", NAN)


def left_standing(expr: Expr, scope: Scope) -> bool:
    """Whether a derivative, or the loss by its name, stands in a formula or in what it is defined by: not in the
    condition of a case, as in `0 if L = 0`."""
    for node in walk(replaced(expr, lambda node: _HOLDS if isinstance(node, Compare) else None)):
        if isinstance(node, Deriv):
            return True
        definition = scope.definitions.get(node.name) if isinstance(node, Name) else None
        if definition is not None and (definition.name == LOSS or left_standing(definition.body, scope)):
            return True
    return False
