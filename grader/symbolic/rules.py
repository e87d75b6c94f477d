"""The rule by which an equation of a derivation holds, where it is one.

Read off the two sides of an equation that is known to hold: which derivative stands on the left, what it is of, and
what became of it. Algebra goes along with any rule, as do sums and constant factors. What took several rules at once,
or another way than the formula suggests, gets no name. docs/derivations.md lists the names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from grader.formula.declare import Scope
from grader.formula.rebuild import replaced
from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Deriv,
    Expr,
    Index,
    IndexVar,
    Mul,
    Name,
    Pow,
    Reduce,
    children,
)
from grader.symbolic.components import rests_on
from grader.symbolic.kinds import LINEAR, NAMED, SUM, derivatives, in_names, kind_of
from grader.symbolic.quantity import LOSS, Unsupported, root
from grader.symbolic.steps import Equation, Judged
from grader.verdict import Step

CHAIN: Final = "chain"
SUBSTITUTION: Final = "substitution"
ALGEBRA: Final = "algebra"
DEEPEST: Final = 40
_LETTER: Final = IndexVar("·")
"""Stands for every index letter: which one is meant does not tell a rule."""


def steps_with_rules(judged: Sequence[Judged], scope: Scope, loss: Expr, asked: Expr) -> tuple[Step, ...]:
    """The steps of a derivation, each right one with its rule."""
    rules = Rules(scope, loss, asked)
    return tuple(replace(one.step, rule=rules.of(one.equation)) if one.outcome == "right" else one.step
                 for one in judged)  # fmt: skip


@dataclass(slots=True)
class Rules:
    """Equations in turn, each with what the ones before it said."""

    scope: Scope
    loss: Expr
    asked: Expr
    reached: dict[Expr, Expr] = field(default_factory=dict)
    """The last form of each derivative."""

    def of(self, equation: Equation) -> str | None:
        """The rule of an equation that holds; None where it is not one, or cannot be told."""
        left, right, head = (self._said(side) for side in (equation.left, equation.right, equation.head))
        try:
            found = SUBSTITUTION if equation.given else self._rule(left, right)
        except (Unsupported, KeyError, RecursionError):
            found = None
        if isinstance(head, Deriv) and head not in derivatives(right):
            self.reached[head] = right
        elif equation.left == Name(LOSS) and not equation.given:
            self.loss = equation.right
        return found

    def _said(self, side: Expr) -> Expr:
        """A side whose derivatives all say what they are of, the loss by its name, and by what."""

        def change(node: object) -> Expr | None:
            if isinstance(node, Deriv) and (node.of == self.loss or node.wrt is None):
                of = Name(LOSS) if node.of == self.loss else self._said(node.of)
                return replace(node, of=of, wrt=node.wrt or self.asked)
            return None

        return replaced(side, change)

    def _rule(self, left: Expr, right: Expr) -> str | None:
        if isinstance(left, Deriv) and left in self.reached:  # goes on from the form that it had
            return self._rule(self.reached[left], right)
        before, after = derivatives(left), derivatives(right)
        gone = [each for each in before if each not in after]
        if not gone:
            new = any(each not in before for each in after)
            return None if new else self._without_derivatives(left, right)
        if any(_through(each, other) for each in gone for other in after if other not in before):
            return CHAIN
        if all(each in self.reached for each in gone) and set(after) <= {*before, *self._put_in(gone)}:
            return SUBSTITUTION
        if isinstance(left, Deriv) and not after and self._links(left):
            return CHAIN
        return self._by_kind(gone, before, after)

    def _put_in(self, gone: list[Deriv]) -> list[Deriv]:
        return [inner for each in gone for inner in derivatives(self.reached[each])]

    def _links(self, whole: Deriv) -> bool:
        """Whether both links of a chain were worked out before: dL/dp, and dp/dz."""
        known = [each for each in self.reached if isinstance(each, Deriv) and not derivatives(self.reached[each])]
        return any(a.of == whole.of and a.wrt == b.of and b.wrt == whole.wrt for a in known for b in known)

    def _without_derivatives(self, left: Expr, right: Expr) -> str:
        named = left.base if isinstance(left, Index) else left
        if isinstance(named, Name) and (named.name in self.scope.definitions or named.name == LOSS):
            return SUBSTITUTION
        a, b = self._opened(left), self._opened(right)
        return SUBSTITUTION if left != right and _ordered(a) == _ordered(b) != _ordered(left) else ALGEBRA

    def _opened(self, side: Expr) -> Expr:
        def change(node: object) -> Expr | None:
            if isinstance(node, Name) and node.name != LOSS and node.name in self.scope.definitions:
                return self._opened(self.scope.definitions[node.name].body)
            return None

        return replaced(side, change)

    # -- by what the derivative is of

    def _by_kind(self, gone: list[Deriv], before: list[Deriv], after: list[Deriv]) -> str | None:
        stops = {_spelt(each.of) for each in after}
        new = {_spelt(each.of) for each in after if each not in before}
        seen: set[Expr] = set()
        found: set[str] = set()
        for each in gone:
            assert each.wrt is not None
            of = in_names(self.loss, self.scope) if each.of == Name(LOSS) else each.of
            foreign = root(each.wrt) in self.scope.definitions and not rests_on(of, root(each.wrt), self.scope)
            if each.order != 1 or foreign:
                return None
            said = {_spelt(known.of) for known in self.reached if isinstance(known, Deriv) and known.wrt == each.wrt}
            found |= self._needed(of, root(each.wrt), stops | said, seen)
        if new - seen:
            return None
        strong = found - {LINEAR, SUM}
        if len(strong) > 1:
            return None
        return next(iter(strong), SUM if found == {SUM} else LINEAR)

    def _needed(self, expr: Expr, name: str, stops: set[Expr], seen: set[Expr], depth: int = 0) -> set[str]:
        """The rules that the derivative of a formula takes, down to the derivatives that are left standing."""
        if depth > DEEPEST:
            raise Unsupported("too deep")
        if expr == Name(LOSS):
            return self._needed(self.loss, name, stops, seen, depth + 1)
        here = _spelt(expr)
        if here in stops and depth:
            seen.add(here)
            return set()
        if not rests_on(expr, name, self.scope):
            return set()
        kind = kind_of(expr, name, self.scope)
        if kind == NAMED:
            base = expr.base if isinstance(expr, Index) else expr
            assert isinstance(base, Name)
            return self._needed(self.scope.definitions[base.name].body, name, stops, seen, depth + 1)
        found = {SUM if isinstance(expr, Reduce) else kind}
        for part in _parts(expr):
            found |= self._needed(part, name, stops, seen, depth + 1)
        return found


def _through(whole: Deriv, link: Deriv) -> bool:
    """Whether `link` is the outer link of a chain that leads to `whole`."""
    if link.wrt is None or whole.wrt is None or link.of != whole.of:
        return False
    return root(link.wrt) != root(whole.wrt)


def _parts(expr: Expr) -> list[Expr]:
    """What is derived in turn when a formula is."""
    match expr:
        case Cases(branches, otherwise):
            return [value for _, value in branches] + ([] if otherwise is None else [otherwise])
        case Pow(Call("norm", (u,)), _):
            return [u]  # ‖u‖² goes by the power rule as a whole
        case Index(Name()):
            return []
        case Index(base, _):
            return list(_parts(base)) if isinstance(base, Call) else [base]
    return [child for child in children(expr) if isinstance(child, Expr)]


def _spelt(expr: Expr) -> Expr:
    """A formula without its indices: what a component and the whole have in common."""

    def change(node: object) -> Expr | None:
        match node:
            case Index(Name() as base, subscripts) if all(isinstance(each, IndexVar) for each in subscripts):
                return base
            case Reduce(op, body):
                return Reduce(op, _spelt(body))
            case IndexVar():
                return _LETTER
        return None

    return replaced(expr, change)


def _ordered(expr: Expr) -> Expr:
    """The same with the terms of sums and the factors of products in one order."""

    def change(node: object) -> Expr | None:
        if isinstance(node, Add):
            return Add(tuple(sorted(map(_ordered, node.terms), key=repr)))
        if isinstance(node, Mul):
            flat = [part for f in node.factors for part in (f.factors if isinstance(f, Mul) else (f,))]
            return Mul(tuple(sorted(map(_ordered, flat), key=repr)))
        return None

    return replaced(expr, change)
