"""Factors that may have been lost on the way to a gradient: what the loss suggests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from grader.formula.declare import Finite, Interval, Scope
from grader.formula.rebuild import replaced
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    ONE,
    Call,
    Cases,
    Const,
    Div,
    Expr,
    Index,
    IndexVar,
    Indicator,
    Mul,
    Name,
    Num,
    Pow,
    Reduce,
    Size,
    walk,
)
from grader.symbolic.asked import Asked
from grader.symbolic.differentiate import depends, differentiate, minus, over, plus, slope_of
from grader.symbolic.quantity import LOSS, Unsupported, names_in, root

MAX_FACTORS: Final = 40
_VARYING = Name | Index | IndexVar | Size | Reduce


def factors_of(asked: Asked) -> Sequence[Expr]:
    """Derivatives of what stands inside the loss, then continuous names and their squares."""
    scope = asked.scope
    bodies = [definition.body for definition in scope.definitions.values()]
    names: list[Expr] = list(map(Name, definitions_in(scope)))
    inner = list(names)
    for whole in (asked.loss, *bodies):
        inner += [node for node in walk(whole) if isinstance(node, Expr) and not isinstance(node, Num | Name | Index)]
    found: list[Expr] = []
    for expr in inner:
        if not depends(expr, asked.wrt, scope):
            continue
        try:
            slope = differentiate(expr, asked.wrt, scope)
        except Unsupported:
            continue
        found.append(slope)
    found += _outer(asked)
    plain: list[Expr] = [Name(name) for name, variable in scope.variables.items() if variable.continuous]
    plain += names
    if isinstance(asked.wrt, Index):
        subscripts = asked.wrt.subscripts
        plain = [Index(name, subscripts) if len(scope.shape(root(name))) == len(subscripts) else name for name in plain]
    for name in plain:
        if _is_probability(name, scope):
            found += [Mul((name, plus(ONE, minus(name)))), plus(ONE, minus(name))]  # σ′ in disguise, and half of it
    found += plain
    found += [Mul((name, name)) for name in plain]
    kept = [
        factor
        for factor in found
        if not isinstance(factor, Num) and not in_pieces(factor) and not of_labels(factor, scope)
    ]
    return list(dict.fromkeys(kept))[:MAX_FACTORS]


def _outer(asked: Asked) -> Iterator[Expr]:
    """Denominators of the loss, and the derivatives of its functions by their arguments (`1/cosh(u)` of
    `log(cosh(u))`); by components where one is asked for."""
    base = Name(root(asked.wrt))

    shape = asked.scope.shape(base.name)

    def here(expr: Expr) -> Expr:
        wrt = asked.wrt
        if not isinstance(wrt, Index) or shape_of(expr, asked.scope) != shape:
            return expr
        if any(isinstance(node, Reduce) for node in walk(expr)):
            return Index(expr, wrt.subscripts)
        subscripts = wrt.subscripts
        return replaced(
            expr,
            lambda node: (
                Index(node, subscripts) if isinstance(node, Name) and asked.scope.shape(node.name) == shape else None
            ),
        )

    for node in walk(asked.loss):
        if isinstance(node, Div) and depends(node.den, base, asked.scope):
            yield here(over(ONE, node.den))
        if isinstance(node, Call) and len(node.args) == 1 and depends(node.args[0], base, asked.scope):
            outer = slope_of(node, node.function, node.args[0])
            if outer is not None:
                yield here(outer)


def of_labels(factor: Expr, scope: Scope) -> bool:
    """Whether a factor is made of 0/1 labels alone: any power of it would do as well."""
    names = names_in(factor, scope) & scope.variables.keys()
    domains = [scope.variables[name].domain for name in names]
    return bool(domains) and all(isinstance(d, Finite) and set(d.values) <= {0, 1} for d in domains)


def definitions_in(scope: Scope) -> list[str]:
    """The names given to quantities: not the loss, not functions."""
    return [name for name, known in scope.definitions.items() if name != LOSS and not known.parameters]


def _is_probability(name: Expr, scope: Scope) -> bool:
    if not isinstance(name, Name):
        return False
    if name.name in scope.definitions:
        body = scope.definitions[name.name].body
        return isinstance(body, Call) and body.function == "sigmoid"
    domain = scope.variables[name.name].domain
    return isinstance(domain, Interval) and domain.low == 0 and domain.high == 1


def in_pieces(factor: Expr) -> bool:
    """±1 by cases is no factor of a chain: it is a branch."""
    signs = (isinstance(node, Call) and node.function == "sign" for node in walk(factor))
    return any(signs) or any(isinstance(node, Cases | Indicator) for node in walk(factor))


def constants_of(asked: Asked) -> list[Expr]:
    """The irrational numbers of the loss: log 2, √(2π)."""
    found: list[Expr] = [
        node
        for node in walk(asked.loss)
        if isinstance(node, Call | Const | Pow) and not any(isinstance(n, _VARYING) for n in walk(node))
    ]
    return list(dict.fromkeys(found))[:6]
