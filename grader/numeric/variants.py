"""Other formulas that people's programs compute in place of the one asked: the truth at clipped probabilities,
another base of the logarithm, a softmax along the other axis.

They are built from the asked formula's own tree, and evaluated in float64 beside the submission: a diagnosis holds
only if such a formula reproduces the wrong numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from grader.formula.declare import REAL, Interval, Simplex
from grader.formula.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Const,
    Div,
    Expr,
    Index,
    MatMul,
    Mul,
    Name,
    Neg,
    Node,
    Num,
    Reduce,
    Size,
    walk,
)
from grader.numeric.task import Statement


def rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:
    """The tree with `change` applied to every node, bottom up."""

    def inside(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(inside(item) for item in value)
        return rebuilt(value, change) if hasattr(value, "span") else value

    parts = {f.name: inside(getattr(node, f.name)) for f in fields(node) if f.name != "span"}
    return change(replace(node, **parts))


LOW: Final = Name("<low>")
HIGH: Final = Name("<high>")
"""The ends of a clip that are not settled yet; no name that anybody types is spelt so."""
Ends = tuple[Fraction, Fraction]


def around(epsilon: float) -> Ends:
    """The ends of a clip of probabilities."""
    return Fraction(epsilon), 1 - Fraction(epsilon)


def within(bound: float) -> Ends:
    """The ends of a clip of real numbers."""
    return -Fraction(bound), Fraction(bound)


def settled(formula: Expr, ends: Ends) -> Expr:
    """A formula with its open ends settled."""
    numbers = {LOW: Num(ends[0]), HIGH: Num(ends[1])}
    made: Expr = rebuilt(formula, lambda node: numbers.get(node, node) if isinstance(node, Name) else node)
    return made


@lru_cache(maxsize=64)
def clipped(statement: Statement) -> tuple[Expr, ...]:
    """The formula as a program computes it that keeps its probabilities, or what it takes logarithms of, off zero.

    Its ends are open: see `settled` and `around`.
    """
    return tuple(_clipped(statement))


def _clipped(statement: Statement) -> Iterator[Expr]:
    def clip(x: Expr) -> Expr:
        return Call("clip", (x, LOW, HIGH))

    def floor(x: Expr) -> Expr:
        return Call("max", (x, LOW))

    def shift(x: Expr) -> Expr:
        return Add((x, LOW))

    formula = usual(statement)
    chances = {
        name
        for name, variable in statement.variables.items()
        if variable.shape or name in statement.arrays
        if isinstance(variable.domain, Simplex) or (isinstance(variable.domain, Interval) and variable.domain.high == 1)
    }
    if chances:
        for change in (clip, floor):
            yield _in_names(formula, chances, change)
            for only in sorted(chances) if len(chances) > 1 else ():
                yield _in_names(formula, {only}, change)
    yield _in_roots(formula, shift)
    for change in (clip, floor, shift):
        yield _in_logs(formula, change)
        yield _in_chances(formula, change)


EXPONENTIAL: Final = frozenset(
    {"exp", "expm1", "sigmoid", "log_sigmoid", "softplus", "softmax", "log_softmax", "logsumexp", "logaddexp"}
    | {"cosh", "sinh", "tanh"}
)


def exponential(formula: Expr) -> bool:
    """Whether an exponential stands in a formula, by whatever name."""
    return any(isinstance(node, Call) and node.function in EXPONENTIAL for node in walk(formula))


@lru_cache(maxsize=64)
def bounded(statement: Statement) -> tuple[Expr, ...]:
    """The formula as a program computes it that keeps its real arguments, its exponents, or its differences within
    bounds, on both sides or on one. Its ends are open: see `settled` and `within`."""
    return tuple(_bounded(statement))


def _bounded(statement: Statement) -> Iterator[Expr]:
    real = {n for n in statement.arrays if statement.variables[n].domain == REAL}
    formula = statement.formula

    def on_exponents(change: Callable[[Expr], Expr]) -> Expr:
        def on(node: Node) -> Node:
            if isinstance(node, Call) and node.function in EXPONENTIAL:
                return replace(node, args=(change(node.args[0]), *node.args[1:]))
            return node

        made: Expr = rebuilt(formula, on)
        return made

    def on_differences(change: Callable[[Expr], Expr]) -> Expr:
        def on(node: Node) -> Node:
            simple = isinstance(node, Add) and len(node.terms) == 2 and all(base(_bare(t)) in real for t in node.terms)
            return change(node) if simple and isinstance(node, Add) else node

        made: Expr = rebuilt(formula, on)
        return made

    changes: tuple[Callable[[Expr], Expr], ...] = (
        lambda x: Call("clip", (x, LOW, HIGH)),
        lambda x: Call("min", (x, HIGH)),
        lambda x: Call("max", (x, LOW)),
    )
    for change in changes:
        for only in (real, *({name} for name in sorted(real) if len(real) > 1)):
            if only:
                yield _in_names(formula, only, change)
        yield on_exponents(change)
        yield on_differences(change)


def _bare(node: Expr) -> Expr:
    return node.arg if isinstance(node, Neg) else node


def other_base(statement: Statement, base: int) -> Expr:
    """Every logarithm in another base."""
    log = Call("log", (Num(Fraction(base)),))

    def change(node: Node) -> Node:
        if isinstance(node, Call) and node.function in ("log", "xlogy"):
            return Mul((node, _inverse(log)))
        return node

    made: Expr = rebuilt(usual(statement), change)
    return made


def other_axes(statement: Statement) -> Iterator[Expr]:
    """A softmax down the columns, or over all components, instead of along the rows, where there is one of a matrix."""
    formula = usual(statement)

    def over_rows(node: Node) -> bool:
        return (
            isinstance(node, Call) and node.function in ("softmax", "log_softmax") and _matrix(statement, node.args[0])
        )

    def columns(node: Any) -> Any:
        return Call("transpose", (replace(node, args=(Call("transpose", node.args),)),)) if over_rows(node) else node

    def everywhere(node: Any) -> Any:
        if not over_rows(node):
            return node
        power = Call("exp", node.args)
        return Div(power, Reduce("sum", power))

    if any(over_rows(node) for node in walk(formula)):
        yield rebuilt(formula, columns)
        yield rebuilt(formula, everywhere)


def _matrix(statement: Statement, node: Expr) -> bool:
    return isinstance(node, Name) and len(statement.scope.shape(node.name)) == 2


@lru_cache(maxsize=64)
def usual(statement: Statement) -> Expr:
    """A task's formula as most people write it."""
    return as_probabilities(statement.formula)


