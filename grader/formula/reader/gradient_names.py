"""Names by which people call gradients: `grad`, `dL_dz`, `dz`, `L_z`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from grader.formula.declarations import name_at
from grader.formula.declare import Definition, Scope
from grader.formula.equations import Side
from grader.formula.names import canonical
from grader.formula.reader.indices import Typed
from grader.formula.reader.tokens import Token, ended
from grader.formula.tree import Deriv, Name, Span

_WORDS: Final = frozenset(("grad", "gradient", "answer", "ans", "result", "Answer", "Gradient"))
_NAMES: Final = (
    re.compile(r"(?:d|∂)(?:L|loss|J)_?(?:d|∂)_?(.+)"), re.compile(r"grad_(.+)"), re.compile(r"d_?([^_].*)"),
)  # fmt: skip
_PARTIAL: Final = ("L_", "J_", "loss_")


class GradientNames:
    """`asked`: the name by which the derivative was asked, where one was."""

    def __init__(self, asked: str) -> None:
        self.asked = asked
        self._kept: set[str] = set()
        """Names that stand for a value since a line gave it to them."""

    def meant(self, tokens: Sequence[Token], scope: Scope) -> Typed | None:
        """The derivative of the loss that a left side names, with its shape where that is known."""
        name, after = name_at(ended(tokens), 0)
        known = scope.canonical(canonical(name))
        if after != len(tokens) or (known is not None and known not in self._kept):
            return None
        loss = Name("L")
        span = Span(tokens[0].start, tokens[-1].end)
        if name in _WORDS:
            return Deriv(loss, None, span=span), None
        if self.asked and name in {f"{spelled}{self.asked}" for spelled in _PARTIAL}:
            return Deriv(loss, Name(self.asked), span=span), scope.shape(self.asked)
        for pattern in _NAMES:
            match = pattern.fullmatch(name)
            if match is not None and (by := scope.canonical(canonical(match[1]))) is not None:
                return Deriv(loss, Name(by), span=span), scope.shape(by)
        return None

    def keeping(self, tokens: Sequence[Token], value: Side, scope: Scope) -> Scope:
        """The scope in which, after `dp = …`, `dp` stands for that value: `dz = dp * p * (1 - p)`."""
        named = self.meant(tokens, scope)
        name = canonical(name_at(ended(tokens), 0)[0])
        if named is None or named[1] != value.shape or value.condition or value.perhaps or name in self._kept:
            return scope
        self._kept.add(name)
        return scope.with_definition(Definition(name, value.expr, value.shape or ()))
