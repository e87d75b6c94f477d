"""Derivations: several lines, chains of equations, names introduced on the way, words between."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from grader.formula import tree
from grader.formula.declarations import name_at
from grader.formula.declare import Definition, Scope
from grader.formula.equations import Derivation, Equation, Side
from grader.formula.errors import Unreadable
from grader.formula.functions import BY_SPELLING
from grader.formula.names import LOSS_NAMES, LossNames, Vocabulary, canonical
from grader.formula.reader.arguments import without_divergence_arguments, without_example_arguments
from grader.formula.reader.at_points import at_its_point
from grader.formula.reader.beyond import derives
from grader.formula.reader.bounds import COMPARISONS, comparison_at, is_general, said_at, without_constant
from grader.formula.reader.connectives import with_connectives
from grader.formula.reader.differentials import are_told, is_differential, with_differentials
from grader.formula.reader.elaborate import Elaborator
from grader.formula.reader.gradient_names import GradientNames
from grader.formula.reader.indices import Cell, Typed
from grader.formula.reader.introduce import LeftSides, NewName, with_loss
from grader.formula.reader.inverse import with_inverse_names
from grader.formula.reader.limits import DEFINITIONS, DERIVATION_LENGTH, FORMULA_LENGTH, LINES, check_length, too_large
from grader.formula.reader.lines import Lines, Statement
from grader.formula.reader.loss_subscripts import with_slopes_named, without_loss_subscripts
from grader.formula.reader.notation import Token, tokenise
from grader.formula.reader.numbers_in import check_numbers
from grader.formula.reader.orders import check_order
from grader.formula.reader.parse import Parser
from grader.formula.reader.pieces import has_derivative
from grader.formula.reader.primed import with_primed_names
from grader.formula.reader.rebound import rebound
from grader.formula.reader.rows import first_equals, relations_at
from grader.formula.reader.said_of_loss import with_loss_named
from grader.formula.reader.set_aside import SetAside
from grader.formula.reader.sides import introduced_names, own_loss_name, sides_of
from grader.formula.reader.spoken_derivatives import told, with_label
from grader.formula.reader.subjects import said_to_be
from grader.formula.reader.supposed import letters_of_derivatives, with_bare_sigmoid, with_supposed
from grader.formula.reader.tokens import ended
from grader.formula.reader.waiting import Waiting, reason_first, shadowing_first
from grader.formula.reader.word_names import with_word_names
from grader.formula.tree import Cond, Dim, Expr, Span

_CODE: Final = re.compile(r"```|^[ \t]*return\b|\bnp\.", re.MULTILINE)


def read_derivation(text: str, scope: Scope, asked: str = "") -> Derivation:
    """Reads a submission; `asked` names what the derivative was asked by, where one was.

    Raises Unreadable at the first place that cannot be read, spans in the whole text."""
    check_length(text, DERIVATION_LENGTH)
    return _Reader(text, with_loss(scope), asked=asked).read()


def definition_from(tokens: Sequence[Token], scope: Scope) -> Definition:
    """A definition `NAME = FORMULA` from its tokens. Raises Unreadable."""
    reader = _Reader("", scope, loss=False)
    equal = first_equals(tokens)
    if equal is None:
        name, after = name_at(list(tokens), 0)
        token = tokens[after] if name else tokens[0]
        raise Unreadable(
            "unreadable", Span(token.start, token.end), ("=",) if name else ("a name",), {"got": token.text}
        )
    found = LeftSides(scope, loss=False).new_name(tokens[:equal], tokens[equal + 1 : -1])
    if found is None:
        name, after = name_at([*list(tokens[:equal]), tokens[-1]], 0)
        token = tokens[0]
        if name and scope.canonical(canonical(name)) is not None:
            raise Unreadable(
                "unreadable",
                Span(token.start, tokens[equal - 1].end),
                ("a name that is not declared yet",),
                {"got": name, "duplicate": name},
            )
        raise Unreadable("unreadable", Span(token.start, token.end), ("a name",), {"got": token.text})
    elaborator = Elaborator(found.scope, free=bool(found.letters))
    body, shape = reader.side(tokens[equal + 1 : -1], found.scope, elaborator)
    return found.definition(body, shape, elaborator)


class _Reader:
    def __init__(self, text: str, scope: Scope, *, loss: bool = True, asked: str = "") -> None:
        self.text = text
        self.scope = scope
        self.loss = loss
        self.asked = asked
        self.losses = LossNames()
        self.introduced: frozenset[str] = frozenset()
        self.equations: list[Equation] = []
        self.steps = 0
        self.gradients = GradientNames(asked)
        self.aside = SetAside(text, asked)
        self.differentials = False
        """Whether `dr` is the differential of r."""
        self.supposed: set[str] = set()
        """Letters that were taken for what a function is of."""

    def read(self) -> Derivation:
        vocabulary = Vocabulary.of(self.scope)
        typed = without_example_arguments(without_divergence_arguments(tokenise(self.text)), vocabulary)
        typed = with_primed_names(with_slopes_named(typed, vocabulary, self.asked), vocabulary, self.asked)
        typed = with_inverse_names(typed, vocabulary)
        typed = with_loss_named(without_loss_subscripts(typed, vocabulary), Vocabulary.of(self.scope).scope.variables)
        tokens = with_connectives(with_word_names(typed, self.scope))
        if self.asked:
            self.scope = with_bare_sigmoid(tokens, self.scope)
        lines = Lines(tokens, self.text, vocabulary)
        declared = self.scope.canonical
        code = _CODE.search(self.text) is not None
        placed = [at_its_point(statement, self.asked) for statement in lines.statements()]
        if placed and placed[0].chained and placed[0].tokens[0].text == "=" and len(placed[0].tokens) > 1:
            placed[0] = replace(placed[0], tokens=placed[0].tokens[1:], chained=False)  # it goes on with the question
        statements = rebound(placed, lambda name: declared(name) is not None, code=code)
        self.introduced = introduced_names(statements)
        names = {*Vocabulary.of(self.scope).names, *(n for n in self.introduced if n[:1] != "d"), "L"}
        self.differentials = bool(self.asked) and are_told(statements, names, self.asked)
        self.losses = LossNames(self.introduced, own_loss_name(tokens))
        pending: Unreadable | None = None
        several = len(statements) > 1
        waiting = Waiting(reason_first(shadowing_first(statements, self._means_something_else)))
        derived = letters_of_derivatives(tokens)
        for statement in waiting:
            spoken = told(statement, self.text, self.scope, self.asked)
            in_signs = None if spoken is None else spoken.in_signs
            aside = spoken is not None and in_signs is None
            if aside or self.aside.before_reading(in_signs or statement, self.scope, claimed=self._claimed):
                lines.note(statement.tokens)
                continue
            if in_signs is not None and self._told(in_signs, lines):
                continue
            try:
                self._statement(statement, lines)
            except Unreadable as error:
                symbol = str(error.data["symbol"]) if error.code == "unknown-symbol" else ""
                wanted = symbol or str(error.data.get("bare", ""))
                if wanted and waiting.bring(wanted, Vocabulary.of(self.scope).names, statement):
                    continue
                if symbol and self._suppose(symbol, derived):
                    waiting.put_back(statement)
                elif not several or error.code == "too-large":
                    raise
                elif self.aside.unread(statement, error, self.scope, claimed=self._claimed, more=bool(waiting)):
                    lines.note(statement.tokens)
                    pending = pending or error
                elif not self._led_to(statement, lines):
                    raise
        if pending is not None and not self._claimed:
            raise pending
        if not self.equations:
            end = len(self.text.rstrip())
            raise Unreadable(
                "unreadable",
                Span(0, end),
                ("a formula",),
                {"got": self.text.strip()[:40], "empty": not self.text.strip()},
            )
        comments = sorted(lines.comments, key=lambda comment: comment.span.start)
        return Derivation(tuple(self.equations), self.scope, tuple(comments))

    @property
    def _claimed(self) -> bool:
        """Whether something was read that may be the answer."""
        return any(map(_is_claim, self.equations))

    def _led_to(self, statement: Statement, lines: Lines) -> bool:
        """Whether the words of a statement lead to something that can be read, and now is."""
        rest = tuple(self.aside.claiming(self.scope).leads_to(statement.tokens)) if self._claimed else ()
        if not 0 < len(rest) < len(statement.tokens):
            return False
        try:
            self._statement(replace(statement, tokens=rest), lines)
        except Unreadable:
            return False
        lines.note(statement.tokens[: -len(rest)])
        return True

    def _told(self, in_signs: Statement, lines: Lines) -> bool:
        """Whether a derivative that was told in words can be read, and now is."""
        steps, scope = self.steps, self.scope
        try:
            self._statement(in_signs, lines)
        except Unreadable:
            self.steps, self.scope = steps, scope
            return False
        return True

    def _means_something_else(self, left: Sequence[Token]) -> bool:
        """Whether a left side is no declared name, and can be read all the same: a letter, the word of a function."""
        if len(left) == 1 and left[0].kind == "letter" and left[0].text not in BY_SPELLING:
            return self.scope.canonical(canonical(left[0].text)) is None and self._reads(list(left))
        name, after = name_at(ended(left), 0)
        return after == len(left) and name in BY_SPELLING and self._word_alone(list(left))

    def _suppose(self, symbol: str, derived: frozenset[str]) -> bool:
        """Whether a letter that was never introduced is known all the same, and now is in the scope."""
        letter = canonical(symbol)
        if letter in self.supposed or letter not in derived:
            return False
        scope = with_supposed(letter, self.scope)
        if scope is None:
            return False
        self.supposed.add(letter)
        self.scope = scope
        return True

    def _statement(self, statement: Statement, lines: Lines) -> None:
        tokens = list(statement.tokens)
        if statement.untold:
            span = Span(tokens[0].start, tokens[-1].end)
            raise Unreadable(
                "unreadable", span, ("the other case before it, such as if z > 0: …",), {"got": "otherwise"}
            )
        chained = statement.chained and tokens[0].text in ("=", "==", "≈")
        if chained:
            tokens = tokens[1:]
        tokens = self._with_differentials(with_label(tokens, self._derivative_in, self._derived_by()))
        if not tokens:
            token = statement.tokens[-1]
            raise Unreadable("unreadable", Span(token.end, token.end), ("a formula",), {"got": ""})
        parts = self._values(sides_of(tokens), lines, chained=chained and bool(self.equations))
        if (
            len(parts) > 1
            and not chained
            and not derives(parts[0])
            and self.aside.claiming(self.scope).names_answer(tokens)
        ):
            start = tokens[0].start
            parts = [[Token("word", "gradient", start, start)], *parts]  # `The gradient is −(p − y) = y − p`
        if len(parts) == 1 and statement.condition and not chained and (subject := said_to_be(parts[0], self.text)):
            parts = [[subject], *parts]
        self.steps += len(parts)
        if self.steps > LINES:
            raise too_large("steps", LINES, self.steps, tokens[0].start, tokens[-1].end)
        if chained and self.equations:
            self._continue(parts, lines, statement)
            return
        if len(parts) == 1 and self.equations and self.gradients.meant(parts[0], self.scope) is not None:
            lines.note(tokens)  # `return grad_w`, after `grad_w = …`
            return
        if len(parts) > 1:
            found = self._introduced(parts, statement)
            if found is not None:
                inner = self._introduced(parts[1:], statement) if len(parts) > 2 else None
                if inner is not None and inner.name != found.name:
                    self._introduce(inner, parts[1:], lines)  # `s = cos θ = …`: both are names
                    found = replace(found, scope=self.scope)
                self._introduce(found, parts, lines)
                self._set_before(statement)
                return
        elaborator = Elaborator(self.scope, free=True)
        sides = [self._read_side(parts[0], elaborator, first=len(parts) > 1)]
        if len(parts) > 1:
            elaborator = self._knowing(elaborator.free_indices)
            elaborator.beside = sides[0].shape
            try:
                sides += self._right_sides(parts[1:], elaborator, lines, head=sides[0].expr)
            except Unreadable as error:
                columns = self._columns(sides[0].expr) if error.code == "shape-mismatch" else None
                if columns is None:
                    raise
                elaborator = self._knowing(columns)
                sides = [self._read_side(part, elaborator) for part in parts]
        states_loss = (
            len(sides) > 1
            and isinstance(sides[0].expr, tree.Name)
            and sides[0].expr.name == "L"
            and "L" not in self.scope.variables
            and not statement.condition
        )
        first = sides[:1] if len(sides) > 1 else []
        sides = [*first, *self._in_case(sides[len(first) :], statement, elaborator)]
        self._add(sides, elaborator, lines, states_loss=states_loss)
        if len(parts) > 1 and not elaborator.free_indices:
            self.scope = self.gradients.keeping(parts[0], sides[-1], self.scope)

    def _with_differentials(self, tokens: list[Token]) -> list[Token]:
        """Where differentials are told, with names for them."""
        if not self.differentials or not is_differential(tokens, Vocabulary.of(self.scope).names):
            return tokens
        found = with_differentials(tokens, self.scope, self.asked)
        if found is None:
            span = Span(tokens[0].start, tokens[-1].end)
            raise Unreadable("unreadable", span, ("a derivative, such as dL/dw",), {"differential": True})
        self.scope = found[1]
        return found[0]

    def _values(self, parts: list[list[Token]], lines: Lines, *, chained: bool) -> list[list[Token]]:
        """The sides without what is said of their values: `= σ(z) ∈ (0, 1)`."""
        if len(parts) > 1:
            bounded = [at for at in relations_at(parts[0]) if parts[0][at].text in COMPARISONS]
            bounded_by = bounded[-1] + 1 if bounded else 0  # `−1 < dL/dz = …`
            parts = [parts[0][bounded_by:] or parts[0], *parts[1:]]
        at = said_at(parts[-1]) if chained or len(parts) > 1 else None
        if at is None or is_general(parts[-1][at:]):
            return parts
        lines.note(parts[-1][at:])
        return [*parts[:-1], parts[-1][:at]]

    def _right_sides(self, parts: list[list[Token]], elaborator: Elaborator, lines: Lines, *, head: Expr) -> list[Side]:
        """The sides behind the first. What is derived may have `+ const` at its end."""
        if isinstance(head, tree.Deriv):
            return [self._read_side(part, elaborator) for part in parts]
        sides: list[Side] = []
        for part in parts:
            plain = self._plain(part, lines)
            side = self._read_side(plain, elaborator)
            sides.append(side if plain is part else replace(side, up_to_constant=True))
        return sides

    def _plain(self, part: list[Token], lines: Lines) -> list[Token]:
        """A side without its `+ const`."""
        plain = without_constant(part, {*Vocabulary.of(self.scope).names, *self.introduced})
        if plain is None:
            return part
        lines.note(part[len(plain) :] if part[0] is plain[0] else part[: -len(plain)])
        return plain

    def _columns(self, left: Expr) -> dict[str, Dim] | None:
        """What k runs over in `∂L/∂w_k = …`, where w_k is a column of `W: real[d,K]`."""
        match left:
            case tree.Deriv(wrt=tree.Index(tree.Name(name), (tree.IndexVar(letter),))):
                shape = self.scope.shape(name)
                return {letter: shape[1]} if len(shape) == 2 else None
        return None

    def _set_before(self, statement: Statement) -> None:
        """What is introduced after `where` belongs before the equation that it explains, which may be the answer."""
        before = self.equations[-2] if len(self.equations) > 1 else None
        last = self.equations[-1].introduces if self.equations else None
        used = last is not None and before is not None and before.uses(last.name)
        if statement.where and before is not None and before.introduces is None and used:
            self.equations[-2:] = [self.equations[-1], before]

    def _add(self, sides: list[Side], elaborator: Elaborator, lines: Lines, **facts: bool) -> None:
        where = tuple(lines.line_of(side.span.start) for side in sides)
        self.equations.append(
            Equation(where[0], tuple(sides), None, facts.get("states_loss", False), elaborator.free_indices, where)
        )

    def _knowing(self, indices: Mapping[str, Dim]) -> Elaborator:
        """A reader to whom these free letters are indices wherever they stand: in `if i = k` too."""
        elaborator = Elaborator(replace(self.scope, indices={**self.scope.indices, **indices}), free=True)
        elaborator.found.update({letter: Cell(dim) for letter, dim in indices.items()})
        return elaborator

    def _in_case(self, sides: list[Side], statement: Statement, elaborator: Elaborator) -> list[Side]:
        """Sides with the condition that was said with them, or before."""
        if not statement.condition:
            return sides
        try:
            condition = self._condition(statement.condition, elaborator)
        except Unreadable:
            if statement.heading:
                return sides
            raise
        if any(isinstance(node, tree.Deriv) for node in tree.walk(condition)):
            return sides  # `…, with −1 < dL/dz < 1`
        heading = statement.heading
        return [replace(s, condition=None if heading else condition, perhaps=condition if heading else None)
                for s in sides]  # fmt: skip

    def _condition(self, tokens: Sequence[Token], elaborator: Elaborator) -> Cond:
        """A condition, from its tokens. A letter that is compared with an index is one too."""
        indices = {**self.scope.indices, **elaborator.free_indices}
        letters = [token.text for token in tokens if token.kind == "letter"]
        if len(tokens) == 3 and len(letters) == 2:
            known = next((indices[letter] for letter in letters if letter in indices), None)
            new = [letter for letter in letters if letter not in indices]
            if known is not None and new and self.scope.canonical(canonical(new[0])) is None:
                elaborator.found[new[0]] = Cell(known)
                indices[new[0]] = known
        start, end = tokens[0].start, tokens[-1].end
        made = [Token("number", "1", start, start, value=Fraction(1)), Token("open", "[", start, start)]
        made += [replace(token, text="==") if token.kind == "op" and token.text == "=" else token for token in tokens]
        made.append(Token("close", "]", end, end))
        scope = replace(self.scope, indices=indices)
        expr, _ = self.side(made, scope, Elaborator(scope))
        if not isinstance(expr, tree.Indicator):
            raise Unreadable("unreadable", Span(start, end), ("a condition",), {"got": tokens[0].text})
        return expr.condition

    def _continue(self, parts: list[list[Token]], lines: Lines, statement: Statement) -> None:
        last = self.equations[-1]
        elaborator = self._knowing(last.indices)
        read = self._right_sides(parts, elaborator, lines, head=last.sides[0].expr)
        sides = self._in_case(read, statement, elaborator)
        before = last.sides[-1]
        if before.condition is not None:
            sides = [side if side.condition else replace(side, condition=before.condition) for side in sides]
        where = tuple(lines.line_of(side.span.start) for side in sides)
        indices = elaborator.free_indices
        self.equations[-1] = replace(last, sides=(*last.sides, *sides), indices=indices, lines=(*last.lines, *where))

    def _read_side(self, tokens: list[Token], elaborator: Elaborator, *, first: bool = False) -> Side:
        if not tokens:
            raise AssertionError("sides are cut so that none is empty")
        span = Span(tokens[0].start, tokens[-1].end)
        texts = [token.text for token in tokens]
        glued = not any(token.space for token in tokens[1:])
        if first and glued and "".join(texts) == "dL" and "d" not in self.scope.variables:
            raise Unreadable("unreadable", span, ("a derivative, such as dL/dw",), {"got": "dL"})
        if first and (named := self.gradients.meant(tokens, self.scope)) is not None:
            return Side(named[0], named[1], span)
        expr, shape = self.side(tokens, elaborator.scope, elaborator)
        at = comparison_at(tokens)
        return Side(expr, shape, span, compared=self._compared(tokens[:at], elaborator) if at else None)

    def _compared(self, tokens: list[Token], elaborator: Elaborator) -> Expr | None:
        """What is compared, where it is a formula by itself."""
        try:
            return self.side(tokens, elaborator.scope, elaborator)[0]
        except Unreadable:
            return None

    def side(self, tokens: Sequence[Token], scope: Scope, elaborator: Elaborator) -> Typed:
        """One side, from its tokens (no `end` token among them)."""
        end = tokens[-1].end if tokens else 0
        if tokens and end - tokens[0].start > FORMULA_LENGTH:
            raise too_large("length", FORMULA_LENGTH, end - tokens[0].start, tokens[0].start, end)
        parser = Parser(ended(tokens), Vocabulary.of(scope), loss=self.loss, losses=self.losses)
        expr, shape = elaborator.formula(parser.formula())
        check_numbers(expr)
        check_order(expr, scope)
        return expr, shape

    # -- left sides

    def _introduced(self, parts: list[list[Token]], statement: Statement) -> NewName | None:
        found = LeftSides(self.scope, loss=self.loss).new_name(parts[0], [t for part in parts[1:] for t in part])
        if found is None or self.gradients.meant(parts[0], self.scope) is not None:
            return None
        if found.name == "psi" and found.parameters:
            return found  # `ψ(r) = …` is somebody's influence function, not the digamma function
        shadowed = self._shadows(parts)
        defining = statement.introduces or shadowed or any(t.text == ":=" for t in statement.tokens)
        return found if defining or not self._reads(parts[0]) or self._is_whole(parts) else None

    def _is_whole(self, parts: list[list[Token]]) -> bool:
        """Whether `z_t = z / T` names a vector: what reads as a component, of a letter that is no index, is not."""
        letters = [token.text for token in parts[0]]
        if len(letters) != 3 or letters[1] != "_" or self.scope.canonical(canonical(letters[0])) is None:
            return False
        try:
            _, shape = self.side(parts[1], self.scope, Elaborator(self.scope, free=True))
        except Unreadable:
            return False
        return bool(shape) and shape == self.scope.shape(canonical(letters[0]))

    def _shadows(self, parts: list[list[Token]]) -> bool:
        """Whether a name is introduced that means something else by itself: `e = np.exp(z)`, `I = sum(p)`,
        `h = relu(Wx)` where h is a size, `X = …` where only x is declared. `n = len(y)` says nothing new."""
        name = parts[0][0].text if len(parts[0]) == 1 else ""
        if name in ("e", "I"):
            return True
        if name not in self.scope.dims:
            return len(name) == 1 and name.isupper() and name not in LOSS_NAMES
        try:
            right, _ = self.side(parts[1], self.scope, Elaborator(self.scope, free=True))
        except Unreadable:
            return False
        return any(isinstance(node, tree.Name) for node in tree.walk(right))

    def _reads(self, tokens: list[Token]) -> bool:
        """Whether a left side has a meaning already."""
        try:
            self.side(tokens, self.scope, Elaborator(self.scope, free=True))
        except Unreadable as error:
            return error.code != "unknown-symbol" and not self._word_alone(tokens)
        return True

    def _derivative_in(self, tokens: list[Token]) -> tree.Deriv | None:
        """The derivative that a left side is."""
        try:
            expr, _ = self.side(tokens, self.scope, Elaborator(self.scope, free=True))
        except Unreadable:
            return None
        return expr if isinstance(expr, tree.Deriv) else None

    def _derived_by(self) -> frozenset[str]:
        """By what derivatives stand already: what is claimed without a left side is by what was asked."""
        heads = [equation.sides[0].expr for equation in self.equations if _is_claim(equation)]
        by = [head.wrt for head in heads if isinstance(head, tree.Deriv) and head.wrt is not None]
        names = {node.name for wrt in by for node in tree.walk(wrt) if isinstance(node, tree.Name)}
        return frozenset(names if len(by) == len(heads) else {*names, self.asked})

    def _word_alone(self, tokens: list[Token]) -> bool:
        """Whether a left side is the word of a function, which the text nowhere applies: `cos = uᵀv/(‖u‖‖v‖)`."""
        name, after = name_at(ended(tokens), 0)
        word = len(name) > 1 and after == len(tokens)
        return word and re.search(rf"{re.escape(name)}\s*(\\left)?\s*[(\[{{]", self.text) is None

    def _introduce(self, found: NewName, parts: list[list[Token]], lines: Lines) -> None:
        if len(self.scope.definitions) >= DEFINITIONS:
            got = len(self.scope.definitions) + 1
            raise too_large("names", DEFINITIONS, got, found.span.start, found.span.end)
        elaborator = Elaborator(found.scope, free=True)
        parts = [parts[0], *(self._plain(part, lines) for part in parts[1:])]
        right = [self.side(part, found.scope, elaborator) for part in parts[1:]]
        compared = [
            self._compared(part[:at], elaborator) if (at := comparison_at(part)) else None for part in parts[1:]
        ]
        # `δ = ∂L/∂z = p − y` is the name for p − y
        closed = (each for each in right if not has_derivative(each[0]))
        body = next(closed, right[0])
        definition = found.definition(*body, elaborator)
        if any(p not in self.scope.variables for p in definition.parameters):
            # a function of a letter of its own: calls put the argument in its place
            self.scope = self.scope.with_definition(definition)
            return
        self.scope = self.scope.with_definition(definition)
        left: Expr = tree.Name(definition.name, span=found.span)
        if found.letters and not definition.letters:
            left = tree.Index(left, found.subscripts, span=found.span)
        shape = definition.shape if not found.letters or definition.letters else ()
        sides = [Side(left, shape, found.span)]
        for (expr, own), alone, part in zip(right, compared, parts[1:], strict=True):
            sides.append(Side(expr, own, Span(part[0].start, part[-1].end), compared=alone))
        where = tuple(lines.line_of(side.span.start) for side in sides)
        indices = {**elaborator.free_indices, **found.counted(self.scope)}
        self.equations.append(Equation(where[0], tuple(sides), definition, False, indices, where))


def _is_claim(equation: Equation) -> bool:
    """Whether an equation may give the answer: a derivative, or a formula that is no statement of the loss."""
    return not equation.states_loss and (len(equation.sides) == 1 or isinstance(equation.sides[0].expr, tree.Deriv))
