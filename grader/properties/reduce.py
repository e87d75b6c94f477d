"""From a declared loss to functions of one real variable: the task read, and its other variables dealt with.

Finite ones (y ∈ {0,1}) take each of their values. A target that only shifts is set to 0, a parameter that only scales
to 1, if the normal form proves that this is all they do. Others stay, as parameters with a domain. Ends that belong
to a parameter's domain (γ = 0) become cases of their own, since what is proved inside may fail there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import Final

from flint import arb

from grader.formula.balls import precision
from grader.formula.balls import value as value_at
from grader.formula.declare import (
    NONNEGATIVE,
    POSITIVE,
    REAL,
    Finite,
    Integers,
    Interval,
    OneHot,
    Scope,
    Simplex,
    Variable,
)
from grader.formula.errors import NotCertain, Undefined, Unreadable
from grader.formula.functions import FUNCTIONS
from grader.formula.rebuild import substituted
from grader.formula.tree import Call, Deriv, Expr, Index, MatMul, Name, Neg, Num, Reduce, Size, Span, walk
from grader.formula.values import Value
from grader.properties.analysis import AnalysisTask
from grader.properties.curve import TRIED, Curve
from grader.symbolic.compare import Equal, compare
from grader.symbolic.differentiate import over, plus, power, times
from grader.symbolic.domain import domain_of
from grader.symbolic.quantity import Formula, Unsupported, names_in
from grader.symbolic.task import DerivationTask, Problem, TaskError, read_task
from questions.losses import Space

MOST_CASES: Final = 24
FACTOR: Final = "lossprep_factor"


@dataclass(frozen=True, slots=True)
class Scaling:
    """L(c·x; c^w·s) = c^degree·L(x; s) for every c > 0: the parameter s may be taken as 1."""

    name: str
    weight: int
    degree: int

    def restored(self, value: Expr, order: int) -> Expr:
        """A bound of the derivative of this order at s = 1, as it is for any s."""
        exponent = (self.degree - order) * self.weight
        if exponent == 0:
            return value
        if exponent < 0:
            return over(value, power(Name(self.name), Num(Fraction(-exponent))))
        return times(value, power(Name(self.name), Num(Fraction(exponent))))


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A loss of one real variable. `curves`: one for each case of the finite variables."""

    problem: Problem
    x: Variable
    loss: Expr
    """With definitions put in."""
    space: Space | None
    shift: tuple[str, int] | None
    """The target t (and the sign s) with L depending on x − s·t alone."""
    scaling: Scaling | None
    targets: tuple[Variable, ...]
    """The finite variables."""
    parameters: tuple[Variable, ...]
    """The variables that were not dealt with."""
    whole: frozenset[str] = frozenset()
    """The parameters that take whole values only."""
    curves: tuple[Curve, ...] = field(default=())

    @property
    def scope(self) -> Scope:
        return self.problem.scope


