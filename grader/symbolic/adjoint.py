"""The gradient of a scalar by a whole vector or matrix, written in whole vectors and matrices: Xᵀ(Xw − y).

Backwards through the tree: what each part contributes, times what is above it. For what people are shown; whoever says
that it is the gradient has it graded first.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

from grader.formula.declare import OneHot, Scope, Simplex
from grader.formula.functions import FUNCTIONS
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    ONE,
    ZERO,
    Add,
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
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    Shape,
    walk,
)
from grader.symbolic.components import rests_on
from grader.symbolic.differentiate import minus, over, plus, power, slope_of, times
from grader.symbolic.quantity import Unsupported
from grader.symbolic.tidy import scalars, size
from grader.symbolic.turning import turned

TWO: Final = Num(Fraction(2))


def gradient(of: Expr, by: Name, scope: Scope) -> Expr:
    """d of / d by, in the shape of `by`. Raises Unsupported."""
    return _Adjoint(by, scope).total(of, ONE)


def through(of: Expr, above: Expr, by: Name, scope: Scope) -> Expr:
    """What the chain rule makes of ∂L/∂of, `above`: of X·w it is Xᵀ·above, by w. Raises Unsupported."""
    return _Adjoint(by, scope).total(of, above)


class _Adjoint:
    def __init__(self, by: Name, scope: Scope) -> None:
        self.by, self.scope = by, scope
        self.found: list[Expr] = []
        self.waiting: dict[str, list[Expr]] = {}
        """What reaches the names that are defined: summed up before it goes on."""

    def total(self, of: Expr, above: Expr) -> Expr:
        self.push(of, above)
        for name in reversed(list(self.scope.definitions)):  # each uses earlier ones only
            if name in self.waiting:
                self.push(self.scope.definitions[name].body, plus(*self.waiting[name]))
        return plus(*self.found)

    def _shape(self, expr: Expr) -> Shape:
        shape = shape_of(expr, self.scope)
        if shape is None:
            raise Unsupported("a part of unknown shape")
        return shape

    def push(self, expr: Expr, above: Expr) -> None:
        """`above` is in the shape of `expr`, or a number that stands for all its components."""
        if expr == self.by:
            self.found.append(above)
            return
        if not rests_on(expr, self.by.name, self.scope):
            return
        match expr:
            case Name(name):
                self.waiting.setdefault(name, []).append(above)
            case Add(terms):
                for term in terms:
                    self._to(term, above, expr)
            case Neg(arg):
                self.push(arg, minus(above))
            case Mul(factors):
                for place, factor in enumerate(factors):
                    self._to(factor, times(above, *factors[:place], *factors[place + 1 :]), expr)
            case Div(num, den):
                self._to(num, over(above, den), expr)
                self._to(den, minus(over(times(above, num), power(den, TWO))), expr)
            case Pow(Call("norm", (u,)), exponent) if exponent == TWO:
                self.push(u, times(TWO, above, u))
            case Pow(base, exponent):
                self._to(base, times(above, exponent, power(base, plus(exponent, minus(ONE)))), expr)
            case MatMul(left, right):
                self._product(left, right, above)
            case Reduce("sum", body, None):
                self._spread(body, above)
            case Reduce("mean", body, None):
                self._spread(body, over(above, times(*map(size, self._shape(body)))))
            case Reduce("sum" | "mean", _, str()):
                self._by_index(expr, above)
            case Index(base, subscripts):
                self._picked(base, subscripts, above)
            case Call():
                self._call(expr, above)
            case _:
                raise Unsupported(f"a gradient of {type(expr).__name__} as a whole")

    def _by_index(self, expr: Reduce, above: Expr) -> None:
        """A sum over an index: one over whole matrices where it is one, else term by term."""
        try:
            whole = as_whole(expr, self.scope)
        except Unsupported:
            if any(node == IndexVar(expr.index or "") for node in walk(above)):
                raise
            inner = _Adjoint(self.by, self.scope).total(expr.body, above)
            self.found.append(replace(expr, body=inner))
        else:
            self.push(whole, above)

    def _picked(self, base: Expr, subscripts: tuple[Expr, ...], above: Expr) -> None:
        """A component of a vector, z_k: of X·w, x_iᵀ·w; else a one-hot vector stands for it."""
        if isinstance(base, Name) and base.name in self.scope.definitions:
            self._picked(self.scope.definitions[base.name].body, subscripts, above)
            return
        (at, *more) = subscripts
        if more or len(self._shape(base)) != 1:
            raise Unsupported("a component of a matrix")
        match base:
            case Add(terms):
                for term in terms:
                    if rests_on(term, self.by.name, self.scope):
                        self._picked(term, subscripts, above)
                return
            case Neg(arg):
                self._picked(arg, subscripts, minus(above))
                return
            case MatMul(left, right) if len(self._shape(left)) == 2 and isinstance(left, Name):
                self.push(MatMul(Call("transpose", (Index(left, subscripts),)), right), above)
                return
        if isinstance(at, IndexVar):
            raise Unsupported("a component that an index picks")
        (dim,) = self._shape(base)
        self.push(base, times(above, Call("onehot", (at, size(dim)))))

    def _spread(self, body: Expr, above: Expr) -> None:
        """From a sum to its terms: the number above stands for all of them."""
        if body == self.by:
            raise Unsupported("a vector of ones")
        self.push(body, above)

    def _to(self, part: Expr, above: Expr, whole: Expr) -> None:
        """Summed, where a number was spread over a vector."""
        if rests_on(part, self.by.name, self.scope):
            spread = self._shape(part) == () and self._shape(whole) != ()
            self.push(part, Reduce("sum", above) if spread else above)

    def _product(self, left: Expr, right: Expr, above: Expr) -> None:
        if isinstance(left, MatMul):  # (wᵀA)w is wᵀ(Aw)
            self._product(left.left, MatMul(left.right, right), above)
            return
        if isinstance(left, Mul | Div):  # (½vᵀ)w is ½(vᵀw)
            outside, inside = scalars(left, self.scope)
            if outside:
                self.push(times(*outside, MatMul(inside, right)), above)
                return
        a, b = self._shape(left), self._shape(right)
        row = left.args[0] if isinstance(left, Call) and left.function == "transpose" else left
        inner = len(a) == 1 or a[0] == 1 or self._shape(row) == b
        if inner and len(b) == 1:
            self.push(row, times(above, right))
            self.push(right, times(above, row))
            return
        if len(a) == 1 and len(b) == 2 and isinstance(right, Call) and right.function == "transpose":  # u·vᵀ
            (v,) = right.args
            self.push(left, MatMul(above, v))
            self.push(v, MatMul(turned(above, self.scope), left))
            return
        if len(a) != 2:
            raise Unsupported("a product of this shape")
        if rests_on(left, self.by.name, self.scope):
            beside = Call("outer", (above, right)) if len(b) == 1 else MatMul(above, turned(right, self.scope))
            self.push(left, beside)
        if rests_on(right, self.by.name, self.scope):
            self.push(right, MatMul(turned(left, self.scope), above))

    def _call(self, call: Call, above: Expr) -> None:
        match call.function, call.args:
            case "transpose", (u,):
                self.push(u, turned(above, self.scope))
            case "dot", (a, b):
                self.push(a, times(above, b))
                self.push(b, times(above, a))
            case "norm", (u, order) if order == ONE:
                self.push(u, times(above, Call("sign", (u,))))
            case "norm", (u, *rest) if not rest or rest[0] == TWO:
                self.push(u, over(times(above, u), Call("norm", (u,))))
            case "logsumexp", (u,) if len(self._shape(u)) == 1:
                self.push(u, times(above, Call("softmax", (u,))))
            case "log_softmax", (u,):
                total = self._total(above)
                self.push(u, plus(above, minus(times(total, Call("softmax", (u,))))))
            case "softmax", (u,):
                total = self._total(times(above, call))
                self.push(u, times(call, plus(above, minus(total))))
            case "log", (share,) if (within := _in_softmax(share, self.scope)) is not None:
                self.push(Call("log_softmax", (within,)), above)
            case "log", (Index(base, (at,)),) if (within := _in_softmax(base, self.scope)) is not None:
                self._picked(Call("log_softmax", (within,)), (at,), above)
            case (("max" | "min"), (x, y)) if ZERO in (x, y):
                u = y if x == ZERO else x
                self.push(u, times(above, Indicator(Compare(">" if call.function == "max" else "<", u, ZERO))))
            case function, (x,) if FUNCTIONS[function].rule == "elementwise":
                slope = _slope(call, function, x)
                if slope is None:
                    raise Unsupported(f"a gradient of {function}")
                self.push(x, times(above, slope))
            case _:
                raise Unsupported(f"a gradient of {call.function} as a whole")

    def _total(self, above: Expr) -> Expr:
        """The sum along the last axis: of a one-hot vector or rows, 1."""
        match above:
            case Neg(arg):
                return minus(self._total(arg))
            case Mul(factors):
                vectors = [factor for factor in factors if self._shape(factor)]
                if len(vectors) == 1:
                    return times(*(self._total(f) if f is vectors[0] else f for f in factors))
            case Div(num, den) if self._shape(den) == ():
                return over(self._total(num), den)
            case Call("onehot"):
                return ONE
            case Name(name) | Index(Name(name), _) if name in self.scope.variables:
                if isinstance(self.scope.variables[name].domain, OneHot | Simplex):
                    return ONE
        if len(self._shape(above)) != 1:
            raise Unsupported("a sum along rows")
        return Reduce("sum", above)


def _in_softmax(expr: Expr, scope: Scope) -> Expr | None:
    """What a softmax is of, by its name too."""
    match expr:
        case Name(name) if name in scope.definitions:
            return _in_softmax(scope.definitions[name].body, scope)
        case Call("softmax", (u,)):
            return u
    return None


def _slope(call: Call, function: str, x: Expr) -> Expr | None:
    match function:
        case "abs":
            return Call("sign", (x,))
        case "relu":
            return Indicator(Compare(">", x, ZERO))
    return slope_of(call, function, x)


def in_whole_matrices(of: Expr, by: Name, scope: Scope) -> bool:
    """Whether the variable goes through a product of matrices, or stands in a vector's inner product."""
    stack, seen = [of], set[str]()
    while stack:
        for node in walk(stack.pop()):
            if isinstance(node, MatMul) and rests_on(node, by.name, scope):
                return True
            if isinstance(node, Name) and node.name in scope.definitions and node.name not in seen:
                seen.add(node.name)
                stack.append(scope.definitions[node.name].body)
    return False


def as_whole(expr: Reduce, scope: Scope) -> Expr:
    """Σ_i Σ_k Y_ik log P_ik as sum(Y ⊙ log P). Raises Unsupported."""
    letters: list[IndexVar] = []
    body: Expr = expr
    while isinstance(body, Reduce) and body.index is not None and body.op == expr.op:
        if any(part is not None for part in (body.low, body.high, body.condition)):
            raise Unsupported("a sum over a part")
        letters.append(IndexVar(body.index))
        body = body.body
    here = tuple(letters)

    def whole(node: Node) -> Node | None:
        match node:
            case Index(base, subscripts) if subscripts[-len(here) :] == here:
                ahead = subscripts[: -len(here)]
                return Index(base, ahead) if ahead else base
        return None

    stripped = replaced(body, whole)
    if any(node in letters for node in walk(stripped)) or len(shape_of(stripped, scope) or ()) != len(letters):
        raise Unsupported("a sum that is none over whole matrices")
    return Reduce(expr.op, stripped)
