"""Demands that no loss can meet together, for a loss of one real variable that is not constant.

Horn clauses over the properties: what implies what, and what excludes what. Sources: a convex function on the line
that is bounded above is constant (Rockafellar, "Convex Analysis", cor. 8.6.2), and so is one whose slope tends to 0 at
both ends, since slopes grow; the rest follows from the definitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from grader.design.demands import Demand

IMPLIES: Final[Mapping[str, tuple[str, ...]]] = {
    "strongly-convex": ("strictly-convex", "not bounded", "not bounded-influence", "not redescending", "not saturates"),
    "strictly-convex": ("convex", "not redescending", "not bounded"),
    "convex": ("not redescending", "not bounded"),
    "twice-differentiable": ("differentiable",),
    "smooth": ("differentiable",),
    "lipschitz": ("bounded-influence", "not strongly-convex"),
    "bounded-influence": ("not strongly-convex",),
    "bounded": ("not convex",),
    "redescending": ("not convex",),
    "strictly-proper": ("proper",),
    "linear-tails": ("not bounded", "not redescending"),
    "quadratic-at-zero": ("zero-at-zero",),
}


def contradictory(demands: Iterable[Demand]) -> tuple[str, str] | None:
    """Two of the demands, as stated, that exclude each other; None where none are seen to."""
    sources: dict[str, str] = {}
    for demand in demands:
        if demand.measure:
            continue
        stated = f"not {demand.name}" if demand.negated else demand.name
        for fact in (stated, *_consequences(stated)):
            against = fact.removeprefix("not ") if fact.startswith("not ") else f"not {fact}"
            if against in sources:
                return sources[against], demand.text
            sources.setdefault(fact, demand.text)
    return None


def _consequences(fact: str) -> list[str]:
    """All that follows from one property, by the clauses and by their contrapositions."""
    found: list[str] = []
    waiting = [fact]
    while waiting:
        here = waiting.pop()
        follows = list(IMPLIES.get(here, ()))
        if here.startswith("not "):
            follows += [f"not {name}" for name, results in IMPLIES.items() if here.removeprefix("not ") in results]
        else:
            follows += [f"not {name}" for name, results in IMPLIES.items() if f"not {here}" in results]
        for new in follows:
            if new not in found and new != fact:
                found.append(new)
                waiting.append(new)
    return found
