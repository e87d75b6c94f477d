"""Whether two formulas of a curve's variable are the same, by the graders' own comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.formula.declare import Integers, Interval, Scope, Variable
from grader.formula.show import show_number
from grader.formula.tree import Expr, Num
from grader.properties.curve import Curve
from grader.properties.evidence import number_text
from grader.symbolic.compare import Different, Equal, compare
from grader.symbolic.domain import domain_of
from grader.symbolic.field import GiveUp
from grader.symbolic.quantity import Formula


@dataclass(frozen=True, slots=True)
class Apart:
    """A point where they differ, and both values."""

    inputs: Mapping[str, str]
    left: str
    right: str


def scope_of(curve: Curve) -> Scope:
    """The curve's variable and parameters, with their domains."""
    ends = [end.value if isinstance(end, Num) else None for end in (curve.low, curve.high)]
    domain = Interval(ends[0], ends[1], not curve.closed[0], not curve.closed[1])
    whole = {name: Variable(name, Integers()) for name in curve.whole & curve.parameters.keys()}
    return Scope({curve.x: Variable(curve.x, domain), **curve.parameters, **whole})


def difference(curve: Curve, left: Expr, right: Expr) -> Apart | tuple[str, ...] | None:
    """None where they are proved the same; a point where they differ; or what was tried."""
    scope = scope_of(curve)
    found = compare(
        Formula(left, scope), Formula(right, scope), domain_of(scope, (left, right)), deadline=curve.deadline
    )
    match found:
        case Equal("proved"):
            return None
        case Different(witness):
            point = {name: show_number(value.scalar) for name, value in witness.point.values.items()}
            if witness.expected is None or witness.got is None or not witness.got.items:
                raise GiveUp("one side has no value")
            return Apart(point, number_text(witness.expected.items[0]), number_text(witness.got.items[0]))
    return ("compared",)
