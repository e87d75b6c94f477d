"""Over what two formulas are compared: the variables they rest on, and the free index letters."""

from __future__ import annotations

from collections.abc import Iterable

from grader.formula.declare import Integers, Scope
from grader.formula.shape_of import shape_of
from grader.formula.tree import Add, Compare, Deriv, Expr, Index, Name, Node, Num, Size, children, free_letters, walk
from grader.symbolic.compare import Domain
from grader.symbolic.constants import number, numbers_in, sizes_out_of_reach, sizes_to_try
from grader.symbolic.quantity import names_in


def domain_of(scope: Scope, formulas: Iterable[Expr], *, asked: Expr | None = None) -> Domain:
    """The domain of the declared variables that matter to any of `formulas`."""
    given = list(formulas)
    if asked is not None and any(_unwritten(formula) for formula in given):
        given.append(asked)
    names = frozenset[str]().union(*(names_in(formula, scope) for formula in given))
    free = dict.fromkeys(index for formula in given for index in free_letters(formula, scope.hidden))
    bodies = [scope.definitions[name].body for name in names if name in scope.definitions]
    numbers = numbers_in([*given, *bodies])
    return Domain(
        scope,
        names & scope.variables.keys(),
        {index: scope.indices[index] for index in free if index in scope.indices},
        numbers,
        sizes_to_try([*given, *bodies], numbers),
        _least([*given, *bodies], scope),
        at_integers=any(_equal_integers(formula, scope) for formula in (*given, *bodies)),
        unreachable=sizes_out_of_reach([*given, *bodies], numbers),
    )


def _equal_integers(formula: Expr, scope: Scope) -> bool:
    """Whether an equation between quantities in which an integer variable stands decides something."""
    return any(
        isinstance(node, Compare) and node.op in ("==", "!=") and _integers_in(node, scope) for node in walk(formula)
    )


def _integers_in(node: Node, scope: Scope) -> bool:
    names = {inner.name for inner in walk(node) if isinstance(inner, Name)}
    variables = [scope.variables[name] for name in names if name in scope.variables]
    return any(isinstance(variable.domain, Integers) for variable in variables)


def _least(formulas: Iterable[Expr], scope: Scope) -> dict[str, int]:
    """The sizes at which every component named by number exists: 2 for z_2 and for z_{n-1}."""
    least: dict[str, int] = {}
    for formula in formulas:
        for node in walk(formula):
            if isinstance(node, Index):
                shape = shape_of(node.base, scope) or ()
                for dim, subscript in zip(shape, node.subscripts, strict=False):
                    if isinstance(dim, str):
                        least[dim] = max(least.get(dim, 1), _needed(dim, subscript))
    return {dim: size for dim, size in least.items() if size > 1}


def _needed(dim: str, subscript: Expr) -> int:
    match subscript:
        case Num(value):
            return int(value) + 1
        case Add(terms) if Size(dim) in terms:
            beside = [term for term in terms if term != Size(dim)]
            steps = [number(term) for term in beside]
            return 1 if None in steps else max(1, int(-sum(step for step in steps if step is not None)))
    return 1


def _unwritten(node: Node) -> bool:
    """Whether a derivative stands in a formula without what it is taken by."""
    return (isinstance(node, Deriv) and node.wrt is None) or any(map(_unwritten, children(node)))


def without_range(formula: Expr, scope: Scope) -> str | None:
    """A free index letter of which nobody knows what it runs over, or None."""
    return next((index for index in free_letters(formula, scope.hidden) if index not in scope.indices), None)
