"""Sums, products, powers and transposes: what shapes make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grader.formula import shapes, tree
from grader.formula.errors import Unreadable
from grader.formula.reader.indices import Indices, Typed
from grader.formula.reader.pieces import (
    SAMPLES,
    has_derivative,
    is_column,
    is_ones,
    is_row,
    multiplied,
    one_minus,
    read_as_inner,
    settle,
    settle_dim,
)
from grader.formula.reader.syntax import (
    Apply,
    Ident,
    Power,
    Product,
    Subscript,
    Sum,
    Syntax,
    Transpose,
)
from grader.formula.shapes import OPEN, Known
from grader.formula.tree import Dim, Expr, Span


class Products(Indices):
    """The part of the elaborator that joins two quantities."""

    def _sum(self, terms: tuple[Syntax, ...], span: Span) -> Typed:
        inner = self.inner
        parts = [self.expr(term) for term in terms]
        if any(own is not None and len(own) == 2 for _, own in parts):  # `𝟙 − H`: a matrix of ones
            parts = [(tree.ONE, ()) if own == (OPEN,) and is_ones(part) else (part, own) for part, own in parts]
        if (
            self.inner > inner
            and not self.scope.inner_dots
            and any(not own and read_as_inner(part) for part, own in parts)
            and any(own for _, own in parts)
        ):
            with self._componentwise():  # beside a vector, `y·z` is one too
                parts = [self.expr(term) for term in terms]
        shape = parts[0][1]
        for position, (part, other) in enumerate(parts[1:], start=1):
            joined = shapes.elementwise(shape, other)
            if joined is False and shape and other and (is_column(part) or is_column(parts[0][0])):
                joined = shapes.stretched(shape, other)
            if joined is False:
                if any(has_derivative(p) for p, _ in parts):
                    joined = None
                else:
                    raise self._mismatch("+", shape, other, part.span or span if position else span)
            shape = joined if not isinstance(joined, bool) else None
        settled = tuple(settle(part, own, shape) for part, own in parts)
        return tree.Add(settled, span=span), shape

    @contextmanager
    def _componentwise(self) -> Iterator[None]:
        self.componentwise += 1
        try:
            yield
        finally:
            self.componentwise -= 1

    def _pair(self, operation: str, a: Typed, b: Typed, span: Span, make: Callable[[Expr, Expr], Expr]) -> Typed:
        shape = shapes.elementwise(a[1], b[1])
        if shape is False and a[1] and b[1] and (is_column(a[0]) or is_column(b[0])):
            shape = shapes.stretched(a[1], b[1])
        if isinstance(shape, bool):
            if has_derivative(a[0]) or has_derivative(b[0]):
                return make(a[0], b[0]), None
            raise self._mismatch(operation, a[1], b[1], span)
        return make(settle(a[0], a[1], shape), settle(b[0], b[1], shape)), shape

    def _product(self, node: Product) -> Typed:
        try:
            return self._joined_by_rows(node)
        except Unreadable as error:
            turned = self._by_columns(node) if error.code == "shape-mismatch" else None
            if turned is None:
                raise
            return turned

    def _by_columns(self, node: Product) -> Typed | None:
        """`w_kᵀx_i` with the columns of `W: real[d,K]` for w_k, where the rows have no meaning and nothing else
        said before what k runs over."""
        for side in (node.left, node.right):
            item = side.base if isinstance(side, Transpose) else side
            if not isinstance(item, Subscript) or len(item.items) != 1:
                continue
            letter = item.items[0]
            named = isinstance(item.base, Ident) and item.base.meaning == "name"
            shape = self.scope.shape(item.base.name) if named and isinstance(item.base, Ident) else ()
            if not isinstance(letter, Ident) or letter.meaning != "index" or len(shape) != 2:
                continue
            cell = self._cell(letter.name, letter.span).root()
            if cell.by != letter.span or cell.dim != shape[0] or shapes.same(shape[0], shape[1]):
                continue
            cell.dim = shape[1]
            try:
                return self._joined_by_rows(node)
            except Unreadable:
                cell.dim = shape[0]
        return None

    def _joined_by_rows(self, node: Product) -> Typed:
        try:
            a = self.expr(node.left)
        except Unreadable as error:
            inner = node.left
            if error.code != "shape-mismatch" or not isinstance(inner, Product) or inner.sign != "⊙":
                raise
            # `A ⊙ v wᵀ` where A ⊙ v has no meaning: the outer product comes first
            last = Product(node.sign, inner.right, node.right, span=Span(inner.right.span.start, node.span.end))
            return self._product(Product("⊙", inner.left, last, span=node.span))
        b = self.expr(node.right)
        (left, ls), (right, rs), span = a, b, node.span
        if ls is None or rs is None or not ls or not rs:
            if node.sign == "@" and ls is not None and rs is not None:
                raise self._mismatch("@", ls, rs, span)
            if isinstance(right, tree.Indicator) and isinstance(left, tree.Call) and left.function == "eye":
                return right, rs
            chain = self._unpaired(node, left, rs)
            if chain is not None:
                return tree.Mul((*chain, right), span=span), rs
            return multiplied(left, right, span), ls if rs == () else rs if ls == () else None
        if node.sign == "⊗":
            if len(ls) != 1 or len(rs) != 1 or OPEN in (*ls, *rs):
                raise self._mismatch("⊗", ls, rs, span)
            return tree.Call("outer", (left, right), span=span), (*ls, *rs)
        if (total := self._summed(a, b)) is not None:
            return tree.Reduce("sum", total, span=span), ()
        same = shapes.conform(ls, rs)
        stretched = shapes.stretched(ls, rs) if is_column(left) or is_column(right) else False
        if node.sign in ("⊙", "*") and not same and stretched is not False:
            return multiplied(left, right, span), stretched
        if node.sign == "⊙":
            if not same:
                raise self._mismatch("⊙", ls, rs, span)
            return multiplied(left, right, span), shapes.merged(ls, rs)
        if len(ls) == len(rs) == 1 and same and (node.sign == "@" or self._is_inner(node, left, right, ls[0])):
            self.inner += node.sign != "@"
            return tree.Call("dot", (left, right), span=span), ()
        if node.sign == "@" and len(ls) == 1 and len(rs) == 2 and rs[0] != 1 and shapes.same(ls[0], rs[0]):
            turned = tree.Call("transpose", (right,), span=right.span)
            return tree.MatMul(turned, left, span=span), (rs[1],)
        if node.sign == "*" and same and len(ls) == 2 and OPEN not in ls:
            return multiplied(left, right, span), ls
        joined = shapes.product(ls, rs)
        if joined is not None:
            inner_left = settle_dim(left, rs[0]) if OPEN in ls else left
            inner_right = settle_dim(right, ls[-1]) if OPEN in rs else right
            return tree.MatMul(inner_left, inner_right, span=span), joined
        if len(ls) == 1 and len(rs) == 2 and is_row(left) and shapes.same(ls[0], rs[0]) and OPEN not in rs:
            turned = tree.Call("transpose", (right,), span=right.span)  # `x_i W`, with x_i a row of X
            return tree.MatMul(turned, left, span=span), (rs[1],)
        if same and node.sign != "@":
            return multiplied(left, right, span), ls
        if has_derivative(left) or has_derivative(right):
            return multiplied(left, right, span), None
        raise self._mismatch(node.sign or "·", ls, rs, span)

    def _summed(self, a: Typed, b: Typed) -> Expr | None:
        """The vector v of `𝟙ᵀv` and `vᵀ𝟙`, which are its sum."""
        for (row, shape), (column, other) in ((a, b), (b, a)):
            ones = row.args[0] if row is a[0] and isinstance(row, tree.Call) and row.function == "transpose" else row
            if is_ones(ones) and shape and other:
                if row is a[0] and shape[0] == 1 and len(shape) == 2 and len(other) == 1 and OPEN not in other:
                    return column
                turned = row is b[0] and isinstance(column, tree.Call) and column.function == "transpose"
                if turned and isinstance(column, tree.Call) and len(other) == 2 and other[0] == 1 and OPEN not in other:
                    return column.args[0]
        return None

    def _unpaired(self, node: Product, left: Expr, shape: Known) -> tuple[Expr, ...] | None:
        """The vectors of `a·b` where `·c` follows without a bracket: three vectors multiply by components."""
        if not shape or len(shape) != 1 or node.sign not in ("", "·") or node.span.start < node.left.span.start:
            return None
        last = left.factors[-1] if isinstance(left, tree.Mul) else left
        if not isinstance(last, tree.Call) or not isinstance(node.left, Product) or node.left.sign not in ("", "·"):
            return None
        if (
            last.function != "dot"
            or not isinstance(node.left.right, Ident | Sum | Apply | Power)
            or last.span != node.left.span
        ):
            return None
        first = last.args[0].factors if isinstance(last.args[0], tree.Mul) else last.args[:1]
        pair = (*first, last.args[1])
        return (*left.factors[:-1], *pair) if isinstance(left, tree.Mul) else pair

    def _is_inner(self, node: Product, left: Expr, right: Expr, dim: Dim) -> bool:
        """Whether `w·x`, `w x` is the inner product: of two vectors that run over features or classes and not over
        samples, outside `sum(…)`, and not by components as in `p·(1 − p)`."""
        if node.sign == "·" and self.scope.inner_dots:
            return True
        if node.sign == "*" or self.componentwise:
            return False
        if is_row(left) or is_row(right):
            return True
        return dim not in SAMPLES and not one_minus(left) and not one_minus(right)

    def _power(self, base: Syntax, exponent: Syntax, span: Span, *, code: bool = False) -> Typed:
        a, b = self.expr(base), self.expr(exponent)
        if isinstance(a[0], tree.Const) and a[0].name == "e":
            return tree.Call("exp", (b[0],), span=span), b[1]
        square = a[1] is not None and len(a[1]) == 2 and a[1][0] == a[1][1]
        if square and isinstance(b[0], tree.Num) and b[0].value in (2, 3, 4):
            parts = (a[0],) * int(b[0].value)
            if code or self.componentwise:
                return tree.Mul(parts, span=span), a[1]
            product = parts[0]  # (I − WWᵀ)² is a product of matrices
            for part in parts[1:]:
                product = tree.MatMul(product, part, span=span)
            return product, a[1]
        if a[1] is not None and len(a[1]) == 2 and isinstance(b[0], tree.Neg):
            raise Unreadable("unreadable", exponent.span, ("a positive power, taken elementwise",), {"got": "-"})
        return self._pair("^", a, b, span, lambda x, y: tree.Pow(x, y, span=span))

    def _transposed(self, a: Typed, span: Span) -> Typed:
        inner, shape = a
        if shape is None or not shape:
            return inner, shape
        return tree.Call("transpose", (inner,), span=span), shapes.transposed(shape)
