"""The normal form as formulas again: the terms of a gradient, multiplied out, in the names that were given.

For showing and for diagnosis only: logarithms are taken of what is positive, so whoever uses these terms checks
them against certain values first.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flint import fmpz_mpoly

from grader.formula.declare import Scope
from grader.formula.errors import Undefined
from grader.formula.evaluate import evaluate
from grader.formula.tree import Call, Expr, Name, Num
from grader.formula.values import Point, Value
from grader.symbolic.differentiate import differentiate, over, plus, power, times
from grader.symbolic.field import GiveUp, Kernel
from grader.symbolic.kernels import Kernels
from grader.symbolic.normal import NormalAlgebra
from grader.symbolic.quantity import Unsupported, names_in

CAPACITY = 28


def gradient_terms(loss: Expr, wrt: Expr, scope: Scope) -> list[Expr]:
    """d loss / d wrt as a sum of terms over one denominator; empty where it has no such form. Scalars only.

    Definitions stay the names that they are (p, not 1/(1 + e^(−z)))."""
    try:
        slope = differentiate(loss, wrt, scope)
    except Unsupported:
        return []
    if any(scope.shape(name) for name in names_in(slope, scope)):
        return []
    field = Kernels(CAPACITY)
    field.sign_of = lambda poly: 1
    values = {name: Value((), (field.generator(_named(name)),)) for name in sorted(names_in(slope, scope))}
    try:
        ratio = evaluate(slope, scope, Point(values), NormalAlgebra(field)).scalar
    except (GiveUp, Undefined, Unsupported, KeyError):
        return []

    def at(poly: fmpz_mpoly) -> Expr:
        return plus(*(_term(field, exponents, int(c), at) for exponents, c in poly.terms()))

    below = at(ratio.den)
    return [over(_term(field, exponents, int(c), at), below) for exponents, c in ratio.num.terms()]


def _named(name: str) -> Kernel:
    return Kernel(name, None, tree=lambda at: Name(name))


def _term(field: Kernels, exponents: tuple[int, ...], coefficient: int, at: Callable[[fmpz_mpoly], Expr]) -> Expr:
    factors: list[Expr] = [Num(Fraction(coefficient))]
    for place, exponent in enumerate(exponents):
        tree = field.kernels[place].tree if exponent else None
        if tree is not None:
            kernel = tree(at)
            if isinstance(kernel, Call) and kernel.function == "exp" and exponent > 1:
                factors.append(Call("exp", (times(Num(Fraction(int(exponent))), kernel.args[0]),)))
            else:
                factors.append(power(kernel, Num(Fraction(int(exponent)))))
    return times(*factors)
