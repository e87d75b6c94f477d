"""Each property of a loss of vectors: proved by composition, refuted at points or along a line, or undecided."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from grader.formula.declare import Interval, Scope, Simplex
from grader.formula.errors import NotCertain
from grader.formula.reader.symbols import VULGAR
from grader.formula.show import show
from grader.formula.tree import Add, Expr, Name, Neg, Reduce
from grader.properties import shape, slopes, values
from grader.properties.analysis import Named, Property
from grader.properties.curve import TRIED, Curve
from grader.properties.evidence import Judge, attempt, no, undecided, yes
from grader.properties.reduce import Subject
from grader.properties.vectors import ranges as r
from grader.properties.vectors.convexity import Bend, Bends
from grader.properties.vectors.elements import Elements
from grader.properties.vectors.laws import laws
from grader.properties.vectors.lines import Line, lines, shown, subject
from grader.properties.vectors.prepared import prepared
from grader.properties.vectors.signs import Ranges
from grader.properties.vectors.steady import Steady
from grader.properties.vectors.strictness import Strictness
from grader.properties.vectors.witnesses import Search, between, point_of
from grader.symbolic.quantity import names_in
from grader.symbolic.task import Problem
from grader.verdict import Fact

ASKED: Final = (
    "nonnegative", "convex", "strictly-convex", "strongly-convex", "differentiable", "twice-differentiable",
    "lipschitz", "smooth", "bounded",
)  # fmt: skip
"""In the order of PROPERTIES. The others are about one real number: even, redescending, calibrated."""
_ALONG: Final[Mapping[str, Judge]] = {
    "nonnegative": values.nonnegative,
    "convex": shape.convex,
    "strictly-convex": shape.strictly_convex,
    "strongly-convex": shape.strongly_convex,
    "differentiable": slopes.differentiable,
    "twice-differentiable": slopes.twice_differentiable,
    "lipschitz": slopes.lipschitz,
    "smooth": slopes.smooth,
    "bounded": values.bounded,
}
_HOLES: Final = ("no-value", "off-its-limit")
"""Of a line, these may be about its ends only."""
_CHORDS: Final = ("chord", "flat-chord")
_BY_CHORDS: Final = ("convex", "strictly-convex")
"""Refuted by points only, which are looked at again."""
MOST_LINES: Final = 24
SECONDS: Final = 1.5
"""For all that is looked for along lines."""
LAWS: Final = 1.0
"""Seconds for what holds of a loss as a whole."""
_POINTS: Final = ("at", "a", "b", "middle")


@dataclass(frozen=True, slots=True, eq=False)
class About:
    """What is known about a loss: each of the means by which its properties are judged."""

    loss: Expr
    scope: Scope
    wrt: str
    used: frozenset[str]
    gradient: Expr | None
    signs: Ranges
    bends: Bends
    elements: Elements
    steady: Steady
    deadline: float

    @property
    def search(self) -> Search:
        return Search(self.loss, self.scope, self.wrt, self.used)


def about(problem: Problem, gradient: Expr | None, deadline: float) -> About:
    """`problem` is of a whole variable, which takes all values of a convex set."""
    assert isinstance(problem.wrt, Name)
    wrt, scope = problem.wrt.name, problem.scope
    loss = prepared(problem.loss, scope)
    signs = Ranges(scope, wrt)
    bends = Bends(wrt, scope, signs)
    elements = Elements(bends, deadline)

    def by_elements(body: Expr) -> Bend | None:
        if elements.holds(body, "convex") is not None:
            return "convex"
        return "concave" if elements.holds(Neg(body), "convex") is not None else None

    bends.by_elements = by_elements
    used = names_in(loss, scope) & scope.variables.keys()
    steady = Steady(bends, elements)
    return About(loss, scope, wrt, frozenset(used), gradient, signs, bends, elements, steady, deadline)


def properties(seen: About) -> tuple[Property, ...]:
    """Each property that makes sense for a vector."""
    found: dict[str, Property] = {}
    for name in ASKED:
        shown_so_far = _PROVERS[name](seen, found)
        found[name] = shown_so_far if shown_so_far is not None else undecided(name, "composition")
    missing = [name for name in ASKED if found[name].answer == "undecided"]
    for name in missing:
        if name in ("nonnegative", "convex"):
            refuted = seen.search.negative() if name == "nonnegative" else seen.search.chord()
            found[name] = refuted or found[name]
    _follow(found)
    _along_lines(seen, found)
    _follow(found)
    return tuple(found[name] for name in ASKED)


def named(seen: About) -> tuple[Named, ...]:
    return laws(seen.loss, seen.scope, seen.wrt, seen.used, min(seen.deadline, time.monotonic() + LAWS))


# -- by composition

Found = Mapping[str, Property]
Prover = Callable[[About, Found], Property | None]


def _nonnegative(seen: About, found: Found) -> Property | None:
    if not _never_negative(seen, seen.loss):
        return None
    rules = seen.signs.rules
    return yes("nonnegative", rules[-1] if rules else "parts-nonnegative")


def _never_negative(seen: About, expr: Expr) -> bool:
    if r.nonnegative(seen.signs.of(expr)):
        return True
    match expr:
        case Add(terms):
            return all(_never_negative(seen, term) for term in terms)
        case Reduce("sum" | "mean", body):
            return seen.elements.holds(body, "nonnegative") is not None
    return False


def _convex(seen: About, found: Found) -> Property | None:
    return yes("convex", "composed") if seen.bends.of(seen.loss) in ("flat", "affine", "convex") else None


def _strict(seen: About, found: Found) -> Property | None:
    term = Strictness(seen.bends, seen.elements).strict(seen.loss)
    return None if term is None else yes("strictly-convex", "strict-term", term=show(term, seen.scope))


def _strong(seen: About, found: Found) -> Property | None:
    made = Strictness(seen.bends, seen.elements).modulus(seen.loss)
    if made is None:
        return None
    value, term = made
    return yes("strongly-convex", "strong-term", value, bound=show(value, seen.scope), term=show(term, seen.scope))


def _differentiable(seen: About, found: Found) -> Property | None:
    return yes("differentiable", "smooth-parts") if seen.steady.smooth(seen.loss, 1) else None


def _twice(seen: About, found: Found) -> Property | None:
    return yes("twice-differentiable", "smooth-parts") if seen.steady.smooth(seen.loss, 2) else None


def _lipschitz(seen: About, found: Found) -> Property | None:
    return yes("lipschitz", "steady-parts") if seen.steady.lipschitz(seen.loss) else None


def _smooth(seen: About, found: Found) -> Property | None:
    if found["differentiable"].answer != "yes" or seen.gradient is None:
        return None
    written = prepared(seen.gradient, seen.scope)
    return yes("smooth", "steady-gradient") if seen.steady.lipschitz(written) else None


def _bounded(seen: About, found: Found) -> Property | None:
    return yes("bounded", "bounded-parts") if seen.steady.bounded(seen.loss) else None


_PROVERS: Final[Mapping[str, Prover]] = {
    "nonnegative": _nonnegative,
    "convex": _convex,
    "strictly-convex": _strict,
    "strongly-convex": _strong,
    "differentiable": _differentiable,
    "twice-differentiable": _twice,
    "lipschitz": _lipschitz,
    "smooth": _smooth,
    "bounded": _bounded,
}


# -- against

_STRONGER: Final = (
    ("convex", "strictly-convex"),
    ("strictly-convex", "strongly-convex"),
    ("differentiable", "twice-differentiable"),
    ("differentiable", "smooth"),
)
"""Where the first fails, so does the second, for the same reason."""


def _follow(found: dict[str, Property]) -> None:
    for weaker, stronger in _STRONGER:
        if found[weaker].answer == "no" and found[stronger].answer == "undecided":
            found[stronger] = replace(found[weaker], name=stronger)


def _along_lines(seen: About, found: dict[str, Property]) -> None:
    """What fails along a line fails for the loss."""
    stop = min(time.monotonic() + SECONDS, seen.deadline)
    for number, line in enumerate(lines(seen.scope, seen.wrt, seen.used)):
        missing = [name for name in ASKED if found[name].answer == "undecided"]
        if not missing or number == MOST_LINES or time.monotonic() > stop:
            return
        along = subject(seen.loss, seen.scope, seen.wrt, line, stop)
        if along is None or len(along.curves) != 1:
            continue
        for name in missing:
            refuted = _refuted(seen, name, line, along)
            if refuted is not None:
                found[name] = refuted
        _follow(found)


def _refuted(seen: About, name: str, line: Line, along: Subject) -> Property | None:
    try:
        told = attempt(name, _ALONG[name], along.curves[0])
    except (*TRIED, NotCertain, ArithmeticError):
        return None
    if told.answer != "no" or told.reason in _HOLES or (name in _BY_CHORDS and told.reason not in _CHORDS):
        return None
    return _lifted(seen, told, line, along.curves[0])


def _lifted(seen: About, told: Property, line: Line, curve: Curve) -> Property | None:
    """A failure along a line as one of the loss: points of the line as points of the space, checked there again."""
    places = {key: _number(told.facts[key]) for key in ("a", "b") if key in told.facts}
    if told.reason in _CHORDS:
        a, b = places.get("a"), places.get("b")
        if a is None or b is None:
            return None
        return _chord(seen, told, line, a, b)
    facts: dict[str, Fact] = {}
    for key, fact in told.facts.items():
        facts[key] = _place(fact, line) if key in _POINTS else fact
    cases = {name: shown(value) for name, value in line.others.items()}
    return no(told.name, told.reason, **{**facts, "cases": {seen.wrt: line.text, **cases}})


def _chord(seen: About, told: Property, line: Line, a: Fraction, b: Fraction) -> Property | None:
    search = seen.search
    point = point_of(line.sizes, line.others, seen.wrt, line.at(a))
    if told.reason == "chord":
        return search.told(told.name, point, line.at(b))
    ends = search.value(point), search.value(point, line.at(b))
    middle = search.value(point, between(line.at(a), line.at(b)))
    if ends[0] is None or ends[1] is None or middle is None or not (2 * middle).overlaps(ends[0] + ends[1]):
        return None
    facts: dict[str, Fact] = {"a": {seen.wrt: shown(line.at(a))}, "b": {seen.wrt: shown(line.at(b))}}
    return no(told.name, "flat-chord", **facts, **search.cases(point))


def _place(fact: Fact, line: Line) -> Fact:
    """`t = 0`, or `t → 0` where that is no point of the line."""
    text = str(fact)
    at = _number(fact)
    ends = {line.domain.low: line.domain.low_open, line.domain.high: line.domain.high_open}
    return {"t": f"→ {text}" if at is not None and ends.get(at, False) else text}


def _number(fact: Fact) -> Fraction | None:
    text = str(fact).strip("()").replace("−", "-")
    sign, size = (-1, text[1:]) if text.startswith("-") else (1, text)
    try:
        return sign * VULGAR[size] if size in VULGAR else Fraction(text)
    except ValueError:
        return None


def applies(problem: Problem) -> bool:
    """Whether the loss is one of a whole variable over a convex set."""
    if not isinstance(problem.wrt, Name) or problem.wrt.name not in problem.scope.variables:
        return False
    return isinstance(problem.scope.variables[problem.wrt.name].domain, Interval | Simplex)
