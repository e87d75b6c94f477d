"""From syntax to the tree: shapes, matrix products, the dimensions of indices, positions from 0."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Literal, cast

from grader.formula import shapes, tree
from grader.formula.components import lifted
from grader.formula.errors import Unreadable
from grader.formula.functions import FUNCTIONS
from grader.formula.indices import Cell, Indices, Typed
from grader.formula.limits import TERMS, too_large
from grader.formula.names import Vocabulary
from grader.formula.pieces import (
    SAMPLES,
    has_derivative,
    is_ones,
    is_row,
    multiplied,
    one_minus,
    read_as_inner,
    settle,
    settle_dim,
    slope_of,
    starts_at_first,
    whole,
)
from grader.formula.rebuild import substituted
from grader.formula.runs import unknown_symbol
from grader.formula.shapes import OPEN, Known
from grader.formula.syntax import (
    Apply,
    Bars,
    Big,
    Binder,
    Branches,
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
from grader.formula.tree import Cond, Dim, Expr, Shape, Span


class Elaborator(Indices):
    """Reads syntax into the tree within a scope. `free` lets undeclared letters stand for free indices, which
    are found in `free_indices` afterwards; one elaborator reads the sides of one equation."""

    def formula(self, node: Syntax) -> Typed:
        """A whole formula. Raises Unreadable (`shape-mismatch`, `unreadable`, `unknown-symbol`)."""
        expr, shape = self.expr(node)
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
            case Power(base, exponent):
                return self._power(base, exponent, span)
            case Subscript():
                return self._subscript(node)
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

    def _components(self, body: Syntax, index: str, span: Span) -> Typed:
        cell = Cell()
        with self._binding({index: cell}):
            inner, shape = self.expr(body)
        dim = cell.root().dim
        vector = lifted(inner, index, dim, self.scope) if shape == () and dim is not None else None
        if vector is None or dim is None:
            raise Unreadable("unreadable", span, ("a formula of components", "a vector"), {"index": index})
        return replace(vector, span=span), (dim,)

    def _sum(self, terms: tuple[Syntax, ...], span: Span) -> Typed:
        inner = self.inner
        parts = [self.expr(term) for term in terms]
        if (
            self.inner > inner
            and any(not own and read_as_inner(part) for part, own in parts)
            and any(own for _, own in parts)
        ):
            with self._componentwise():  # beside a vector, `y·z` is one too
                parts = [self.expr(term) for term in terms]
        shape = parts[0][1]
        for position, (part, other) in enumerate(parts[1:], start=1):
            joined = shapes.elementwise(shape, other)
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
        if isinstance(shape, bool):
            if has_derivative(a[0]) or has_derivative(b[0]):
                return make(a[0], b[0]), None
            raise self._mismatch(operation, a[1], b[1], span)
        return make(settle(a[0], a[1], shape), settle(b[0], b[1], shape)), shape

    def _product(self, node: Product) -> Typed:
        a, b = self.expr(node.left), self.expr(node.right)
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
        if (total := self._summed(a, b)) is not None:
            return tree.Reduce("sum", total, span=span), ()
        same = shapes.conform(ls, rs)
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
        if node.sign == "*" or self.componentwise:
            return False
        if is_row(left) or is_row(right):
            return True
        return dim not in SAMPLES and not one_minus(left) and not one_minus(right)

    def _power(self, base: Syntax, exponent: Syntax, span: Span) -> Typed:
        a, b = self.expr(base), self.expr(exponent)
        if isinstance(a[0], tree.Const) and a[0].name == "e":
            return tree.Call("exp", (b[0],), span=span), b[1]
        if a[1] is not None and len(a[1]) == 2 and isinstance(b[0], tree.Neg):
            raise Unreadable("unreadable", exponent.span, ("a positive power, taken elementwise",), {"got": "-"})
        return self._pair("^", a, b, span, lambda x, y: tree.Pow(x, y, span=span))

    def _transposed(self, a: Typed, span: Span) -> Typed:
        inner, shape = a
        if shape is None or not shape:
            return inner, shape
        return tree.Call("transpose", (inner,), span=span), shapes.transposed(shape)

    def _norm(self, arg: Typed, p: Expr | None, span: Span) -> Typed:
        inner, shape = arg
        if shape == ():
            return tree.Call("abs", (inner,), span=span), ()
        if p is None or (isinstance(p, tree.Num) and p.value == 2):
            return tree.Call("norm", (inner,), span=span), ()
        if not ((isinstance(p, tree.Num) and p.value == 1) or (isinstance(p, tree.Const) and p.name == "inf")):
            raise Unreadable("unreadable", p.span or span, ("1", "2", "∞"))
        return tree.Call("norm", (inner, p), span=span), ()

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

    # -- calls

    def _apply(self, node: Apply) -> Typed:
        span, name = node.span, node.function
        if (name, len(node.args)) in (("eye", 1), ("onehot", 2)):
            return self._sized(node)
        args = [self.expr(arg) for arg in node.args]
        if name.startswith("@"):
            definition = self.scope.definitions[name[1:]]
            mapping = dict(zip(definition.parameters, (expr for expr, _ in args), strict=True))
            if any(shape for _, shape in args):
                raise self._mismatch(name[1:], (), next(shape for _, shape in args if shape), span)
            return replace(substituted(definition.body, mapping), span=span), ()
        args, axis = self._options(node, args)
        function = FUNCTIONS[name]
        if len(args) < function.low or (function.high is not None and len(args) > function.high):
            wanted = str(function.low) if function.low == function.high else f"{function.low} or more"
            plural = "" if wanted == "1" else "s"
            expected = (f"{wanted} argument{plural}",)
            raise Unreadable("unreadable", span, expected, {"function": name, "got": len(args)})
        exprs = tuple(expr for expr, _ in args)
        first = args[0][1] if args else ()
        call = tree.Call(name, exprs, span=span)
        match function.rule:
            case "elementwise":
                shape: Known = ()
                for _, own in args:
                    joined = shapes.elementwise(shape, own)
                    if isinstance(joined, bool):
                        raise self._mismatch(name, shape, own, span)
                    shape = joined
                return call, shape
            case "last-axis" | "reduce-last":
                return self._along(name, args[0], axis, span)
            case "norm":
                return self._norm(args[0], exprs[1] if len(exprs) > 1 else None, span)
            case "dot":
                if args[1][1] != first or first is None or len(first) != 1:
                    raise self._mismatch(name, first, args[1][1], span)
                return call, ()
            case "outer":
                if any(shape is None or len(shape) != 1 for _, shape in args):
                    raise self._mismatch(name, first, args[1][1], span)
                return call, (*cast("Shape", first), *cast("Shape", args[1][1]))
            case "diag":
                if first is None or not first:
                    raise self._mismatch(name, first, (), span)
                return call, (first[0], first[0]) if len(first) == 1 else (first[0],)
            case "transpose":
                return self._transposed(args[0], span)
            case "eye" | "onehot":
                raise AssertionError("read before, in _sized")

    def _sized(self, node: Apply) -> Typed:
        """`eye(n)`, `onehot(label, K)`."""
        dim = self._dim(node.args[-1])
        size: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
        if node.function == "eye":
            return tree.Call("eye", (size,), span=node.span), (dim, dim)
        label = self._position(node.args[0], dim, code=True)
        return tree.Call("onehot", (label, size), span=node.span), (dim,)

    def _options(self, node: Apply, args: list[Typed]) -> tuple[list[Typed], int | None]:
        axis: int | None = None
        for key, value in node.options:
            if key in ("axis", "dim"):
                axis = whole(value)
            elif (node.function == "clip" and key in ("min", "a_min", "max", "a_max")[len(args) * 2 - 2 :][:2]) or (
                node.function == "norm" and key == "ord" and len(args) == 1
            ):
                args.append(self.expr(value))
            else:
                raise Unreadable("unreadable", value.span, ("an argument of " + node.function,), {"got": key})
        return args, axis

    def _along(self, name: str, arg: Typed, axis: int | None, span: Span) -> Typed:
        """softmax and its like: along the last axis, or along `axis`."""
        inner, shape = arg
        if shape is None or not shape:
            raise self._mismatch(name, shape, ("K",), span)
        if axis is not None and axis not in (-1, len(shape) - 1):
            if axis != 0 and axis != -2:
                raise self._mismatch(f"{name} axis={axis}", shape, (), span)
            turned, turned_shape = self._transposed(arg, span)
            made, made_shape = self._along(name, (turned, turned_shape), None, span)
            return self._transposed((made, made_shape), span) if name != "logsumexp" else (made, made_shape)
        call = tree.Call(name, (inner,), span=span)
        return call, shape[:-1] if FUNCTIONS[name].rule == "reduce-last" else shape

    def _dim(self, node: Syntax) -> Dim:
        match node:
            case Ident(name, "size"):
                return name
            case Ident(name, "name") if name in self.scope.dims:
                return name
            case Number(value) if value.denominator == 1 and value > 0:
                return int(value)
        raise Unreadable("unreadable", node.span, ("a size",))

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
                body = tree.Reduce(node.op, body, binder.index, dim, *ends, condition, span=node.span)
                condition = None
        return body, shape

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
            if len(loose) > 1 or shape != ():
                letter = next(iter(loose))
                raise Unreadable("unreadable", node.span, (f"{node.op}_{letter}",), {"index": letter})
            ((letter, cell),) = loose.items()
            dim = cell.root().dim
            if dim is None:
                raise Unreadable("unreadable", node.span, ("an index that the formula uses",), {"index": letter})
            return tree.Reduce(node.op, body, letter, dim, span=node.span), ()
        axis: int | None = None
        for key, value in node.options:
            if key in ("axis", "dim"):
                axis = None if isinstance(value, Truth) else whole(value)
            elif not (key in ("keepdims", "keepdim") and isinstance(value, Truth) and not value.value):
                raise Unreadable("unreadable", value.span, ("axis",), {"got": key})
        if axis is None or shape is None or (len(shape) == 1 and axis in (0, -1)):
            return tree.Reduce(node.op, body, span=node.span), ()
        if len(shape) != 2 or axis not in (0, 1, -1, -2):
            raise self._mismatch(f"{node.op} axis={axis}", shape, (), node.span)
        over, kept = (0, 1) if axis in (0, -2) else (1, 0)
        letter = next(c for c in "ijklmqrs" if c not in self.bound and self.scope.canonical(c) is None)
        rows: Expr = body if over == 0 else tree.Call("transpose", (body,), span=body.span)
        row = tree.Index(rows, (tree.IndexVar(letter),), span=body.span)
        return tree.Reduce(node.op, row, letter, shape[over], span=node.span), (shape[kept],)

    # -- indices

    def _subscript(self, node: Subscript) -> Typed:
        identity = isinstance(node.base, Ident) and node.base.meaning == "identity"
        if (identity or isinstance(node.base, Ones)) and len(node.items) == 1:
            dim = self._dim(node.items[0])
            size: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
            eye = tree.Call("eye", (size,), span=node.span)
            return (eye, (dim, dim)) if identity else (tree.Call("diag", (eye,), span=node.span), (dim,))
        base, shape = self.expr(node.base)
        if shape is None:
            raise Unreadable("unreadable", node.span, ("a name with components",))
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
        pairs = zip(node.items, shape, strict=False)
        positions = tuple(self._position(item, dim, code=node.code) for item, dim in pairs)
        return tree.Index(base, positions, span=node.span), shape[len(positions) :]

    # -- conditions


# -- small pieces of tree
