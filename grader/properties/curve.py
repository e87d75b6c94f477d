"""A loss of one real variable, whole: its pieces, their derivatives, what happens at the seams and at the ends.

Constants travel between pieces as formulas, since every piece has a field of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal

from flint import arb

from grader.formula.balls import precision
from grader.formula.declare import Variable
from grader.formula.errors import Undefined
from grader.formula.rebuild import substituted
from grader.formula.tree import Call, Const, Expr, Neg, Num
from grader.properties.chart import Chart, chart_of, toward
from grader.properties.germs import Germs, Series
from grader.properties.ground import Ground
from grader.properties.seams import Piece, pieces
from grader.properties.spots import Spot, number_at
from grader.symbolic.field import GiveUp, Ratio
from grader.symbolic.quantity import Unsupported

INFINITY: Final = Const("inf")
MINUS_INFINITY: Final = Neg(Const("inf"))
SIDES: Final[tuple[Literal[1], Literal[-1]]] = (1, -1)
TRIED: Final = (GiveUp, Undefined, Unsupported)
"""What says that the means here do not reach."""


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """An extreme value, and where: `value` and `at` are constants or ±∞ where they are exact, else `ball` holds it."""

    value: Expr | None
    at: Expr | None
    attained: bool
    ball: arb | None = None
    place: arb | None = None
    closer: Callable[[int], arb] | None = None
    """The ball at more bits."""


@dataclass(eq=False)
class Curve:
    """The loss as a function of x between `low` and `high` (None: infinite) for one assignment of finite variables."""

    x: str
    expr: Expr
    parameters: Mapping[str, Variable]
    low: Expr | None
    high: Expr | None
    deadline: float
    closed: tuple[bool, bool] = (False, False)
    """Whether the ends belong to the domain."""
    cases: Mapping[str, Fraction] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    """The parameters that take whole values only."""
    _derivatives: dict[tuple[int, int], Ratio] = field(default_factory=dict)
    _limits: dict[tuple[int, int, int], Expr] = field(default_factory=dict)
    _extremes: dict[tuple[int, int], Bound] = field(default_factory=dict)
    _specials: list[Curve] | None = None
    _uncut: GiveUp | Undefined | Unsupported | None = None

    @cached_property
    def pieces(self) -> Sequence[Piece]:
        """Raises GiveUp, Undefined or Unsupported where the loss cannot be cut: at once, when it is asked again."""
        if self._uncut is not None:
            raise self._uncut
        try:
            return pieces(self.expr, self.x, self.parameters, self.low, self.high, deadline=self.deadline)
        except TRIED as stop:
            self._uncut = stop
            raise

    @cached_property
    def constants(self) -> Ground:
        """Where constants of different pieces are compared."""
        return Ground(self.x, self.parameters, None, None, deadline=self.deadline)

    @property
    def plain(self) -> bool:
        return not self.parameters

    @property
    def seams(self) -> list[Expr]:
        return [piece.high for piece in self.pieces[:-1] if piece.high is not None]

    def derivative(self, piece: int, order: int) -> Ratio:
        key = piece, order
        if key not in self._derivatives:
            one = self.pieces[piece]
            self._derivatives[key] = (
                one.function if order == 0 else one.ground.derivative(self.derivative(piece, order - 1))
            )
        return self._derivatives[key]

    def chart(self, piece: int, order: int) -> Chart:
        return chart_of(self.pieces[piece].ground, self.derivative(piece, order))

    def tree(self, piece: int, order: int) -> Expr:
        return self.pieces[piece].ground.tree(self.derivative(piece, order))

    # -- limits

    def germ(self, piece: int, order: int, side: Literal[1, -1]) -> tuple[Germs, Series]:
        """The expansion toward the low end of a piece (side 1: from its right) or the high one (side −1)."""
        ground = self.pieces[piece].ground
        end = ground.ends[0] if side > 0 else ground.ends[1]
        germs = toward(ground, end, side if end is not None else -side)
        return germs, germs.of(self.derivative(piece, order))

    def limit(self, piece: int, order: int, side: Literal[1, -1]) -> Expr:
        """The limit at an end of a piece: a constant, or plus or minus infinity."""
        key = piece, order, side
        if key not in self._limits:
            self._limits[key] = self._limit(piece, order, side)
        return self._limits[key]

    def _limit(self, piece: int, order: int, side: Literal[1, -1]) -> Expr:
        ground = self.pieces[piece].ground
        end = ground.ends[0] if side > 0 else ground.ends[1]
        if end is not None and ground.plain:
            direct = self._direct(piece, order, end)
            if direct is not None:
                return direct
        germs, series = self.germ(piece, order, side)
        limit = germs.limit(series)
        if isinstance(limit, int):
            return INFINITY if limit > 0 else MINUS_INFINITY
        return ground.tree(ground.rationalised(limit))

    def _direct(self, piece: int, order: int, end: Ratio) -> Expr | None:
        """The value at an end, where the formula has one there."""
        ground = self.pieces[piece].ground
        ratio = self.derivative(piece, order)
        with precision(128):
            at = ground.ball(end, arb(0))
            value = ground.ball(ratio, at)
        if not value.is_finite():
            return None
        try:
            return ground.tree(ground.rationalised(number_at(ground, ratio, end)))
        except TRIED:
            return None

    def value(self, order: int, at: Expr, side: Literal[1, -1]) -> Expr:
        """The one-sided limit at any point that is a closed constant, `side` 1 from the right."""
        place = self._piece_beside(at, side)
        piece = self.pieces[place]
        end = piece.low if side > 0 else piece.high
        if end is not None and self.compare(at, end) == 0:
            return self.limit(place, order, side)
        return piece.ground.tree(number_at(piece.ground, self.derivative(place, order), piece.ground.ratio(at)))

    def _piece_beside(self, at: Expr, side: int) -> int:
        for place, seam in enumerate(self.seams):
            order = self.compare(at, seam)
            if order < 0 or (order == 0 and side < 0):
                return place
        return len(self.pieces) - 1

    def specials(self, make: Callable[[Curve], Iterator[Curve]]) -> list[Curve]:
        """The same curve at single values of its parameters; made once, since several properties look at them."""
        if self._specials is None:
            self._specials = list(make(self))
        return self._specials

    # -- seams and segments

    @cached_property
    def joined(self) -> bool:
        """Whether the loss has, at every seam, the value that it tends to from both sides."""
        return all(self.joined_at(seam) for seam in self.seams)

    def joined_at(self, seam: Expr) -> bool:
        left, right = self.value(0, seam, -1), self.value(0, seam, 1)
        if _rank(left) or self.compare(left, right) != 0:
            return False
        own = self.own_value(seam)
        return own is not None and self.compare(own, left) == 0

    def own_value(self, at: Expr) -> Expr | None:
        """The loss at a constant, which at a seam need not be where it tends to. None where it has no value."""
        try:
            return self.constants.tree(self.constants.ratio(put(self.expr, self.x, at)))
        except Undefined:
            return None

    @cached_property
    def own_values(self) -> list[tuple[Expr, Expr | None]]:
        """At the seams, and at the ends that belong to the domain."""
        return [(at, self.own_value(at)) for at in (*self.seams, *(end for end, _ in self.closed_ends))]

    @property
    def closed_ends(self) -> list[tuple[Expr, Literal[1, -1]]]:
        """The ends that belong to the domain, and the side from which they are reached (1: from the right)."""
        found: list[tuple[Expr, Literal[1, -1]]] = []
        if self.low is not None and self.closed[0]:
            found.append((self.low, 1))
        if self.high is not None and self.closed[1]:
            found.append((self.high, -1))
        return found

    def end_limit(self, order: int, side: Literal[1, -1]) -> Expr:
        """The limit toward the low end of the domain (side 1), or the high one."""
        return self.limit(0 if side > 0 else len(self.pieces) - 1, order, side)

    @cached_property
    def apart(self) -> list[tuple[Expr, Expr]]:
        """The places where the loss has a value that it does not tend to, from one side or the other."""
        found = []
        for seam, own in self.own_values[: len(self.seams)]:
            if own is not None and not self.joined_at(seam):
                found.append((seam, own))
        for end, side in self.closed_ends:
            own = self.own_value(end)
            if own is not None and self.compare(own, self.end_limit(0, side)) != 0:
                found.append((end, own))
        return found

    def stays_finite(self, order: int) -> bool:
        """Whether a derivative stays finite at every end of every piece: then it is bounded, being analytic between.
        False says nothing."""
        return all(self._stays_finite(place, order, side) for place in range(len(self.pieces)) for side in SIDES)

    def _stays_finite(self, place: int, order: int, side: Literal[1, -1]) -> bool:
        try:
            return not _rank(self.limit(place, order, side))
        except TRIED:
            pass
        try:
            germs, series = self.germ(place, order, side)
            return germs.stays_finite(series)
        except TRIED:
            return False

    def segments(self, piece: int, chart: Chart) -> Iterator[tuple[Expr | None, Expr | None, int]]:
        """The stretches between the spots of a chart, with their signs. Spots that are no closed numbers come as
        decimals just inside. None stands for the end of the piece."""
        ground = self.pieces[piece].ground
        edges: list[tuple[Expr | None, Expr | None]] = [(None, None)]
        edges += [(_beside(ground, spot, upper=False), _beside(ground, spot, upper=True)) for spot in chart.spots]
        edges.append((None, None))
        for ((_, low), (high, _)), sign in zip(pairwise(edges), chart.signs, strict=True):
            yield low, high, sign

    def inside(self, at: Expr) -> bool:
        """Whether a constant belongs to the domain."""
        for end, closed, sign in ((self.low, self.closed[0], 1), (self.high, self.closed[1], -1)):
            if end is not None:
                side = self.compare(at, end) * sign
                if side < 0 or (side == 0 and not closed):
                    return False
        return True

    # -- constants

    def compare(self, a: Expr, b: Expr) -> int:
        """−1, 0, 1 for a < b, a = b, a > b, infinities included."""
        ranks = [_rank(a), _rank(b)]
        if any(ranks):
            return (ranks[0] > ranks[1]) - (ranks[0] < ranks[1])
        if isinstance(a, Num) and isinstance(b, Num):
            return (a.value > b.value) - (a.value < b.value)
        if isinstance(a, Call) and a.function in ("max", "min"):
            return self._compare_all(a, b)
        if isinstance(b, Call) and b.function in ("max", "min"):
            return -self._compare_all(b, a)
        ground = self.constants
        return ground.sign_of(ground.field.sub(ground.ratio(a), ground.ratio(b)))

    def _compare_all(self, several: Call, other: Expr) -> int:
        """max(a, b, …) or min(a, b, …) against another constant."""
        signs = {self.compare(part, other) for part in several.args}
        return max(signs) if several.function == "max" else min(signs)

    def simplified(self, expr: Expr) -> Expr:
        if _rank(expr):
            return expr
        return self.constants.tree(self.constants.ratio(expr))

    def number(self, expr: Expr, bits: int = 128) -> arb:
        """The value of a constant of a plain curve."""
        if _rank(expr):
            return arb.pos_inf() if _rank(expr) > 0 else arb.neg_inf()
        with precision(bits):
            return self.constants.ball(self.constants.ratio(expr), arb(0))

    # -- extremes

    def greatest(self, order: int) -> Bound:
        """The supremum of the derivative of this order; for orders above 0 away from the seams."""
        return self._extreme(order, 1)

    def least(self, order: int) -> Bound:
        return self._extreme(order, -1)

    def _extreme(self, order: int, sign: int) -> Bound:
        if (order, sign) not in self._extremes:
            self._extremes[order, sign] = self._found(order, sign)
        return self._extremes[order, sign]

    def _found(self, order: int, sign: int) -> Bound:
        kept: list[Bound] = []
        for bound in self._candidates(order, sign):
            if not any(self._covers(earlier, bound, sign) for earlier in kept):
                kept = [earlier for earlier in kept if not self._covers(bound, earlier, sign)]
                kept.append(bound)
        values = tuple(bound.value for bound in kept if bound.value is not None)
        if len(kept) == 1:
            return kept[0]
        if len(values) < len(kept):
            raise GiveUp("extremes that cannot be compared")
        return Bound(Call("max" if sign > 0 else "min", values), kept[0].at, kept[0].attained)

    def _covers(self, a: Bound, b: Bound, sign: int) -> bool:
        """Whether the first is as extreme as the second, and known to be."""
        try:
            return not self._beats(b, a, sign)
        except GiveUp:
            return False

    def _candidates(self, order: int, sign: int) -> Iterator[Bound]:
        if order == 0:
            for at, own in self.apart:
                yield Bound(own, at, True)
        for place, piece in enumerate(self.pieces):
            ends = (piece.low or MINUS_INFINITY, piece.high or INFINITY)
            for side, end in ((1, ends[0]), (-1, ends[1])):
                yield Bound(self.limit(place, order, side), end, self._within(end))  # type: ignore[arg-type]
            slopes = self.chart(place, order + 1)
            turns = [
                spot
                for spot, before, after in zip(slopes.spots, slopes.signs, slopes.signs[1:], strict=False)
                if (before, after) == (sign, -sign)
            ]
            for spot in turns:
                yield self._at(place, order, spot)

    def _within(self, end: Expr) -> bool:
        """Whether an end of a piece is a point of the domain."""
        if _rank(end):
            return False
        for bound, closed in zip((self.low, self.high), self.closed, strict=True):
            if bound is not None and self.compare(bound, end) == 0:
                return closed
        return True

    def _at(self, place: int, order: int, spot: Spot) -> Bound:
        ground = self.pieces[place].ground
        ratio = self.derivative(place, order)
        if spot.exact is not None:
            try:
                value = ground.rationalised(number_at(ground, ratio, spot.exact))
                return Bound(ground.tree(value), ground.tree(spot.exact), True)
            except TRIED:
                pass
        if not self.plain:
            raise GiveUp("a turning point that depends on parameters")

        def closer(bits: int) -> arb:
            at = spot.enclose(ground, bits)
            with precision(bits):
                return ground.ball(ratio, at)

        for bits in (128, 512, 2048):
            enclosed = closer(bits)
            if enclosed.is_finite() and (enclosed.rel_accuracy_bits() > 60 or bits == 2048):
                return Bound(None, None, True, enclosed, spot.enclose(ground, bits), closer)
        raise GiveUp("a value that cannot be enclosed")

    def _beats(self, a: Bound, b: Bound, sign: int) -> bool:
        if a.value is not None and b.value is not None:
            order = self.compare(a.value, b.value) * sign
            return order > 0 or (order == 0 and a.attained and not b.attained)
        for bits in (128, 512, 2048):
            left, right = self.enclosed(a, bits), self.enclosed(b, bits)
            if not left.overlaps(right):
                return bool(left > right) == (sign > 0)
            if a.value is None and b.value is None:
                return False  # the same in all digits that are told
        raise GiveUp("extremes that cannot be told apart")

    def larger(self, high: Bound, low: Bound) -> Bound:
        """The one of an upper and a lower bound that is larger in size, its value without sign."""
        closer = low.closer
        turned = Bound(
            None if low.value is None else self._negated(low.value),
            low.at,
            low.attained,
            None if low.ball is None else -low.ball,
            low.place,
            None if closer is None else lambda bits: -closer(bits),
        )
        try:
            for one, size in ((low, high), (high, turned)):  # on one side of 0 the size is the end farther from it
                if one.value is not None and self._one_side(one.value, 1 if one is low else -1):
                    return size
            return turned if self._beats(turned, high, 1) else high
        except GiveUp:  # which of the two depends on the parameters
            if high.value is None or turned.value is None:
                raise
            return Bound(Call("max", (high.value, turned.value)), high.at, high.attained)

    def _negated(self, value: Expr) -> Expr:
        match value:
            case Call("max" | "min" as name, args):
                return Call("min" if name == "max" else "max", tuple(map(self._negated, args)))
        return self.simplified(Neg(value))

    def _one_side(self, value: Expr, sign: int) -> bool:
        """Whether a constant, or every argument of a maximum or minimum, has this sign, or is 0."""
        parts = value.args if isinstance(value, Call) and value.function in ("max", "min") else (value,)
        return all(self.compare(part, Num(Fraction(0))) * sign >= 0 for part in parts)

    def known(self, bound: Bound) -> Expr | None:
        """The value as a formula: exact, or as many decimals as are certain."""
        if bound.value is not None:
            return bound.value
        assert bound.ball is not None
        return Num(Fraction(bound.ball.str(12, radius=False).strip("[]")), decimal=True)

    def enclosed(self, bound: Bound, bits: int = 128) -> arb:
        """Its value, as closely as so many bits tell."""
        if bound.value is not None:
            return self.number(bound.value, bits)
        assert bound.ball is not None
        return bound.ball if bound.closer is None or bits <= 128 else bound.closer(bits)


def _beside(ground: Ground, spot: Spot, *, upper: bool) -> Expr:
    if spot.exact is not None:
        return ground.tree(spot.exact)
    spot.enclose(ground, 60)
    return Num(spot.high if upper else spot.low)


def _rank(expr: Expr) -> int:
    if expr == INFINITY:
        return 1
    return -1 if expr == MINUS_INFINITY else 0


def put(expr: Expr, x: str, at: Expr) -> Expr:
    """The formula at a point."""
    return substituted(expr, {x: at})
