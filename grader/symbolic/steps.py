"""Each equation of a derivation, under what is given and what was introduced before it.

An equation that does not hold is `wrong`, unless it holds as soon as an earlier wrong one is believed: then it
is `carried`, and costs nothing more. Derivatives on either side are worked out, so `dL/dz = dL/dp · dp/dz`
can be judged like any other line.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.formula.declare import Scope
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    ZERO,
    Add,
    Call,
    Compare,
    Cond,
    Deriv,
    Expr,
    Indicator,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Size,
    walk,
)
from grader.symbolic.believing import Believed, believing
from grader.symbolic.cases import at_a_number, in_case, outside, thin
from grader.symbolic.compare import Different, Equal, Outcome, Unknown, compare
from grader.symbolic.domain import domain_of
from grader.symbolic.quantity import Formula
from grader.verdict import Evidence, Place, Step, StepOutcome


@dataclass(frozen=True, slots=True)
class Equation:
    """left = right. `line` and `step` as in `grader.verdict.Step`; `head` is the first side of its chain."""

    left: Expr
    right: Expr
    line: int
    step: int
    where: Place
    head: Expr
    given: bool = False
    """Whether it introduces a name: it holds by definition."""
    condition: Cond | None = None
    """In which case it is said to hold."""
    perhaps: Cond | None = None
    """In which case it may be meant only, since a line before it names one."""
    behind: bool = False
    """Whether it stands behind the answer: a remark."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An equation with what was found."""

    equation: Equation
    outcome: StepOutcome
    found: Outcome

    @property
    def step(self) -> Step:
        evidence: Evidence | None = None
        if isinstance(self.found, Equal):
            evidence = self.found.evidence
        elif self.outcome in ("wrong", "carried"):
            evidence = "witness"
        return Step(self.equation.line, self.equation.step, self.outcome, evidence)


def judge(
    equations: Sequence[Equation],
    scope: Scope,
    asked: Expr,
    *,
    deadline: float,
    known: Mapping[tuple[Expr, Expr], Outcome] | None = None,
    partly: Mapping[tuple[Expr, str], Expr] | None = None,
) -> list[Judged]:
    """Every equation in turn. `asked` is what a derivative is taken by where it is not written; `known` holds
    equations that were decided before, `partly` what a derivative may be taken of, all else held fixed."""
    judge_one = _Judge(scope, asked, deadline, known or {}, partly or {})
    return [judge_one.judge(equation) for equation in equations]


