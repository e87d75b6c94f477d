"""From syntax to the tree: shapes, matrix products, the dimensions of indices, positions from 0."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, cast

from grader.formula import shapes, tree
from grader.formula.declare import Classes, Scope
from grader.formula.errors import Unreadable
from grader.formula.functions import FUNCTIONS
from grader.formula.names import Vocabulary
from grader.formula.rebuild import replaced, substituted
from grader.formula.runs import unknown_symbol
from grader.formula.shapes import OPEN, Known
from grader.formula.syntax import (
    Apply,
    Bars,
    Big,
    Binder,
    Branches,
    Delta,
    Derivative,
    Ident,
    Logical,
    Minus,
    Norm,
    Number,
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

Typed = tuple[Expr, Known]


@dataclass(eq=False)
class _Cell:
    """The dimension that an index letter runs over, as far as it is known."""

    dim: Dim | None = None
    code: bool = False
    linked: _Cell | None = None

    def root(self) -> _Cell:
        cell = self
        while cell.linked is not None:
            cell = cell.linked
        return cell


class Elaborator:
    """Reads syntax into the tree within a scope. `free` lets undeclared letters stand for free indices, which
    are found in `free_indices` afterwards; one elaborator reads the sides of one equation."""

    def __init__(self, scope: Scope, *, free: bool = False) -> None:
        self.scope = scope
        self.free = free
        self.bound: dict[str, _Cell] = {letter: _Cell(dim) for letter, dim in scope.indices.items()}
        self.found: dict[str, _Cell] = {}
        self.loose: list[dict[str, _Cell]] = []

    def formula(self, node: Syntax) -> Typed:
        """A whole formula. Raises Unreadable (`shape-mismatch`, `unreadable`, `unknown-symbol`)."""
        expr, shape = self.expr(node)
        if any(isinstance(part, tree.Size) and part.name == OPEN for part in tree.walk(expr)):
            raise Unreadable("unreadable", node.span, ("a matrix of known size beside I",))
        return expr, shape

    @property
    def free_indices(self) -> dict[str, Dim]:
        """The free index letters that were met, with their dimensions. Raises where one has none."""
        found: dict[str, Dim] = {}
        for letter, cell in self.found.items():
            dim = cell.root().dim
            if dim is not None:
                found[letter] = dim
        return found

    # -- expressions

    def expr(self, node: Syntax) -> Typed:
        span = node.span
        match node:
            case Number(value):
                return tree.Num(value, span=span), ()
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
                return self._norm(arg, order, span)

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

    def _sum(self, terms: tuple[Syntax, ...], span: Span) -> Typed:
        parts = [self.expr(term) for term in terms]
        shape = parts[0][1]
        for position, (part, other) in enumerate(parts[1:], start=1):
            joined = shapes.elementwise(shape, other)
            if joined is False:
                if any(_has_derivative(p) for p, _ in parts):
                    joined = None
                else:
                    raise self._mismatch("+", shape, other, part.span or span if position else span)
            shape = joined if not isinstance(joined, bool) else None
        settled = tuple(_settle(part, own, shape) for part, own in parts)
        return tree.Add(settled, span=span), shape

    def _pair(self, operation: str, a: Typed, b: Typed, span: Span, make: Callable[[Expr, Expr], Expr]) -> Typed:
        shape = shapes.elementwise(a[1], b[1])
        if isinstance(shape, bool):
            if _has_derivative(a[0]) or _has_derivative(b[0]):
                return make(a[0], b[0]), None
            raise self._mismatch(operation, a[1], b[1], span)
        return make(_settle(a[0], a[1], shape), _settle(b[0], b[1], shape)), shape

    def _mismatch(self, operation: str, left: Known, right: Known, span: Span) -> Unreadable:
        data = {"left": shapes.text(left), "right": shapes.text(right), "operation": operation}
        return Unreadable("shape-mismatch", span, data={**data})

    def _product(self, node: Product) -> Typed:
        a, b = self.expr(node.left), self.expr(node.right)
        (left, ls), (right, rs), span = a, b, node.span
        if ls is None or rs is None or not ls or not rs:
            if node.sign == "@" and ls is not None and rs is not None:
                raise self._mismatch("@", ls, rs, span)
            if isinstance(right, tree.Indicator) and isinstance(left, tree.Call) and left.function == "eye":
                return right, rs
            return _multiplied(left, right, span), ls if rs == () else rs if ls == () else None
        same = shapes.conform(ls, rs)
        if node.sign == "⊙":
            if not same:
                raise self._mismatch("⊙", ls, rs, span)
            return _multiplied(left, right, span), shapes.merged(ls, rs)
        inner = node.sign == "@" or (node.sign != "*" and (_is_row(left) or _is_row(right)))
        if len(ls) == len(rs) == 1 and same and inner:
            return tree.Call("dot", (left, right), span=span), ()
        if node.sign == "@" and len(ls) == 1 and len(rs) == 2 and rs[0] != 1 and shapes.same(ls[0], rs[0]):
            turned = tree.Call("transpose", (right,), span=right.span)
            return tree.MatMul(turned, left, span=span), (rs[1],)
        if node.sign == "*" and same and len(ls) == 2 and OPEN not in ls:
            return _multiplied(left, right, span), ls
        joined = shapes.product(ls, rs)
        if joined is not None:
            inner_left = _settle_dim(left, rs[0]) if OPEN in ls else left
            inner_right = _settle_dim(right, ls[-1]) if OPEN in rs else right
            return tree.MatMul(inner_left, inner_right, span=span), joined
        if same and node.sign != "@":
            return _multiplied(left, right, span), ls
        if _has_derivative(left) or _has_derivative(right):
            return _multiplied(left, right, span), None
        raise self._mismatch(node.sign or "·", ls, rs, span)

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

    def _norm(self, arg: Syntax, order: Syntax | None, span: Span) -> Typed:
        inner, shape = self.expr(arg)
        if shape == ():
            return tree.Call("abs", (inner,), span=span), ()
        p = self.expr(order)[0] if order is not None else None
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

    def _joined(self, a: Known, b: Known, span: Span) -> Known:
        shape = shapes.elementwise(a, b)
        if isinstance(shape, bool):
            raise self._mismatch("cases", a, b, span)
        return shape

    # -- calls

    def _apply(self, node: Apply) -> Typed:
        span, name = node.span, node.function
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
            raise Unreadable("unreadable", span, (f"{wanted} arguments",), {"function": name, "got": len(args)})
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
                return self._norm(node.args[0], node.args[1] if len(node.args) > 1 else None, span)
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
            case "eye":
                dim = self._dim(node.args[0])
                return call, (dim, dim)
            case "onehot":
                dim = self._dim(node.args[1])
                if first:
                    raise self._mismatch(name, first, (dim,), span)
                return call, (dim,)
            case "transpose":
                return self._transposed(args[0], span)

    def _options(self, node: Apply, args: list[Typed]) -> tuple[list[Typed], int | None]:
        axis: int | None = None
        for key, value in node.options:
            if key in ("axis", "dim"):
                axis = _whole(value)
            elif node.function == "clip" and key in ("min", "max", "a_min", "a_max"):
                args.append(self.expr(value))
            elif node.function == "norm" and key == "ord":
                args.append(self.expr(value))
                node = replace(node, args=(*node.args, value))
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

    @contextmanager
    def _binding(self, cells: Mapping[str, _Cell]) -> Iterator[None]:
        saved = dict(self.bound)
        self.bound.update(cells)
        try:
            yield
        finally:
            self.bound = saved

    def _big(self, node: Big) -> Typed:
        if not node.binders:
            return self._reduced_all(node)
        cells = {binder.index: _Cell(code=binder.code) for binder in node.binders}
        for binder in node.binders:
            high = binder.high
            if isinstance(high, Ident) and high.meaning == "size" and (binder.code or _starts_at_first(binder)):
                cells[binder.index].dim = high.name
        with self._binding(cells):
            body, shape = self.expr(node.body)
            condition = self.cond(node.condition)[0] if node.condition is not None else None
            for binder in reversed(node.binders):
                dim = cells[binder.index].root().dim
                if dim is None:
                    expected = ("an index that the formula uses",)
                    raise Unreadable("unreadable", binder.span, expected, {"index": binder.index})
                ends = self._range(binder, dim)
                body = tree.Reduce(node.op, body, binder.index, dim, *ends, condition, span=node.span)
                condition = None
        return body, shape

    def _range(self, binder: Binder, dim: Dim) -> tuple[Expr | None, Expr | None]:
        """The first and last position; None for the ends of the dimension."""
        first = Fraction(0) if binder.code else Fraction(1)
        low = self._bound_of(binder.low) if binder.low is not None else None
        high = self._bound_of(binder.high) if binder.high is not None else None
        last: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
        if binder.code and high is not None:
            return (None if _is(low, Fraction(0)) else low), None if high == last else _shifted(high, -1)
        if _is(low, Fraction(0)) and binder.high is not None:
            if high == _shifted(last, -1):
                return None, None
            raise Unreadable("unreadable", binder.span, ("a sum that counts from 1",), {"index": binder.index})
        return (
            None if low is None or _is(low, first) else _shifted(low, -1),
            None if high is None or high == last else _shifted(high, -1),
        )

    def _bound_of(self, node: Syntax) -> Expr:
        """A bound as it was written, counting from 1."""
        match node:
            case Ident(name, "index"):
                self._cell(name, node.span)
                return tree.Add((tree.IndexVar(name, span=node.span), tree.Num(Fraction(1))))
            case Sum(terms):
                parts: list[Expr] = []
                for term in terms:
                    part = self._bound_of(term)
                    parts.extend(part.terms if isinstance(part, tree.Add) else (part,))
                return _collected(parts)
            case Minus(arg):
                inner = self._bound_of(arg)
                return tree.Num(-inner.value) if isinstance(inner, tree.Num) else tree.Neg(inner)
            case Number(value) if value.denominator == 1:
                return tree.Num(value)
            case Ident(name, "size"):
                return tree.Size(name)
        raise Unreadable("unreadable", node.span, ("a number, a size or an index",))

    def _reduced_all(self, node: Big) -> Typed:
        self.loose.append({})
        try:
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
                axis = None if isinstance(value, Truth) else _whole(value)
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

    def _cell(self, letter: str, span: Span) -> _Cell:
        if letter in self.bound:
            return self.bound[letter]
        for loose in self.loose:
            if letter in loose:
                return loose[letter]
        if letter in self.found and not self.loose:
            return self.found[letter]
        if self.loose and letter not in self.found:
            return self.loose[-1].setdefault(letter, _Cell())
        if self.free:
            return self.found.setdefault(letter, _Cell())
        raise unknown_symbol(letter, span, Vocabulary.of(self.scope))

    def _run_over(self, cell: _Cell, dim: Dim, span: Span) -> None:
        root = cell.root()
        if root.dim is None or root.dim == OPEN:
            root.dim = dim
        elif not shapes.same(root.dim, dim):
            raise self._mismatch("index", (root.dim,), (dim,), span)

    def _subscript(self, node: Subscript) -> Typed:
        if isinstance(node.base, Ident) and node.base.meaning == "identity" and len(node.items) == 1:
            dim = self._dim(node.items[0])
            size: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
            return tree.Call("eye", (size,), span=node.span), (dim, dim)
        base, shape = self.expr(node.base)
        if shape is None:
            raise Unreadable("unreadable", node.span, ("a name with components",))
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

    def _position(self, node: Syntax, dim: Dim, *, code: bool) -> Expr:
        """A subscript along an axis, counted from 0."""
        span = node.span
        match node:
            case Ident(name, "index"):
                self._run_over(self._cell(name, span), dim, span)
                return tree.IndexVar(name, span=span)
            case Ident(_, "name") | Subscript():
                expr, shape = self.expr(node)
                count = self._classes(expr)
                if count is None or shape != ():
                    raise Unreadable("unreadable", span, ("an index", "a class"), {"got": getattr(node, "typed", "")})
                if not shapes.same(count, dim):
                    raise self._mismatch("subscript", (count,), (dim,), span)
                return expr
            case Number(value) if value.denominator == 1:
                if not code and value < 1:
                    raise Unreadable("unreadable", span, ("a subscript from 1",), {"got": str(value)})
                position = value if code else value - 1
                if isinstance(dim, int) and position >= dim:
                    raise Unreadable("unreadable", span, (f"a subscript up to {dim}",), {"got": str(value)})
                return tree.Num(position, span=span)
            case Minus(Number(value)) if code and value.denominator == 1:
                size: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
                return tree.Add((size, tree.Num(-value)), span=span)
            case Ident(name, "size"):
                size = tree.Size(name, span=span)
                return size if code else tree.Add((size, tree.Num(Fraction(-1))), span=span)
            case Sum(terms):
                return self._position_sum(terms, dim, code=code, span=span)
        raise Unreadable("unreadable", span, ("an index", "a class"))

    def _position_sum(self, terms: tuple[Syntax, ...], dim: Dim, *, code: bool, span: Span) -> Expr:
        parts: list[Expr] = []
        indices = 0
        for term in terms:
            match term:
                case Ident(_, "index") | Ident(_, "name") | Subscript():
                    parts.append(self._position(term, dim, code=code))
                    indices += 1
                case Number(value) if value.denominator == 1:
                    parts.append(tree.Num(value, span=term.span))
                case Minus(Number(value)) if value.denominator == 1:
                    parts.append(tree.Num(-value, span=term.span))
                case Ident(name, "size"):
                    parts.append(tree.Size(name, span=term.span))
                case _:
                    raise Unreadable("unreadable", term.span, ("an index", "a number"))
        if indices > 1:
            raise Unreadable("unreadable", span, ("one index",))
        if not indices and not code:
            parts.append(tree.Num(Fraction(-1)))
        return replace(_collected(parts), span=span)

    def _classes(self, expr: Expr) -> Dim | None:
        """The number of classes that a label counts, None for what is no label."""
        name = expr.base if isinstance(expr, tree.Index) else expr
        if isinstance(name, tree.Name):
            variable = self.scope.variables.get(name.name)
            if variable is not None and isinstance(variable.domain, Classes):
                return variable.domain.count
        return None

    # -- conditions

    def cond(self, node: Syntax) -> tuple[Cond, Known]:
        """A condition, and the shape that it is taken over."""
        span = node.span
        match node:
            case Relation(ops, sides):
                pairs = [self._compare(op, a, b, span) for op, a, b in zip(ops, sides, sides[1:], strict=False)]
                if len(pairs) == 1:
                    return pairs[0]
                return self._all("and", pairs, span)
            case Logical(op, args):
                return self._all(op, [self.cond(arg) for arg in args], span)
            case Delta(left, right):
                return self._compare("==", left, right, span)
            case Truth(value):
                number = tree.Num(Fraction(int(value)), span=span)
                return tree.Compare("==", number, tree.ONE, span=span), ()
        raise Unreadable("unreadable", span, ("a comparison",))

    def _all(self, op: Literal["and", "or", "not"], parts: list[tuple[Cond, Known]], span: Span) -> tuple[Cond, Known]:
        shape: Known = ()
        for _, own in parts:
            shape = self._joined(shape, own, span)
        return tree.Logic(op, tuple(part for part, _ in parts), span=span), shape

    def _compare(self, op: str, left: Syntax, right: Syntax, span: Span) -> tuple[Cond, Known]:
        operator = cast('Literal["<", "<=", ">", ">=", "==", "!="]', op)
        index = self._index_in(left) or self._index_in(right)
        if index is not None:
            cell = self._cell(index, span)
            a, b = (self._place(side, cell, span) for side in (left, right))
            return tree.Compare(operator, a, b, span=span), ()
        (a, ls), (b, rs) = self.expr(left), self.expr(right)
        shape = shapes.elementwise(ls, rs)
        if isinstance(shape, bool):
            raise self._mismatch(op, ls, rs, span)
        return tree.Compare(operator, a, b, span=span), shape

    def _index_in(self, node: Syntax) -> str | None:
        match node:
            case Ident(name, "index"):
                return name
            case Sum(terms):
                return next((found for term in terms if (found := self._index_in(term)) is not None), None)
        return None

    def _place(self, node: Syntax, cell: _Cell, span: Span) -> Expr:
        """One side of a comparison with an index: a position."""
        match node:
            case Ident(name, "index"):
                self._link(self._cell(name, node.span), cell, span)
                return tree.IndexVar(name, span=node.span)
            case Ident(_, "name") | Subscript():
                expr, shape = self.expr(node)
                count = self._classes(expr)
                if count is None or shape != ():
                    raise Unreadable("unreadable", node.span, ("an index", "a class"))
                self._run_over(cell, count, span)
                return expr
        parts = self._position_parts(node)
        shift = 0 if cell.code or any(isinstance(p, tree.IndexVar) for p in parts) else -1
        if shift:
            parts.append(tree.Num(Fraction(shift)))
        return replace(_collected(parts), span=node.span)

    def _position_parts(self, node: Syntax) -> list[Expr]:
        bound = self._bound_of(node)
        parts: list[Expr] = list(bound.terms) if isinstance(bound, tree.Add) else [bound]
        if any(isinstance(part, tree.IndexVar) for part in parts):
            parts.append(tree.Num(Fraction(-1)))  # the letter itself is a position already
        return parts

    def _link(self, a: _Cell, b: _Cell, span: Span) -> None:
        a, b = a.root(), b.root()
        if a is b:
            return
        if a.dim is not None and b.dim is not None:
            if not shapes.same(a.dim, b.dim):
                raise self._mismatch("index", (a.dim,), (b.dim,), span)
            return
        if a.dim is None:
            a.linked = b
        else:
            b.linked = a


# -- small pieces of tree


def _is(expr: Expr | None, value: Fraction) -> bool:
    return isinstance(expr, tree.Num) and expr.value == value


def _starts_at_first(binder: Binder) -> bool:
    return binder.low is None or (isinstance(binder.low, Number) and binder.low.value == 1)


def _shifted(expr: Expr, by: int) -> Expr:
    return _collected([*(expr.terms if isinstance(expr, tree.Add) else (expr,)), tree.Num(Fraction(by))])


def _collected(parts: list[Expr]) -> Expr:
    """A sum of positions with its numbers added up."""
    number = sum((p.value for p in parts if isinstance(p, tree.Num)), Fraction(0))
    rest: list[Expr] = [p for p in parts if not isinstance(p, tree.Num)]
    if number or not rest:
        rest.append(tree.Num(number))
    return rest[0] if len(rest) == 1 else tree.Add(tuple(rest))


def _whole(node: Syntax) -> int:
    match node:
        case Number(value) if value.denominator == 1:
            return int(value)
        case Minus(Number(value)) if value.denominator == 1:
            return -int(value)
    raise Unreadable("unreadable", node.span, ("a whole number",))


def _multiplied(left: Expr, right: Expr, span: Span) -> Expr:
    if isinstance(left, tree.Mul):
        return tree.Mul((*left.factors, right), span=span)
    return tree.Mul((left, right), span=span)


def _is_row(expr: Expr) -> bool:
    """A row of a matrix, as `x_i`."""
    return isinstance(expr, tree.Index)


def _has_derivative(expr: Expr) -> bool:
    return any(isinstance(node, tree.Deriv) for node in tree.walk(expr))


def _settle(expr: Expr, own: Known, shape: Known) -> Expr:
    """An identity of open size takes its size from its neighbours."""
    if not own or not shape or OPEN not in own:
        return expr
    dim = next((d for d in shape if d != OPEN), None)
    return _settle_dim(expr, dim) if dim is not None else expr


def _settle_dim(expr: Expr, dim: Dim) -> Expr:
    size: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
    return replaced(expr, lambda node: size if isinstance(node, tree.Size) and node.name == OPEN else None)


def slope_of(function: str, x: Expr) -> Expr | None:
    """f′ at x for the functions that people write with a prime, None for others."""
    one = tree.ONE

    def call(name: str) -> Expr:
        return tree.Call(name, (x,))

    match function:
        case "sigmoid":
            return tree.Mul((call("sigmoid"), tree.Add((one, tree.Neg(call("sigmoid"))))))
        case "tanh":
            return tree.Add((one, tree.Neg(tree.Pow(call("tanh"), tree.Num(Fraction(2))))))
        case "exp":
            return call("exp")
        case "log":
            return tree.Div(one, x)
        case "softplus":
            return call("sigmoid")
        case "log_sigmoid":
            return tree.Add((one, tree.Neg(call("sigmoid"))))
        case "relu":
            return tree.Indicator(tree.Compare(">", x, tree.ZERO))
        case "abs":
            return call("sign")
        case "sqrt":
            return tree.Div(one, tree.Mul((tree.Num(Fraction(2)), call("sqrt"))))
        case "sin":
            return call("cos")
        case "cos":
            return tree.Neg(call("sin"))
    return None
