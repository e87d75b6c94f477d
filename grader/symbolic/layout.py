"""How a line is laid out for people: numbers before vectors, u·vᵀ for an outer product, x_i for a row of X."""

from __future__ import annotations

from grader.formula.declare import Scope, Variable
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    ONE,
    Call,
    Compare,
    Div,
    Expr,
    Index,
    IndexVar,
    Indicator,
    MatMul,
    Mul,
    Name,
    Node,
    Reduce,
)


def laid_out(expr: Expr, scope: Scope) -> tuple[Expr, Scope]:
    """An equal formula, and the scope in which it is shown."""
    shown = replaced(expr, lambda node: _changed(node, scope))
    rows = {name: shape for name, shape in _rows(shown, scope).items() if scope.canonical(name.lower()) is None}
    for name, shape in rows.items():
        shown = replaced(shown, lambda node: _row(node, name))  # noqa: B023
        scope = scope.with_variable(Variable(name.lower(), shape=shape))
    if scope.canonical("delta") is None:
        shown = replaced(shown, _kronecker)
        scope = scope.with_variable(Variable("delta", shape=("i", "j")))
    return shown, scope


def _changed(node: Node, scope: Scope) -> Node | None:
    match node:
        case Mul(factors):
            parts = [replaced(part, lambda inner: _changed(inner, scope)) for part in factors]
            numbers = [part for part in parts if shape_of(part, scope) == ()]
            others = [part for part in parts if shape_of(part, scope) != ()]
            if len(others) == 1 and numbers and isinstance(others[0], MatMul):
                return _ahead(tuple(numbers), others[0])
            return Mul((*numbers, *others))
        case Div(num, den):
            front, behind = (num.factors[:-1], num.factors[-1]) if isinstance(num, Mul) else ((), num)
            if isinstance(behind, Reduce) and behind.index is not None:  # 2/n·Σ_i …
                ahead = front[0] if len(front) == 1 else Mul(front) if front else ONE
                return _changed(Mul((Div(ahead, den), behind)), scope)
        case MatMul(left, MatMul(inner, last)) if _matrix(left, scope) and _matrix(inner, scope):
            return _changed(MatMul(MatMul(left, inner), last), scope) or MatMul(MatMul(left, inner), last)
        case Call("outer", (a, b)):
            left, right = (replaced(part, lambda inner: _changed(inner, scope)) for part in (a, b))
            return MatMul(left, Call("transpose", (right,)))
    return None


def _matrix(expr: Expr, scope: Scope) -> bool:
    return len(shape_of(expr, scope) or ()) == 2


def _ahead(numbers: tuple[Expr, ...], product: MatMul) -> Expr:
    """2·Xᵀ·r for 2·(Xᵀ·r)."""
    if isinstance(product.left, MatMul):
        return MatMul(_ahead(numbers, product.left), product.right)
    left = product.left.factors if isinstance(product.left, Mul) else (product.left,)
    return MatMul(Mul((*numbers, *left)), product.right)


def _rows(expr: Expr, scope: Scope) -> dict[str, tuple[str | int, ...]]:
    """The matrices of which rows are taken."""
    found = {}

    def note(node: Node) -> None:
        match node:
            case Index(Name(name), (IndexVar(),)) if len(scope.shape(name)) == 2 and name.isupper() and len(name) == 1:
                found[name] = scope.shape(name)

    replaced(expr, note)
    return found


def _row(node: Node, name: str) -> Node | None:
    match node:
        case Index(Name(here), (IndexVar(),) as at) if here == name:
            return Index(Name(name.lower()), at)
    return None


def _kronecker(node: Node) -> Node | None:
    match node:
        case Indicator(Compare("==", IndexVar() as a, IndexVar() as b)):
            return Index(Name("delta"), (a, b))
    return None
