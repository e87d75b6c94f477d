"""Proof of equality by the normal form: all cases of finite variables, all regions, several sizes.

What is not proved here is not different, and not known to be equal: `Attempt.proved` is False, with the reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Final

from flint import arb, fmpq, fmpz_mpoly

from grader.formula.balls import ball
from grader.formula.declare import Classes, Finite, Integers, Interval, OneHot, Scope, Simplex, Variable
from grader.formula.errors import Kink, NotCertain, Undefined
from grader.formula.evaluate import NotClosed
from grader.formula.values import Point, Value, size_of
from grader.symbolic.field import GiveUp, Kernel, Ratio, TooManyKernels
from grader.symbolic.kernels import OPAQUE, Kernels
from grader.symbolic.normal import NormalAlgebra
from grader.symbolic.points import Setting
from grader.symbolic.quantity import Quantity, Unsupported, squeezed
from grader.symbolic.signs import Signs, paths

CAPACITIES: Final = (12, 28, 64, 160)
MAX_CASES: Final = 200
MAX_SUSPECTS: Final = 24
NOWHERE: Final = "no value anywhere"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Whether a proof was found, and if not, why not: the word is for `details`, never for a verdict."""

    proved: bool
    reason: str = ""
    suspects: tuple[Suspect, ...] = ()
    """Where the two sides do not seem to be the same."""
    complete: bool = True
    """Whether everything beside the suspects was proved."""


@dataclass(frozen=True, slots=True, eq=False)
class Suspect:
    """A path on which the difference did not vanish. `holds` says whether a point lies on it (None: cannot be told);
    `bounds` are the ends that it sets to components of variables. `certain`: nothing is known by which it could
    vanish all the same."""

    setting: Setting
    assigned: Mapping[str, tuple[Fraction, ...]]
    bounds: Mapping[tuple[str, int], tuple[Fraction | None, Fraction | None]]
    holds: Callable[[Point[Fraction]], bool | None]
    sides: Callable[[Point[Fraction]], tuple[Value[arb], Value[arb]] | None]
    """Both values by the normal form, where cancellation is gone that no precision overcomes."""
    certain: bool
    everywhere: bool
    """Whether the path takes no sign: what holds at generic points holds on it."""


class _Enough(Exception):
    """As many differences as are worth having."""


def prove(
    left: Quantity, right: Quantity, scope: Scope, used: frozenset[str], settings: Iterable[Setting], *, deadline: float
) -> Attempt:
    """Whether left = right wherever left has a value, for each of `settings`. `used` are the variables that matter.

    First with finite variables as free symbols (fewer cases), then value by value. Without a proof, all that could
    not be proved, at every setting, as far as the time allows.
    """
    whole = Attempt(True)
    nowhere = count = 0
    for count, setting in enumerate(settings, 1):  # noqa: B007  # how many there were
        if _squashes(scope, used, setting) and _prove_closed(left, right, scope, used, setting, deadline):
            continue
        for relaxed in (True, False) if _finite(scope, used) else (False,):
            attempt = _prove_one(left, right, scope, used, setting, relaxed, deadline)
            if attempt.proved or time.monotonic() > deadline:
                break
        if attempt.reason == NOWHERE and not attempt.suspects:
            nowhere += 1  # nothing to compare at this size: the variance of one number, below a line
        elif not attempt.proved:
            suspects = (*whole.suspects, *attempt.suspects)
            whole = Attempt(False, whole.reason or attempt.reason, suspects, whole.complete and attempt.complete)
            if not attempt.complete:
                return whole
    return whole if nowhere < count else Attempt(False, NOWHERE)


def _squashes(scope: Scope, used: frozenset[str], setting: Setting) -> bool:
    """Whether there are so many variables, in a matrix, that functions of their sums had better stay whole."""
    matrices = [scope.variables[name] for name in used if len(scope.variables[name].shape) == 2]
    return len(matrices) > 1 and max(setting.sizes.values(), default=1) > 1


def _prove_closed(
    left: Quantity, right: Quantity, scope: Scope, used: frozenset[str], setting: Setting, deadline: float
) -> bool:
    """Whether both sides are the same polynomial in σ and tanh of whatever they are taken of. No is no answer."""
    return _prove_one(left, right, scope, used, setting, _finite(scope, used), deadline, closed=True).proved


def _finite(scope: Scope, used: frozenset[str]) -> bool:
    return any(isinstance(scope.variables[name].domain, Finite | OneHot) for name in used)


