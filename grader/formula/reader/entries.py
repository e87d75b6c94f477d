"""A matrix from the formula of its entries: `E_{ij} = R_{ij} − u_iᵀv_j` is `E = R − U Vᵀ`."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from grader.formula import tree
from grader.formula.declare import Scope
from grader.formula.functions import FUNCTIONS
from grader.formula.reader.components import lifted
from grader.formula.shape_of import shape_of
from grader.formula.tree import Dim, Expr

_FIRST = tree.Call("onehot", (tree.ZERO, tree.ONE))


def matrix_of(body: Expr, letters: tuple[str, str], dims: tuple[Dim, Dim], scope: Scope) -> Expr | None:
    """The matrix whose entry at the two letters is `body`; None where it is no formula of entries, rows and columns."""
    return _Entries(letters, dims, scope).of(body)


class _Entries:
    """What stands at the first letter alone becomes a column, at the second alone a row; both stretch."""

    def __init__(self, letters: tuple[str, str], dims: tuple[Dim, Dim], scope: Scope) -> None:
        self.letters = letters
        self.dims = dims
        self.scope = scope

    def of(self, expr: Expr) -> Expr | None:
        found = self._letters_in(expr)
        if not found:
            return expr
        if len(found) == 1:
            place = self.letters.index(found[0])
            vector = lifted(expr, self.letters[place], self.dims[place], self.scope)
            if vector is None:
                return None
            return tree.Call("outer", (vector, _FIRST) if place == 0 else (_FIRST, vector))
        match expr:
            case tree.Index(base, subscripts):
                return self._entry(base, subscripts)
            case tree.Indicator(tree.Compare("==", tree.IndexVar(), tree.IndexVar())) if self.dims[0] == self.dims[1]:
                dim = self.dims[0]
                return tree.Call("eye", (tree.Size(dim) if isinstance(dim, str) else tree.Num(Fraction(dim)),))
            case tree.MatMul(tree.Call("transpose", (left,)), right) | tree.Call("dot", (left, right)):
                return self._inner(left, right) or self._inner(right, left)
            case tree.Reduce("sum", tree.Mul((tree.Index() as left, tree.Index() as right)), str() as index, dim) if (
                expr == tree.Reduce("sum", expr.body, index, dim)
            ):
                return self._summed(left, right, index) or self._summed(right, left, index)
            case tree.Add(terms):
                made = self._all(terms)
                return None if made is None else replace(expr, terms=made)
            case tree.Mul(factors):
                made = self._all(factors)
                return None if made is None else replace(expr, factors=made)
            case tree.Call(function, args) if FUNCTIONS[function].rule == "elementwise":
                made = self._all(args)
                return None if made is None else replace(expr, args=made)
            case tree.Neg(arg):
                inner = self.of(arg)
                return None if inner is None else replace(expr, arg=inner)
            case tree.Div(num, den):
                made = self._all((num, den))
                return None if made is None else replace(expr, num=made[0], den=made[1])
            case tree.Pow(base, exponent):
                made = self._all((base, exponent))
                return None if made is None else replace(expr, base=made[0], exponent=made[1])
        return None

    def _all(self, parts: tuple[Expr, ...]) -> tuple[Expr, ...] | None:
        made = tuple(self.of(part) for part in parts)
        return None if any(part is None for part in made) else tuple(part for part in made if part is not None)

    def _letters_in(self, expr: Expr) -> list[str]:
        met = {node.name for node in tree.walk(expr) if isinstance(node, tree.IndexVar)}
        return [letter for letter in self.letters if letter in met]

    def _entry(self, base: Expr, subscripts: tuple[Expr, ...]) -> Expr | None:
        """`A_ik`, `A_ki`, `softmax(z_i)_k` of a row z_i."""
        names = tuple(subscript.name for subscript in subscripts if isinstance(subscript, tree.IndexVar))
        if len(names) == len(subscripts) == 2 and not self._letters_in(base):
            if names == self.letters:
                return base
            return tree.Call("transpose", (base,)) if names == self.letters[::-1] else None
        if names != self.letters[1:] or len(subscripts) != 1 or self._letters_in(base) != [self.letters[0]]:
            return None
        return self._rows(base)

    def _rows(self, row: Expr) -> Expr | None:
        """The matrix whose row at the first letter is a vector: `X_i`, `Wᵀx_i`, `softmax(Wᵀx_i)`."""
        match row:
            case tree.Index(base, (tree.IndexVar(letter),)) if letter == self.letters[0] and not self._letters_in(base):
                return base
            case tree.Call(function, (arg,)) if FUNCTIONS[function].rule in ("last-axis", "elementwise"):
                inner = self._rows(arg)
                return None if inner is None else replace(row, args=(inner,))
            case tree.MatMul(matrix, vector) if not self._letters_in(matrix) and len(self._shape(matrix)) == 2:
                inner = self._rows(vector)
                return None if inner is None else tree.MatMul(inner, tree.Call("transpose", (matrix,)))
        return None

    def _inner(self, left: Expr, right: Expr) -> Expr | None:
        """`u_iᵀv_j` as `U Vᵀ`."""
        match left, right:
            case tree.Index(rows, (tree.IndexVar(first),)), tree.Index(others, (tree.IndexVar(second),)) if (
                (first, second) == self.letters and not self._letters_in(rows) and not self._letters_in(others)
            ):
                return tree.MatMul(rows, tree.Call("transpose", (others,)))
        return None

    def _summed(self, left: tree.Index, right: tree.Index, index: str) -> Expr | None:
        """`Σ_l U_il V_jl` as `U Vᵀ`."""
        if any(self._letters_in(each.base) for each in (left, right)):
            return None
        first, second = tree.IndexVar(self.letters[0]), tree.IndexVar(self.letters[1])
        between = tree.IndexVar(index)
        made: list[Expr] = []
        for each, wanted in ((left, (first, between)), (right, (between, second))):
            if each.subscripts not in (wanted, wanted[::-1]):
                return None
            made.append(each.base if each.subscripts == wanted else tree.Call("transpose", (each.base,)))
        return tree.MatMul(made[0], made[1])

    def _shape(self, expr: Expr) -> tuple[Dim, ...]:
        return shape_of(expr, self.scope) or ()
