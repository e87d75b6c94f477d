"""What `descend` is asked: losses by formula or name, where to start, the values of everything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Final

from grader.descent import Film, Walker, film, slope_at
from grader.formula import balls
from grader.formula.declare import Domain, Finite, Integers, Interval, Scope
from grader.formula.errors import NotCertain, Undefined, Unreadable
from grader.formula.names import canonical
from grader.formula.read import read_formula, read_typed, read_wrt, scope_from
from grader.formula.show import show_domain, show_name
from grader.formula.tree import Deriv, Div, Expr, Name, Neg, Num, walk
from grader.symbolic.quantity import names_in
from grader.verdict import Fact, Verdict
from practice import named
from practice.checks import bad_option
from practice.named import Meant

FIRST: Final = "LOSS"
AGAINST: Final = "--against"
MOST_LOSSES: Final = 8
MOST_RATE: Final = 10**6
_SHOWN: Final = 60
"""So much of a text is repeated where it is refused."""


class CannotDescend(Exception):
    """There is no film of this. `code` is a key of `report.film_words.TROUBLES`; `facts` fill its words."""

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts: dict[str, Fact] = facts


@dataclass(frozen=True, slots=True)
class Descent:
    """A task as typed. `start` is a number, or values such as `z = -8, y = 1`; `values` are more of these.

    An item of `against` may list several losses: `mse, max(r, 0)`.
    """

    loss: str
    start: str
    wrt: str | None = None
    against: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    rate: Fraction = Fraction(3, 4)
    steps: int = 200


@dataclass(frozen=True, slots=True)
class _Read:
    name: str
    loss: Expr
    scope: Scope
    wrt: str

    @property
    def others(self) -> list[str]:
        """The variables that need a value, in the order of their declarations."""
        used = names_in(self.loss, self.scope)
        return [name for name in self.scope.variables if name in used and name != self.wrt]


def filmed(asked: Descent) -> Film | Verdict:
    """The film; or `unreadable`, with the option named, where a formula or a declaration cannot be read.

    Raises CannotDescend.
    """
    against = [text for listed in asked.against for text in _parts(listed, ",")]
    if 1 + len(against) > MOST_LOSSES:
        raise CannotDescend("too-many", most=MOST_LOSSES)
    first = _read(asked, asked.loss, FIRST, None)
    if isinstance(first, Verdict):
        return first
    read = [first]
    for text in against:
        other = _read(asked, text, AGAINST, first.wrt)
        if isinstance(other, Verdict):
            return other
        read.append(other)
    values = _values(asked, read)
    start = values.pop(first.wrt, None)
    if start is None:
        raise CannotDescend("no-start", name=show_name(first.wrt))
    walkers = [_walker(loss, start, values) for loss in read]
    for walker in walkers:
        try:
            slope_at(walker, float(start))
        except (Undefined, NotCertain):
            raise CannotDescend("no-value", loss=walker.name, start=_shown(start)) from None
    return film(walkers, first.wrt, float(start), asked.rate, asked.steps)


def read_rate(text: str) -> Fraction:
    """The length of a step, as typed. Raises CannotDescend."""
    try:
        rate = _number(text, "--rate")
    except CannotDescend:
        rate = Fraction(0)
    if not 0 < rate <= MOST_RATE:
        raise CannotDescend("bad-rate", text=text[:_SHOWN], most=str(MOST_RATE))
    return rate


# ---- losses


def _read(asked: Descent, text: str, option: str, axis: str | None) -> _Read | Verdict:
    """A loss and its own variable: `axis` where the loss has it, else what a known loss is a function of."""
    task = named.meant(text, asked.wrt if axis is None else None, asked.variables, asked.given)
    try:
        scope = scope_from(task.variables, task.given)
    except Unreadable as error:
        declaration = str(error.data.get("declaration", ""))
        return bad_option("analysis", "--var" if declaration in task.variables else "--let", declaration, error)
    try:
        loss, shape = read_typed(task.loss, scope)
    except Unreadable as error:
        return bad_option("analysis", option, task.loss, error)
    name = task.known.name if task.known is not None else text.strip()
    if shape != ():
        raise CannotDescend("no-number", loss=name)
    bodies = (loss, *(definition.body for definition in scope.definitions.values()))
    if any(isinstance(node, Deriv) for body in bodies for node in walk(body)):
        raise CannotDescend("derivative", loss=name)
    wrt = _own_variable(task, loss, scope, axis, name)
    if isinstance(wrt, Verdict):
        return wrt
    variable = scope.variables[wrt]
    if variable.shape or not isinstance(variable.domain, Interval):
        raise CannotDescend("not-continuous", name=show_name(wrt), loss=name, vector=bool(variable.shape))
    read = _Read(name, loss, scope, wrt)
    vector = next((other for other in read.others if scope.variables[other].shape), None)
    if vector is not None or scope.dims:
        raise CannotDescend("vector", name=show_name(vector or scope.dims[0]), loss=name)
    return read


def _own_variable(task: Meant, loss: Expr, scope: Scope, axis: str | None, name: str) -> str | Verdict:
    used = names_in(loss, scope)
    if axis is not None and axis in used and axis in scope.variables:
        return axis
    if task.wrt is None:
        raise CannotDescend("no-variable", loss=name, **({"name": show_name(axis)} if axis else {}))
    try:
        wrt, _ = read_wrt(task.wrt, scope)
    except Unreadable as error:
        return bad_option("analysis", "--wrt", task.wrt, error)
    if not isinstance(wrt, Name) or wrt.name not in scope.variables:
        raise CannotDescend("no-plain-variable", name=task.wrt.strip())
    if wrt.name not in used:
        raise CannotDescend("unused-variable", name=show_name(wrt.name), loss=name)
    return wrt.name


# ---- values


def _values(asked: Descent, read: Sequence[_Read]) -> dict[str, Fraction]:
    """All values that were given, by canonical names of the losses."""
    axis = read[0].wrt
    found: dict[str, Fraction] = {}
    for option, text in (("--from", asked.start), *(("--set", value) for value in asked.values)):
        for piece in _parts(text, ",;"):
            left, equals, right = piece.rpartition("=")
            if not left.strip() and (equals or option != "--from"):
                raise CannotDescend("no-name", option=option, text=piece[:_SHOWN])
            name = _meant_name(left.strip(), read) if equals else axis
            if name in found:
                raise CannotDescend("twice", name=show_name(name))
            found[name] = _number(right if equals else piece, option)
    return found


def _meant_name(text: str, read: Sequence[_Read]) -> str:
    wanted = canonical(text)
    known = dict.fromkeys([read[0].wrt, *(name for loss in read for name in loss.others)])
    for loss in read:
        name = loss.scope.canonical(wanted)
        if name is not None and name in known:
            return name
    near = get_close_matches(wanted, known, n=1)
    facts: dict[str, Fact] = {"nearest": show_name(near[0])} if near else {}
    raise CannotDescend("unknown-name", name=text[:_SHOWN], known=tuple(map(show_name, known)), **facts)


def _number(text: str, option: str) -> Fraction:
    """A closed formula as a number: exact where it is plainly one, else the nearest float64."""
    try:
        expr = read_formula(text, Scope())
        exact = _plain(expr)
        number = exact if exact is not None else Fraction(float(balls.value(expr, Scope(), {}).scalar.mid()))
        float(number)  # beyond float64 there is nowhere to start
    except (Unreadable, Undefined, NotCertain, OverflowError, ValueError):
        raise CannotDescend("bad-number", option=option, text=text.strip()[:_SHOWN]) from None
    return number


def _plain(expr: Expr) -> Fraction | None:
    match expr:
        case Num(value):
            return value
        case Neg(arg):
            inside = _plain(arg)
            return None if inside is None else -inside
        case Div(Num(above), Num(below)) if below:
            return above / below
    return None


def _walker(read: _Read, start: Fraction, values: Mapping[str, Fraction]) -> Walker:
    own: dict[str, Fraction] = {}
    missing = []
    for name in read.others:
        variable = read.scope.variables[name]
        value = values.get(name, variable.default)
        if value is None:
            missing.append(show_name(name))
            continue
        _check(name, value, variable.domain, read.name)
        own[name] = value
    if missing:
        raise CannotDescend("no-values", loss=read.name, names=tuple(missing), example=missing[0])
    _check(read.wrt, Fraction(float(start)), read.scope.variables[read.wrt].domain, read.name)
    return Walker(read.name, read.loss, read.scope, read.wrt, own)


def _check(name: str, value: Fraction, domain: Domain, loss: str) -> None:
    match domain:
        case Interval():
            fits = value in domain
        case Finite(values):
            fits = value in values
        case Integers():
            fits = value.denominator == 1
        case _:
            fits = value.denominator == 1 and value >= 0
    if not fits:
        raise CannotDescend("outside", name=show_name(name), value=_shown(value), domain=show_domain(domain), loss=loss)


def _shown(value: Fraction) -> str:
    return f"{float(value):.6g}".replace("-", "−")


def _parts(text: str, separators: str) -> Iterator[str]:
    """`z = -8, y = 1` parted at the separators that stand in no bracket."""
    depth, start = 0, 0
    for at, char in enumerate(f"{text},"):
        depth += (char in "([{") - (char in ")]}")
        if at == len(text) or (char in separators and depth <= 0):
            if text[start:at].strip():
                yield text[start:at].strip()
            start = at + 1
