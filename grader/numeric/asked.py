"""What a gradient in code may be asked for: the gradient of one number, with respect to arguments of real values."""

from __future__ import annotations

from grader.formula.declare import Scope
from grader.formula.errors import Unreadable
from grader.formula.names import canonical
from grader.formula.shape_of import shape_of
from grader.formula.shapes import text as shape_text
from grader.formula.tree import Expr, Span


def names_of(wrt: str | None) -> tuple[str, ...]:
    """The arguments that a bank names: `w, b`."""
    return () if wrt is None else tuple(name.strip() for name in wrt.split(","))


def check_scalar(formula: Expr, scope: Scope, text: str) -> None:
    """Raises Unreadable for a formula that has no gradient, since its value is not one number."""
    if shape := shape_of(formula, scope):
        raise Unreadable(
            "shape-mismatch", Span(0, len(text)), data={"expected": shape_text(()), "got": shape_text(shape)}
        )


def read_argument(text: str, scope: Scope) -> str:
    """The argument that a gradient is taken with respect to: one of real values. Raises Unreadable."""
    name = scope.canonical(canonical(text.strip()))
    if name is None or not scope.variables[name].continuous:
        real = tuple(known for known, variable in scope.variables.items() if variable.continuous)
        wanted = f"an argument of real values ({', '.join(real)})" if real else "a loss with an argument of real values"
        raise Unreadable("unreadable", Span(0, len(text)), (wanted,), {"got": text.strip()})
    return name
