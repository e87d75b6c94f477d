"""The gradient of a mean or a sum over rows, Σ_i ℓ(Z_i, Y_i): that of one row, written for all rows at once."""

from __future__ import annotations

from grader.formula.declare import REAL, Scope, Variable
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import ONE, Call, Expr, Index, IndexVar, Name, Neg, Node, Reduce, walk
from grader.properties.vectors.prepared import by_whole_vectors
from grader.properties.vectors.shares import is_plain_share
from grader.symbolic.adjoint import gradient
from grader.symbolic.differentiate import minus, over
from grader.symbolic.quantity import Unsupported
from grader.symbolic.tidy import size, tidy

ROW = "lossprep_row"


def gradient_by_rows(loss: Expr, wrt: Name, scope: Scope) -> Expr:
    """Raises Unsupported where the loss is none of rows, or a row's gradient cannot be written for all of them."""
    match loss:
        case Neg(arg):
            return minus(gradient_by_rows(arg, wrt, scope))
        case Reduce("sum" | "mean" as op, body, str(index), over_, None, None, None):
            shape = scope.shape(wrt.name)
            if len(shape) != 2 or over_ != shape[0] or over_ is None:
                raise Unsupported("a sum over something else than rows")
            whole = _lifted(_of_row(body, index, wrt, scope), index, wrt)
            return tidy(over(whole, size(over_)) if op == "mean" else whole, scope)
    raise Unsupported("no sum over rows")


def _of_row(body: Expr, index: str, wrt: Name, scope: Scope) -> Expr:
    letter = IndexVar(index)

    def change(node: Node) -> Node | None:
        match node:
            case Index(Call("softmax" | "log_softmax" | "logsumexp" as function, (inner,)), (first, *rest)):
                if first != letter:
                    return None
                row = Call(function, (replaced(Index(inner, (letter,)), change),))
                return Index(row, tuple(rest)) if rest else row
            case Index(base, (first, *rest)) if first == letter and isinstance(base, Name):
                row_of = Name(ROW) if base == wrt else Index(base, (letter,))
                return Index(row_of, tuple(rest)) if rest else row_of
        return None

    row = replaced(body, change)
    if wrt in set(walk(row)):
        raise Unsupported("rows that are mixed")
    wider = scope.with_variable(Variable(ROW, REAL, scope.shape(wrt.name)[1:]))
    slope = gradient(by_whole_vectors(row, ROW, wider), Name(ROW), wider)
    return tidy(replaced(slope, lambda node: _one(node, wider)), wider)


def _one(node: Node, scope: Scope) -> Node | None:
    """1, of a sum of shares."""
    match node:
        case Reduce("sum", body, None) if len(shape_of(body, scope) or ()) == 1 and is_plain_share(body, scope):
            return ONE
    return None


def _lifted(row: Expr, index: str, wrt: Name) -> Expr:
    letter = IndexVar(index)

    def change(node: Node) -> Node | None:
        if node == Name(ROW):
            return wrt
        return node.base if isinstance(node, Index) and node.subscripts == (letter,) else None

    whole = replaced(row, change)
    if any(node == letter or isinstance(node, Reduce) for node in walk(whole)):
        raise Unsupported("a row of which one number stands beside others")
    return whole
