"""What is compared: anything that has a value at a point, over any kind of number.

A quantity is worked out over balls for a witness and over the normal form for a proof, by the same walk.
Derivatives that stand in a formula (`dL/dp · ∂p/∂z`) are worked out on the way, in reverse mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from grader.formula.balls import NAN
from grader.formula.declare import Scope
from grader.formula.evaluate import Algebra, Point, Value, evaluate
from grader.formula.reverse import Reverse
from grader.formula.tree import Deriv, Expr, Index, IndexVar, Name, walk

T = TypeVar("T")


class Unsupported(TypeError):
    """A derivative of a kind that is not judged: of a vector by a vector, say."""


class Quantity(Protocol):
    """A value at each point of a scope's domain. Raises what `evaluate` raises, and Unsupported."""

    def at(self, algebra: Any, point: Point[T]) -> Value[T]: ...


@dataclass(frozen=True, slots=True)
class Formula:
    """The value of a formula; derivatives in it are taken (`asked`: by what, where it is not written)."""

    expr: Expr
    scope: Scope
    asked: Expr | None = None

    def at(self, algebra: Any, point: Point[T]) -> Value[T]:
        def derivative(node: Deriv, place: Point[Any], inner: Algebra[Any]) -> Value[Any]:
            return _derivative(node, self.scope, place, inner, self.asked)

        return evaluate(self.expr, self.scope, point, algebra, derivative)


@dataclass(frozen=True, slots=True)
class Gradient:
    """The derivative of a scalar formula by `wrt`: a name, or a component of one."""

    of: Expr
    wrt: Expr
    scope: Scope

    def at(self, algebra: Any, point: Point[T]) -> Value[T]:
        return Formula(Deriv(self.of, self.wrt), self.scope).at(algebra, point)


def squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without axes of size 1: at such a size a row, a column and a number are told apart by name only."""
    return tuple(size for size in shape if size != 1)


def root(wrt: Expr) -> str:
    """The name of which `wrt` is the whole or a component."""
    match wrt:
        case Name(name):
            return name
        case Index(base, _):
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


def indices_in(expr: Expr) -> frozenset[str]:
    return frozenset(node.name for node in walk(expr) if isinstance(node, IndexVar))


def _derivative(
    node: Deriv, scope: Scope, point: Point[Any], algebra: Algebra[Any], asked: Expr | None
) -> Value[Any]:
    """The derivative of a scalar, shaped as what it is taken by."""
    wrt = node.wrt if node.wrt is not None else asked
    if wrt is None:
        raise Unsupported("a derivative by nothing")
    of: Expr = node.of if node.order == 1 else Deriv(node.of, wrt, order=node.order - 1)
    name = root(wrt)
    if name in scope.definitions and name not in names_in(of, scope):
        return _through(of, name, scope, point, algebra)
    values = dict(point.values)
    if name not in values:
        values[name] = _value(Name(name), scope, point, algebra, asked)
    reverse = Reverse(algebra, undefined=nowhere(algebra))
    recorded: dict[str, Value[Any]] = {
        known: given.map(reverse.variable if known == name else reverse.var) for known, given in values.items()
    }
    result = _value(of, scope, Point(recorded, point.sizes, point.positions), reverse, asked)
    if result.shape:
        return _elementwise(result, recorded[name], wrt, reverse, algebra)
    slopes = reverse.slopes(result.items[0], recorded[name].items)
    gradient = Value(recorded[name].shape, tuple(slopes))
    if isinstance(wrt, Name):
        return gradient
    # the component that was asked for, by the walk's own rules for subscripts
    marked = Point({**point.values, name: gradient}, point.sizes, point.positions)
    return evaluate(wrt, scope, marked, algebra)


def _elementwise(
    result: Value[Any], by: Value[Any], wrt: Expr, reverse: Reverse[Any], algebra: Algebra[Any]
) -> Value[Any]:
    """dp/dz of a vector made component by component: the diagonal, where all else is zero."""
    if not isinstance(wrt, Name) or result.shape != by.shape:
        raise Unsupported("a derivative of a vector by something of another shape")
    zero = algebra.number(Fraction(0))
    diagonal = []
    for place, item in enumerate(result.items):
        slopes = reverse.slopes(item, by.items)
        if any(algebra.compare("==", slope, zero) is not True for i, slope in enumerate(slopes) if i != place):
            raise Unsupported("a derivative of a vector by a vector")
        diagonal.append(slopes[place])
    return Value(by.shape, tuple(diagonal))


def _through(of: Expr, name: str, scope: Scope, point: Point[Any], algebra: Algebra[Any]) -> Value[Any]:
    """dL/dp where L is written in z and p was introduced as a function of z: dL/dz over dp/dz."""
    below = [known for known in names_in(Name(name), scope) & names_in(of, scope) if known in scope.variables]
    single = [known for known in below if not scope.shape(known) and scope.variables[known].continuous]
    if len(single) != 1 or scope.shape(name):
        raise Unsupported("a derivative by a quantity that the formula is not written in")
    by = Name(single[0])
    top = _derivative(Deriv(of, by), scope, point, algebra, None)
    bottom = _derivative(Deriv(Name(name), by), scope, point, algebra, None)
    return Value((), (algebra.div(top.items[0], bottom.items[0]),))


def _value(expr: Expr, scope: Scope, point: Point[Any], algebra: Algebra[Any], asked: Expr | None) -> Value[Any]:
    return Formula(expr, scope, asked).at(algebra, point)


def nowhere(algebra: Any) -> Any:
    """What an algebra writes where there is no value."""
    if isinstance(algebra, Reverse):
        return algebra.var(algebra.undefined)
    return getattr(algebra, "undefined", NAN)
