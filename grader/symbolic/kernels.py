"""exp, log, roots and the rest as generators of a field (see `field`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Final

from flint import arb, fmpz, fmpz_mpoly

from grader.formula.errors import Undefined
from grader.formula.tree import Call, Expr, Num, Pow
from grader.symbolic.differentiate import over
from grader.symbolic.differentiate import times as times_tree
from grader.symbolic.field import MAX_POWER, Field, GiveUp, Kernel, Ratio, Relation, exact

ODD: Final = frozenset({"sin", "erf", "atan"})
EVEN: Final = frozenset({"cos"})
MAX_STEPS: Final = 8
"""Whole numbers that are taken off the argument of Γ and its like."""
OPAQUE: Final[dict[str, Callable[[arb], arb]]] = {
    "sin": lambda x: x.sin(),
    "cos": lambda x: x.cos(),
    "erf": lambda x: x.erf(),
    "atan": lambda x: x.atan(),
    "gamma": lambda x: x.gamma(),
    "lgamma": lambda x: x.lgamma(),
    "digamma": lambda x: x.digamma(),
    "trigamma": lambda x: arb(2).zeta(x),
}


@dataclass(slots=True, eq=False)
class _Root:
    """exp(t/q) or |f|^(1/q), kept at the finest q asked for."""

    generator: int
    order: int


class Kernels(Field):
    """A field that knows how exp, log, roots and the opaque functions become generators."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self._roots: dict[str, _Root] = {}
        self._logged: dict[int, fmpz_mpoly] = {}
        """The f of each generator that is log|f|."""
        self._arcs: dict[int, Ratio] = {}
        """The t of each generator that is atan t."""

    def logged(self, place: int) -> fmpz_mpoly | None:
        """The f of a generator that is log|f|."""
        return self._logged.get(place)

    def exp(self, u: Ratio) -> Ratio:
        """One factor for each term of u, so that exp(a + b) and exp(a)·exp(b) are the same."""
        if len(u.num) > 40:
            raise GiveUp("exp of too many terms")
        result = self.one
        for exponents, coefficient in u.num.terms():
            monomial = self.ring.from_dict({tuple(exponents): 1})
            common = monomial.gcd(u.den)
            top, bottom = exact(monomial, common), exact(u.den, common)
            content, bottom = bottom.primitive()
            result = self.mul(result, self._exp_of(top, bottom, Fraction(int(coefficient), int(content))))
        return result

    def _exp_of(self, top: fmpz_mpoly, bottom: fmpz_mpoly, times: Fraction) -> Ratio:
        """exp(times·top/bottom)."""
        place = self.place_of(top) if bottom.is_one() else None
        if place in self._logged:
            return self._power_of_log(self._logged[place], times)
        if times.denominator > 64 or abs(times) > MAX_POWER:
            top, bottom, times = top * times.numerator, bottom * times.denominator, Fraction(1)
        whole = Ratio(top, bottom)
        return self._root(
            f"exp({top})/({bottom})",
            times,
            lambda order, at: (at(top) / (at(bottom) * order)).exp(),
            lambda order: self.div(whole, self.whole(order)),
            None,
            lambda order, at: Call("exp", (over(at(top), times_tree(Num(Fraction(order)), at(bottom))),)),
            (top, bottom),
        )

    def _root(
        self,
        key: str,
        times: Fraction,
        evaluate: Callable[[int, Callable[[fmpz_mpoly], arb]], arb],
        log: Callable[[int], Ratio],
        power: fmpz_mpoly | None,
        tree: Callable[[int, Callable[[fmpz_mpoly], Expr]], Expr],
        parts: tuple[fmpz_mpoly, ...],
    ) -> Ratio:
        """K^times for a positive K known by `key`; generators are K^(1/q). `power` is K itself if it is in the ring."""
        root = self._roots.get(key)
        if root is None or root.order % times.denominator:
            order = times.denominator if root is None else lcm(root.order, times.denominator)
            made = self.generator(
                Kernel(
                    f"{key}/{order}",
                    lambda at: evaluate(order, at),
                    lambda: log(order),
                    lambda at: tree(order, at),
                ),
                *parts,
                positive=True,
            )
            place = self.place_of(made.num)
            assert place is not None
            if power is not None:
                self.relations[place] = Relation(order, power)
            if root is not None:
                self.relations[root.generator] = Relation(1, made.num ** (order // root.order))
            root = self._roots[key] = _Root(place, order)
        exponent = int(times * root.order)
        if abs(exponent) > MAX_POWER * 50:
            raise GiveUp("a power too high")
        generator = self.gens[root.generator]
        one = self.poly(1)
        return self.make(generator**exponent, one) if exponent >= 0 else self.make(one, generator**-exponent)

    def _power_of_log(self, base: fmpz_mpoly, times: Fraction) -> Ratio:
        """|base|^times."""
        whole, rest = divmod(times, 1)
        sign = 1
        if rest or whole % 2:
            sign = 1 if base.is_constant() else self.sign_of(base)
        positive = base * sign
        result = self.power(Ratio(positive, self.poly(1)), int(whole))
        if rest:
            root = self._root(
                f"root({positive})",
                rest,
                lambda order, at: abs(at(positive)) ** (arb(1) / order),
                lambda order: self.div(self._log_abs(base), self.whole(order)),
                positive,
                lambda order, at: Pow(at(positive), Num(Fraction(1, order))),
                (positive,),
            )
            result = self.mul(result, root)
        return result

    def log(self, v: Ratio) -> Ratio:
        """log of each factor. Raises Undefined where v ≤ 0 on this path."""
        if self.sign(v) <= 0:
            raise Undefined("log of what is not positive")
        return self.sub(self._log_poly(v.num), self._log_poly(v.den))

    def _log_poly(self, poly: fmpz_mpoly) -> Ratio:
        constant, parts = self.factors(poly)
        total = self.zero
        for prime, times in _primes(abs(constant)):
            total = self.add(total, self.mul(self.whole(times), self._log_abs(self.poly(prime))))
        for part, times in parts:
            total = self.add(total, self.mul(self.whole(times), self._log_abs(part)))
        return total

    def _log_abs(self, base: fmpz_mpoly) -> Ratio:
        place = self.place_of(base)
        if place is not None:
            log = self.kernels[place].log
            if log is not None:
                return log()
        kernel = Kernel(f"log|{base}|", lambda at: abs(at(base)).log(), tree=lambda at: Call("log", (at(base),)))
        made = self.generator(kernel, base)
        own = self.place_of(made.num)
        assert own is not None
        self._logged[own] = base
        return made

    def opaque(self, name: str, u: Ratio) -> Ratio:
        """A function with no rewriting but its parity: erf, sin, cos, atan, lgamma, …"""
        odd, even = name in ODD, name in EVEN
        if self.is_zero(u) and (odd or even):
            return self.zero if odd else self.one
        if name in ("sin", "cos"):
            known = self._of_quarters(name, u) or self._of_arc(name, u) or self._of_sum(name, u)
            if known is not None:
                return known
        if name in ("gamma", "digamma", "trigamma"):
            shifted = self._by_recurrence(name, u)
            if shifted is not None:
                return shifted
        flip = (odd or even) and u.num.leading_coefficient() < 0
        if flip:
            u = self.neg(u)
        function = OPAQUE[name]
        made = self.generator(
            Kernel(
                f"{name}({u.num})/({u.den})",
                lambda at: function(at(u.num) / at(u.den)),
                tree=lambda at: Call(name, (over(at(u.num), at(u.den)),)),
            ),
            u.num,
            u.den,
        )
        if name == "sin":
            cosine = self.opaque("cos", u)
            place = self.place_of(made.num)
            assert place is not None
            self.relations.setdefault(place, Relation(2, 1 - cosine.num**2))
        if name == "atan":
            place = self.place_of(made.num)
            assert place is not None
            self._arcs[place] = u
        return self.neg(made) if flip and odd else made

    def _by_recurrence(self, name: str, u: Ratio) -> Ratio | None:
        """Γ(v + 1) = v·Γ(v), ψ(v + 1) = ψ(v) + 1/v, ψ′(v + 1) = ψ′(v) − 1/v²: small whole numbers, taken off."""
        steps = int(u.num[(0,) * len(self.gens)]) if u.den.is_one() and not u.num.is_constant() else 0
        if not 1 <= steps <= MAX_STEPS:
            return None
        v = self.sub(u, self.one)
        below = self.opaque(name, v)
        if name == "gamma":
            return self.mul(v, below)
        step = self.div(self.one, v if name == "digamma" else self.mul(v, v))
        return self.add(below, step) if name == "digamma" else self.sub(below, step)

    def squashed(self, u: Ratio) -> Ratio:
        """σ(u) as a generator of its own, σ(−u) being 1 − σ(u): what stands in a network is a polynomial in them."""
        if self.is_zero(u):
            return self.div(self.one, self.whole(2))
        if u.num.leading_coefficient() < 0:
            return self.sub(self.one, self.squashed(self.neg(u)))
        return self.generator(
            Kernel(
                f"sigmoid({u.num})/({u.den})",
                lambda at: 1 / (1 + (-at(u.num) / at(u.den)).exp()),
                tree=lambda at: Call("sigmoid", (over(at(u.num), at(u.den)),)),
            ),
            u.num,
            u.den,
            positive=True,
        )

    def unit_power(self, exponent: Ratio) -> Ratio:
        """(−1)^exponent, for one that `is_whole`."""
        result = self.one
        for exponents, coefficient in exponent.num.terms():
            monomial = self.ring.from_dict({tuple(exponents): 1})
            if not int(coefficient) % 2:
                continue
            if monomial.is_constant():
                result = self.neg(result)
                continue
            made = self.generator(
                Kernel(
                    f"(-1)^({monomial})",
                    lambda at, monomial=monomial: (at(monomial) * arb.pi()).cos(),  # type: ignore[misc]
                    tree=lambda at, monomial=monomial: Pow(Num(Fraction(-1)), at(monomial)),  # type: ignore[misc]
                ),
                monomial,
            )
            place = self.place_of(made.num)
            assert place is not None
            self.units.add(place)
            self.relations[place] = Relation(2, self.poly(1))
            result = self.mul(result, made)
        return result

    def _of_quarters(self, name: str, u: Ratio) -> Ratio | None:
        """sin and cos of multiples of π/2, and of π times what is whole."""
        pi = next((self.gens[place] for place, kernel in enumerate(self.kernels) if kernel.key == "pi"), None)
        if pi is None:
            return None
        turns = self.div(u, Ratio(pi, self.poly(1)))
        if self.is_whole(turns):
            return self.zero if name == "sin" else self.unit_power(turns)
        if not turns.num.is_constant() or turns.den != self.poly(2):
            return None
        quarters = int(turns.num.leading_coefficient())
        return self.whole((0, 1, 0, -1)[(quarters + (name == "cos")) % 4])

    def _of_sum(self, name: str, u: Ratio) -> Ratio | None:
        """sin and cos of a short sum, and of a small multiple."""
        count = len(u.num)
        if count == 1:
            times = int(u.num.leading_coefficient())
            if not u.den.is_one() or not 2 <= abs(times) <= 4:
                return None
            first = self.div(u, self.whole(times))
            first = first if times > 0 else self.neg(first)
        elif count <= 4:
            exponents, coefficient = next(iter(u.num.terms()))
            first = self.make(self.ring.from_dict({tuple(exponents): coefficient}), u.den)
        else:
            return None
        rest = self.sub(u, first)
        sine, cosine = self.opaque("sin", first), self.opaque("cos", first)
        others = self.opaque("sin", rest), self.opaque("cos", rest)
        if name == "sin":
            return self.add(self.mul(sine, others[1]), self.mul(cosine, others[0]))
        return self.sub(self.mul(cosine, others[1]), self.mul(sine, others[0]))

    def _of_arc(self, name: str, u: Ratio) -> Ratio | None:
        """sin(atan t) = t/√(1 + t²), cos(atan t) = 1/√(1 + t²)."""
        place = self.place_of(u.num) if u.den.is_one() else None
        if place not in self._arcs:
            return None
        t = self._arcs[place]
        below = self.exp(self.div(self.log(self.add(self.one, self.mul(t, t))), self.whole(2)))
        return self.div(t if name == "sin" else self.one, below)


def _primes(number: int) -> Iterator[tuple[int, int]]:
    """Prime factors with their multiplicities; a number too long to factor counts as one."""
    if number.bit_length() > 80:
        yield number, 1
        return
    for prime, times in fmpz(number).factor():
        yield int(prime), int(times)
