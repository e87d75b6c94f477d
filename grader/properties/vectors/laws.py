"""Laws of a loss as a whole: a constant added to all components, a factor on all of them, another order of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from grader.formula.declare import NONNEGATIVE, POSITIVE, REAL, Classes, Interval, Scope, Variable
from grader.formula.rebuild import substituted
from grader.formula.shape_of import shape_of
from grader.formula.tree import (
    Add,
    Call,
    Compare,
    Dim,
    Expr,
    Index,
    IndexVar,
    Indicator,
    Mul,
    Name,
    Node,
    Num,
    Pow,
    Reduce,
    Size,
    children,
)
from grader.properties.analysis import Named
from grader.symbolic.compare import Equal, compare
from grader.symbolic.domain import domain_of
from grader.symbolic.quantity import Formula, Unsupported

_CONSTANT: Final = "lossprep_c"
_DEGREES: Final = (1, 2, 0)


def laws(loss: Expr, scope: Scope, wrt: str, used: frozenset[str], deadline: float) -> tuple[Named, ...]:
    """Those that are proved: at each size up to 3, and tested beyond; an order by the form of the formula, for all."""
    variable = scope.variables[wrt]
    found = []
    if variable.shape and variable.domain == REAL and _same_after(loss, scope, wrt, _moved(wrt), REAL, deadline):
        found.append(Named("shift-all", {"of": wrt}))
    degree = _degree(loss, scope, wrt, deadline) if variable.shape else None
    if degree is not None:
        found.append(Named("scale-all", {"of": wrt, "degree": degree}))
    together = _permuted(loss, scope, wrt, used)
    if together is not None:
        found.append(Named("permutation", {"of": wrt, "with": together}))
    return tuple(found)


def _moved(wrt: str) -> Expr:
    return Add((Name(wrt), Name(_CONSTANT)))


def _same_after(
    loss: Expr, scope: Scope, wrt: str, moved: Expr, domain: Interval, deadline: float, degree: int = 0
) -> bool:
    wider = scope.with_variable(Variable(_CONSTANT, domain))
    after = substituted(loss, {wrt: moved})
    factor = Name(_CONSTANT) if degree == 1 else Pow(Name(_CONSTANT), Num(Fraction(degree)))
    expected = loss if degree == 0 else Mul((factor, loss))
    try:
        seen = compare(
            Formula(expected, wider), Formula(after, wider), domain_of(wider, (loss, after)), deadline=deadline
        )
    except Unsupported:
        return False
    return isinstance(seen, Equal) and seen.evidence == "proved"


def _degree(loss: Expr, scope: Scope, wrt: str, deadline: float) -> int | None:
    """k with L(c·x) = c^k·L(x) for every c > 0."""
    if scope.variables[wrt].domain not in (REAL, POSITIVE, NONNEGATIVE):
        return None
    stretched = Mul((Name(_CONSTANT), Name(wrt)))
    for degree in _DEGREES:
        if _same_after(loss, scope, wrt, stretched, POSITIVE, deadline, degree):
            return degree
    return None


def _permuted(loss: Expr, scope: Scope, wrt: str, used: frozenset[str]) -> tuple[str, ...] | None:
    """The other variables that have to be put in the same order; None where the formula tells components apart.

    The components along a dimension are alike where it is summed over as a whole, and no component is named: sums and
    products of matrices treat them alike."""
    shape = scope.variables[wrt].shape
    if not shape:
        return None
    dim = shape[-1]
    if len(shape) > 1 or isinstance(dim, int) or not _alike(loss, scope, dim, frozenset()):
        return None
    others = [scope.variables[name] for name in scope.variables if name in used and name != wrt]
    classes = [other.name for other in others if isinstance(other.domain, Classes) and other.domain.count == dim]
    return (*(other.name for other in others if dim in other.shape), *classes)


def _alike(node: Node, scope: Scope, dim: Dim, bound: frozenset[str]) -> bool:
    match node:
        case Reduce(_, _, index, over, low, high, condition):
            if (low, high, condition) != (None, None, None):
                return False
            bound |= {index} if index is not None and over == dim else frozenset()
        case IndexVar(name):
            return name not in bound  # a position as a number
        case Index(base, subscripts):
            shape = shape_of(base, scope) or ()
            for axis, subscript in zip(shape, subscripts, strict=False):
                if axis == dim and not _names_one(subscript, scope, dim, bound):
                    return False
            rest = [
                part
                for axis, part in zip(shape, subscripts, strict=False)
                if axis != dim and not isinstance(part, IndexVar)
            ]
            return _alike(base, scope, dim, bound) and all(_alike(part, scope, dim, bound) for part in rest)
        case Indicator(Compare("==" | "!=", IndexVar(), IndexVar())):
            return True
        case Indicator(Compare("==" | "!=", left, right)) if isinstance(left, IndexVar) or isinstance(right, IndexVar):
            other = right if isinstance(left, IndexVar) else left
            return _names_one(other, scope, dim, bound)
        case Call("onehot", (label, Size(name))):
            return name != dim or _names_one(label, scope, dim, bound)
        case Name(name) if name in scope.variables and isinstance(scope.variables[name].domain, Classes):
            return scope.variables[name].domain.count != dim  # type: ignore[union-attr]  # it is one of classes
    return all(_alike(child, scope, dim, bound) for child in children(node))


def _names_one(subscript: Expr, scope: Scope, dim: Dim, bound: frozenset[str]) -> bool:
    """Whether a subscript is an index letter that runs over all, or a label."""
    match subscript:
        case IndexVar(name):
            return name in bound
        case Name(name) if name in scope.variables:
            domain = scope.variables[name].domain
            return isinstance(domain, Classes) and domain.count == dim
    return False
