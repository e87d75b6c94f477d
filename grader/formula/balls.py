"""Certain values: ball arithmetic with the precision raised until the answer is known.

A ball is a midpoint and a radius that holds the true value. Any fixed precision is silently wrong somewhere
(`max(z,0) - z*y + log1p(exp(-|z|))` at z = 530.7, y = 1 cancels 230 digits); a ball's radius shows it.
Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Trans. Comput. 66 (2017).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from flint import arb, ctx, fmpq

from grader.formula.declare import Scope
from grader.formula.errors import Kink, NotCertain, Undefined
from grader.formula.evaluate import Truth, evaluate
from grader.formula.recorded import Var
from grader.formula.reverse import Reverse
from grader.formula.tree import Expr
from grader.formula.values import Point, Value

PRECISIONS: Final = (96, 256, 768, 2560)
"""Bits tried in turn. The last is past `FLOOR`, so a value that is truly 0 is known to be smaller than that."""
FLOOR: Final = -2200
"""A value smaller than 2**FLOOR counts as known: float64 ends at 2**-1074, and its square at twice that."""

_TINY: Final = arb(2) ** FLOOR
NAN: Final = arb.nan()
INF: Final = arb.pos_inf()
EVERYTHING: Final = arb(0, INF)
"""A ball of which nothing is known."""
Inputs = Mapping[str, Value[Fraction]] | Mapping[str, Value[float]]
"""Floats are exact numbers, and quicker than fractions."""


def ball(value: Fraction | float) -> arb:
    """The exact number; a fraction as well as the precision in force can hold it."""
    if isinstance(value, float | int):  # asked first: an instance of an abstract class is slow to tell
        return arb(value)
    return arb(fmpq(value.numerator, value.denominator))


@lru_cache(maxsize=256)
def _whole(value: int) -> arb:
    """The same at any precision."""
    return arb(value)


def whole_power(base: arb, exponent: int) -> arb:
    """base^exponent. flint's own power gives NaN for a ball that holds zero; multiplication does not."""
    if base.is_exact() or not base.contains(0):
        return base**exponent
    total, square = arb(1), base
    left = abs(exponent)
    while left:
        if left % 2:
            total *= square
        left //= 2
        if left:
            square *= square
    return total if exponent >= 0 else 1 / total


class BallAlgebra:
    """Numbers are balls at the precision in force. What has no value is NaN, which spreads.

    log 0 is −∞, so that a loss may be infinite where it truly is; 0·∞ and ∞ − ∞ have no value.
    Raises NotCertain where a comparison cannot be decided.
    """

    def number(self, value: Fraction) -> arb:
        return _whole(value.numerator) if value.denominator == 1 else ball(value)

    def constant(self, name: str) -> arb:
        return {"e": arb.const_e, "pi": arb.pi, "inf": arb.pos_inf}[name]()

    def add(self, a: arb, b: arb) -> arb:
        total = a + b
        if total.is_finite():
            return total
        if _endless(a) and (b.is_finite() or (_endless(b) and a == b)):
            return a  # flint would keep the radius of the other, and forget which infinity it was
        return b if _endless(b) and a.is_finite() else total

    def neg(self, a: arb) -> arb:
        return -a

    def mul(self, a: arb, b: arb) -> arb:
        product = a * b
        if product.is_finite():
            return product
        if a.is_nan() or b.is_nan():
            return NAN
        signs = _sign(a), _sign(b)
        if None in signs or not (_known(a) and _known(b)):
            return EVERYTHING
        return NAN if 0 in signs else INF if signs[0] == signs[1] else -INF

    def div(self, a: arb, b: arb) -> arb:
        if a.is_finite() and b.is_finite():
            return a / b
        if a.is_finite():
            return arb(0) if b.is_exact() else NAN if b.is_nan() else EVERYTHING
        return self.mul(a, arb(_sign(b) or 0)) if b.is_finite() else NAN

    def pow(self, a: arb, b: arb) -> arb:
        whole = b.unique_fmpz() if b.is_exact() and abs(b) <= 10**6 and b.is_integer() else None
        if whole is not None:
            if a.is_zero() and whole < 0:
                return NAN
            return whole_power(a, int(whole))
        if a.is_zero():
            return arb(0) if b > 0 else NAN
        if a.is_finite():
            return a**b if a > 0 else NAN
        return self.function("exp", (self.mul(b, _log(a)),))

    def function(self, name: str, args: Sequence[arb]) -> arb:
        return FUNCTIONS[name](*args)

    def logsumexp(self, items: Sequence[arb]) -> arb:
        """m + log Σ exp(x − m), m an exact number near the largest: the shift changes nothing but the size."""
        top = _top(items)
        if not top.is_finite():
            return NAN
        return top + _total([(item - top).exp() for item in items]).log()

    def softmax(self, items: Sequence[arb]) -> list[arb]:
        top = _top(items)
        powers = [(item - top).exp() for item in items]
        total = _total(powers)
        return [power / total for power in powers]

    def compare(self, op: str, a: arb, b: arb) -> bool:
        if a.is_nan() or b.is_nan():
            raise Undefined("a comparison with what has no value")
        if op in ("==", "!="):
            same = _same(a, b)
            return same if op == "==" else not same
        if op in ("<", ">="):
            return _less(a, b) if op == "<" else not _less(a, b)
        return _less(b, a) if op == ">" else not _less(b, a)

    def logic(self, op: str, args: Sequence[Truth]) -> bool:
        if op == "not":
            return not args[0]
        return all(args) if op == "and" else any(args)

    def choose(self, branches: Sequence[tuple[Truth, Callable[[], arb]]]) -> arb:
        for truth, branch in branches:
            if truth:
                return branch()
        return NAN


