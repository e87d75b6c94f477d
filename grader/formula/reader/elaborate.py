"""From syntax to the tree: shapes, matrix products, the dimensions of indices, positions from 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal, cast

from grader.formula import tree
from grader.formula.errors import Unreadable
from grader.formula.functions import FUNCTIONS
from grader.formula.names import Vocabulary
from grader.formula.reader.applied import Applied
from grader.formula.reader.components import lifted
from grader.formula.reader.indices import Cell, Typed
from grader.formula.reader.limits import TERMS, too_large
from grader.formula.reader.pieces import (
    settle,
    slope_of,
    starts_at_first,
    whole,
)
from grader.formula.reader.runs import unknown_symbol
from grader.formula.reader.syntax import (
    Apply,
    Bars,
    Big,
    Binder,
    Branches,
    Column,
    Components,
    Delta,
    Derivative,
    Extent,
    Ident,
    Logical,
    Minus,
    Norm,
    Number,
    Ones,
    Power,
    Prime,
    Product,
    Quotient,
    Relation,
    Subscript,
    Sum,
    Syntax,
    Transpose,
    Truth,
)  # fmt: skip
from grader.formula.shapes import OPEN, Known, conform, merged, same
from grader.formula.tree import Cond, Dim, Expr, Span


class Elaborator(Applied):
    """Reads syntax into the tree within a scope. `free` lets undeclared letters stand for free indices, which
    are found in `free_indices` afterwards; one elaborator reads the sides of one equation."""

    def formula(self, node: Syntax) -> Typed:
        """A whole formula. Raises Unreadable (`shape-mismatch`, `unreadable`, `unknown-symbol`)."""
        expr, shape = self.expr(node)
        if shape and self.beside and conform(shape, self.beside):  # `du/dz = (1/T) I`
            expr, shape = settle(expr, shape, self.beside), merged(shape, self.beside)
        if any(isinstance(part, tree.Size) and part.name == OPEN for part in tree.walk(expr)):
            raise Unreadable("unreadable", node.span, ("a matrix of known size beside I",))
        return expr, shape

    # -- expressions

    def expr(self, node: Syntax) -> Typed:
        span = node.span
        match node:
            case Number(value):
                return tree.Num(value, span=span, decimal=node.decimal), ()
            case Ident():
                return self._ident(node)
            case Minus(arg):
                inner, shape = self.expr(arg)
                return tree.Neg(inner, span=span), shape
            case Sum(terms):
                return self._sum(terms, span)
            case Product():
                return self._product(node)
            case Quotient(num, den):
                a, b = self.expr(num), self.expr(den)
                return self._pair("/", a, b, span, lambda x, y: tree.Div(x, y, span=span))
            case Power(base, exponent, code):
                return self._power(base, exponent, span, code=code)
            case Subscript():
                return self._subscript(node)
            case Transpose(Number(value) as base) if value == 1 and not base.decimal:  # `1ᵀy`
                return self._transposed(self.expr(Ones(span=base.span)), span)
            case Transpose(base):
                return self._transposed(self.expr(base), span)
            case Prime():
                return self._prime(node)
            case Apply():
                return self._apply(node)
            case Big():
                return self._big(node)
            case Relation() | Logical() | Delta():
                condition, shape = self.cond(node)
                return tree.Indicator(condition, span=span), shape
            case Truth(value):
                return tree.Num(Fraction(int(value)), span=span), ()
            case Branches(branches, otherwise):
                return self._branches(branches, otherwise, span)
            case Derivative(of, wrt, order):
                return self._derivative(self.expr(of), wrt, order, span)
            case Bars(arg):
                inner, shape = self.expr(arg)
                return tree.Call("abs", (inner,), span=span), shape
            case Norm(arg, order):
                return self._norm(self.expr(arg), None if order is None else self.expr(order)[0], span)
            case Extent(of, axis):
                return self._extent(self.expr(of)[1], axis, span)
            case Components(body, index):
                return self._components(body, index, span)
            case Column(of, upright):
                return self._column(self.expr(of), upright, span)
            case Ones():
                return tree.Call("diag", (tree.Call("eye", (tree.Size(str(OPEN)),)),), span=span), (OPEN,)

    def _ident(self, node: Ident) -> Typed:
        span = node.span
        match node.meaning:
            case "name":
                definition = self.scope.definitions.get(node.name)
                if definition is not None and any(self.scope.canonical(p) is None for p in definition.parameters):
                    raise Unreadable("unreadable", Span(span.end, span.end), ("(",), {"got": ""})
                return tree.Name(node.name, span=span), self.scope.shape(node.name)
            case "size":
                return tree.Size(node.name, span=span), ()
            case "constant":
                return tree.Const(cast('Literal["e", "pi", "inf"]', node.name), span=span), ()
            case "loss":
                return tree.Name("L", span=span), ()
            case "identity":
                return tree.Call("eye", (tree.Size(str(OPEN)),), span=span), (OPEN, OPEN)
            case "index":
                raise Unreadable("unreadable", span, ("a number",), {"got": node.name, "index": node.name})

    def _extent(self, shape: Known, axis: int | None, span: Span) -> Typed:
        """How many components there are, along an axis or altogether."""
        if not shape or (axis is not None and axis >= len(shape)):
            raise Unreadable("unreadable", span, ("a vector or a matrix",))
        dims = shape if axis is None else (shape[axis],)
        factors: list[Expr] = [
            tree.Size(dim, span=span) if isinstance(dim, str) else tree.Num(Fraction(dim), span=span) for dim in dims
        ]
        return factors[0] if len(factors) == 1 else tree.Mul(tuple(factors), span=span), ()

    def _column(self, a: Typed, upright: bool, span: Span) -> Typed:
        """A vector as a matrix with one column or one row, to be stretched beside another matrix."""
        inner, shape = a
        if shape is None or len(shape) != 1:
            raise self._mismatch("new axis", shape, ("n",), span)
        one = tree.Num(Fraction(1))
        line = tree.Call("onehot", (tree.Num(Fraction(0)), one), span=span)
        args = (inner, line) if upright else (line, inner)
        return tree.Call("outer", args, span=span), (shape[0], 1) if upright else (1, shape[0])

    def _components(self, body: Syntax, index: str, span: Span) -> Typed:
        cell = Cell()
        with self._binding({index: cell}):
            inner, shape = self.expr(body)
        dim = cell.root().dim
        vector = lifted(inner, index, dim, self.scope) if shape == () and dim is not None else None
        if vector is None or dim is None:
            raise Unreadable("unreadable", span, ("a formula of components", "a vector"), {"index": index})
        return replace(vector, span=span), (dim,)

    def _branches(self, branches: tuple[tuple[Syntax, Syntax], ...], otherwise: Syntax | None, span: Span) -> Typed:
        made: list[tuple[Cond, Expr]] = []
        shape: Known = ()
        rest: Expr | None = None
        for condition, value in branches:
            if isinstance(condition, Truth):
                if condition.value:
                    rest, own = self.expr(value)
                    shape = self._joined(shape, own, value.span)
                    break
                continue
            truth, over = self.cond(condition)
            expr, own = self.expr(value)
            shape = self._joined(self._joined(shape, over, condition.span), own, value.span)
            made.append((truth, expr))
        else:
            if otherwise is not None:
                rest, own = self.expr(otherwise)
                shape = self._joined(shape, own, otherwise.span)
        if not made:
            if rest is None:
                raise Unreadable("unreadable", span, ("a condition",))
            return rest, shape
        return tree.Cases(tuple(made), rest, span=span), shape

    # -- derivatives

    def _derivative(self, of: Typed, wrt: Syntax | None, order: int, span: Span) -> Typed:
        body, shape = of
        if wrt is None:
            return tree.Deriv(body, None, order, span=span), None
        by, by_shape = self.expr(wrt)
        if shape is None or by_shape is None:
            return tree.Deriv(body, by, order, span=span), None
        if order > 1 and by_shape:
            return tree.Deriv(body, by, order, span=span), None
        if len(shape) + len(by_shape) > 2:
            raise self._mismatch("derivative", shape, by_shape, span)
        return tree.Deriv(body, by, order, span=span), (*shape, *by_shape)

    def _prime(self, node: Prime) -> Typed:
        span, base = node.span, node.base
        if isinstance(base, Apply) and len(base.args) == 1 and node.wrt is not None and base.function in FUNCTIONS:
            arg, shape = self.expr(base.args[0])
            call = tree.Call(base.function, (arg,), span=base.span)
            if isinstance(arg, tree.Name | tree.Index) and shape == ():
                return tree.Deriv(call, arg, node.count, span=span), ()
            slope = slope_of(base.function, arg) if node.count == 1 else None
            if slope is None:
                raise Unreadable("unreadable", span, ("a derivative by a name",), {"function": base.function})
            return replace(slope, span=span), shape
        inner, shape = self.expr(base)
        if shape:
            if node.count % 2 == 0:
                return inner, shape
            return self._transposed((inner, shape), span)
        if isinstance(inner, tree.Name) and inner.name in self.scope.variables:
            raise Unreadable("unreadable", span, ("a name without a prime",), {"got": "'"})
        wrt = self.expr(node.wrt)[0] if node.wrt is not None else None
        if wrt is None and isinstance(inner, tree.Name) and inner.name in self.scope.definitions:
            parameters = self.scope.definitions[inner.name].parameters
            if len(parameters) == 1 and parameters[0] in self.scope.variables:
                wrt = tree.Name(parameters[0], span=span)
        return tree.Deriv(inner, wrt, node.count, span=span), () if wrt is not None else None

    # -- big operators

    def _big(self, node: Big) -> Typed:
        if not node.binders:
            return self._reduced_all(node)
        cells = {binder.index: Cell(code=binder.code) for binder in node.binders}
        for binder in node.binders:
            high = binder.high
            if isinstance(high, Ident) and high.meaning == "size" and (binder.code or starts_at_first(binder)):
                cells[binder.index].dim = high.name
        with self._binding(cells):
            body, shape = self.expr(node.body)
            condition = self.cond(node.condition)[0] if node.condition is not None else None
            for binder in reversed(node.binders):
                dim = cells[binder.index].root().dim
                if dim is None:
                    dim = self._extent_of(binder)
                if dim is None:
                    expected = ("an index that the formula uses",)
                    raise Unreadable("unreadable", binder.span, expected, {"index": binder.index})
                ends = self._range(binder, dim)
                self._check_ends(binder, ends)
                body = tree.Reduce(node.op, body, binder.index, dim, *ends, condition, span=node.span)
                condition = None
        return body, shape

    def _check_ends(self, binder: Binder, ends: Sequence[Expr | None]) -> None:
        """`Σ_{i=i}^n` has no first term."""
        for end in ends:
            own = (node for node in tree.walk(end or tree.ZERO) if node == tree.IndexVar(binder.index))
            if (found := next(own, None)) is not None:
                expected = (f"an end without {binder.index} itself",)
                raise Unreadable("unreadable", found.span or binder.span, expected, {"index": binder.index})

    def _extent_of(self, binder: Binder) -> Dim | None:
        """What an index runs over where only its ends tell: `Σ_{i=1}^3 x`."""
        match binder.high:
            case Number(value) if value.denominator == 1 and value >= 1:
                if value > TERMS:
                    got = int(min(value, Fraction(10**9)))
                    raise too_large("terms", TERMS, got, binder.span.start, binder.span.end)
                return int(value)
            case Ident(name, "size"):
                return name
        return None

    def _reduced_all(self, node: Big) -> Typed:
        self.loose.append({})
        try:
            with self._componentwise():
                body, shape = self.expr(node.body)
        finally:
            loose = self.loose.pop()
        if loose:
            if len(loose) > 1 or shape is None:
                letter = next(iter(loose))
                raise Unreadable("unreadable", node.span, (f"{node.op}_{letter}",), {"index": letter})
            ((letter, cell),) = loose.items()
            dim = cell.root().dim
            if dim is None:
                raise Unreadable("unreadable", node.span, ("an index that the formula uses",), {"index": letter})
            return tree.Reduce(node.op, body, letter, dim, span=node.span), shape
        if shape == () and (own := self._own_letter(body)) is not None:
            return tree.Reduce(node.op, body, *own, span=node.span), ()
        axis: int | None = None
        kept_axis = False
        for key, value in node.options:
            if key in ("axis", "dim"):
                axis = None if isinstance(value, Truth) else whole(value)
            elif key in ("keepdims", "keepdim") and isinstance(value, Truth):
                kept_axis = value.value
            else:
                raise Unreadable("unreadable", value.span, ("axis",), {"got": key})
        if axis is None or shape is None or (len(shape) == 1 and axis in (0, -1)):
            return tree.Reduce(node.op, body, span=node.span), ()
        if len(shape) != 2 or axis not in (0, 1, -1, -2):
            raise self._mismatch(f"{node.op} axis={axis}", shape, (), node.span)
        over, kept = (0, 1) if axis in (0, -2) else (1, 0)
        letter = next(c for c in "ijklmqrs" if c not in self.bound and self.scope.canonical(c) is None)
        rows: Expr = body if over == 0 else tree.Call("transpose", (body,), span=body.span)
        row = tree.Index(rows, (tree.IndexVar(letter),), span=body.span)
        made = tree.Reduce(node.op, row, letter, shape[over], span=node.span)
        return self._column((made, (shape[kept],)), over == 1, node.span) if kept_axis else (made, (shape[kept],))

    def _own_letter(self, body: Expr) -> tuple[str, Dim] | None:
        """The letter of a sum of numbers that stands within another without an index: in `Σ w_i y_i / Σ w_i` each
        has an i of its own."""
        letters = {node.name for node in tree.walk(body) if isinstance(node, tree.IndexVar)}
        around = {letter: cell for loose in self.loose for letter, cell in loose.items() if letter in letters}
        if len(around) != 1 or any(isinstance(node, tree.Reduce) for node in tree.walk(body)):
            return None
        ((letter, cell),) = around.items()
        dim = cell.root().dim
        return None if dim is None else (letter, dim)

    # -- indices

    def _subscript(self, node: Subscript) -> Typed:
        identity = isinstance(node.base, Ident) and node.base.meaning == "identity"
        if identity and len(node.items) == 2:
            condition, _ = self.cond(Delta(*node.items, span=node.span))
            return tree.Indicator(condition, span=node.span), ()
        if (identity or isinstance(node.base, Ones)) and len(node.items) == 1:
            dim = self._dim(node.items[0])
            size: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
            eye = tree.Call("eye", (size,), span=node.span)
            return (eye, (dim, dim)) if identity else (tree.Call("diag", (eye,), span=node.span), (dim,))
        if (
            isinstance(node.base, Apply)
            and (node.base.function, len(node.base.args), len(node.items)) == ("eye", 1, 1)
            and (rows := self._onehot(node.items[0], node.span)) is not None
        ):
            return rows  # `np.eye(K)[c]`
        base, shape = self.expr(node.base)
        if shape is None:
            raise Unreadable("unreadable", node.span, ("a name with components",))
        if (unit := self._unit_vector(node, base)) is not None:
            return unit
        if not shape and not isinstance(node.base, Ident) and len(node.items) == 1:
            item = node.items[0]
            letter = item.name if isinstance(item, Ident) and item.meaning == "index" else None
            if letter is not None and any(isinstance(p, tree.IndexVar) and p.name == letter for p in tree.walk(base)):
                return base, shape  # `[2x_i]_i`, with i given, is 2x_i
            raise Unreadable("unreadable", node.span, ("a vector before a subscript",))
        if len(node.items) > len(shape):
            if isinstance(node.base, Ident) and not shape:
                below = (
                    item.typed if isinstance(item, Ident) else str(getattr(item, "value", "…")) for item in node.items
                )
                typed = f"{node.base.typed}_{''.join(below)}"
                raise unknown_symbol(typed, node.span, Vocabulary.of(self.scope))
            raise self._mismatch("subscript", shape, tuple("·" for _ in node.items), node.span)
        if len(node.items) == 1 and len(shape) == 2 and self._counts_columns(node.items[0], shape):
            base, shape = tree.Call("transpose", (base,), span=node.span), (shape[1], shape[0])
        pairs = zip(node.items, shape, strict=False)
        positions = tuple(self._position(item, dim, code=node.code) for item, dim in pairs)
        return tree.Index(base, positions, span=node.span), shape[len(positions) :]

    def _unit_vector(self, node: Subscript, base: Expr) -> Typed | None:
        """`e_y`, where y is a class: 1 at y, 0 elsewhere."""
        if not isinstance(base, tree.Const) or base.name != "e" or len(node.items) != 1:
            return None
        return self._onehot(node.items[0], node.span)

    def _counts_columns(self, item: Syntax, shape: tuple[Dim, ...]) -> bool:
        """Whether an index is known to run over the second axis only: `X_j` is then column j."""
        if isinstance(item, Ident) and item.meaning == "name":
            dim = self._classes(tree.Name(item.name))
        else:
            letter = item.name if isinstance(item, Ident) and item.meaning == "index" else ""
            cell = self.bound.get(letter) or self.found.get(letter)
            dim = None if cell is None else cell.root().dim
        return dim is not None and not same(dim, shape[0]) and same(dim, shape[1])


# -- small pieces of tree