class NotOneVariable(Exception):
    """The loss is no function of one real variable. `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read(task: AnalysisTask) -> Problem:
    """Raises TaskError, also where a derivative is part of the loss."""
    problem = read_task(DerivationTask(task.loss, task.wrt, task.variables, task.given))
    if any(isinstance(node, Deriv) for node in walk(expanded(problem.loss, problem.scope))):
        expected = ("a formula of its variables, without derivatives",)
        raise TaskError("loss", Unreadable("unreadable", Span(0, len(task.loss)), expected))
    return problem


def subject_of(problem: Problem, space: Space | None, *, deadline: float) -> Subject:
    """Raises NotOneVariable."""
    scope = problem.scope
    loss = expanded(problem.loss, scope)
    wrt = problem.wrt
    if not isinstance(wrt, Name) or wrt.name not in scope.variables:
        raise NotOneVariable("component")
    one = _of_one_element(loss, wrt.name, scope)
    if one is not None:
        loss, scope = one
        problem = replace(problem, scope=scope, loss=loss)
    x = scope.variables[wrt.name]
    used = [scope.variables[name] for name in sorted(names_in(loss, scope)) if name in scope.variables]
    if any(variable.shape for variable in (x, *used)) or any(isinstance(node, Size) for node in walk(loss)):
        raise NotOneVariable("vector")
    if not isinstance(x.domain, Interval):
        raise NotOneVariable("discrete")
    others = [variable for variable in used if variable.name != x.name]
    targets = tuple(variable for variable in others if isinstance(variable.domain, Finite))
    rest = [_real(variable) for variable in others if variable not in targets]
    flat = Scope({x.name: x, **{variable.name: variable for variable in (*targets, *rest)}})
    shift, scaling = None, None
    reduced = loss
    if x.domain == REAL:
        for variable in rest:
            shift = _shift(reduced, x, variable, flat, deadline)
            if shift is not None:
                reduced = substituted(reduced, {variable.name: Num(Fraction(0))})
                rest.remove(variable)
                break
    if x.domain in (REAL, POSITIVE, NONNEGATIVE):
        for variable in rest:
            if variable.domain not in (POSITIVE, NONNEGATIVE):
                continue
            scaling = _scaling(reduced, x, variable, rest, flat, deadline)
            if scaling is not None:
                break
    whole = frozenset(variable.name for variable in others if isinstance(variable.domain, Integers))
    subject = Subject(problem, x, loss, space, shift, scaling, targets, tuple(rest), whole)
    return replace(subject, curves=tuple(_curves(subject, reduced, deadline)))


def _of_one_element(loss: Expr, wrt: str, scope: Scope) -> tuple[Expr, Scope] | None:
    """ℓ(x, t) of a loss mean(ℓ(x, t)) or sum(ℓ(x, t)), elementwise over vectors of one shape; else None."""
    shape = scope.variables[wrt].shape
    if isinstance(loss, Neg):
        inner = _of_one_element(loss.arg, wrt, scope)
        return None if inner is None else (Neg(inner[0]), inner[1])
    if not shape or not isinstance(loss, Reduce) or reduction(loss) is None or loss.index is not None:
        return None
    for node in walk(loss.body):
        if isinstance(node, Name) and node.name in scope.variables and scope.shape(node.name) not in (shape, ()):
            return None
        if isinstance(node, MatMul | Reduce | Index | Size):
            return None
        if isinstance(node, Call) and FUNCTIONS[node.function].rule != "elementwise":
            return None
    if any(isinstance(v.domain, Simplex | OneHot) for v in scope.variables.values()):
        return None
    flat = {name: replace(v, shape=()) if v.shape == shape else v for name, v in scope.variables.items()}
    return loss.body, replace(scope, variables=flat, definitions={})


def reduction(loss: Expr) -> str | None:
    """`mean` or `sum`, where the loss is one as a whole."""
    match loss:
        case Neg(arg):
            return reduction(arg)
        case Reduce(op) if op in ("mean", "sum"):
            return op
    return None


def expanded(expr: Expr, scope: Scope) -> Expr:
    """The formula with every definition put in."""
    names = {node.name for node in walk(expr) if isinstance(node, Name)} & scope.definitions.keys()
    if not names:
        return expr
    return substituted(expr, {name: expanded(scope.definitions[name].body, scope) for name in names})


def _real(variable: Variable) -> Variable:
    """Whole numbers as real ones: what holds for all reals holds for them."""
    if isinstance(variable.domain, Interval):
        return variable
    if isinstance(variable.domain, Integers):
        return replace(variable, domain=REAL)
    raise NotOneVariable("discrete")


def constants_compared(left: Expr, right: Expr, scope: Scope, x: str) -> int | None:
    """−1, 0, 1 for left <, =, > right, for every value of the parameters; None where that cannot be told."""
    parameters = {
        name: variable
        for name, variable in scope.variables.items()
        if name != x and isinstance(variable.domain, Interval) and not variable.shape
    }
    curve = Curve(x, left, parameters, None, None, float("inf"))
    try:
        return curve.compare(left, right)
    except TRIED:
        return None


def _shift(loss: Expr, x: Variable, other: Variable, scope: Scope, deadline: float) -> tuple[str, int] | None:
    if other.domain != REAL:
        return None
    for sign in (1, -1):
        moved = plus(Name(x.name), times(Num(Fraction(sign)), Name(other.name)))
        shifted = substituted(loss, {x.name: moved})
        rest = substituted(loss, {other.name: Num(Fraction(0))})
        if _same(shifted, rest, scope, deadline):
            return other.name, sign
    return None


def _scaling(
    loss: Expr, x: Variable, scale: Variable, rest: list[Variable], scope: Scope, deadline: float
) -> Scaling | None:
    factor = Variable(FACTOR, Interval(low=Fraction(0)))
    wider = scope.with_variable(factor)
    for weight in (1, -1):
        stretched = power(Name(FACTOR), Num(Fraction(weight))) if weight > 0 else over(Num(Fraction(1)), Name(FACTOR))
        moved = substituted(
            loss, {x.name: times(Name(FACTOR), Name(x.name)), scale.name: times(stretched, Name(scale.name))}
        )
        degree = _degree(moved, loss, scope, x)
        if degree is None:
            continue
        multiple = (
            times(power(Name(FACTOR), Num(Fraction(degree))), loss)
            if degree >= 0
            else over(loss, power(Name(FACTOR), Num(Fraction(-degree))))
        )
        if _same(moved, multiple, wider, deadline):
            return Scaling(scale.name, weight, degree)
    return None


def _degree(moved: Expr, loss: Expr, scope: Scope, x: Variable) -> int | None:
    """The k with moved = 2^k·loss at a point, where the factor is 2."""
    wider = scope.with_variable(Variable(FACTOR))
    for turn in range(4):
        values = {
            name: Value((), (next(samples(variable, place + turn)),))
            for place, (name, variable) in enumerate(scope.variables.items())
        }
        values[x.name] = Value((), (Fraction(2 * turn + 1),))
        values[FACTOR] = Value((), (Fraction(2),))
        with precision(96):
            try:
                after = value_at(moved, wider, values).scalar
                before = value_at(loss, wider, values).scalar
            except (Undefined, NotCertain):
                continue
            if before.contains(0) or not before.is_finite() or not after.is_finite():
                continue
            found = [k for k in (1, 2, 0, 3, 4, -1, -2) if (after / before).overlaps(arb(2) ** k)]
            return found[0] if found else None
    return None


_SHARES: Final = tuple(map(Fraction, ("1", "2", "1/2", "5", "1/8", "1/50")))


def samples(variable: Variable, turn: int = 0) -> Iterator[Fraction]:
    """Ordinary values of a variable."""
    shares = [Fraction(3, 4), Fraction(1, 3), Fraction(7, 8), Fraction(1, 10), Fraction(1, 2)]
    shares = shares[turn % 5 :] + shares[: turn % 5]
    match variable.domain:
        case Finite(values):
            yield from values
        case Interval(None, None):
            yield from (Fraction(n) for n in (1, -1, 2, 0, -3))
        case Interval(low, None):
            assert low is not None
            yield from (low + n for n in _SHARES)
        case Interval(None, high):
            assert high is not None
            yield from (high - n for n in (Fraction(1), Fraction(2), Fraction(1, 2)))
        case Interval(low, high):
            assert low is not None
            assert high is not None
            yield from (low + share * (high - low) for share in shares)


def _same(left: Expr, right: Expr, scope: Scope, deadline: float) -> bool:
    domain = domain_of(scope, (left, right))
    try:
        found = compare(Formula(left, scope), Formula(right, scope), domain, deadline=deadline)
    except Unsupported:
        return False
    return isinstance(found, Equal) and found.evidence == "proved"


def _curves(subject: Subject, loss: Expr, deadline: float) -> Iterator[Curve]:
    """One curve for each value of the finite variables, and for each closed end of a parameter."""
    domain = subject.x.domain
    assert isinstance(domain, Interval)
    choices: list[list[tuple[Variable, Fraction | Interval]]] = []
    for variable in subject.targets:
        assert isinstance(variable.domain, Finite)
        choices.append([(variable, value) for value in variable.domain.values])
    for variable in subject.parameters:
        choices.append([(variable, part) for part in _parts(variable, subject.scaling)])
    if prod(map(len, choices)) > MOST_CASES:
        raise NotOneVariable("cases")
    for chosen in product(*choices):
        fixed = {variable.name: part for variable, part in chosen if isinstance(part, Fraction)}
        free = {v.name: replace(v, domain=part) for v, part in chosen if isinstance(part, Interval)}
        expr = substituted(loss, {name: Num(value) for name, value in fixed.items()})
        yield Curve(
            subject.x.name,
            expr,
            free,
            None if domain.low is None else Num(domain.low),
            None if domain.high is None else Num(domain.high),
            deadline,
            closed=(domain.low is not None and not domain.low_open, domain.high is not None and not domain.high_open),
            cases=fixed,
            whole=subject.whole,
        )


def _parts(variable: Variable, scaling: Scaling | None) -> list[Fraction | Interval]:
    """A parameter's domain as single values, where something of its own may happen, and open intervals, on which the
    parameter has a sign. A scale that was dealt with is 1."""
    domain = variable.domain
    assert isinstance(domain, Interval)
    parts: list[Fraction | Interval] = []
    if scaling is not None and scaling.name == variable.name:
        parts.append(Fraction(1))
    elif Fraction(0) in replace(domain, low_open=True, high_open=True):
        parts += [Interval(Fraction(0), domain.high), Interval(domain.low, Fraction(0)), Fraction(0)]
    else:
        parts.append(Interval(domain.low, domain.high))
    if domain.low is not None and not domain.low_open:
        parts.append(domain.low)
    if domain.high is not None and not domain.high_open:
        parts.append(domain.high)
    return parts


def specialised(curve: Curve) -> Iterator[Curve]:
    """The curve at single values of its parameters, to look for what speaks against a property."""
    rows = [
        [value for value in samples(variable, place) if name not in curve.whole or value.denominator == 1]
        for place, (name, variable) in enumerate(curve.parameters.items())
    ]
    for turn in range(max(map(len, rows))):
        # a step of their own for each, so that two parameters are not always the same
        fixed = {
            name: row[(turn + place * (turn + 1)) % len(row)]
            for place, (name, row) in enumerate(zip(curve.parameters, rows, strict=True))
        }
        yield Curve(
            curve.x,
            substituted(curve.expr, {name: Num(value) for name, value in fixed.items()}),
            {},
            curve.low,
            curve.high,
            curve.deadline,
            closed=curve.closed,
            cases={**curve.cases, **fixed},
        )


def cases_of(curve: Curve) -> Mapping[str, str]:
    return {name: str(value) for name, value in curve.cases.items()}
