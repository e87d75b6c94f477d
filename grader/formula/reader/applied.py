"""Functions with their arguments: shapes, axes, sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import cast

from grader.formula import shapes, tree
from grader.formula.errors import Unreadable
from grader.formula.functions import FUNCTIONS
from grader.formula.reader.indices import Typed
from grader.formula.reader.pieces import (
    whole,
)
from grader.formula.reader.products import Products
from grader.formula.reader.syntax import (
    Apply,
    Ident,
    Number,
    Subscript,
    Syntax,
)
from grader.formula.rebuild import substituted
from grader.formula.shapes import Known
from grader.formula.tree import Dim, Expr, Shape, Span


class Applied(Products):
    """The part of the elaborator that applies functions."""

    def _norm(self, arg: Typed, p: Expr | None, span: Span) -> Typed:
        inner, shape = arg
        if shape == ():
            return tree.Call("abs", (inner,), span=span), ()
        if p is None or (isinstance(p, tree.Num) and p.value == 2):
            return tree.Call("norm", (inner,), span=span), ()
        if not ((isinstance(p, tree.Num) and p.value == 1) or (isinstance(p, tree.Const) and p.name == "inf")):
            raise Unreadable("unreadable", p.span or span, ("1", "2", "∞"))
        return tree.Call("norm", (inner, p), span=span), ()

    def _apply(self, node: Apply) -> Typed:
        span, name = node.span, node.function
        if (name, len(node.args)) in (("eye", 1), ("onehot", 2)):
            return self._sized(node)
        if (name, len(node.args)) == ("onehot", 1) and (unit := self._onehot(node.args[0], span)) is not None:
            return unit
        args = [self.expr(arg) for arg in node.args]
        if name.startswith("@"):
            definition = self.scope.definitions[name[1:]]
            mapping = dict(zip(definition.parameters, (expr for expr, _ in args), strict=True))
            wide = {shape for _, shape in args if shape}
            if (wide or definition.shape) and (
                len(wide) > 1 or not self._is_elementwise(definition.body, definition.parameters)
            ):
                raise self._mismatch(name[1:], definition.shape, next((s for _, s in args if s), ()), span)
            return replace(substituted(definition.body, mapping), span=span), next(iter(wide), ())
        if name == "trace":
            return self._trace(args[0], span)
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

    def _trace(self, arg: Typed, span: Span) -> Typed:
        """tr A; a number is its own trace."""
        inner, shape = arg
        if shape == ():
            return inner, ()
        if shape is None or len(shape) != 2 or not shapes.same(*shape):
            raise self._mismatch("tr", shape, ("n", "n"), span)
        return tree.Reduce("sum", tree.Call("diag", (inner,), span=span), span=span), ()

    def _is_elementwise(self, body: Expr, parameters: Sequence[str]) -> bool:
        """Whether a formula of numbers means the same of every component: `1/(1 + exp(−u))`."""

        def plain(node: tree.Node) -> bool:
            match node:
                case tree.Name(name):
                    return name in parameters or (name in self.scope.variables and not self.scope.shape(name))
                case tree.Call(function, _):
                    return FUNCTIONS[function].rule == "elementwise"
                case tree.Num() | tree.Const() | tree.Add() | tree.Neg() | tree.Mul() | tree.Div() | tree.Pow():
                    return True
                case tree.Size() | tree.Cases() | tree.Compare() | tree.Logic() | tree.Indicator():
                    return True
            return False

        return all(map(plain, tree.walk(body)))

    def _sized(self, node: Apply) -> Typed:
        """`eye(n)`, `onehot(label, K)`."""
        dim = self._dim(node.args[-1])
        size: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
        if node.function == "eye":
            return tree.Call("eye", (size,), span=node.span), (dim, dim)
        label = self._position(node.args[0], dim, code=True)
        return tree.Call("onehot", (label, size), span=node.span), (dim,)

    def _onehot(self, item: Syntax, span: Span) -> Typed | None:
        """`onehot(c)`, `e_c`, `e_{c_i}`: the class is declared with its size."""
        name = item.base if isinstance(item, Subscript) else item
        if not isinstance(name, Ident) or name.meaning != "name":
            return None
        dim = self._classes(tree.Name(name.name))
        label, shape = self.expr(item) if dim is not None else (tree.ZERO, None)
        if dim is None or shape is None or len(shape) > 1:
            return None
        if shape:
            return self._onehots(label, shape[0], dim, span)
        size: Expr = tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim))
        return tree.Call("onehot", (label, size), span=span), (dim,)

    def _onehots(self, labels: Expr, samples: Dim, dim: Dim, span: Span) -> Typed:
        """`onehot(c)`, `np.eye(K)[c]` of a label for each sample: the matrix whose row i is e_{c_i}."""
        sizes = [tree.Size(d) if isinstance(d, str) else tree.Num(Fraction(d)) for d in (samples, dim)]
        letter = next(each for each in "ijlmqrs" if each not in self.bound and self.scope.canonical(each) is None)
        row = tree.IndexVar(letter)
        column = tree.Call("onehot", (row, sizes[0]))
        unit = tree.Call("onehot", (tree.Index(labels, (row,)), sizes[1]))
        return tree.Reduce("sum", tree.Call("outer", (column, unit)), letter, samples, span=span), (samples, dim)

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
