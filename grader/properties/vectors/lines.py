"""A loss of vectors along a line: a loss of one real number, of which everything can be told.

Convexity, and bounds of the loss, its slope and its curvature, pass on to every line; so does every derivative. What
fails along one line fails for the loss. Sizes are small here, and the other variables stand at simple values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, Final

from grader.formula.declare import Classes, Finite, Integers, Interval, OneHot, Scope, Simplex, Variable
from grader.formula.errors import Undefined
from grader.formula.evaluate import evaluate
from grader.formula.show import show, show_number
from grader.formula.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Cases,
    Compare,
    Cond,
    Const,
    Div,
    Expr,
    Logic,
    Name,
    Num,
)
from grader.formula.values import Point, Value, size_of
from grader.properties.reduce import NotOneVariable, Subject, subject_of
from grader.symbolic.differentiate import minus, over, plus, power, times
from grader.symbolic.task import Problem

T: Final = Name("t")
SIZES: Final = ((1, 2), (2, 2), (2, 3), (1, 1))
"""Of the first dimension, and of the others."""


Given = Expr | Fraction


def _tree(item: Given) -> Expr:
    return Num(item) if isinstance(item, Fraction) else item


class TreeAlgebra:
    """Numbers are formulas; class labels, which choose a component, are plain fractions."""

    def number(self, value: Fraction) -> Expr:
        return Num(value)

    def constant(self, name: str) -> Expr:
        return Const(name)  # type: ignore[arg-type]  # a name of a constant

    def add(self, a: Given, b: Given) -> Expr:
        a, b = _tree(a), _tree(b)
        if isinstance(a, Num) and isinstance(b, Num):
            return Num(a.value + b.value)
        return plus(a, b)

    def mul(self, a: Given, b: Given) -> Expr:
        a, b = _tree(a), _tree(b)
        if isinstance(a, Num) and isinstance(b, Num):
            return Num(a.value * b.value)
        return times(a, b)

    def neg(self, a: Given) -> Expr:
        a = _tree(a)
        return Num(-a.value) if isinstance(a, Num) else minus(a)

    def div(self, a: Given, b: Given) -> Expr:
        a, b = _tree(a), _tree(b)
        if isinstance(b, Num) and b.value == 0:
            raise Undefined("a division by zero")
        if isinstance(a, Num) and isinstance(b, Num):
            return Num(a.value / b.value)
        return over(a, b)

    def pow(self, a: Given, b: Given) -> Expr:
        a, b = _tree(a), _tree(b)
        if isinstance(a, Num) and isinstance(b, Num) and b.value.denominator == 1 and 0 <= b.value <= 8:
            return Num(a.value ** int(b.value))
        return power(a, b)

    def function(self, name: str, args: Sequence[Given]) -> Expr:
        args = [_tree(arg) for arg in args]
        if name == "sign" and isinstance(args[0], Num):
            return Num(Fraction((args[0].value > 0) - (args[0].value < 0)))
        if name == "xlogy" and args[0] == ZERO:
            return ZERO
        if name == "abs" and isinstance(args[0], Num):
            return Num(abs(args[0].value))
        numbers = [arg.value for arg in args if isinstance(arg, Num)]
        if name in ("max", "min") and len(numbers) == len(args):
            return Num(max(numbers) if name == "max" else min(numbers))
        return Call(name, tuple(map(_tree, args)))

    def logsumexp(self, items: Sequence[Expr]) -> Expr:
        return Call("log", (self._powers(items),)) if len(items) > 1 else items[0]

    def softmax(self, items: Sequence[Expr]) -> list[Expr]:
        if len(items) == 1:
            return [ONE]
        return [Div(Call("exp", (item,)), self._powers(items)) for item in items]

    def _powers(self, items: Sequence[Expr]) -> Expr:
        return Add(tuple(ONE if item == ZERO else Call("exp", (item,)) for item in items))

    def compare(self, op: str, a: Given, b: Given) -> Cond | bool:
        a, b = _tree(a), _tree(b)
        if isinstance(a, Num) and isinstance(b, Num):
            return _HOLDS[op](a.value, b.value)
        return Compare(op, a, b)  # type: ignore[arg-type]  # one of the six signs

    def logic(self, op: str, args: Sequence[Cond | bool]) -> Cond | bool:
        known = [arg for arg in args if isinstance(arg, bool)]
        rest = tuple(arg for arg in args if not isinstance(arg, bool))
        if op == "not":
            return not known[0] if known else Logic("not", rest)
        if (op == "and" and False in known) or (op == "or" and True in known):
            return op == "or"
        if not rest:
            return op == "and"
        return rest[0] if len(rest) == 1 else Logic(op, rest)  # type: ignore[arg-type]  # and, or

    def choose(self, branches: Sequence[tuple[Cond | bool, Callable[[], Expr]]]) -> Expr:
        made: list[tuple[Cond, Expr]] = []
        for truth, branch in branches:
            if truth is True:
                return Cases(tuple(made), branch()) if made else branch()
            if truth is not False:
                made.append((truth, branch()))
        if not made:
            raise Undefined("no branch applies")
        return Cases(tuple(made), None)


_HOLDS: Final[dict[str, Callable[[Fraction, Fraction], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


@dataclass(frozen=True, slots=True)
class Line:
    """x = start + t·way, for t in `domain`; the other variables at `others`."""

    sizes: Mapping[str, int]
    others: Mapping[str, Value[Fraction]]
    start: Value[Fraction]
    way: tuple[Fraction, ...]
    domain: Interval

    def at(self, t: Fraction) -> Value[Fraction]:
        items = tuple(a + t * b for a, b in zip(self.start.items, self.way, strict=True))
        return Value(self.start.shape, items)

    @property
    def along(self) -> Value[Expr]:
        items = (
            plus(Num(a), times(Num(b), T)) if a else times(Num(b), T)
            for a, b in zip(self.start.items, self.way, strict=True)
        )
        return Value(self.start.shape, tuple(items))

    @property
    def text(self) -> str:
        return components([show(item) for item in self.along.items], self.start.shape)


def restricted(loss: Expr, scope: Scope, wrt: str, line: Line) -> Expr:
    """The loss along a line, a formula of t. Raises Undefined where it has no value on all of it."""
    values: dict[str, Value[Any]] = {
        name: value if isinstance(scope.variables[name].domain, Classes) else value.map(Num)  # type: ignore[arg-type]
        for name, value in line.others.items()
    }
    values[wrt] = line.along
    made: Expr = evaluate(loss, scope, Point(values, line.sizes), TreeAlgebra()).scalar
    return made


def subject(loss: Expr, scope: Scope, wrt: str, line: Line, deadline: float) -> Subject | None:
    """The loss along a line as a loss of one real variable, unless it cannot be seen as one."""
    try:
        along = restricted(loss, scope, wrt, line)
        problem = Problem(Scope({T.name: Variable(T.name, line.domain)}), along, T)
        return subject_of(problem, None, deadline=deadline)
    except (Undefined, NotOneVariable):
        return None


def lines(scope: Scope, wrt: str, used: frozenset[str]) -> Iterator[Line]:
    """Simple lines through the domain of the variable, at simple values of the others and small sizes."""
    variable = scope.variables[wrt]
    others = [scope.variables[name] for name in scope.variables if name in used and name != wrt]
    dims = scope.dims
    tables = SIZES if dims else SIZES[:1]
    for turn in range(_TURNS):
        for table in tables:
            if len(dims) == 1 and table[0] == 2 and table[1] == 2:
                continue
            sizes = {dim: table[0] if place == 0 and len(dims) > 1 else table[1] for place, dim in enumerate(dims)}
            turns = (turn + place if other.shape else turn for place, other in enumerate(others))
            fixed = {other.name: _simple(other, sizes, at) for other, at in zip(others, turns, strict=True)}
            shape = tuple(size_of(dim, sizes) for dim in variable.shape)
            for start, way in _ways(variable, shape, turn):
                reach = _reach(variable.domain, start, way)
                if reach is not None:
                    yield Line(sizes, fixed, Value(shape, start), way, reach)


_TURNS: Final = 3


def _ways(
    variable: Variable, shape: tuple[int, ...], turn: int
) -> Iterator[tuple[tuple[Fraction, ...], tuple[Fraction, ...]]]:
    """Starts and directions; at t = 0 a component is 0 where that may be."""
    count = prod(shape)
    width = shape[-1] if shape else 1
    unit = tuple(Fraction(int(place == 0)) for place in range(count))
    ones = (Fraction(1),) * count
    match variable.domain:
        case Simplex():
            if width < 2:
                return
            rest = Fraction(1, width - 1)
            row_start, row_way = (Fraction(0), *(rest,) * (width - 1)), (Fraction(1), *(-rest,) * (width - 1))
            even = (Fraction(1, width),) * width
            rows = count // width
            yield (*row_start, *even * (rows - 1)), (*row_way, *(Fraction(0),) * (count - width))
            if width > 2:
                still = Fraction(1, 2)
                start = (still, *(still / (width - 1),) * (width - 1), *even * (rows - 1))
                yield start, (*(Fraction(0), Fraction(1), Fraction(-1)), *(Fraction(0),) * (count - 3))
        case Interval(None, None):
            base = (Fraction(0),) * count
            yield base, unit
            if count > 1:
                yield base, ones
                yield base, (Fraction(1), Fraction(-1), *(Fraction(0),) * (count - 2))
                yield (Fraction(0), *(Fraction(1 + turn),) * (count - 1)), unit
            elif turn:
                yield base, (Fraction(-1),)
        case Interval() as domain:
            base = (_middle(domain),) * count
            yield tuple(value - step * base[0] for value, step in zip(base, unit, strict=True)), unit
            if count > 1:
                yield (Fraction(0),) * count, ones


def _middle(domain: Interval) -> Fraction:
    if domain.low is not None and domain.high is not None:
        return (domain.low + domain.high) / 2
    return domain.low + 1 if domain.low is not None else (domain.high or Fraction(1)) - 1


def _reach(domain: object, start: tuple[Fraction, ...], way: tuple[Fraction, ...]) -> Interval | None:
    """The t for which the line is inside the domain."""
    low: tuple[Fraction, bool] | None = None
    high: tuple[Fraction, bool] | None = None
    box = Interval(Fraction(0), None) if isinstance(domain, Simplex) else domain
    assert isinstance(box, Interval)
    for a, b in zip(start, way, strict=True):
        if not b:
            if a not in box:
                return None
            continue
        for end, open_, above in ((box.low, box.low_open, b > 0), (box.high, box.high_open, b < 0)):
            if end is None:
                continue
            t = (end - a) / b
            if above and (low is None or (t, open_) > low):
                low = t, open_
            if not above and (high is None or (-t, open_) > (-high[0], high[1])):
                high = t, open_
    if low is not None and high is not None and low[0] >= high[0]:
        return None
    return Interval(
        None if low is None else low[0],
        None if high is None else high[0],
        True if low is None else low[1],
        True if high is None else high[1],
    )


_POOL: Final = tuple(map(Fraction, ("1", "0", "-1", "2", "1/2")))


def _simple(variable: Variable, sizes: Mapping[str, int], turn: int) -> Value[Fraction]:
    """Simple values: all 1 at first, then mixed ones."""
    shape = tuple(size_of(dim, sizes) for dim in variable.shape)
    count = prod(shape)
    width = shape[-1] if shape else 1
    match variable.domain:
        case Finite(values):
            return Value(shape, tuple(values[(turn + place) % len(values)] for place in range(count)))
        case Classes():
            return Value(shape, (Fraction(0),) * count)
        case OneHot():
            row = tuple(Fraction(int(place == turn % width)) for place in range(width))
            return Value(shape, row * (count // width))
        case Simplex():
            one_hot = tuple(Fraction(int(place == 0)) for place in range(width))
            row = (Fraction(1, width),) * width if turn % 2 == 0 else one_hot
            return Value(shape, row * (count // width))
        case Interval() as domain:
            fitting = [value for value in (*_POOL, _middle(domain)) if value in domain]
            first = turn
            return Value(
                shape, tuple(fitting[(first + (place if turn else 0)) % len(fitting)] for place in range(count))
            )
        case Integers():
            return Value(shape, (Fraction(turn % 3),) * count)


def components(items: Sequence[str], shape: tuple[int, ...]) -> str:
    """`1`, `[1, 0]`, `[[1, 0], [0, 1]]`."""
    if not shape:
        return items[0]
    if len(shape) == 1:
        return f"[{', '.join(items)}]"
    width = shape[1]
    rows = [components(items[start : start + width], shape[1:]) for start in range(0, len(items), width)]
    return f"[{', '.join(rows)}]"


def shown(value: Value[Fraction]) -> str:
    return components([show_number(item) for item in value.items], value.shape)