def as_probabilities(formula: Expr) -> Expr:
    """The formula as most people write it, in probabilities: softplus(z) as −log(1 − σ(z)), a logit as a log odds,
    log-sum-exp minus a logit as −log softmax."""
    calls = [node for node in walk(formula) if isinstance(node, Call)]
    soft = {base(call.args[0]) for call in calls if call.function == "logsumexp"} - {None}
    logits = {base(call.args[0]) for call in calls if call.function == "softplus"} - {None}
    made_up = {call.args[0] for call in calls if call.function == "softplus" and isinstance(call.args[0], Add | MatMul)}

    def top_down(node: Any) -> Any:
        match node:
            case Call("logsumexp", (inner,)) if base(inner) in soft:
                return ZERO
            case Call("log_softmax", (inner,)):
                return Call("log", (Call("softmax", (inner,)),))
            case Call("log_sigmoid", (Neg(inner),)):
                return Call("log", (Add((ONE, Neg(Call("sigmoid", (inner,))))),))
            case Call("softplus", (Neg(inner),)):
                return Neg(Call("log", (Call("sigmoid", (inner,)),)))
            case Call("sigmoid", (Neg(inner),)):
                return Add((ONE, Neg(Call("sigmoid", (inner,)))))
            case Call("softplus", (inner,)):
                return Neg(Call("log", (Add((ONE, Neg(Call("sigmoid", (inner,))))),)))
            case Call("log_sigmoid", (inner,)):
                return Call("log", (Call("sigmoid", (inner,)),))
            case Call("sigmoid", _):
                return node
            case Name(name) if name in soft:
                return Call("log", (Call("softmax", (node,)),))
            case Name(name) if name in logits:
                return _log_odds(node)
            case Add() | MatMul() if node in made_up:  # a logit such as Xw + b
                return _log_odds(node)
        parts = {f.name: _inside(getattr(node, f.name), top_down) for f in fields(node) if f.name != "span"}
        return replace(node, **parts)

    made: Expr = top_down(formula)
    return made


def _log_odds(logit: Expr) -> Expr:
    """A logit, as log p − log(1 − p)."""
    p = Call("sigmoid", (logit,))
    return Add((Call("log", (p,)), Neg(Call("log", (Add((ONE, Neg(p))),)))))


def _inside(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, tuple):
        return tuple(_inside(item, change) for item in value)
    return change(value) if hasattr(value, "span") else value


def base(node: Expr) -> str | None:
    """The name whose row a node is, if it is one."""
    if isinstance(node, Name):
        return node.name
    return base(node.base) if isinstance(node, Index) else None


def _inverse(node: Expr) -> Expr:
    return Div(ONE, node)


def _in_names(formula: Expr, names: set[str], change: Callable[[Expr], Expr]) -> Expr:
    made: Expr = rebuilt(formula, lambda node: change(node) if isinstance(node, Name) and node.name in names else node)
    return made


def _in_logs(formula: Expr, change: Callable[[Expr], Expr]) -> Expr:
    def on(node: Node) -> Node:
        match node:
            case Call("log", (inner,)) if not isinstance(inner, Num | Const):
                return Call("log", (change(inner),))
            case Call("xlogy", (x, y)):
                return Call("xlogy", (x, change(y)))
        return node

    made: Expr = rebuilt(formula, on)
    return made


def _in_roots(formula: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """Applied under every root, and to what is divided by."""

    def on(node: Node) -> Node:
        match node:
            case Call("sqrt", (inner,)):
                return Call("sqrt", (change(inner),))
            case Div(above, below) if not isinstance(below, Num | Const | Size):
                return Div(above, change(below))
        return node

    made: Expr = rebuilt(formula, on)
    return made


def _in_chances(formula: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """Applied to every sigmoid and softmax."""

    def on(node: Node) -> Node:
        return change(node) if isinstance(node, Call) and node.function in ("sigmoid", "softmax") else node

    made: Expr = rebuilt(formula, on)
    return made
