"""Which statements of a derivation are set aside: reasons, examples, uses, and what is not read and claims nothing."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from grader.formula.declare import Scope
from grader.formula.errors import Unreadable
from grader.formula.names import Vocabulary
from grader.formula.reader.arguments import speaks_of_density
from grader.formula.reader.asides import claims_nothing, is_example, is_in_numbers
from grader.formula.reader.beyond import holds_formula, is_update, may_derive
from grader.formula.reader.bounds import is_related
from grader.formula.reader.claiming import Claiming
from grader.formula.reader.limits import SENTENCE
from grader.formula.reader.lines import Statement
from grader.formula.reader.rows import first_equals
from grader.formula.reader.subjects import said_to_be

_AS: Final = re.compile(
    r"\b(same|writ\w+|rewrit\w+|express\w*|simplif\w*|equival\w*|given|put|stated|reads?)\s+(\w+\s+){0,3}as[\s$(`]*$"
)
_ROUNDED: Final = 4
"""Of how many tokens `≈ −0.119` has less."""
_USING: Final = re.compile(r"\W*[Uu]sing[ \t$]+")


class _Said(NamedTuple):
    """Of a line: whether it claims nothing, and whether it gives a name a number."""

    nothing: bool
    in_numbers: bool


class SetAside:
    """`asked`: the name by which the derivative was asked, where one was."""

    def __init__(self, text: str, asked: str) -> None:
        self.text, self.asked = text, asked
        self._lines: dict[int, _Said] = {}
        """By where the line begins."""

    def before_reading(self, statement: Statement, scope: Scope, *, claimed: bool) -> bool:
        """`claimed`: whether something was read that may be the answer."""
        return self._is_reason(statement, scope, claimed=claimed) or (claimed and self._goes_beyond(statement, scope))

    def unread(self, statement: Statement, error: Unreadable, scope: Scope, *, claimed: bool, more: bool) -> bool:
        """Whether what cannot be read is no step: words, `dL/dz → 0`, or a remark about something else before
        others, as `so that $\\\\sigma^2 = e^s$` without a σ. `more`: whether other statements follow."""
        tokens = statement.tokens
        if error.data.get("differential"):
            return True  # of a shape that is not worked out
        if claimed:
            return not self.claiming(scope).may_answer(tokens)
        if statement.prose or (statement.reason and more) or self.claiming(scope).is_other(tokens):
            return True
        if self._said(statement).nothing and is_related(tokens) and not may_derive(tokens):
            return True
        if not more or error.code != "unknown-symbol":
            return False
        passing = statement.in_passing and error.data.get("suggestion") is None
        return passing or speaks_of_density(tokens, str(error.data["symbol"]))

    def claiming(self, scope: Scope) -> Claiming:
        return Claiming(self.text, Vocabulary.of(scope).names, tuple(scope.variables), self.asked)

    def _said(self, statement: Statement) -> _Said:
        """What the line says in which a statement begins."""
        start = self._line(statement)
        if start not in self._lines:
            line = self.text[start:].partition("\n")[0]
            self._lines[start] = _Said(is_example(line) or claims_nothing(line), is_in_numbers(line))
        return self._lines[start]

    def _line(self, statement: Statement) -> int:
        return self.text.rfind("\n", 0, statement.tokens[0].start) + 1

    def _is_reason(self, statement: Statement, scope: Scope, *, claimed: bool) -> bool:
        """Whether a formula alone is a reason, `since 0 < p < 1`, `using log σ as …`: not in `… the same as p − y`."""
        start = statement.tokens[0].start
        used = claimed and _USING.fullmatch(self.text, self._line(statement), start) is not None
        if not (statement.reason or used) or first_equals(statement.tokens) is not None:
            return False
        said_as = _AS.search(self.text[max(0, start - 40) : start]) is not None
        return not (said_as and holds_formula(statement.tokens, Vocabulary.of(scope).names))

    def _goes_beyond(self, statement: Statement, scope: Scope) -> bool:
        """Whether a statement behind a claim uses it (`w ← w − η∇L`), gives an example (`E.g. w = 1: dL/dw = 2`), or
        is a word in a sentence (`convex in z`)."""
        if statement.tokens[0].text == "≈" and len(statement.tokens) < _ROUNDED:
            return True  # `the gradient is ≈ −0.119`
        end = statement.tokens[-1].end
        example = is_example(self.text[max(self._line(statement), end - SENTENCE) : end])
        if example and self._said(statement).in_numbers:
            return True
        if is_update(statement.tokens, lambda name: scope.canonical(name) in scope.variables):
            return True
        if statement.chained or (statement.condition and said_to_be(statement.tokens, self.text) is not None):
            return False
        return self.claiming(scope).is_in_passing(statement.tokens)
