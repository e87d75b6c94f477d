"""Trying out what a wrong answer is: relations to the truth, each held against certain values."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import islice
from random import Random
from typing import Final

from flint import arb, fmpq

from grader.formula.balls import precision
from grader.formula.declare import Finite, Integers, Interval, Scope
from grader.formula.errors import NotCertain
from grader.formula.evaluate import NotClosed
from grader.formula.values import Point, Value
from grader.symbolic import points as sampling
from grader.symbolic.certain import value_at
from grader.symbolic.compare import Domain
from grader.symbolic.quantity import Quantity, Unsupported, squeezed

BITS: Final = 256
SIMPLE_TURNS: Final = 8
"""The first points of a row have numbers so simple that relations hold by chance (p = 1 − p at 1/2)."""
ROWS: Final = 20
PLENTY: Final = 10
"""At so many points a relation holds for certain, where nothing goes by cases and there are no sizes to differ."""
FEWEST: Final = 8
TELLING: Final = 3
"""At fewer points than this something else than 0 = 0 is no relation."""
PRECISE: Final = 150
"""Bits to which two values that count as the same agree."""

Items = Sequence[arb]


@dataclass(slots=True)
class Row:
    """A point, with the value expected and the value got, certain to about 60 digits."""

    point: Point[Fraction]
    expected: Value[arb]
    got: Value[arb]
    region: tuple[int, ...]
    known: dict[int, tuple[Quantity, Value[arb] | None]] = field(default_factory=dict)
    """What was asked for, by identity: the same terms are tried alone and in pairs."""

    def value(self, quantity: Quantity) -> Value[arb] | None:
        """Another quantity at this point, or None where it has no value."""
        if id(quantity) not in self.known:
            self.known[id(quantity)] = quantity, certain_value(quantity, self.point)
        return self.known[id(quantity)][1]

    def items(self, quantity: Quantity) -> Items | None:
        """The components of a quantity, spread over those of the answer. None where that cannot be."""
        value = self.value(quantity)
        if value is None:
            return None
        if squeezed(value.shape) == squeezed(self.got.shape):
            return value.items
        return value.items * len(self.got.items) if len(value.items) == 1 else None


def certain_value(quantity: Quantity, point: Point[Fraction]) -> Value[arb] | None:
    try:
        value, _ = value_at(quantity, point, BITS)
    except (NotCertain, Unsupported, NotClosed, KeyError):
        return None
    if value is None or not all(item.is_finite() for item in value.items):
        return None
    return value


class Trial:
    """Generic points at which both truth and answer have values; all finite values among them.

    Points are worked out as they are asked for: most relations fail at the first.
    """

    def __init__(
        self,
        truth: Quantity,
        answer: Quantity,
        domain: Domain,
        deadline: float,
        *,
        witness: Point[Fraction] | None = None,
        seed: int = 1,
    ) -> None:
        self.truth, self.answer, self.deadline = truth, answer, deadline
        self.scope = domain.scope
        self._plenty = ROWS if domain.dims else PLENTY
        chosen = sampling.varied(sampling.settings(domain.dims, domain.free, least=domain.least), 8)
        each = [
            islice(sampling.points(domain.scope, domain.used, setting, domain.numbers, seed=seed), SIMPLE_TURNS, None)
            for setting in chosen
        ]
        self._points = (point for turn in zip(*each, strict=False) for point in turn)
        self._tries = 48
        self._made: list[Row] = []
        self.witness = None if witness is None else self._row(witness)
        """What is claimed must explain this difference, too."""
        self.unexplained = witness is not None and self.witness is None
        if self.witness is not None:
            self._made.append(self.witness)

    @cached_property
    def _beside(self) -> list[Row]:
        """Points close to the witness."""
        assert self.witness is not None
        rng = Random(3)
        close_by = [sampling.nearby(self.witness.point, self.scope, rng, Fraction(1, 64)) for _ in range(4)]
        rows = [self._row(point) for point in close_by if point is not None]
        return [row for row in rows if row is not None]

    @property
    def rows(self) -> Iterator[Row]:
        """The same rows each time."""
        place = 0
        while place < ROWS and (place < len(self._made) or self._more()):
            yield self._made[place]
            place += 1

    def _more(self) -> bool:
        """Whether one more row was made."""
        while self._tries > 0 and time.monotonic() < self.deadline:
            self._tries -= 1
            row = self._row(next(self._points))
            if row is not None:
                self._made.append(row)
                return True
        return False

    def _row(self, point: Point[Fraction]) -> Row | None:
        try:
            expected, known = value_at(self.truth, point, BITS)
            got, seen = value_at(self.answer, point, BITS)
        except (NotCertain, Unsupported, NotClosed):
            return None
        if expected is None or got is None or squeezed(expected.shape) != squeezed(got.shape):
            return None
        if not all(item.is_finite() for value in (expected, got) for item in value.items):
            return None
        return Row(point, expected, got, tuple(known.decided + seen.decided))

    @property
    def answers_zero(self) -> bool:
        """Whether the answer is 0, or as good as that, at most points."""
        other = (item for row in self.rows for item in row.got.items if not item.contains(0))
        return len(list(islice(other, FEWEST // 2))) < FEWEST // 2

    def holds(self, predict: Callable[[Row], Items | None]) -> bool:
        """Whether what is predicted is what was typed, at every point where there is a prediction."""

        def pairs(row: Row) -> Iterable[tuple[arb, arb]] | None:
            predicted = predict(row)
            return None if predicted is None else zip(predicted, row.got.items, strict=True)

        return self.agree(pairs)

    def agree(self, pairs: Callable[[Row], Iterable[tuple[arb, arb]] | None]) -> bool:
        """Whether the two of each pair are the same, at every point where there are pairs."""
        met = told = 0
        for row in () if self.unexplained else self.rows:
            if time.monotonic() > self.deadline:
                return False
            with precision(BITS):
                found = pairs(row)
                if found is None:
                    if row is self.witness and not self._beside_witness(pairs):
                        return False
                    continue
                both = list(found)
                same = [close(a, b) for a, b in both]
            if False in same:
                return False
            met += None not in same
            told += any(not b.contains(0) for _, b in both)
            if met >= self._plenty and told >= TELLING and not row.region:
                return True
        return met >= FEWEST and told >= TELLING

    def _beside_witness(self, pairs: Callable[[Row], Iterable[tuple[arb, arb]] | None]) -> bool:
        """Whether the two are the same close to the witness, where there are none at it: at a kink."""
        met = 0
        for row in self._beside:
            found = pairs(row)
            if found is not None:
                met += 1
                if not all(close(a, b) for a, b in found):
                    return False
        return met > 0

    def constant(self, ratio: Callable[[Row], Iterable[tuple[arb, arb]]]) -> Fraction | None:
        """The one rational c with a = c·b for all pairs (a, b) at all points, or None."""
        found: Fraction | None = None
        met = zeros = 0
        with precision(BITS):
            for count, row in enumerate(() if self.unexplained else self.rows):
                if count >= self._plenty and met >= FEWEST and not row.region:
                    break
                for a, b in ratio(row):
                    if b.contains(0):
                        if not a.contains(0):
                            return None
                        zeros += 1
                        continue
                    if found is None:
                        if (a / b).rel_accuracy_bits() < PRECISE and not a.is_zero():
                            continue
                        found = rational(a / b)
                        if found is None:
                            return None
                    same = close(a, b * arb(fmpq(found.numerator, found.denominator)))
                    if same is False:
                        return None
                    met += same is True
        return found if met + zeros >= FEWEST and met >= FEWEST // 2 else None


def close(a: arb, b: arb) -> bool | None:
    """The same to 45 digits or more; None where the balls are too wide to tell."""
    if not (a.is_finite() and b.is_finite()):
        return False
    if not a.overlaps(b):
        return False
    size = a.abs_upper() + b.abs_upper()
    if a.contains(0) and b.contains(0) and size < arb(2) ** -PRECISE:
        return True  # both are 0 as far as the precision tells: p_k − y_k where there is one class
    return True if (a - b).abs_upper() <= size * arb(2) ** -PRECISE + arb(2) ** -2000 else None


def rational(value: arb) -> Fraction | None:
    """The simple fraction that a ball can only be, or None."""
    if not value.is_finite() or abs(value) > 10**6:
        return None
    if abs(value) < 2**-20:  # 0 is the only one there; written out, exp(−exp(59)) would fill the memory
        return Fraction(0) if value.contains(0) else None
    middle = value.mid().man_exp()
    exact = Fraction(int(middle[0])) * Fraction(2) ** int(middle[1])
    simple = exact.limit_denominator(10_000)
    return simple if value.overlaps(arb(fmpq(simple.numerator, simple.denominator))) else None


def relaxed(scope: Scope) -> Scope:
    """The scope with 0/1 labels as numbers between: to tell y from y², and p − y from y − p."""
    variables = {
        name: replace(variable, domain=Interval(min(variable.domain.values), max(variable.domain.values)))
        if isinstance(variable.domain, Finite) and len(variable.domain.values) > 1
        else replace(variable, domain=Interval())
        if isinstance(variable.domain, Integers)
        else variable
        for name, variable in scope.variables.items()
    }
    return replace(scope, variables=variables)
