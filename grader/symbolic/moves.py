"""The next line of a derivation, as a tutor would write it: one rule, taken from the loss's own tree.

A derivation has a goal, the derivative that was asked for, and goals on the way to it (∂L/∂p, ∂p/∂z). Each has the last
form that was reached. A move gives a goal its next form: the chain rule through a name, one rule of differentiation,
what is known put in, or the shortest form. Moves are proposals: whoever shows one has it graded first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from grader.formula.declare import Scope
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    Add,
    Cases,
    Compare,
    Deriv,
    Expr,
    Index,
    IndexVar,
    Indicator,
    MatMul,
    Mul,
    Name,
    Neg,
    Reduce,
    walk,
)
from grader.symbolic.adjoint import gradient, through
from grader.symbolic.components import by_components, component, elementwise, rests_on
from grader.symbolic.differentiate import minus, plus
from grader.symbolic.fractions_of import signed
from grader.symbolic.kinds import LINEAR, NAMED, SUM, derivatives, in_names, kind_of, kinds, nonlinear, single
from grader.symbolic.local import Local, named_back, opened
from grader.symbolic.quantity import LOSS, Unsupported, root
from grader.symbolic.standing import Standing
from grader.symbolic.tidy import tidy

ALGEBRA: Final = "algebra"
SUBSTITUTION: Final = "substitution"
CHAIN: Final = "chain"
_NEW_NAMES: Final = ("r", "u", "v", "s", "a", "h")
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class Move:
    """left = right, by a rule, which is applied to `on`. `through` is the name that a chain goes through."""

    rule: str | None
    on: Expr
    left: Expr
    right: Expr
    through: Expr | None = None


def moves(standing: Standing) -> Iterator[Move]:
    """What may come next, the best first; nothing where the goal is reached in its shortest form."""
    yield from _Tutor(standing).toward(standing.goal, 0)


class _Tutor:
    def __init__(self, standing: Standing) -> None:
        self.scope, self.reached = standing.scope, standing.reached
        self.main = standing.goal
        self.loss = in_names(standing.loss, standing.scope)

    def toward(self, goal: Deriv, depth: int) -> Iterator[Move]:
        current = self.reached.get(goal)
        if depth > _DEEPEST:
            return
        if current is None:
            yield from self._begun(goal, depth)
            yield from self._at_once(goal)
        elif derivatives(current):
            yield from self._carried_on(goal, current, depth)
            yield from self._at_once(goal)
        elif goal == self.main:
            short = tidy(current, self.scope)
            if short != current:
                yield Move(ALGEBRA, current, goal, short)
            elif any(map(is_delta, walk(current))):
                yield from self._at_once(goal)

    # -- the first form

    def _begun(self, goal: Deriv, depth: int) -> Iterator[Move]:
        by = goal.wrt
        assert by is not None
        body, names = (self.loss, {}) if goal.of == Name(LOSS) else opened(goal.of, self.scope)
        try:
            if isinstance(by, Name) and self.scope.shape(by.name):
                yield from self._whole(goal, body, by)
                return
            yield from self._chained(goal, body, by)
            body = by_components(body, self.scope)
            for move in self._rewritten(goal, Deriv(body, by), depth):
                named = named_back(move.right, names) if move.left == goal else move.right
                yield move if named == move.right else replace(move, right=_pleasant(named, self.scope))
        except Unsupported:
            return

    def _names_between(self, body: Expr, by: Expr) -> list[str] | None:
        """The names through which alone a formula rests on `by`; None where it also does by itself."""
        name = root(by)
        found: list[str] = []
        for node in walk(body):
            if isinstance(node, Name):
                if node.name == name:
                    return None
                if node.name in self.scope.definitions and rests_on(node, name, self.scope):
                    found.append(node.name)
        return list(dict.fromkeys(found))

    def _chained(self, goal: Deriv, body: Expr, by: Expr) -> Iterator[Move]:
        """∂L/∂z = ∂L/∂p·∂p/∂z where z stands in L through p alone."""
        between = self._names_between(body, by)
        if between is None or len(between) != 1 or body == Name(between[0]):
            return
        name = Name(between[0])
        shape = self.scope.shape(name.name)
        if not shape:
            yield Move(CHAIN, goal, goal, Mul((Deriv(goal.of, name), Deriv(name, by))), name)
            return
        if len(shape) != 1:
            return
        if isinstance(by, Index) and len(by.subscripts) == 1:
            letter = by.subscripts[0]
            inside = component(self.scope.definitions[name.name].body, (IndexVar("m"),), self.scope)
            if elementwise(inside, root(by), "m", self.scope):
                part = Index(name, (letter,))
                yield Move(CHAIN, goal, goal, Mul((Deriv(goal.of, part), Deriv(part, by))), part)
                return
        taken = {*self.scope.variables, *self.scope.definitions, *self.scope.dims}
        taken |= {node.name for node in walk(by) if isinstance(node, IndexVar)}
        letter_ = next((letter for letter in "jilm" if letter not in taken), None)
        if letter_ is not None:
            part = Index(name, (IndexVar(letter_),))
            product = Mul((Deriv(goal.of, part), Deriv(part, by)))
            yield Move(CHAIN, goal, goal, Reduce("sum", product, letter_, shape[0]), part)

    # -- vectors as a whole

    def _whole(self, goal: Deriv, body: Expr, by: Name) -> Iterator[Move]:
        between = self._names_between(body, by)
        if between is not None and len(between) == 1 and goal.of == Name(LOSS):
            name = Name(between[0])
            above = Deriv(goal.of, name)
            linked = through(self.scope.definitions[name.name].body, above, by, self.scope)
            yield Move(CHAIN, goal, goal, tidy(linked, self.scope), name)
            return
        inside = self._affine_inside(body, by)
        if inside is not None:
            new = next((n for n in _NEW_NAMES if self.scope.canonical(n) is None and n not in self.scope.dims), None)
            if new is not None:
                yield Move(SUBSTITUTION, inside, Name(new), inside)
        terms = _terms(body)
        resting = [term for term in terms if rests_on(term, by.name, self.scope)]
        if len(resting) > 1:
            split = plus(*(minus(Deriv(t.arg, by)) if isinstance(t, Neg) else Deriv(t, by) for t in resting))
            yield Move(LINEAR, body, goal, split)
        yield self._worked_out(goal, Deriv(body, by))

    def _affine_inside(self, body: Expr, by: Name) -> Expr | None:
        """The one vector through which alone a loss rests on the variable, by a product of matrices: Xw − y."""
        for node in walk(body):
            if not isinstance(node, Add | MatMul) or not rests_on(node, by.name, self.scope):
                continue
            shape = shape_of(node, self.scope)
            parts = _terms(node)
            products = [part.arg if isinstance(part, Neg) else part for part in parts]
            resting = [part for part in products if rests_on(part, by.name, self.scope)]
            if not shape or len(resting) != 1 or not isinstance(resting[0], MatMul):
                continue
            product = resting[0]
            plain = (product.left == by) != (product.right == by)
            others = product.left if product.right == by else product.right
            if not plain or rests_on(others, by.name, self.scope):
                continue
            rest = replaced(body, lambda part: Name(LOSS) if part == node else None)  # noqa: B023
            alone = not any(isinstance(n, Name) and n == by for n in walk(rest))
            return node if alone and node != body else None
        return None

    def _worked_out(self, goal: Deriv, inner: Deriv) -> Move:
        assert isinstance(inner.wrt, Name)
        rule = single(kinds(inner.of, inner.wrt.name, self.scope))
        return Move(rule, inner.of, goal, tidy(gradient(inner.of, inner.wrt, self.scope), self.scope))

    # -- from one form to the next

    def _carried_on(self, goal: Deriv, current: Expr, depth: int) -> Iterator[Move]:
        try:
            yield from self._rewritten(goal, current, depth)
        except Unsupported:
            return

    def _rewritten(self, goal: Deriv, current: Expr, depth: int) -> Iterator[Move]:
        asked = self.main.wrt
        left = [replace(d, wrt=d.wrt or asked) for d in derivatives(current)]
        current = replaced(
            current, lambda node: replace(node, wrt=asked) if isinstance(node, Deriv) and node.wrt is None else None
        )
        plain = [d for d in left if not self._is_named(d.of)]
        if plain:
            yield from self._by_one_rule(goal, current, plain)
            return
        for inner in left:
            known = self.reached.get(inner)
            if inner != goal and (known is None or derivatives(known)):
                yield from self.toward(inner, depth + 1)
                return
        facts = {inner: self.reached[inner] for inner in left if inner in self.reached}
        put_in = _flat(replaced(current, lambda node: facts.get(node) if isinstance(node, Deriv) else None))
        if put_in != current:
            yield Move(SUBSTITUTION, current, goal, put_in)

    def _is_named(self, of: Expr) -> bool:
        base = of.base if isinstance(of, Index) else of
        return isinstance(base, Name) and (base.name in self.scope.definitions or base.name == LOSS)

    def _by_one_rule(self, goal: Deriv, current: Expr, plain: list[Deriv]) -> Iterator[Move]:
        first = plain[0]
        assert first.wrt is not None
        if isinstance(first.wrt, Name) and self.scope.shape(first.wrt.name):
            worked = self._worked_out(goal, first)
            right = replaced(current, lambda node: worked.right if node == first else None)
            yield replace(worked, right=_pleasant(right, self.scope))
            return
        asked = [kinds(by_components(d.of, self.scope), root(d.wrt), self.scope) for d in plain if d.wrt is not None]
        rules = list(dict.fromkeys(kind for each in asked for kind in each if kind not in (LINEAR, SUM, NAMED)))
        tries: list[str | None] = [None, *rules] if len(rules) > 1 else [*rules, None]
        for rule in tries:
            right = self._taken(current, rule)
            if right == current or (derivatives(right) == derivatives(current) and rule is None):
                continue
            weak = SUM if any(SUM in each for each in asked) and not any(LINEAR in each for each in asked) else LINEAR
            yield Move(rule or weak, self._on(plain, rule), goal, _pleasant(right, self.scope))
            return

    def _on(self, plain: list[Deriv], rule: str | None) -> Expr:
        """The part to which a rule is applied first."""
        for inner in plain:
            assert inner.wrt is not None
            for part in nonlinear(by_components(inner.of, self.scope), root(inner.wrt), self.scope):
                if kind_of(part, root(inner.wrt), self.scope) == rule:
                    return part
        return plain[0].of

    def _taken(self, current: Expr, rule: str | None) -> Expr:
        def change(node: object) -> Expr | None:
            if isinstance(node, Deriv) and not self._is_named(node.of) and node.order == 1:
                assert node.wrt is not None
                return Local(node.wrt, self.scope, rule).of(by_components(node.of, self.scope))
            return None

        return replaced(current, change)

    # -- the last resort

    def _at_once(self, goal: Deriv) -> Iterator[Move]:
        """The derivative in its shortest form, in one line."""
        by = goal.wrt
        assert by is not None
        body, names = (self.loss, {}) if goal.of == Name(LOSS) else opened(goal.of, self.scope)
        try:
            if isinstance(by, Name) and self.scope.shape(by.name):
                whole = gradient(body, by, self.scope)
            else:
                whole = Local(by, self.scope, None, everything=True).of(by_components(body, self.scope))
        except Unsupported:
            return
        rule = single(kinds(body, root(by), self.scope))
        yield Move(rule or CHAIN, body, goal, tidy(named_back(whole, names), self.scope))


def _terms(expr: Expr) -> list[Expr]:
    match expr:
        case Add(terms):
            return [part for term in terms for part in _terms(term)]
        case Neg(arg):
            return [minus(part) for part in _terms(arg)]
    return [expr]


def _pleasant(expr: Expr, scope: Scope) -> Expr:
    """Each term by itself in its shortest form; what is still to be derived, and a sum with δ, stays as it is."""
    terms = _terms(expr)
    made = [_pleasant_term(term, scope) for term in terms]
    return signed(plus(*made)) if len(terms) > 1 else made[0]


def _pleasant_term(term: Expr, scope: Scope) -> Expr:
    if isinstance(term, Cases):
        made = tuple((condition, _pleasant(value, scope)) for condition, value in term.branches)
        return Cases(made, None if term.otherwise is None else _pleasant(term.otherwise, scope))
    if any(isinstance(node, Deriv) or is_delta(node) for node in walk(term)):
        return _flat(term)
    return tidy(term, scope)


def is_delta(node: object) -> bool:
    match node:
        case Indicator(Compare("==", a, b)):
            return isinstance(a, IndexVar) or isinstance(b, IndexVar)
    return False


def _flat(expr: Expr) -> Expr:
    """Products within products as one."""
    match expr:
        case Mul(factors):
            inner = [_flat(factor) for factor in factors]
            return Mul(tuple(part for f in inner for part in (f.factors if isinstance(f, Mul) else (f,))))
        case Neg(arg):
            return Neg(_flat(arg))
        case Reduce(body=body):
            return replace(expr, body=_flat(body))
    return expr
