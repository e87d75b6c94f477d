"""One walk over the tree, for every kind of number.

`evaluate` knows the structure (shapes, sums, indices, matrix products); an `Algebra` knows the numbers:
certain balls (`balls`), SymPy expressions (`sympy_form`), float64 arrays (`floats`), or any of these with
derivatives recorded (`reverse`). Shapes were checked when the text was read; here they are concrete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, Generic, Protocol, TypeVar

from grader.formula.declare import Scope
from grader.formula.errors import Undefined
from grader.formula.recorded import Var
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Compare,
    Cond,
    Const,
    Deriv,
    Div,
    Expr,
    Index,
    IndexVar,
    Indicator,
    Logic,
    MatMul,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    Size,
    walk,
)
from grader.formula.values import (
    Point,
    Value,
    as_vector,
    common_shape,
    componentwise,
    rows_of,
    scalar_value,
    size_of,
    spread,
    transposed,
)

T = TypeVar("T")
Truth = Any
"""What a comparison gives: a bool, or whatever the algebra chooses by (a SymPy relation, a mask)."""


class NotClosed(TypeError):
    """A derivative stands in the formula: it has no value until it is worked out."""


class Algebra(Protocol[T]):
    """What the walk needs of a kind of number."""

    def number(self, value: Fraction) -> T: ...
    def constant(self, name: str) -> T: ...
    def add(self, a: T, b: T) -> T: ...
    def mul(self, a: T, b: T) -> T: ...
    def neg(self, a: T) -> T: ...
    def div(self, a: T, b: T) -> T: ...
    def pow(self, a: T, b: T) -> T: ...
    def function(self, name: str, args: Sequence[T]) -> T: ...
    def logsumexp(self, items: Sequence[T]) -> T: ...
    def softmax(self, items: Sequence[T]) -> Sequence[T]: ...
    def compare(self, op: str, a: T, b: T) -> Truth: ...
    def logic(self, op: str, args: Sequence[Truth]) -> Truth: ...
    def choose(self, branches: Sequence[tuple[Truth, Callable[[], T]]]) -> T:
        """The first branch whose condition holds, evaluated only if it may be needed. Raises Undefined if none."""
        ...


def evaluate(
    expr: Expr,
    scope: Scope,
    point: Point[T],
    algebra: Algebra[T],
    derivative: Callable[[Deriv, Point[T], Algebra[T]], Value[T]] | None = None,
) -> Value[T]:
    """The value of `expr` at `point`. Raises Undefined, NotCertain (from the algebra) or NotClosed.

    `derivative` works out the derivatives that stand in the formula; without it they raise NotClosed.
    """
    return _Walk(scope, algebra, derivative).value(expr, point)


class _Walk(Generic[T]):
    def __init__(
        self,
        scope: Scope,
        algebra: Algebra[T],
        derivative: Callable[[Deriv, Point[T], Algebra[T]], Value[T]] | None,
    ) -> None:
        self.scope = scope
        self.algebra = algebra
        self.derivative = derivative
        self.defined: dict[str, Value[T]] = {}
        """Definitions without free indices are worked out once."""
        self.fixed: dict[int, Value[T] | None] = {}
        """Parts in which no index stands, too, by identity; None for those in which one does."""

    def value(self, expr: Expr, point: Point[T]) -> Value[T]:
        """The value of a part; one without an index, inside of an index's range, is worked out once."""
        if isinstance(expr, Name) and expr.name in point.values:  # the most frequent
            return point.values[expr.name]
        if not point.positions or not isinstance(expr, Call | MatMul | Reduce):
            return self._value(expr, point)
        key = id(expr)
        if key not in self.fixed:
            self.fixed[key] = None if any(self._moves(node, point) for node in walk(expr)) else self._value(expr, point)
        kept = self.fixed[key]
        return self._value(expr, point) if kept is None else kept

    def _moves(self, node: Node, point: Point[T]) -> bool:
        """Whether a node may be worth something else at another position."""
        if not isinstance(node, Name):
            return isinstance(node, IndexVar | Deriv)
        definition = self.scope.definitions.get(node.name)
        return node.name in point.positions or (definition is not None and bool(definition.letters))

    def _value(self, expr: Expr, point: Point[T]) -> Value[T]:
        algebra = self.algebra
        match expr:  # the most frequent first
            case Call(function, args):
                return self._call(function, args, point)
            case Name(name):
                return self._name(name, point)
            case Num(value):
                return scalar_value(algebra.number(value))
            case Mul(factors):
                try:
                    return self._fold(algebra.mul, factors, point)
                except Undefined:
                    if not any(self._is_guard(factor, point) for factor in factors):
                        raise
                    return Value((), (algebra.number(Fraction(0)),))
            case Add(terms):
                return self._fold(algebra.add, terms, point)
            case Neg(arg):
                return self.value(arg, point).map(algebra.neg)
            case Index(base, subscripts):
                return self._index(base, subscripts, point)
            case IndexVar(name):
                return scalar_value(algebra.number(Fraction(point.positions[name])))
            case Reduce():
                return self._reduce(expr, point)
            case Div(num, den):
                return self._fold(algebra.div, (num, den), point)
            case Pow(Call("norm", (arg,)), Num(value)) if value == 2:  # without a root, which has no slope at 0
                items = self.value(arg, point).items
                return scalar_value(self._sum([algebra.mul(item, item) for item in items]))
            case Pow(base, exponent):
                return self._fold(algebra.pow, (base, exponent), point)
            case MatMul(left, right):
                return self._matmul(self.value(left, point), self.value(right, point))
            case Indicator(condition):
                one, zero = algebra.number(Fraction(1)), algebra.number(Fraction(0))
                return self._choose([(condition, lambda: scalar_value(one))], lambda: scalar_value(zero), point, ())
            case Cases(branches, otherwise):
                rest = None if otherwise is None else (lambda: self.value(otherwise, point))
                thunks = [(condition, self._later(branch, point)) for condition, branch in branches]
                return self._choose(thunks, rest, point, self._shape(expr, point))
            case Size(name):
                return scalar_value(algebra.number(Fraction(point.sizes[name])))
            case Const(name):
                return scalar_value(algebra.constant(name))
            case Deriv():
                if self.derivative is None:
                    raise NotClosed(expr)
                return self.derivative(expr, point, algebra)

    def _is_guard(self, factor: Expr, point: Point[T]) -> bool:
        """Whether a factor says that there is no such component: `[j > 1]·sign(x_j − x_{j−1})` is 0 for the first."""
        if not isinstance(factor, Indicator) or not isinstance(factor.condition, Compare):
            return False
        sides = factor.condition.left, factor.condition.right
        return all(map(self._is_position, sides)) and self._truth(factor.condition, point).scalar is False

    def _later(self, expr: Expr, point: Point[T]) -> Callable[[], Value[T]]:
        return lambda: self.value(expr, point)

    def _name(self, name: str, point: Point[T]) -> Value[T]:
        if name in point.values:
            return point.values[name]
        if name in self.defined:
            return self.defined[name]
        definition = self.scope.definitions[name]
        if definition.letters:
            kept = {letter: at for letter, at in point.positions.items() if letter in definition.letters}
            return self.value(definition.body, replace(point, positions=kept))
        value = self.value(definition.body, replace(point, positions={}))
        self.defined[name] = value
        return value

    def _position(self, expr: Expr, point: Point[T]) -> int:
        """The position that a subscript names: an index letter, a class, a label, or a number."""
        match expr:
            case IndexVar(name):
                return point.positions[name]
            case Num(value) if value.denominator == 1:
                return int(value)
            case Name(name) if name in point.positions:
                return point.positions[name]
            case Add(terms):
                return sum(self._position(term, point) for term in terms)
            case Neg(arg):
                return -self._position(arg, point)
            case Size(name):
                return point.sizes[name]
        number = self.value(expr, point).scalar
        return _as_position(number)

    def _index(self, base: Expr, subscripts: tuple[Expr, ...], point: Point[T]) -> Value[T]:
        value = self.value(base, point)
        for subscript in subscripts:
            value = as_vector(value)
            size, rest = value.shape[0], value.shape[1:]
            position = self._position(subscript, point)
            if not 0 <= position < size:
                raise Undefined(f"component {position + 1} of {size}")
            width = prod(rest)
            value = Value(rest, value.items[position * width : (position + 1) * width])
        return value

    def _fold(self, operation: Callable[[T, T], T], parts: Sequence[Expr], point: Point[T]) -> Value[T]:
        total = self.value(parts[0], point)
        for part in parts[1:]:
            other = self.value(part, point)
            if total.shape or other.shape:
                total = componentwise(operation, total, other)
            else:  # as a rule
                total = Value((), (operation(total.items[0], other.items[0]),))
        return total

    def _matmul(self, left: Value[T], right: Value[T]) -> Value[T]:
        """Vectors are columns; the transpose of one has the shape (1, d), and row times column is a scalar."""
        left, right = as_vector(left), as_vector(right)
        rows, inner = (left.shape[0], 1) if len(left.shape) == 1 else (left.shape[0], left.shape[1])
        columns = right.shape[1] if len(right.shape) == 2 else 1
        if right.shape[0] != inner:
            raise Undefined(f"shapes {left.shape} and {right.shape}")
        items = tuple(
            self._sum([self.algebra.mul(left.items[i * inner + k], right.items[k * columns + j]) for k in range(inner)])
            for i in range(rows)
            for j in range(columns)
        )
        if len(right.shape) == 2:
            return Value((rows, columns), items)
        return Value((), items) if rows == 1 else Value((rows,), items)

    def _sum(self, items: Sequence[T]) -> T:
        if not items:
            return self.algebra.number(Fraction(0))
        total = items[0]
        for item in items[1:]:
            total = self.algebra.add(total, item)
        return total

    def _reduce(self, node: Reduce, point: Point[T]) -> Value[T]:
        if node.index is None:
            return scalar_value(self._fold_items(node.op, self.value(node.body, point).items))
        assert node.over is not None
        size = size_of(node.over, point.sizes)
        low = 0 if node.low is None else self._position(node.low, point)
        high = size - 1 if node.high is None else self._position(node.high, point)
        places = [point.at(node.index, position) for position in range(low, high + 1)]
        if node.condition is not None:
            places = [place for place in places if bool(self._truth(node.condition, place).scalar)]
        values = [self.value(node.body, place) for place in places]
        if not values:
            nothing = self._fold_items(node.op, ())
            shape = self._shape(node.body, point) or ()
            return Value(shape, (nothing,) * prod(shape))
        columns = zip(*(value.items for value in values), strict=True)
        return Value(values[0].shape, tuple(self._fold_items(node.op, column) for column in columns))

    def _fold_items(self, op: str, items: Sequence[T]) -> T:
        algebra = self.algebra
        if op in ("sum", "mean"):
            if op == "sum":
                return self._sum(items)
            if not items:
                raise Undefined("the mean of nothing")
            return algebra.div(self._sum(items), algebra.number(Fraction(len(items))))
        if op == "prod":
            total = algebra.number(Fraction(1))
            for item in items:
                total = algebra.mul(total, item)
            return total
        if not items:
            raise Undefined(f"the {op} of nothing")
        return items[0] if len(items) == 1 else algebra.function(op, items)

    def _truth(self, condition: Cond, point: Point[T]) -> Value[Truth]:
        algebra = self.algebra
        if isinstance(condition, Logic):
            parts = [self._truth(part, point) for part in condition.args]
            shape = common_shape([part.shape for part in parts])
            columns = zip(*(spread(part, shape) for part in parts), strict=True)
            return Value(shape, tuple(algebra.logic(condition.op, column) for column in columns))
        sides = condition.left, condition.right
        if any(isinstance(side, IndexVar) for side in sides) and all(map(self._is_position, sides)):
            left, right = self._position(condition.left, point), self._position(condition.right, point)
            return scalar_value(_COMPARE[condition.op](left, right))
        a, b = self.value(condition.left, point), self.value(condition.right, point)
        return componentwise(lambda x, y: algebra.compare(condition.op, x, y), a, b)

    def _is_position(self, expr: Expr) -> bool:
        match expr:
            case Add(terms):
                return all(map(self._is_position, terms))
            case Neg(arg):
                return self._is_position(arg)
        return isinstance(expr, IndexVar | Size) or (isinstance(expr, Num) and expr.value.denominator == 1)

    def _choose(
        self,
        branches: Sequence[tuple[Cond, Callable[[], Value[T]]]],
        otherwise: Callable[[], Value[T]] | None,
        point: Point[T],
        shape: tuple[int, ...] | None,
    ) -> Value[T]:
        """Componentwise choice. A branch is evaluated when some component takes it, and then only once.

        A choice as a whole has the shape that all its branches have in common (`shape`, None where that is not
        known without evaluating them): `-t x if … else 0` is a vector in both cases."""
        truths = [self._truth(condition, point) for condition, _ in branches]
        made: dict[int, Value[T]] = {}
        thunks = [thunk for _, thunk in branches] + ([] if otherwise is None else [otherwise])

        def branch(number: int) -> Value[T]:
            if number not in made:
                made[number] = thunks[number]()
            return made[number]

        conditions = common_shape([truth.shape for truth in truths])
        if not conditions and all(truth.scalar is True or truth.scalar is False for truth in truths):
            taken = next((number for number, truth in enumerate(truths) if truth.scalar), len(truths))
            if taken == len(thunks):
                raise Undefined("no branch applies")
            value = branch(taken)
            common = common_shape([shape or (), value.shape])
            return Value(common, spread(value, common))
        whole = shape or conditions or None
        if shape is None and conditions:  # a derivative by what was asked: its shape shows only now
            whole = common_shape([conditions, *(branch(number).shape for number in range(len(thunks)))])
        return self._mixed(truths, branch, otherwise is not None, whole)

    def _shape(self, expr: Expr, point: Point[T]) -> tuple[int, ...] | None:
        known = shape_of(expr, self.scope)
        return None if known is None else tuple(size_of(dim, point.sizes) for dim in known)

    def _mixed(
        self,
        truths: Sequence[Value[Truth]],
        branch: Callable[[int], Value[T]],
        rest: bool,
        shape: tuple[int, ...] | None,
    ) -> Value[T]:
        """Branches that depend on the component, or on a condition that is no plain bool."""
        if shape is None:
            shape = common_shape([branch(number).shape for number in range(len(truths) + rest)])
        total = prod(shape)
        columns = [spread(truth, shape) for truth in truths]

        def component(number: int, place: int) -> Callable[[], T]:
            return lambda: spread(branch(number), shape)[place]

        items: list[T] = []
        for place in range(total):
            options: list[tuple[Truth, Callable[[], T]]] = [
                (column[place], component(number, place)) for number, column in enumerate(columns)
            ]
            if rest:
                options.append((True, component(len(truths), place)))
            items.append(self.algebra.choose(options))
        return Value(shape, tuple(items))

    def _call(self, function: str, args: tuple[Expr, ...], point: Point[T]) -> Value[T]:
        algebra = self.algebra
        if function == "eye":
            size = self._position(args[0], point)
            bits = (algebra.number(Fraction(int(i == j))) for i, j in product(range(size), repeat=2))
            return Value((size, size), tuple(bits))
        if function == "onehot":
            position, size = self._position(args[0], point), self._position(args[1], point)
            return Value((size,), tuple(algebra.number(Fraction(int(i == position))) for i in range(size)))
        values = [self.value(arg, point) for arg in args]
        match function:
            case "softmax":
                return Value(
                    values[0].shape, tuple(item for row in rows_of(values[0]) for item in algebra.softmax(row))
                )
            case "log_softmax":
                return Value(
                    values[0].shape, tuple(item for row in rows_of(values[0]) for item in self._log_softmax(row))
                )
            case "logsumexp":
                return Value(values[0].shape[:-1], tuple(algebra.logsumexp(row) for row in rows_of(values[0])))
            case "norm":
                return scalar_value(self._norm(args, values))
            case "dot":
                return scalar_value(self._sum(componentwise(algebra.mul, values[0], values[1]).items))
            case "outer":
                pairs = (algebra.mul(a, b) for a in values[0].items for b in values[1].items)
                return Value((len(values[0].items), len(values[1].items)), tuple(pairs))
            case "transpose":
                return transposed(values[0], row=self._is_row(args[0]))
            case "diag":
                return self._diag(values[0])
        if len(values) == 1:
            shape, items = values[0]
            return Value(shape, tuple([algebra.function(function, (item,)) for item in items]))
        shape = common_shape([value.shape for value in values])
        columns = zip(*(spread(value, shape) for value in values), strict=True)
        return Value(shape, tuple(algebra.function(function, column) for column in columns))

    def _log_softmax(self, row: Sequence[T]) -> Iterator[T]:
        total = self.algebra.neg(self.algebra.logsumexp(row))
        return (self.algebra.add(item, total) for item in row)

    def _norm(self, args: tuple[Expr, ...], values: Sequence[Value[T]]) -> T:
        algebra, items = self.algebra, values[0].items
        order = args[1] if len(args) == 2 else Num(Fraction(2))
        match order:
            case Num(value) if value == 1:
                return self._sum([algebra.function("abs", (item,)) for item in items])
            case Num(value) if value == 2:
                return algebra.function("sqrt", (self._sum([algebra.mul(item, item) for item in items]),))
            case Const("inf"):
                return self._fold_items("max", [algebra.function("abs", (item,)) for item in items])
        raise Undefined("a norm of this order")

    def _is_row(self, expr: Expr) -> bool:
        """Whether a part is a row by its declared shape, and not a matrix that happens to have one row here."""
        shape = shape_of(expr, self.scope)
        return shape is None or shape[:1] == (1,)

    def _diag(self, value: Value[T]) -> Value[T]:
        if len(value.shape) == 2:
            columns = value.shape[1]
            return Value((min(value.shape),), tuple(value.items[i * columns + i] for i in range(min(value.shape))))
        value = as_vector(value)
        size, zero = value.shape[0], self.algebra.number(Fraction(0))
        items = (value.items[i] if i == j else zero for i, j in product(range(size), repeat=2))
        return Value((size, size), tuple(items))


_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
    "==": int.__eq__,
    "!=": int.__ne__,
}


def _as_position(number: object) -> int:
    """A whole number in whatever form the algebra has it (recorded, too: a position has no slope)."""
    plain = number
    while isinstance(plain, Var):
        plain = plain.value
    return round(float(plain))  # type: ignore[arg-type]  # flint, SymPy and NumPy numbers all convert
