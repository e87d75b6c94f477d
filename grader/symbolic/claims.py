"""Which equations of a derivation say what the asked derivative is, and which things are equal."""

from __future__ import annotations

from grader.formula.declare import Scope
from grader.formula.equations import Equation
from grader.formula.shape_of import shape_of
from grader.formula.tree import Deriv, Expr, Name
from grader.symbolic.compare import Equal, Outcome, Unknown, compare
from grader.symbolic.domain import domain_of
from grader.symbolic.quantity import LOSS, Formula, Gradient, root


class Claims:
    """What is claimed of the derivative of `loss` by `asked`. Comparisons end at the deadline."""

    def __init__(self, scope: Scope, loss: Expr, asked: Expr, *, deadline: float) -> None:
        self.scope, self.loss, self.asked, self.deadline = scope, loss, asked, deadline
        self._losses: dict[Expr, bool] = {Name(LOSS): True, loss: True}

    def answers(self, equation: Equation) -> bool:
        """Whether an equation says so in all cases, or is a formula alone."""
        if len(equation.sides) == 1:
            side = equation.sides[0]
            return side.compared is None and not side.condition and not side.perhaps
        if not self.slope_of_asked(equation) or any(side.condition for side in equation.sides):
            return False
        # `dL/dz = σ(z) − y, which is −½ for z = 0`: said of all, where it holds for all
        if not any(side.perhaps for side in equation.sides):
            return True
        left = equation.sides[0].expr
        return isinstance(left, Deriv) and self.is_truth(equation.sides[-1].expr, left.wrt or self.asked) is not False

    def slope_of_asked(self, equation: Equation) -> bool:
        """Whether an equation begins with the derivative that is asked for."""
        left = equation.sides[0].expr
        if len(equation.sides) < 2 or not isinstance(left, Deriv) or left.order > 1 or not self._is_loss(left.of):
            return False
        return left.wrt is None or root(left.wrt) == root(self.asked)

    def _is_loss(self, of: Expr) -> bool:
        """Whether a quantity is the loss, by whatever name (`J = ½(wx + b − y)²`)."""
        if of not in self._losses:
            self._losses[of] = bool(self.same(self.loss, of))
        return self._losses[of]

    def is_truth(self, expr: Expr, wrt: Expr) -> bool | None:
        """Whether a formula is the derivative by `wrt`; None: not decided."""
        scope = self.scope
        shapes = [shape_of(each, scope) for each in (wrt, expr)]
        if None not in shapes and shapes[0] != shapes[1]:
            return False
        domain = domain_of(scope, (self.loss, wrt, expr), asked=wrt)
        truth = Gradient(self.loss, wrt, scope)
        return _decided(compare(truth, Formula(expr, scope, wrt), domain, deadline=self.deadline))

    def same(self, one: Expr, other: Expr, wrt: Expr | None = None) -> bool | None:
        """Whether two formulas are equal; of different shapes they are not. None: not decided."""
        scope, wrt = self.scope, wrt or self.asked
        shapes = [shape_of(each, scope) for each in (one, other)]
        if None not in shapes and shapes[0] != shapes[1]:
            return False
        quantities = (Formula(one, scope, wrt), Formula(other, scope, wrt))
        return _decided(compare(*quantities, domain_of(scope, (one, other), asked=wrt), deadline=self.deadline))


def _decided(found: Outcome) -> bool | None:
    return None if isinstance(found, Unknown) else isinstance(found, Equal)