def _prove_one(
    left: Quantity,
    right: Quantity,
    scope: Scope,
    used: frozenset[str],
    setting: Setting,
    relaxed: bool,
    deadline: float,
    *,
    closed: bool = False,
) -> Attempt:
    variables = {name: variable for name, variable in scope.variables.items() if name in used}
    for capacity in CAPACITIES:
        suspects: list[Suspect] = []
        most = 1 if relaxed or closed else MAX_SUSPECTS
        try:
            somewhere = False
            for case in _cases(scope, used, setting, relaxed):
                somewhere |= _Case(
                    left, right, variables, setting, case, capacity, deadline, suspects, most, closed
                ).holds()
        except TooManyKernels:
            continue
        except _Enough:
            return Attempt(False, "no common form", tuple(suspects), complete=False)
        except (GiveUp, NotCertain, Unsupported, NotClosed) as stop:
            return Attempt(False, str(stop), tuple(suspects), complete=False)
        if suspects:
            return Attempt(False, "no common form", tuple(suspects))
        return Attempt(somewhere, "" if somewhere else NOWHERE)
    return Attempt(False, "too many kernels", complete=False)


_Assigned = Mapping[str, tuple[Fraction, ...]]


def _cases(scope: Scope, used: frozenset[str], setting: Setting, relaxed: bool) -> Iterator[_Assigned]:
    """Every assignment of the finite variables; in the relaxed form only of class labels."""
    names, options = [], []
    for name in sorted(used):
        variable = scope.variables[name]
        shape = tuple(size_of(dim, setting.sizes) for dim in variable.shape)
        values = _values(variable, shape, setting, relaxed)
        if values is not None:
            names.append(name)
            options.append(values)
    if prod(map(len, options)) > MAX_CASES:
        raise GiveUp("too many cases of finite variables")
    for chosen in product(*options):
        yield dict(zip(names, chosen, strict=True))


def _values(
    variable: Variable, shape: tuple[int, ...], setting: Setting, relaxed: bool
) -> list[tuple[Fraction, ...]] | None:
    match variable.domain:
        case Classes(count):
            size = size_of(count, setting.sizes)
            single = [Fraction(value) for value in range(size)]
        case Finite(values) if not relaxed:
            single = list(values)
        case OneHot() if not relaxed and shape:
            rows, width = prod(shape[:-1]), shape[-1]
            units = [tuple(Fraction(int(i == j)) for j in range(width)) for i in range(width)]
            if width**rows > MAX_CASES:
                raise GiveUp("too many cases of finite variables")
            return [sum(choice, ()) for choice in product(units, repeat=rows)]
        case _:
            return None
    if len(single) ** prod(shape) > MAX_CASES:
        raise GiveUp("too many cases of finite variables")
    return list(product(single, repeat=prod(shape)))