def _top(items: Sequence[arb]) -> arb:
    """An exact number near the largest."""
    top = items[0].mid()
    for item in items[1:]:
        middle = item.mid()
        if middle > top:
            top = middle
    return top


def _sign(a: arb) -> int | None:
    if a > 0:
        return 1
    if a < 0:
        return -1
    return 0 if a.is_zero() else None


def _less(a: arb, b: arb) -> bool:
    if a < b:
        return True
    if a >= b:
        return False
    raise NotCertain("order")


def _same(a: arb, b: arb) -> bool:
    if a.is_exact() and b.is_exact():
        return bool(a == b)
    if not a.overlaps(b):
        return False
    raise NotCertain("equality")


def _total(items: Sequence[arb]) -> arb:
    return sum(items[1:], start=items[0])


def _endless(x: arb) -> bool:
    """Exactly plus or minus infinity."""
    return bool(x.is_exact() and not x.is_finite() and not x.is_nan())


def _known(x: arb) -> bool:
    """Finite, or exactly plus or minus infinity; not a ball that holds everything, nor NaN."""
    return bool(x.is_finite() or x.is_exact())


def _with_ends(finite: Callable[[arb], arb], low: arb, high: arb) -> Callable[[arb], arb]:
    """A function by its finite form and its values at −∞ and +∞."""

    def function(x: arb) -> arb:
        if x.is_finite():
            return finite(x)
        if not x.is_exact():
            return NAN if x.is_nan() else EVERYTHING
        return high if x > 0 else low

    return function


_log = _with_ends(lambda x: -INF if x.is_zero() else x.log(), NAN, INF)


def _softplus(x: arb) -> arb:
    """log(1 + exp x) = max(x, 0) + log1p(exp(−|x|)). The two branches agree where the sign is not known."""
    return x + (-x).exp().log1p() if x.mid() > 0 else x.exp().log1p()


def _sigmoid(x: arb) -> arb:
    if x.mid() > 0:
        return 1 / (1 + (-x).exp())
    power = x.exp()
    return power / (1 + power)


def _sign_of(x: arb) -> arb:
    sign = _sign(x)
    if sign is None:
        raise NotCertain("sign")
    return arb(sign)


def _largest(*items: arb) -> arb:
    best = items[0]
    for item in items[1:]:
        best = NAN if best.is_nan() or item.is_nan() else best.max(item)
    return best


def _smallest(*items: arb) -> arb:
    best = items[0]
    for item in items[1:]:
        best = NAN if best.is_nan() or item.is_nan() else best.min(item)
    return best


def _xlogy(x: arb, y: arb) -> arb:
    if x.is_zero() and not y.is_nan():
        return arb(0)
    return BallAlgebra().mul(x, _log(y))


