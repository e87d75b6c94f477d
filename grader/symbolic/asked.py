"""What is asked."""

from __future__ import annotations

from dataclasses import dataclass

from grader.formula.declare import Scope
from grader.formula.tree import Expr
from grader.symbolic.compare import Domain
from grader.symbolic.quantity import Gradient


@dataclass(frozen=True, slots=True)
class Asked:
    """The gradient of `loss` by `wrt`, over a domain."""

    loss: Expr
    wrt: Expr
    domain: Domain

    @property
    def scope(self) -> Scope:
        return self.domain.scope

    @property
    def truth(self) -> Gradient:
        return Gradient(self.loss, self.wrt, self.scope)