class _Case:
    """One assignment of the finite variables: the field, its variables, and the walk over all paths."""

    def __init__(
        self,
        left: Quantity,
        right: Quantity,
        variables: Mapping[str, Variable],
        setting: Setting,
        assigned: _Assigned,
        capacity: int,
        deadline: float,
        suspects: list[Suspect],
        most: int,
        closed: bool,
    ) -> None:
        self.left, self.right = left, right
        self.suspects, self.most, self.closed = suspects, most, closed
        self.setting, self.assigned = setting, assigned
        self.places: dict[int, tuple[str, int]] = {}
        self.field = Kernels(capacity)
        self.field.deadline = deadline
        self.facts: list[fmpz_mpoly] = []
        self.sample: dict[int, arb] = {}
        values = {}
        for name, variable in variables.items():
            shape = tuple(size_of(dim, setting.sizes) for dim in variable.shape)
            if name in assigned:
                values[name] = Value(shape, tuple(map(self.field.number, assigned[name])))
            else:
                values[name] = Value(shape, self._components(variable, shape))
        self.point = Point(values, setting.sizes, setting.positions)

    def holds(self) -> bool:
        """Whether the equation has a value on some path. Paths on which it does not hold join the suspects; raises
        _Enough when those are `most`."""
        self.met = False
        for _ in paths(self._run):
            pass
        return self.met

    def _run(self, plan: tuple[int, ...]) -> tuple[int, ...]:
        field = self.field
        signs = Signs(field, tuple(self.facts), self.sample, plan)
        field.sign_of = signs.sign
        field.surely_no_zero = signs.surely_no_zero
        algebra = NormalAlgebra(field, closed=self.closed)
        try:
            expected = self.left.at(algebra, self.point)
            for item in expected.items:
                field.mul(item, field.one)  # raises for a slope that does not exist
        except (Undefined, Kink):
            return tuple(signs.taken)  # outside the domain: nothing to compare
        got = self._differing(algebra, expected)
        if got is not None:
            self.suspects.append(self._suspect(signs, expected, got))
            if len(self.suspects) >= self.most:
                raise _Enough
        self.met = True
        return tuple(signs.taken)

    def _differing(self, algebra: NormalAlgebra, expected: Value[Ratio]) -> Value[Ratio] | None:
        """The answer where it differs from what is expected on this path (without components: it has no value)."""
        nothing: Value[Ratio] = Value((), ())
        try:
            got = self.right.at(algebra, self.point)
            if squeezed(got.shape) != squeezed(expected.shape):
                return nothing
            gaps = [self.field.sub(a, b) for a, b in zip(expected.items, got.items, strict=True)]
        except (Undefined, Kink):
            return nothing
        return None if all(map(self.field.is_zero, gaps)) else got

    def _suspect(self, signs: Signs, expected: Value[Ratio], got: Value[Ratio]) -> Suspect:
        field = self.field
        facts = list(signs.facts)
        plain = not any(kernel.key.startswith(tuple(OPAQUE)) for kernel in field.kernels)

        def holds(point: Point[Fraction]) -> bool | None:
            values = {number: ball(point.values[name].items[place]) for number, (name, place) in self.places.items()}
            sides = [field.ball(fact, values) for fact in facts]
            if any(side <= 0 for side in sides):
                return False
            return True if all(side > 0 for side in sides) else None

        def sides(point: Point[Fraction]) -> tuple[Value[arb], Value[arb]] | None:
            if not got.items:
                return None
            values = {number: ball(point.values[name].items[place]) for number, (name, place) in self.places.items()}

            def worked_out(side: Value[Ratio]) -> Value[arb]:
                items = (field.ball(item.num, values) / field.ball(item.den, values) for item in side.items)
                return Value(side.shape, tuple(items))

            return worked_out(expected), worked_out(got)

        everywhere = not signs.taken
        return Suspect(self.setting, self.assigned, self._bounds(facts), holds, sides, plain and everywhere, everywhere)

    def _bounds(self, facts: list[fmpz_mpoly]) -> dict[tuple[str, int], tuple[Fraction | None, Fraction | None]]:
        """The ends that facts of the form a·x + b > 0 set."""
        found: dict[tuple[str, int], tuple[Fraction | None, Fraction | None]] = {}
        for fact in facts:
            used = [number for number, degree in enumerate(fact.degrees()) if degree > 0]
            if len(used) != 1 or used[0] not in self.places or fact.total_degree() != 1:
                continue
            by_degree = {sum(map(int, exponents)): int(c) for exponents, c in fact.terms()}
            end = Fraction(-by_degree.get(0, 0), by_degree[1])
            low, high = found.get(self.places[used[0]], (None, None))
            if by_degree[1] > 0:
                low = end if low is None else max(low, end)
            else:
                high = end if high is None else min(high, end)
            found[self.places[used[0]]] = low, high
        return found

    def _components(self, variable: Variable, shape: tuple[int, ...]) -> tuple[Ratio, ...]:
        items = []
        width = shape[-1] if shape else 1
        summing = isinstance(variable.domain, Simplex | OneHot)
        row: list[Ratio] = []
        for place in range(prod(shape)):
            if summing and place % width == width - 1:
                # the last component is what is left, so that Σp = 1 needs no relation
                rest = self.field.one
                for item in row:
                    rest = self.field.sub(rest, item)
                row = []
                items.append(rest)
                if not rest.num.is_constant():
                    self.facts.append(rest.num)
                continue
            item = self._component(variable, place)
            number = self.field.place_of(item.num)
            if number is not None:
                self.places[number] = variable.name, place
            row.append(item)
            items.append(item)
        return tuple(items)

    def _component(self, variable: Variable, place: int) -> Ratio:
        field = self.field
        made = field.generator(Kernel(f"{variable.name}[{place}]", None))
        number = field.place_of(made.num)
        assert number is not None
        # any generic number will do: it only shows that a boundary is not zero everywhere
        self.sample[number] = arb(fmpq(7919 * (number + 1) % 1009 + 1, 1021))
        match variable.domain:
            case Interval(low, high):
                if low is not None and low >= 0:
                    field.positive.add(number)
                for end, sign in ((low, 1), (high, -1)):
                    if end is not None and (end or sign < 0):
                        self.facts.append(sign * (made.num * end.denominator - end.numerator))
            case Simplex():
                field.positive.add(number)
            case Integers() | Finite() | OneHot():
                field.integral.add(number)
                if isinstance(variable.domain, Integers):
                    field.whole_variables.add(number)
        return made
