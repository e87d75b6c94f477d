"""The next line of a derivation, as a tutor would write it: one rule, taken from the loss's own tree.

A derivation has a goal, the derivative that was asked for, and goals on the way to it (∂L/∂p, ∂p/∂z). Each has the last
form that was reached. A move gives a goal its next form: the chain rule through a name, one rule of differentiation,
what is known put in, or the shortest form. Before the first of them the loss may be written in another way, or a part
of it may get a name. Moves are proposals: whoever shows one has it graded first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeGuard

from grader.formula.rebuild import replaced
from grader.formula.tree import Call, Deriv, Expr, Index, IndexVar, Mul, Name, Reduce, walk
from grader.symbolic.adjoint import gradient, through
from grader.symbolic.components import by_components, component, elementwise, rests_on
from grader.symbolic.kinds import LINEAR, NAMED, SUM, derivatives, in_names, kind_of, kinds, nonlinear, single
from grader.symbolic.local import Local, named_back, opened
from grader.symbolic.new_names import in_order, inside_softmax, inside_vector, new_name
from grader.symbolic.pleasant import flat, is_delta, pleasant
from grader.symbolic.quantity import LOSS, Unsupported, root
from grader.symbolic.restated import in_matrices, letters_apart, logs_apart
from grader.symbolic.standing import Standing
from grader.symbolic.tidy import deltas_met, tidy

ALGEBRA: Final = "algebra"
SUBSTITUTION: Final = "substitution"
CHAIN: Final = "chain"
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
        self.scope, self.reached = in_order(standing.scope), standing.reached
        self.main = standing.goal
        stated = standing.scope.stated
        self.loss = in_names(stated if stated is not None else standing.loss, self.scope)
        self.restates = stated is None and LOSS not in self.scope.variables

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
            if short == current:
                short = deltas_met(current, self.scope)
            if short != current:
                yield Move(ALGEBRA, current, goal, short)
            elif any(map(is_delta, walk(current))):
                yield from (replace(move, rule=ALGEBRA, on=current) for move in self._at_once(goal))

    # -- the first form

    def _begun(self, goal: Deriv, depth: int) -> Iterator[Move]:
        by = goal.wrt
        assert by is not None
        body, names = (self.loss, {}) if goal.of == Name(LOSS) else opened(goal.of, self.scope)
        try:
            if self._is_whole(by):
                yield from self._through_vectors(goal, body, by)
            else:
                yield from self._chained(goal, body, by)
            if goal.of == Name(LOSS) and self.restates:
                other = self._restated(by)
                if other != self.loss:
                    yield Move(ALGEBRA, self.loss, goal.of, other)
            body = letters_apart(self._plain(body, by), by, self.scope)
            for move in self._rewritten(goal, Deriv(body, by), depth):
                named = self._in_names(move.right, goal, names) if move.left == goal else move.right
                yield move if named == move.right else replace(move, right=pleasant(named, self.scope))
        except Unsupported:
            return

    def _in_names(self, form: Expr, goal: Deriv, names: Mapping[Expr, Expr]) -> Expr:
        """A form in the names that there are: p for σ(z)."""
        return in_names(form, self.scope) if goal.of == Name(LOSS) else named_back(form, names)

    def _is_whole(self, by: Expr | None) -> TypeGuard[Name]:
        return isinstance(by, Name) and self.scope.shape(by.name) != ()

    def _plain(self, body: Expr, by: Expr | None) -> Expr:
        """What is derived: by components, unless it is derived by a whole vector."""
        return body if self._is_whole(by) else by_components(body, self.scope)

    def _restated(self, by: Expr) -> Expr:
        """The loss as it is better derived."""
        loss = in_matrices(self.loss, by, self.scope) if isinstance(by, Name) else self.loss
        return logs_apart(loss, root(by), self.scope, shares=not self._is_whole(by))

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

    def _through_vectors(self, goal: Deriv, body: Expr, by: Name) -> Iterator[Move]:
        """The chain rule through the one name that the loss rests on; a name for the one vector that it rests on."""
        if goal.of != Name(LOSS):
            return
        between = self._names_between(body, by)
        if between is not None and len(between) == 1:
            name = Name(between[0])
            known = self.scope.definitions[name.name].body
            if known == Call("softmax", (by,)):
                return  # a loss with log P is short by Z itself
            inside = inside_softmax(known, by, self.scope)
            if isinstance(inside, Name):
                name, known = inside, self.scope.definitions[inside.name].body
            elif inside is not None:
                yield from self._named(inside)
            above = Deriv(goal.of, name)
            if self.scope.shape(name.name):
                linked = named_back(through(known, above, by, self.scope), {known: name})
            else:
                linked = Mul((above, Deriv(name, by)))
            yield Move(CHAIN, goal, goal, tidy(linked, self.scope), name)
            return
        inside = inside_vector(body, by, self.scope)
        if inside is not None:
            yield from self._named(inside)

    def _named(self, inside: Expr) -> Iterator[Move]:
        new = new_name(inside, self.scope)
        if new is not None:
            yield Move(SUBSTITUTION, inside, Name(new), inside)

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
        put_in = flat(replaced(current, lambda node: facts.get(node) if isinstance(node, Deriv) else None))
        if put_in != current:
            yield Move(SUBSTITUTION, current, goal, put_in)

    def _is_named(self, of: Expr) -> bool:
        base = of.base if isinstance(of, Index) else of
        return isinstance(base, Name) and (base.name in self.scope.definitions or base.name == LOSS)

    def _by_one_rule(self, goal: Deriv, current: Expr, plain: list[Deriv]) -> Iterator[Move]:
        first = plain[0]
        assert first.wrt is not None
        asked = [kinds(self._plain(d.of, d.wrt), root(d.wrt), self.scope) for d in plain if d.wrt is not None]
        rules = list(dict.fromkeys(kind for each in asked for kind in each if kind not in (LINEAR, SUM, NAMED)))
        tries: list[str | None] = [None, *rules] if len(rules) > 1 else [*rules, None]
        for rule in tries:
            right = self._taken(current, rule)
            if right == current or (derivatives(right) == derivatives(current) and rule is None):
                continue
            if rule == "log" and any(self._of_softmax(d) for d in plain):
                rule = "softmax"
            weak = SUM if any(SUM in each for each in asked) and not any(LINEAR in each for each in asked) else LINEAR
            yield Move(rule or weak, self._on(plain, rule), goal, pleasant(right, self.scope))
            return

    def _of_softmax(self, inner: Deriv) -> bool:
        """Whether a logarithm of shares is derived by whole vectors, in one go."""
        logs = [node.args[0] for node in walk(inner.of) if isinstance(node, Call) and node.function == "log"]
        shares = [log.base if isinstance(log, Index) else log for log in logs]
        names = [share.name for share in shares if isinstance(share, Name) and share != inner.wrt]
        known = [self.scope.definitions[name].body for name in names if name in self.scope.definitions] + shares
        return self._is_whole(inner.wrt) and any(isinstance(b, Call) and b.function == "softmax" for b in known)

    def _on(self, plain: list[Deriv], rule: str | None) -> Expr:
        """The part to which a rule is applied first."""
        for inner in plain:
            assert inner.wrt is not None
            for part in nonlinear(self._plain(inner.of, inner.wrt), root(inner.wrt), self.scope):
                if kind_of(part, root(inner.wrt), self.scope) == rule:
                    return part
        return plain[0].of

    def _taken(self, current: Expr, rule: str | None) -> Expr:
        def change(node: object) -> Expr | None:
            if isinstance(node, Deriv) and not self._is_named(node.of) and node.order == 1:
                assert node.wrt is not None
                return Local(node.wrt, self.scope, rule).of(self._plain(node.of, node.wrt))
            return None

        return replaced(current, change)

    # -- the last resort

    def _at_once(self, goal: Deriv) -> Iterator[Move]:
        """The derivative in its shortest form, in one line."""
        by = goal.wrt
        assert by is not None
        body, names = (self.loss, {}) if goal.of == Name(LOSS) else opened(goal.of, self.scope)
        try:
            body = letters_apart(self._plain(body, by), by, self.scope)
            if self._is_whole(by):
                whole = gradient(body, by, self.scope)
            else:
                whole = Local(by, self.scope, None, everything=True).of(body)
        except Unsupported:
            return
        rule = single(kinds(body, root(by), self.scope))
        yield Move(rule or CHAIN, body, goal, tidy(self._in_names(whole, goal, names), self.scope))
