"""What is said about a loss: small frozen values, without a word of prose (the words are in `report`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from grader.formula.declare import Scope
from grader.formula.tree import Expr
from grader.verdict import NO_FACTS, Fact
from questions.losses import Space

Answer = Literal["yes", "no", "undecided"]
Growth = Literal["exponential", "faster", "polynomial", "linear", "sublinear", "constant", "unknown"]
Proof = Literal["proved", "tested", "witness"]

PROPERTIES: Final = (
    "nonnegative", "zero-at-zero", "even", "convex", "strictly-convex", "strongly-convex", "differentiable",
    "twice-differentiable", "lipschitz", "smooth", "bounded", "bounded-influence", "redescending", "saturates",
    "classification-calibrated", "proper", "strictly-proper",
)  # fmt: skip
"""In the order in which they are reported. The last three are asked only of margin and probability losses."""


@dataclass(frozen=True, slots=True)
class AnalysisTask:
    """`loss` as a function of `wrt`; `variables` are declarations, `given` definitions. `space` says what `wrt` is,
    where that is known (a named loss says it)."""

    loss: str
    wrt: str
    variables: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    space: Space | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """One property, answered. `reason` is a stable code of the argument, one of `grader.properties.reasons.REASONS`;
    `facts` are what it rests on (points and values as short text). `value` is a bound or a constant, as a formula of
    the parameters, where the property has one."""

    name: str
    answer: Answer
    evidence: Proof | None
    reason: str
    facts: Mapping[str, Fact] = field(default_factory=lambda: NO_FACTS)
    value: Expr | None = None


@dataclass(frozen=True, slots=True)
class Kink:
    """A point where the loss is not twice differentiable, with the slopes on both sides (None: there is none, or it
    could not be told; an infinite one is `Const("inf")`)."""

    at: Expr
    left: Expr | None
    right: Expr | None
    jump: bool = False
    """Whether the loss itself jumps there."""
    cases: Mapping[str, Fact] = field(default_factory=lambda: NO_FACTS)
    """The values of other variables (`y`) that it belongs to."""


@dataclass(frozen=True, slots=True)
class End:
    """What happens toward one end of the domain: limits of the loss and of its slope (None: not known)."""

    at: Expr
    """Where: a number, `∞` or `−∞`."""
    loss: Expr | None
    slope: Expr | None
    growth: Growth
    """Of the loss. `faster`: than any power, but not plainly exponential; `sublinear`: to infinity, like log or √."""
    order: str | None = None
    """The leading term as text, such as `r` or `e^(−m)`."""
    cases: Mapping[str, Fact] = field(default_factory=lambda: NO_FACTS)


@dataclass(frozen=True, slots=True)
class Named:
    """A finding about the loss as a whole: what minimises its mean, or which likelihood it is the −log of.
    `name` is a stable code (`mean`, `median`, `gaussian`, …)."""

    name: str
    facts: Mapping[str, Fact] = field(default_factory=lambda: NO_FACTS)


@dataclass(frozen=True, slots=True)
class Analysis:
    """All of it. Formulas are trees in `scope`; `properties` has those that apply, in the order of PROPERTIES."""

    scope: Scope
    loss: Expr
    wrt: str
    gradient: Expr | None
    curvature: Expr | None
    properties: tuple[Property, ...]
    kinks: tuple[Kink, ...] = ()
    ends: tuple[End, ...] = ()
    minimiser: Named | None = None
    likelihood: Named | None = None
    invariances: tuple[Named, ...] = ()
    """`elementwise`: what is said is said of one element of a mean or a sum. `shift`: it depends on x − `facts["of"]`
    alone; `scale`: L(cx; c^w s) = c^k L(x; s), `facts` has s, w and k."""
    silent: str | None = None
    """Why nothing is said beyond the formulas: `vector` (no loss of one real variable), `component`, `discrete` (the
    variable, or another, takes single values only), `cases` (too many of them)."""
    seconds: float = 0.0

    def __getitem__(self, name: str) -> Property:
        """The property of this name. Raises KeyError where it does not apply."""
        for item in self.properties:
            if item.name == name:
                return item
        raise KeyError(name)