def _in_time(function: Callable[[arb], arb]) -> Callable[[arb], arb]:
    """Γ and its like to no more than `SLOW` bits: at 70,000 one value takes many seconds."""

    def safe(x: arb) -> arb:
        if ctx.prec > SLOW:
            raise NotCertain("the gamma function to so many digits")
        return function(x)

    return safe


_exp = _with_ends(lambda x: x.exp(), arb(0), INF)
_soft = _with_ends(_softplus, arb(0), INF)
ZERO, ONE = arb(0), arb(1)

SLOW: Final = 5000
FUNCTIONS: Final[dict[str, Callable[..., arb]]] = {
    "exp": _exp,
    "expm1": _with_ends(lambda x: x.expm1(), arb(-1), INF),
    "log": _log,
    "log2": lambda x: _log(x) / arb(2).log(),
    "log10": lambda x: _log(x) / arb(10).log(),
    "log1p": _with_ends(lambda x: -INF if x.is_exact() and x == -1 else x.log1p(), NAN, INF),
    "sqrt": _with_ends(lambda x: x.sqrt(), NAN, INF),
    "abs": abs,
    "sign": _sign_of,
    "min": _smallest,
    "max": _largest,
    "clip": lambda x, low, high: _smallest(_largest(x, low), high),
    "relu": lambda x: _largest(x, ZERO),
    "sigmoid": _with_ends(_sigmoid, ZERO, ONE),
    "log_sigmoid": lambda x: -_soft(-x),
    "softplus": _soft,
    "sin": _with_ends(lambda x: x.sin(), NAN, NAN),
    "cos": _with_ends(lambda x: x.cos(), NAN, NAN),
    "tan": _with_ends(lambda x: x.tan(), NAN, NAN),
    "atan": _with_ends(lambda x: x.atan(), NAN, NAN),
    "tanh": _with_ends(lambda x: x.tanh(), -ONE, ONE),
    "sinh": _with_ends(lambda x: x.sinh(), -INF, INF),
    "cosh": _with_ends(lambda x: x.cosh(), INF, INF),
    "erf": _with_ends(lambda x: x.erf(), -ONE, ONE),
    "erfc": _with_ends(lambda x: x.erfc(), arb(2), ZERO),
    "gamma": _with_ends(_in_time(lambda x: x.gamma()), NAN, INF),
    "lgamma": _with_ends(_in_time(lambda x: x.lgamma() if x > 0 else NAN), NAN, INF),
    "digamma": _with_ends(_in_time(lambda x: x.digamma()), NAN, INF),
    "trigamma": _with_ends(_in_time(lambda x: arb(2).zeta(x)), NAN, ZERO),
    "xlogy": _xlogy,
    "logaddexp": lambda a, b: a + _soft(b - a),
}


class precision:  # in use as flint's own `ctx.workprec`, at a fifth of the time: it stands around every evaluation
    """flint keeps one precision for the process; it is put back, whatever happens."""

    __slots__ = ("before", "bits")

    def __init__(self, bits: int) -> None:
        self.bits = bits

    def __enter__(self) -> None:
        self.before = ctx.prec
        ctx.prec = self.bits

    def __exit__(self, *_: object) -> None:
        ctx.prec = self.before


def enough(item: arb, bits: int) -> bool:
    """Whether a ball is known to `bits` relative bits, or to be smaller than 2**FLOOR, or infinite."""
    if item.is_exact() or item.rel_accuracy_bits() >= bits:
        return True
    return bool(item.abs_upper() < _TINY)


def at_precision(expr: Expr, scope: Scope, point: Point[Fraction] | Point[float], bits: int) -> Value[arb]:
    """One try: balls at `bits` of working precision, as wide as they turn out. NaN where there is no value."""
    with precision(bits):
        return evaluate(expr, scope, _as_balls(point), BallAlgebra())


def value(
    expr: Expr,
    scope: Scope,
    inputs: Inputs,
    sizes: Mapping[str, int] | None = None,
    positions: Mapping[str, int] | None = None,
    *,
    bits: int = 64,
) -> Value[arb]:
    """The value, each component certain to `bits` relative bits (or known to be below 2**FLOOR, or infinite).

    Raises Undefined where the formula has no value, NotCertain where no precision decides.
    """
    point: Point[Any] = Point(inputs, sizes or {}, positions or {})
    return _raised(lambda working: at_precision(expr, scope, point, working), bits)


