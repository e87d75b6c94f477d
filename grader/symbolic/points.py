"""Where two formulas are compared: exact rational points of the declared domain, simple ones first.

Seeded, so that a verdict is the same each time. Sizes differ from one another (equal ones hide a lost 1/n or
a lost transpose); every value of a finite variable is met; reals come small, large, of both signs, and beside
the constants that stand in the formulas, since that is where their cases part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, islice, product, zip_longest
from math import prod
from random import Random
from typing import Final

from grader.formula.declare import Classes, Finite, Integers, Interval, OneHot, Scope, Simplex, Variable
from grader.formula.values import Point, Value, size_of

F = Fraction
SIMPLE: Final = tuple(map(F, ("1/2", "-1", "2", "-1/2", "1", "3", "-2", "1/4", "-3", "3/2", "0", "-1/4")))
SIMPLE_POSITIVE: Final = tuple(map(F, ("1/2", "2", "1", "3", "1/4", "3/2", "4", "1/8")))
SHARES: Final = tuple(map(F, ("1/2", "1/4", "3/4", "1/8", "7/8", "3/8", "5/8", "1/16")))
FAR: Final = tuple(map(F, ("20", "-20", "1/1000", "-1/1000", "7", "-11", "45", "-45")))
NEAR_ENDS: Final = tuple(map(F, ("1/1000", "999/1000", "1/64", "63/64")))
MAX_COMBINATIONS: Final = 48
SIZES: Final = ((2, 3, 4, 5), (3, 5, 2, 4), (1, 2, 3, 4), (5, 2, 4, 3))
PROOF_SIZES: Final = (1, 2, 3)
SHORT: Final = 9
"""Every position along a dimension of this size is tried."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One choice of sizes, and the positions of the free index letters."""

    sizes: Mapping[str, int]
    positions: Mapping[str, int]


def settings(
    dims: tuple[str, ...],
    free: Mapping[str, str | int],
    *,
    proof: bool = False,
    least: Mapping[str, int] | None = None,
) -> Iterator[Setting]:
    """Choices of sizes, all different in each, with every position of each free index letter.

    For a proof every dimension takes each size up to 3; for tests larger ones too, and of a long one (`q_100` was
    typed) only positions near its ends and its middle. `least`: the sizes at which all components that are named exist.
    """
    tables = [tuple(PROOF_SIZES[(i + shift) % 3] for i in range(len(dims))) for shift in range(3)] if proof else SIZES
    seen: list[dict[str, int]] = []
    for table in tables if dims else tables[:1]:
        sizes = {dim: table[i] if i < len(table) else table[i % len(table)] + 4 for i, dim in enumerate(dims)}
        sizes = {dim: max(size, (least or {}).get(dim, 0)) for dim, size in sizes.items()}
        if sizes in seen:
            continue
        seen.append(sizes)
        counts = [size_of(over, sizes) for over in free.values()]
        ranges = [range(count) if proof else _apart(count) for count in counts]
        yield from (Setting(sizes, dict(zip(free, places, strict=True))) for places in product(*ranges))


def varied(each: Iterable[Setting], count: int) -> list[Setting]:
    """The first settings of each choice of sizes in turn: of one choice alone n would be told from 4 by nothing."""
    groups = [list(islice(group, count)) for _, group in groupby(each, key=lambda setting: setting.sizes)]
    turns = (setting for turn in zip_longest(*groups) for setting in turn if setting is not None)
    return list(islice(turns, count))