class _Judge:
    def __init__(
        self,
        scope: Scope,
        asked: Expr,
        deadline: float,
        known: Mapping[tuple[Expr, Expr], Outcome],
        partly: Mapping[tuple[Expr, str], Expr],
    ) -> None:
        self.scope, self.asked, self.deadline, self.known = scope, asked, deadline, known
        self.held_fixed = replace(scope, rewritten={**scope.rewritten, **partly}) if partly else None
        self.believed: list[tuple[Expr, Expr]] = []
        """Wrong equations so far."""

    def judge(self, equation: Equation) -> Judged:
        if equation.given:
            return Judged(equation, "right", Equal("proved", 0))
        found = self._held(equation)
        if isinstance(found, Equal):
            broken = any(head == equation.head and head != equation.left for head, _ in self.believed)
            return Judged(equation, "carried" if broken else "right", found)
        if isinstance(found, Unknown):
            return Judged(equation, "undecided", found)
        carried = self._carried(equation)
        self.believed.append((equation.left, equation.right))
        if equation.head != equation.left:
            self.believed.append((equation.head, equation.right))
        return Judged(equation, "carried" if carried else "wrong", found)

    def _held(self, equation: Equation) -> Outcome:
        """Whether the equation holds, in the case that it speaks of."""
        if equation.condition is not None:
            return self._compare_in(equation.condition, equation)
        found = self._compare(equation.left, equation.right)
        if isinstance(found, Equal) or equation.perhaps is None:
            return found
        limited = self._compare_in(equation.perhaps, equation)
        return limited if isinstance(limited, Equal) else found

    def _compare_in(self, condition: Cond, equation: Equation) -> Outcome:
        both = (equation.left, equation.right)
        if thin(condition, self.scope) or outside(condition, self.scope):
            scope = at_a_number(condition, both, self.asked, self.scope)
            if scope is None:
                return Unknown(("a condition that single points meet",))
            found = self._compared(*both, diagonal=False, scope=scope)
            return found if isinstance(found, Equal) else self._but_for_rounding(found, *both, scope)
        left, right = in_case(both, condition, self.asked, self.scope)
        return self._compare(left, right)

    def _but_for_rounding(self, found: Outcome, left: Expr, right: Expr, scope: Scope) -> Outcome:
        """What was found, unless a decimal may be rounded: by less than one unit of its last digit, where it stands
        alone."""
        rounded = _rounded(left, right) or _rounded(right, left)
        if rounded is None:
            holds = any(_is_decimal(node) for side in (left, right) for node in walk(side))
            return Unknown(("a rounded number",)) if holds else found
        far = self._compared(rounded, ZERO, diagonal=False, scope=scope)
        return found if isinstance(far, Different) else Unknown(("a rounded number",))

    def _compare(self, left: Expr, right: Expr) -> Outcome:
        known = self.known.get((left, right))
        if known is not None:
            return known
        if time.monotonic() > self.deadline:  # a thousand equations would each take a moment more
            return Unknown(("time",))
        found = self._compared(left, right, diagonal=False)
        if self.held_fixed is not None and not isinstance(found, Equal):
            # `r = Xw − y` for ‖Xw − y‖² + λ‖w‖²: by ∂L/∂r people mean that of the first term
            held = self._compared(left, right, diagonal=False, scope=self.held_fixed)
            found = held if isinstance(held, Equal) else found
        if isinstance(found, Different) and any(_by_a_row(side, self.scope) for side in (left, right)):
            return Unknown(("a derivative by one row of many",))
        if isinstance(found, Equal) or not any(_by_components(side, self.scope) for side in (left, right)):
            return found
        # dL/dp·dp/dz of vectors: people mean component by component, or the Jacobian
        other = self._compared(left, right, diagonal=True)
        if isinstance(other, Equal):
            return other
        along = _along(left, right, self.scope) or _along(right, left, self.scope)
        if along is not None and isinstance(other := self._compared(*along, diagonal=True), Equal):
            return other
        sides = (left, right)
        if any(isinstance(side, Deriv) and len(shape_of(side, self.scope) or ()) == 2 for side in sides):
            # a Jacobian, in either layout
            turned = self._compared(*map(_turned, sides), diagonal=False)
            return turned if isinstance(turned, Equal) else found
        return Unknown(("derivatives of a vector by a vector",))

    def _compared(self, left: Expr, right: Expr, *, diagonal: bool, scope: Scope | None = None) -> Outcome:
        scope = scope or self.scope
        domain = domain_of(scope, (left, right), asked=self.asked)
        sides = [Formula(side, scope, self.asked, diagonal) for side in (left, right)]
        return compare(sides[0], sides[1], domain, deadline=self.deadline)

    def _carried(self, equation: Equation) -> bool:
        """Whether the equation holds once the wrong ones before it are believed."""
        sides = [Formula(side, self.scope, self.asked) for side in (equation.left, equation.right)]
        lefts, rights = (list(believing(side.expr, self.believed, self.scope, self.asked)) for side in sides)
        pairs = ((a, b) for a in (*lefts, sides[0]) for b in (sides[1], *rights) if [a, b] != sides)
        return any(isinstance(self._believed_same(a, b), Equal) for a, b in pairs)

    def _believed_same(self, a: Believed, b: Believed) -> Outcome:
        if isinstance(a, Formula) and isinstance(b, Formula) and a.scope == b.scope == self.scope:
            return self._compare(a.expr, b.expr)
        scope = b.scope if a.scope == self.scope else a.scope
        domain = domain_of(scope, (a.expr, b.expr), asked=self.asked)
        return compare(a, b, domain, deadline=self.deadline)


def _turned(side: Expr) -> Expr:
    return Call("transpose", (side,)) if isinstance(side, Deriv) else side


def _along(side: Expr, number: Expr, scope: Scope) -> tuple[Expr, Expr] | None:
    """`du/dz` and `1/T` for all components: people write the number that stands on the diagonal."""
    if not isinstance(side, Deriv) or side.wrt is None or shape_of(number, scope) != ():
        return None
    of, by = shape_of(side.of, scope), shape_of(side.wrt, scope)
    if of is None or of != by or len(of) != 1:
        return None
    size: Expr = Size(of[0]) if isinstance(of[0], str) else Num(Fraction(of[0]))
    return side, Mul((number, Call("diag", (Call("eye", (size,)),))))


def _by_a_row(side: Expr, scope: Scope) -> bool:
    """Whether a derivative by a vector that was introduced for each i stands in a side: `∂L/∂z_i`, z_i = W x_i."""
    derivatives = (node for node in walk(side) if isinstance(node, Deriv) and isinstance(node.wrt, Name))
    names = (node.wrt.name for node in derivatives if isinstance(node.wrt, Name))
    found = (scope.definitions[name] for name in names if name in scope.definitions)
    return any(definition.letters and definition.shape for definition in found)


def _by_components(side: Expr, scope: Scope) -> bool:
    """Whether a derivative of a vector by a vector stands in a side."""
    for node in walk(side):
        if isinstance(node, Deriv) and node.wrt is not None:
            of, by = shape_of(node.of, scope), shape_of(node.wrt, scope)
            if of is None or by is None or (of and by):
                return True
    return False


def _rounded(exact: Expr, side: Expr) -> Expr | None:
    """Where a side is a decimal, what is 0 if it may be the other one rounded, and 1 if not."""
    number = side.arg if isinstance(side, Neg) else side
    if not isinstance(number, Num) or not _is_decimal(number):
        return None
    unit = Fraction(1)
    while (number.value / unit).denominator != 1:  # ends: a decimal has a last digit
        unit /= 10
    distance = Call("abs", (Add((exact, Neg(side))),))
    return Indicator(Compare(">", distance, Num(unit)))


def _is_decimal(node: Node) -> bool:
    return isinstance(node, Num) and node.decimal and node.value.denominator != 1  # `1/2.` ends a sentence