def gradient(
    expr: Expr,
    scope: Scope,
    inputs: Inputs,
    sizes: Mapping[str, int] | None = None,
    positions: Mapping[str, int] | None = None,
    *,
    wrt: Sequence[str],
    bits: int = 64,
    one_sided: bool = False,
) -> tuple[Value[arb], dict[str, Value[arb]]]:
    """The value of a scalar formula and its slope toward every component of the inputs `wrt`.

    At a tie of max, |·| and the like the slope is one-sided if asked, or else Kink is raised.
    Raises Undefined and NotCertain as `value` does.
    """
    point: Point[Any] = Point(inputs, sizes or {}, positions or {})
    shapes = {name: inputs[name].shape for name in wrt}

    def once(working: int) -> Value[arb]:
        found, slopes = _recorded(expr, scope, point, wrt, working, one_sided=one_sided)
        return Value((1 + len(slopes),), (found.scalar, *slopes))

    try:
        items = _raised(once, bits).items
    except Undefined:
        value(expr, scope, inputs, sizes, positions, bits=8)  # raises Undefined itself if it is the value that fails
        raise Kink from None
    slopes = {}
    start = 1
    for name, shape in shapes.items():
        end = start + len(inputs[name].items)
        slopes[name] = Value(shape, items[start:end])
        start = end
    return Value((), items[:1]), slopes


def jacobian(
    expr: Expr, scope: Scope, inputs: Inputs, sizes: Mapping[str, int], *, wrt: Sequence[str], bits: int = 64
) -> list[tuple[arb, ...]]:
    """For each component of a formula's value, its slopes toward all components of the inputs `wrt`, in their order;
    one-sided at ties. All in one walk, where `gradient` needs one for each. Raises Undefined and NotCertain."""
    point: Point[Any] = Point(inputs, sizes, {})
    many = sum(len(inputs[name].items) for name in wrt)

    def once(working: int) -> Value[arb]:
        slopes = _recorded(expr, scope, point, wrt, working, one_sided=True)[1]
        return Value((len(slopes),), tuple(slopes))

    items = _raised(once, bits).items
    return [items[start : start + many] for start in range(0, len(items), many)]


def _recorded(
    expr: Expr, scope: Scope, point: Point[Any], wrt: Sequence[str], working: int, *, one_sided: bool
) -> tuple[Value[arb], list[arb]]:
    """One try: the value, and the slopes of its components, one after the other."""
    with precision(working):
        algebra = Reverse[arb](BallAlgebra(), undefined=NAN, one_sided=one_sided)
        made: dict[str, Value[Var[arb]]] = {}
        for name, given in _as_balls(point).values.items():
            start = algebra.variable if name in wrt else algebra.var
            made[name] = Value(given.shape, tuple(start(item) for item in given.items))
        found = evaluate(expr, scope, Point(made, point.sizes, point.positions), algebra)
        toward = [item for name in wrt for item in made[name].items]
        slopes = [slope for item in found.items for slope in algebra.slopes(item, toward)]
        return Value(found.shape, tuple(item.value for item in found.items)), slopes


def _as_balls(point: Point[Any]) -> Point[arb]:
    made = {name: Value(given.shape, tuple(map(ball, given.items))) for name, given in point.values.items()}
    return Point(made, point.sizes, point.positions)


def _raised(once: Callable[[int], Value[arb]], bits: int) -> Value[arb]:
    """The first precision at which all components are known."""
    undecided: NotCertain | None = None
    result: Value[arb] | None = None
    for working in PRECISIONS:
        if working < bits + 16:
            continue
        try:
            result = once(working)
            undecided = None
        except NotCertain as tie:
            undecided = tie
            continue
        if all(enough(item, bits) for item in result.items):
            return result
    if undecided is not None or result is None:
        raise undecided or NotCertain("precision")
    if any(item.is_nan() for item in result.items):
        raise Undefined("no value here")
    raise NotCertain("precision")