def _apart(count: int) -> Sequence[int]:
    """Positions along a dimension: all of a short one."""
    if count <= SHORT:
        return range(count)
    return sorted({0, 1, 2, count // 2, count - 2, count - 1})


def sizes_apart(dims: tuple[str, ...], free: Mapping[str, str | int], wanted: Iterable[int]) -> list[Setting]:
    """For each dimension each size of `wanted`, the others small and different; at the first and last positions."""
    made = []
    for size in wanted:
        for dim in dims:
            others = iter(number for number in range(2, 3 + len(dims)) if number != size)
            sizes = {other: size if other == dim else next(others) for other in dims}
            ends = [sorted({0, size_of(over, sizes) - 1}) for over in free.values()]
            made += [Setting(sizes, dict(zip(free, places, strict=True))) for places in zip(*ends, strict=False)]
            if not free:
                made.append(Setting(sizes, {}))
    return made


def points(
    scope: Scope, used: frozenset[str], setting: Setting, numbers: tuple[Fraction, ...] = (), *, seed: int = 0
) -> Iterator[Point[Fraction]]:
    """An endless row of points: simple ones, random ones, far ones, and so on, each finite value in turn."""
    rng = Random(f"{seed} {sorted(setting.sizes.items())}")
    variables = [scope.variables[name] for name in scope.variables if name in used]
    combinations = _combinations(variables, setting.sizes, rng)
    turn = 0
    while True:
        for fixed in combinations:
            values = {}
            for number, variable in enumerate(variables):
                shape = shape_of(variable, setting.sizes)
                if variable.name in fixed:
                    values[variable.name] = Value(shape, fixed[variable.name])
                else:
                    values[variable.name] = Value(shape, _draw(variable, shape, turn, number, numbers, rng))
            yield Point(values, setting.sizes, setting.positions)
            turn += 1


def shape_of(variable: Variable, sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(size_of(dim, sizes) for dim in variable.shape)


def _combinations(
    variables: list[Variable], sizes: Mapping[str, int], rng: Random
) -> list[dict[str, tuple[Fraction, ...]]]:
    """All values of the finite variables together; a random choice of them where they are many."""
    names: list[str] = []
    options: list[list[tuple[Fraction, ...]]] = []
    for variable in variables:
        shape = shape_of(variable, sizes)
        units = _units(variable, shape, sizes)
        if units is None:
            continue
        count = _repeats(variable, shape)
        many = len(units) ** count > MAX_COMBINATIONS
        names.append(variable.name)
        if many:
            drawn = [tuple(rng.choice(units) for _ in range(count)) for _ in range(MAX_COMBINATIONS)]
        else:
            drawn = list(product(units, repeat=count))
        options.append([sum(parts, ()) for parts in drawn])
    if prod(map(len, options)) <= MAX_COMBINATIONS:
        chosen = list(product(*options))
    else:
        chosen = [tuple(map(rng.choice, options)) for _ in range(MAX_COMBINATIONS)]
    return [dict(zip(names, values, strict=True)) for values in chosen]


def _repeats(variable: Variable, shape: tuple[int, ...]) -> int:
    return prod(shape[:-1]) if isinstance(variable.domain, OneHot) else prod(shape)


def _units(variable: Variable, shape: tuple[int, ...], sizes: Mapping[str, int]) -> list[tuple[Fraction, ...]] | None:
    match variable.domain:
        case Finite(values):
            return [(value,) for value in values]
        case Classes(count):
            return [(F(value),) for value in range(size_of(count, sizes))]
        case OneHot():
            width = shape[-1] if shape else 1
            return [tuple(F(int(i == j)) for j in range(width)) for i in range(width)]
    return None


def _draw(
    variable: Variable, shape: tuple[int, ...], turn: int, number: int, numbers: tuple[Fraction, ...], rng: Random
) -> tuple[Fraction, ...]:
    count = prod(shape)
    if isinstance(variable.domain, Simplex):
        return _simplex(shape, rng)
    return tuple(_value(variable, turn, number + 5 * place, numbers, rng) for place in range(count))


def _simplex(shape: tuple[int, ...], rng: Random) -> tuple[Fraction, ...]:
    items: list[Fraction] = []
    width = shape[-1] if shape else 1
    for _ in range(prod(shape[:-1])):
        parts = [rng.randint(1, 9) for _ in range(width)]
        items += [F(part, sum(parts)) for part in parts]
    return tuple(items)


def _value(variable: Variable, turn: int, place: int, numbers: tuple[Fraction, ...], rng: Random) -> Fraction:
    domain = variable.domain
    if isinstance(domain, Integers):
        return _integer(turn, place, numbers, rng)
    assert isinstance(domain, Interval)
    for _ in range(20):
        candidate = _candidate(domain, turn, place, numbers, rng)
        if candidate in domain:
            return candidate
    return _inside(domain, F(rng.randint(1, 999), 1000))


def _integer(turn: int, place: int, numbers: tuple[Fraction, ...], rng: Random) -> Fraction:
    """Small ones, and in between the constants of the formula and their neighbours, all of them in turn."""
    marks = [F(round(number) * sign + step) for number in numbers for sign in (1, -1) for step in (0, 1, -1)]
    if turn % 2 and marks:
        return marks[(turn // 2 + 5 * place) % len(marks)] if turn < 2 * len(marks) else rng.choice(marks)
    return F((turn + 3 * place) % 7 - 2) if turn < 12 else F(rng.randint(-30, 30))


def _candidate(domain: Interval, turn: int, place: int, numbers: tuple[Fraction, ...], rng: Random) -> Fraction:
    """Turns 0–7 are simple; later ones are random, far, near an end, or beside a constant of the formula."""
    bounded = domain.low is not None and domain.high is not None
    half = (domain.low is None) != (domain.high is None)
    if turn < 8:
        row = SHARES if bounded else SIMPLE_POSITIVE if half else SIMPLE
        simple = row[(turn + place * (turn % 3 + 1)) % len(row)]
        return _inside(domain, simple) if bounded or half else simple
    kind = rng.randrange(8)
    if kind == 0 and numbers:
        beside = rng.choice(numbers) * rng.choice((1, -1))
        if rng.randrange(2):
            return beside * F(rng.choice((3, 7, 9, 16)), 8)
        return beside + F(rng.choice((-5, -1, 1, 5)), rng.choice((4, 16)))
    if kind == 1:
        return _inside(domain, rng.choice(NEAR_ENDS)) if bounded else rng.choice(FAR)
    if bounded:
        return _inside(domain, F(rng.randint(1, 996), 997))
    drawn = F(rng.randint(1, 400), rng.choice((32, 97, 101))) * rng.choice((1, -1) if not half else (1,))
    return _inside(domain, drawn) if half else drawn


def _inside(domain: Interval, share: Fraction) -> Fraction:
    """A number of the interval: `share` of the way along a bounded one, that far from the end of a half-bounded one."""
    if domain.low is not None and domain.high is not None:
        return domain.low + (domain.high - domain.low) * share
    if domain.low is not None:
        return domain.low + abs(share)
    if domain.high is not None:
        return domain.high - abs(share)
    return share


def within(
    scope: Scope,
    used: frozenset[str],
    setting: Setting,
    fixed: Mapping[str, tuple[Fraction, ...]],
    bounds: Mapping[tuple[str, int], tuple[Fraction | None, Fraction | None]],
    rng: Random,
) -> Iterator[Point[Fraction]]:
    """Points of every size, from 2^-20 to 2^40, within bounds set to single components."""
    variables = [scope.variables[name] for name in scope.variables if name in used]
    while True:
        combination = rng.choice(_combinations(variables, setting.sizes, rng))
        values = {}
        for variable in variables:
            shape = shape_of(variable, setting.sizes)
            if variable.name in fixed:
                items = fixed[variable.name]
            elif variable.name in combination:
                items = combination[variable.name]
            elif isinstance(variable.domain, Interval):
                ends = [bounds.get((variable.name, place), (None, None)) for place in range(prod(shape))]
                items = tuple(_of_any_size(variable.domain, low, high, rng) for low, high in ends)
            else:
                items = _draw(variable, shape, 99, 0, (), rng)
            values[variable.name] = Value(shape, items)
        yield Point(values, setting.sizes, setting.positions)


def _of_any_size(domain: Interval, low: Fraction | None, high: Fraction | None, rng: Random) -> Fraction:
    low = domain.low if low is None else low if domain.low is None else max(low, domain.low)
    high = domain.high if high is None else high if domain.high is None else min(high, domain.high)
    if low is not None and high is not None:
        return low + (high - low) * F(rng.randint(1, 996), 997)
    size = F(rng.randint(100, 199), 100) * F(2) ** rng.choice((rng.randint(-4, 6), rng.randint(-20, 40)))
    end = low if low is not None else high
    if end is None:
        return size * rng.choice((1, -1))
    if abs(end) > 1:
        size *= rng.choice((F(1), abs(end)))  # what is small beside 10^100 shows nothing there
    return end + size if low is not None else end - size


def nearby(point: Point[Fraction], scope: Scope, rng: Random, width: Fraction) -> Point[Fraction] | None:
    """A generic point close by: every continuous component moved a little. None if there is none to move."""
    values = dict(point.values)
    moved = False
    for name, value in point.values.items():
        domain = scope.variables[name].domain
        if isinstance(domain, Interval):
            items = tuple(_moved(item, domain, rng, width) for item in value.items)
            moved = moved or items != value.items
            values[name] = Value(value.shape, items)
    return Point(values, point.sizes, point.positions) if moved else None


def _moved(item: Fraction, domain: Interval, rng: Random, width: Fraction) -> Fraction:
    for _ in range(4):
        candidate = item + width * F(rng.randint(-96, 96) or 1, 97)
        if candidate in domain:
            return candidate
    return item


def simpler(point: Point[Fraction], scope: Scope) -> Iterator[Point[Fraction]]:
    """The same point with one component replaced by a simpler number, simplest first."""
    for name, value in point.values.items():
        domain = scope.variables[name].domain
        for place, item in enumerate(value.items):
            for candidate in _simpler_numbers(domain):
                if weight(candidate) >= weight(item):
                    break
                items = (*value.items[:place], candidate, *value.items[place + 1 :])
                yield Point({**point.values, name: Value(value.shape, items)}, point.sizes, point.positions)


def _simpler_numbers(domain: object) -> list[Fraction]:
    match domain:
        case Interval():
            pool = set(map(F, ("0", "1", "-1", "1/2", "-1/2", "2", "-2", "3", "-3", "1/4", "3/4")))
            if domain.low is not None and domain.high is not None:
                pool.add(_inside(domain, F(1, 2)))
            return sorted((item for item in pool if item in domain), key=weight)
        case Finite(values):
            return sorted(values, key=weight)
        case Integers():
            return [F(0), F(1), F(-1), F(2), F(-2)]
    return []


def weight(value: Fraction) -> tuple[int, int, int]:
    """How much there is to read: 1/2, 1 and 0 are the simplest; zero comes after 1/2, as it hides more."""
    return (abs(value.numerator) + value.denominator + 3 * (value == 0), value.denominator, int(value < 0))
