"""Vectors by their components: formulas with every sum and product of vectors written over an index."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

from grader.formula.declare import Scope
from grader.formula.functions import FUNCTIONS
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Compare,
    Cond,
    Div,
    Expr,
    Index,
    IndexVar,
    Indicator,
    Logic,
    MatMul,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Pow,
    Reduce,
    children,
    walk,
)
from grader.symbolic.quantity import Unsupported

LETTERS: Final = "ijklmqrs"


def rests_on(expr: Node, name: str, scope: Scope) -> bool:
    """Whether a formula rests on a variable, or on a component of it."""
    for node in walk(expr):
        if isinstance(node, Name):
            known = scope.definitions.get(node.name)
            if node.name == name or (known is not None and rests_on(known.body, name, scope)):
                return True
    return False


def component(expr: Expr, at: tuple[Expr, ...], scope: Scope) -> Expr:
    """The component of a formula at some subscripts; sums over components get an index. Raises Unsupported."""
    return Components(scope).of(expr, at)


def by_components(expr: Expr, scope: Scope) -> Expr:
    """A scalar formula, its sums and products of vectors written over an index. Raises Unsupported."""
    return Components(scope).of(expr, ())


class Components:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def letter(self, *used: Expr) -> str:
        taken = {node.name for expr in used for node in walk(expr) if isinstance(node, IndexVar | Name)}
        taken |= {*self.scope.indices, *self.scope.variables, *self.scope.definitions, *self.scope.dims}
        return next((letter for letter in LETTERS if letter not in taken), "t")

    def of(self, expr: Expr, at: tuple[Expr, ...]) -> Expr:
        shape = shape_of(expr, self.scope)
        if shape is None or len(shape) > len(at):
            raise Unsupported("components of a formula of unknown shape")
        here = at[len(at) - len(shape) :]
        match expr:
            case Name() | Index():
                if not here:
                    return expr
                return Index(expr.base, (*expr.subscripts, *here)) if isinstance(expr, Index) else Index(expr, here)
            case Add(terms):
                return Add(tuple(self.of(term, here) for term in terms))
            case Mul(factors):
                return Mul(tuple(self.of(factor, here) for factor in factors))
            case Neg(arg):
                return Neg(self.of(arg, here))
            case Div(a, b):
                return Div(self.of(a, here), self.of(b, here))
            case Pow(Call("norm", (u,)), Num(Fraction(numerator=2, denominator=1))):
                return self._sum(Pow(u, Num(Fraction(2))))
            case Pow(a, b):
                return Pow(self.of(a, here), self.of(b, here))
            case MatMul(Mul((*numbers, Call("transpose") as row)), b) if all(map(self._number, numbers)):
                return Mul((*(self.of(number, ()) for number in numbers), self.of(MatMul(row, b), here)))
            case MatMul(a, b):
                return self._matrix_product(a, b, here)
            case Reduce("sum" | "mean" | "max" | "min" as op, body, None):
                return self._sum(body, op=op)
            case Reduce():
                return replace(expr, body=self.of(expr.body, here))
            case Cases(branches, otherwise):
                made = tuple((self._condition(c, here), self.of(value, here)) for c, value in branches)
                return Cases(made, None if otherwise is None else self.of(otherwise, here))
            case Indicator(condition):
                return Indicator(self._condition(condition, here))
            case Call():
                return self._call(expr, here)
        return expr

    def _number(self, expr: Expr) -> bool:
        return shape_of(expr, self.scope) == ()

    def _condition(self, condition: Cond, at: tuple[Expr, ...]) -> Cond:
        if isinstance(condition, Logic):
            return Logic(condition.op, tuple(self._condition(arg, at) for arg in condition.args))
        return Compare(condition.op, self.of(condition.left, at), self.of(condition.right, at))

    def _call(self, call: Call, at: tuple[Expr, ...]) -> Expr:
        match call.function, call.args:
            case "transpose", (arg,):
                return self.of(arg, at[::-1])
            case "dot", (a, b):
                return self._sum(Mul((a, b)))
            case "norm", (u, Num(Fraction(numerator=1, denominator=1))):
                return self._sum(Call("abs", (u,)))
        rule = FUNCTIONS[call.function].rule
        if rule == "elementwise":
            return Call(call.function, tuple(self.of(arg, at) for arg in call.args))
        if rule == "last-axis" and at:
            return Index(call, at)
        return call

    def _sum(self, body: Expr, *, op: str = "sum") -> Expr:
        shape = shape_of(body, self.scope)
        if shape is None or len(shape) > 2:
            raise Unsupported("a sum over a formula of unknown shape")
        letters: list[str] = []
        for _ in shape:
            letters.append(self.letter(body, *map(IndexVar, letters)))
        whole = self.of(body, tuple(map(IndexVar, letters)))
        for letter, dim in zip(reversed(letters), reversed(shape), strict=True):
            whole = Reduce(op, whole, letter, dim)  # type: ignore[arg-type]  # sum or mean
        return whole

    def _matrix_product(self, a: Expr, b: Expr, at: tuple[Expr, ...]) -> Expr:
        left, right = shape_of(a, self.scope), shape_of(b, self.scope)
        if not left or not right:
            raise Unsupported("a product of matrices of unknown shape")
        letter = self.letter(a, b, *at)
        row = at[:1] if len(left) == 2 and len(at) == len(left) + len(right) - 2 else ()
        if isinstance(a, Call) and a.function == "transpose" and len(left) == 2 and not row and not at:
            a, row = a.args[0], ()
        first = self.of(a, (*row, IndexVar(letter)) if len(shape_of(a, self.scope) or ()) == 2 else (IndexVar(letter),))
        second = self.of(b, (IndexVar(letter), *at[len(row) :]))
        return Reduce("sum", Mul((first, second)), letter, right[0])


def elementwise(expr: Expr, name: str, index: str, scope: Scope) -> bool:
    """Whether a variable stands in a formula at one index letter only, definitions included."""
    stack: list[Expr] = [expr]
    while stack:
        part = stack.pop()
        match part:
            case Index(Name(known), subscripts) if known == name:
                if subscripts != (IndexVar(index),):
                    return False
            case Index(Name(known), subscripts) if known in scope.definitions:
                if rests_on(part.base, name, scope):
                    if subscripts != (IndexVar(index),):
                        return False
                    try:
                        stack.append(component(scope.definitions[known].body, subscripts, scope))
                    except Unsupported:
                        return False
            case Name(known):
                if known == name or (known in scope.definitions and rests_on(part, name, scope)):
                    return False
            case _:
                stack += _below(part)
    return True


def _below(expr: Node) -> list[Expr]:
    found: list[Expr] = []
    for child in children(expr):
        found += [child] if isinstance(child, Expr) else _below(child)
    return found
