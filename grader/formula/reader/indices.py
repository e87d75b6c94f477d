"""Index letters: what they run over, positions counted from 0, and the conditions that compare them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, cast

from grader.formula import shapes, tree
from grader.formula.declare import Classes, Finite, OneHot, Scope
from grader.formula.errors import Unreadable
from grader.formula.names import Vocabulary
from grader.formula.reader.pieces import (
    collected,
    is_number,
    shifted,
)
from grader.formula.reader.runs import unknown_symbol
from grader.formula.reader.syntax import (
    Binder,
    Delta,
    Extent,
    Ident,
    Logical,
    Minus,
    Number,
    Relation,
    Subscript,
    Sum,
    Syntax,
    Truth,
)  # fmt: skip
from grader.formula.shapes import OPEN, Known
from grader.formula.tree import Cond, Dim, Expr, Span

Typed = tuple[Expr, Known]


@dataclass(eq=False)
class Cell:
    """The dimension that an index letter runs over, as far as it is known."""

    dim: Dim | None = None
    code: bool = False
    linked: Cell | None = None
    by: Span | None = None
    """The subscript that told the dimension first."""

    def root(self) -> Cell:
        cell = self
        while cell.linked is not None:
            cell = cell.linked
        return cell


class Indices(ABC):
    """The part of the elaborator that knows index letters. `free` lets undeclared letters stand for free indices."""

    def __init__(self, scope: Scope, *, free: bool = False) -> None:
        self.scope = scope
        self.free = free
        self.bound: dict[str, Cell] = {letter: Cell(dim) for letter, dim in scope.indices.items()}
        self.found: dict[str, Cell] = {}
        self.loose: list[dict[str, Cell]] = []
        self.componentwise = 0
        """Within `sum(…)` and beside vectors, `y·z` is taken by components."""
        self.inner = 0
        """How many products of two vectors were read as inner products."""
        self.beside: Known = None
        """The shape of the side before: what is left open, as that of I, is as there."""

    @abstractmethod
    def expr(self, node: Syntax) -> Typed:
        """The tree of a piece of syntax, and its shape."""

    def _mismatch(self, operation: str, left: Known, right: Known, span: Span) -> Unreadable:
        data = {"left": shapes.text(left), "right": shapes.text(right), "operation": operation}
        return Unreadable("shape-mismatch", span, data={**data})

    def _joined(self, a: Known, b: Known, span: Span) -> Known:
        shape = shapes.elementwise(a, b)
        if isinstance(shape, bool):
            raise self._mismatch("cases", a, b, span)
        return shape

    @property
    def free_indices(self) -> dict[str, Dim]:
        """The free index letters that were met, with their dimensions. Raises where one has none."""
        found: dict[str, Dim] = {}
        for letter, cell in self.found.items():
            dim = cell.root().dim
            if dim is not None:
                found[letter] = dim
        return found

    @contextmanager
    def _binding(self, cells: Mapping[str, Cell]) -> Iterator[None]:
        saved = dict(self.bound)
        self.bound.update(cells)
        try:
            yield
        finally:
            self.bound = saved

    def _cell(self, letter: str, span: Span) -> Cell:
        if letter in self.bound:
            return self.bound[letter]
        for loose in self.loose:
            if letter in loose:
                return loose[letter]
        if letter in self.found and not self.loose:
            return self.found[letter]
        if self.loose and letter not in self.found:
            return self.loose[-1].setdefault(letter, Cell())
        if self.free:
            return self.found.setdefault(letter, Cell())
        raise unknown_symbol(letter, span, Vocabulary.of(self.scope))

    def _run_over(self, cell: Cell, dim: Dim, span: Span) -> None:
        root = cell.root()
        if root.dim is None or root.dim == OPEN:
            root.dim, root.by = dim, span
        elif not shapes.same(root.dim, dim):
            raise self._mismatch("index", (root.dim,), (dim,), span)

    def _link(self, a: Cell, b: Cell, span: Span) -> None:
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

    def _range(self, binder: Binder, dim: Dim) -> tuple[Expr | None, Expr | None]:
        """The first and last position; None for the ends of the dimension."""
        first = Fraction(0) if binder.code else Fraction(1)
        low = self._bound_of(binder.low) if binder.low is not None else None
        high = self._bound_of(binder.high) if binder.high is not None else None
        last: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
        if binder.code and high is not None:
            return (None if is_number(low, Fraction(0)) else low), None if high == last else shifted(high, -1)
        if is_number(low, Fraction(0)) and binder.high is not None:
            if high == shifted(last, -1):
                return None, None
            raise Unreadable("unreadable", binder.span, ("a sum that counts from 1",), {"index": binder.index})
        return (
            None if low is None or is_number(low, first) else shifted(low, -1),
            None if high is None or high == last else shifted(high, -1),
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
                return collected(parts)
            case Minus(arg):
                inner = self._bound_of(arg)
                return tree.Num(-inner.value) if isinstance(inner, tree.Num) else tree.Neg(inner)
            case Number(value) if value.denominator == 1:
                return tree.Num(value)
            case Ident(name, "size"):
                return tree.Size(name)
            case Extent():  # `range(len(y))`
                return replace(self.expr(node)[0], span=None)
        raise Unreadable("unreadable", node.span, ("a number, a size or an index",))

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
        return replace(collected(parts), span=span)

    def _classes(self, expr: Expr) -> Dim | None:
        """The number of classes that a label counts, None for what is no label."""
        name = expr.base if isinstance(expr, tree.Index) else expr
        if isinstance(name, tree.Name):
            variable = self.scope.variables.get(name.name)
            if variable is not None and isinstance(variable.domain, Classes):
                return variable.domain.count
        return None

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
            case Ident(_, "name") | Subscript():
                expr, shape = self.expr(node)
                if self._is_truth(expr):
                    return tree.Compare("==", expr, tree.ONE, span=span), shape
        raise Unreadable("unreadable", span, ("a comparison",))

    def _is_truth(self, expr: Expr) -> bool:
        """Whether a quantity is 0 or 1, so that it is a condition by itself: `a if y else b`."""
        name = expr.base if isinstance(expr, tree.Index) else expr
        variable = self.scope.variables.get(name.name) if isinstance(name, tree.Name) else None
        if variable is None:
            return False
        domain = variable.domain
        return isinstance(domain, OneHot) or (isinstance(domain, Finite) and set(domain.values) == {0, 1})

    def _all(self, op: Literal["and", "or", "not"], parts: list[tuple[Cond, Known]], span: Span) -> tuple[Cond, Known]:
        shape: Known = ()
        for _, own in parts:
            shape = self._joined(shape, own, span)
        return tree.Logic(op, tuple(part for part, _ in parts), span=span), shape

    def _compare(self, op: str, left: Syntax, right: Syntax, span: Span) -> tuple[Cond, Known]:
        operator = cast('Literal["<", "<=", ">", ">=", "==", "!="]', op)
        index = self._index_in(left) or self._index_in(right)
        if index is None:  # `K = c` beside `∂L/∂z_K`
            left, right = self._at_any(left, right), self._at_any(right, left)
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

    def _at_any(self, node: Syntax, other: Syntax) -> Syntax:
        """A size beside a class, where its letter is an index."""
        if not (isinstance(node, Ident) and node.meaning == "size" and (node.name in self.bound)):
            return node
        label = isinstance(other, Ident) and other.meaning == "name" and self._classes(tree.Name(other.name))
        return replace(node, meaning="index", typed=node.name) if label else node

    def _index_in(self, node: Syntax) -> str | None:
        match node:
            case Ident(name, "index"):
                return name
            case Sum(terms):
                return next((found for term in terms if (found := self._index_in(term)) is not None), None)
        return None

    def _place(self, node: Syntax, cell: Cell, span: Span) -> Expr:
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
        return replace(collected(parts), span=node.span)

    def _position_parts(self, node: Syntax) -> list[Expr]:
        bound = self._bound_of(node)
        parts: list[Expr] = list(bound.terms) if isinstance(bound, tree.Add) else [bound]
        if any(isinstance(part, tree.IndexVar) for part in parts):
            parts.append(tree.Num(Fraction(-1)))  # the letter itself is a position already
        return parts
