"""Which rules of differentiation a formula asks for."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from grader.formula.declare import Scope
from grader.formula.rebuild import replaced
from grader.formula.tree import (
    Add,
    Call,
    Cases,
    Deriv,
    Div,
    Expr,
    Index,
    Indicator,
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
from grader.symbolic.quantity import LOSS

SUM: Final = "sum"
LINEAR: Final = "linearity"
NAMED: Final = "substitution"
_FUNCTIONS: Final = {
    "exp": "exp", "expm1": "exp", "log": "log", "log1p": "log", "log2": "log", "log10": "log", "sqrt": "power",
    "sigmoid": "sigmoid", "softmax": "softmax", "log_softmax": "softmax", "abs": "abs", "norm": "norm",
    "max": "piecewise", "min": "piecewise", "relu": "piecewise", "clip": "piecewise", "sign": "piecewise",
}  # fmt: skip
"""Functions whose derivative goes by another name than their own."""
_LINEAR_CALLS: Final = ("transpose", "diag")


def varies(expr: Expr, name: str, scope: Scope) -> bool:
    """Whether a formula moves with a variable: an indicator and a sign jump at most, and have no derivative."""
    stack: list[Node] = [expr]
    while stack:
        match stack.pop():
            case Indicator() | Call("sign"):
                continue
            case Cases(branches, otherwise):
                stack += [value for _, value in branches]
                stack += [] if otherwise is None else [otherwise]
            case Name(here) if here == name:
                return True
            case Name(here) if here in scope.definitions:
                stack.append(scope.definitions[here].body)
            case node:
                stack += children(node)
    return False


def kind_of(expr: Expr, name: str, scope: Scope) -> str:
    """The rule that the derivative of a formula by `name` (or a component of it) asks for first."""

    def depends(part: Expr) -> bool:
        return varies(part, name, scope)

    match expr:
        case Name(known) if known in scope.definitions:
            return NAMED
        case Name() | Add() | Neg() | Reduce(op="sum" | "mean"):
            return LINEAR
        case Index(base, _):
            plain = isinstance(base, Name) and base.name not in scope.definitions
            return LINEAR if plain else kind_of(base, name, scope)
        case Mul(factors):
            return LINEAR if sum(map(depends, factors)) < 2 else "product"
        case MatMul(left, right):
            return "product" if depends(left) and depends(right) else LINEAR
        case Div(_, den):
            return "quotient" if depends(den) else LINEAR
        case Call("norm", (_, Num(Fraction(numerator=1, denominator=1)))):
            return "abs"
        case Pow(_, exponent):
            return "exp" if depends(exponent) else "power"
        case Call("dot", (a, b)):
            return "product" if depends(a) and depends(b) else LINEAR
        case Call(function, _):
            return LINEAR if function in _LINEAR_CALLS else _FUNCTIONS.get(function, function)
        case Cases() | Indicator() | Reduce(op="max" | "min"):
            return "piecewise"
        case Deriv():
            return "second derivative"
    return type(expr).__name__.lower()


def derivatives(expr: Expr) -> list[Deriv]:
    """The derivatives that stand in a formula, outermost ones only."""
    found: list[Deriv] = []

    def note(node: object) -> None:
        if isinstance(node, Deriv) and node not in found:
            found.append(node)

    stack: list[object] = [expr]
    while stack:
        node = stack.pop(0)
        if isinstance(node, Deriv):
            note(node)
        else:
            stack = [*children(node), *stack]  # type: ignore[arg-type]
    return found


def kinds(expr: Expr, name: str, scope: Scope) -> set[str]:
    """The rules that the derivative of a formula asks for at once: those of its terms; `linearity` and `sum` too."""
    if not varies(expr, name, scope):
        return set()
    found = {kind_of(part, name, scope) for part in nonlinear(expr, name, scope)}
    for node in _linear(expr, name, scope):
        found.add(SUM if isinstance(node, Reduce) else LINEAR)
    return found


def single(found: set[str]) -> str | None:
    """The one rule of several kinds, if there is one."""
    strong = found - {LINEAR, SUM, NAMED}
    if len(strong) > 1:
        return None
    return next(iter(strong or found & {LINEAR} or found & {SUM}), LINEAR)


def nonlinear(expr: Expr, name: str, scope: Scope) -> list[Expr]:
    """The parts that are left when sums and constant factors are taken away."""
    return [part for part in _taken_apart(expr, name, scope) if kind_of(part, name, scope) != LINEAR]


def _linear(expr: Expr, name: str, scope: Scope) -> list[Expr]:
    return [part for part in _taken_apart(expr, name, scope) if kind_of(part, name, scope) == LINEAR]


def _taken_apart(expr: Expr, name: str, scope: Scope) -> list[Expr]:
    found: list[Expr] = []
    stack = [expr]
    while stack:
        part = stack.pop(0)
        if not varies(part, name, scope):
            continue
        found.append(part)
        if kind_of(part, name, scope) == LINEAR and not isinstance(part, Index):
            stack = [*(child for child in children(part) if isinstance(child, Expr)), *stack]
    return found


def in_names(loss: Expr, scope: Scope) -> Expr:
    """A loss with the names that are given, or were introduced, in place of what they stand for; the longest first."""
    known = [
        (Name(name), each.body) for name, each in scope.definitions.items() if name != LOSS and not each.parameters
    ]
    known = [(name, body) for name, body in known if not isinstance(body, Name | Num)]
    known.sort(key=lambda each: -sum(1 for _ in walk(each[1])))
    while True:
        for name, body in known:
            named = replaced(loss, lambda node: name if node == body else None)  # noqa: B023
            if named != loss:  # r = Hv − y may be met only now that H is
                loss = named
                break
        else:
            return loss
