"""Strict and strong convexity: a convex rest, and one term that is a sum over every component of the variable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from grader.formula.shape_of import shape_of
from grader.formula.tree import ONE, Add, Dim, Div, Expr, Index, IndexVar, Mul, Name, Neg, Reduce, walk
from grader.properties.vectors import ranges as r
from grader.properties.vectors.convexity import Bends
from grader.properties.vectors.elements import Elements
from grader.symbolic.differentiate import over, times
from grader.symbolic.tidy import size, tidy

_CONVEX: Final = ("flat", "affine", "convex")


class Strictness:
    def __init__(self, bends: Bends, elements: Elements) -> None:
        self.bends, self.elements, self.scope = bends, elements, bends.scope
        self.shape = self.scope.shape(bends.wrt)

    def strict(self, loss: Expr) -> Expr | None:
        """The term that makes a convex loss strictly convex, if one is found."""
        for term in self._terms(loss):
            _, body, of = self._opened(term)
            if of is not None and self.elements.holds(body, "strictly-convex", of=of) is not None:
                return term
        return None

    def modulus(self, loss: Expr) -> tuple[Expr, Expr] | None:
        """m > 0 with loss − m/2·‖x‖² convex, and the term that it comes from."""
        for term in self._terms(loss):
            factor, body, of = self._opened(term)
            if of is None or not self.shape:
                continue
            found = self.elements.holds(body, "strongly-convex", of=of)
            if found is None or found.value is None:
                continue
            known = self.scope.variables
            names = {node.name for node in walk(found.value) if isinstance(node, Name)}
            if all(name in known and not known[name].shape for name in names):
                return tidy(times(factor, found.value), self.scope), term
        return None

    def _terms(self, loss: Expr) -> tuple[Expr, ...]:
        """The terms of a sum of convex ones; nothing where they are not all convex, one by one."""
        terms = tuple(self._spread(loss))
        return terms if all(self.bends.of(term) in _CONVEX for term in terms) else ()

    def _spread(self, expr: Expr) -> Iterator[Expr]:
        """The terms of a sum; λ·(a + b) is two of them."""
        match expr:
            case Add(terms):
                for term in terms:
                    yield from self._spread(term)
                return
            case Mul(factors):
                sums = [factor for factor in factors if isinstance(factor, Add) and self.bends.of(factor) != "flat"]
                if len(sums) == 1:
                    rest = tuple(factor for factor in factors if factor is not sums[0])
                    for term in sums[0].terms:
                        yield from self._spread(Mul((*rest, term)) if rest else term)
                    return
            case Div(Add(terms), den) if self.bends.of(den) == "flat":
                for term in terms:
                    yield from self._spread(Div(term, den))
                return
        yield expr

    def _opened(self, term: Expr) -> tuple[Expr, Expr, Expr | None]:
        """A term as factor·Σ body over all components; what each body is a function of, None where that is not one
        component each."""
        factor: Expr = ONE
        letters: list[tuple[str, Dim]] = []
        body = term
        while True:
            match body:
                case Neg(Neg(inner)):
                    body = inner
                case Mul(factors):
                    moving = [part for part in factors if self.bends.of(part) != "flat"]
                    still = [part for part in factors if self.bends.of(part) == "flat"]
                    if len(moving) != 1 or not still or not self._positive(still):
                        break
                    factor, body = times(factor, *still), moving[0]
                case Div(num, den) if self.bends.of(den) == "flat" and self._positive([den]):
                    factor, body = over(factor, den), num
                case Reduce("sum" | "mean" as op, inner, str(index), over_, None, None, None) if over_ is not None:
                    letters.append((index, over_))
                    factor = over(factor, size(over_)) if op == "mean" else factor
                    body = inner
                case Reduce("sum" | "mean" as op, inner, None):
                    if letters or shape_of(inner, self.scope) != self.shape:
                        break
                    factor = over(factor, times(*map(size, self.shape))) if op == "mean" and self.shape else factor
                    return factor, inner, Name(self.bends.wrt)
                case _:
                    break
        return factor, body, self._component(letters)

    def _positive(self, parts: list[Expr]) -> bool:
        """Numbers above zero, that do not depend on an index."""
        free = any(isinstance(node, IndexVar) for part in parts for node in walk(part))
        product = Mul(tuple(parts)) if len(parts) > 1 else parts[0]
        return not free and shape_of(product, self.scope) == () and r.positive(self.bends.signs.of(product))

    def _component(self, letters: list[tuple[str, Dim]]) -> Expr | None:
        if not self.shape:
            return Name(self.bends.wrt)
        over_each = [next((name for name, dim in letters if dim == wanted), None) for wanted in self.shape]
        if None in over_each or len(set(over_each)) != len(self.shape) or len(letters) != len(self.shape):
            return None
        return Index(Name(self.bends.wrt), tuple(IndexVar(name) for name in over_each if name is not None))
