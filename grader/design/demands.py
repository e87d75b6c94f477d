"""What a design must be: `convex`, `not bounded`, `bounded-influence <= 1`, `efficiency >= 0.9`.

A demand names a property of `grader.properties`, or a measure of the question's experiment; a property that has a
constant may be bounded by a formula.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from grader.formula.errors import Unreadable
from grader.formula.tree import Span
from grader.properties.analysis import PROPERTIES

EXTRA: Final = ("quadratic-at-zero", "linear-tails")
"""Properties that are asked of designs only."""
BOUNDED: Final = frozenset({"lipschitz", "smooth", "bounded", "bounded-influence", "strongly-convex"})
"""Properties with a constant."""
MEASURES: Final = {
    "outliers": ("outlier-error", "efficiency"),
    "imbalance": ("recall", "precision", "pr-auc", "calibration-error"),
}
Relation = Literal["<=", ">="]
_FORM: Final = re.compile(
    r"\s*(?P<no>not\s+)?(?P<name>[a-z][a-z-]*[a-z])\s*(?:(?P<relation><=|>=|≤|≥)\s*(?P<bound>.+?))?\s*"
)


@dataclass(frozen=True, slots=True)
class Demand:
    """`text` as it was stated; `bound` a formula, as typed. `measure`: of the experiment, and no property."""

    text: str
    name: str
    negated: bool = False
    relation: Relation | None = None
    bound: str | None = None
    measure: bool = False


def read_demand(text: str, experiment: str | None = None) -> Demand:
    """Raises Unreadable with what may stand there."""
    form = _FORM.fullmatch(text)
    if form is None:
        raise Unreadable("unreadable", Span(0, len(text)), ("a property, such as convex",), {"got": text})
    name, relation, bound = form["name"], form["relation"], form["bound"]
    measures = MEASURES.get(experiment or "", ())
    span = Span(*form.span("name"))
    if name not in (*PROPERTIES, *EXTRA, *measures):
        known = (*PROPERTIES, *EXTRA, *measures)
        raise Unreadable("unreadable", span, known, {"got": name})
    said: Relation | None = None if relation is None else "<=" if relation in ("<=", "≤") else ">="
    if name in measures:
        if said is None or form["no"]:
            raise Unreadable("unreadable", span, ("<=", ">="), {"got": text})
        return Demand(text, name, relation=said, bound=bound, measure=True)
    if said is not None and (name not in BOUNDED or form["no"]):
        raise Unreadable("unreadable", Span(*form.span("relation")), ("the end of the demand",), {"got": str(relation)})
    return Demand(text, name, bool(form["no"]), said, bound)
