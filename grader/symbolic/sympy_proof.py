"""Whether SymPy brings a difference to zero. It may take for ever: call it in a process that can be killed."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from grader.formula.sympy_form import slope, symbols, to_sympy
from grader.formula.values import Value
from grader.symbolic.last_resort import Claim
from grader.symbolic.points import Setting
from grader.symbolic.quantity import root


def gradient(claim: Claim, setting: Setting) -> Value[sp.Expr]:
    """d loss / d wrt by SymPy's own rules: a route that shares nothing with `quantity.Gradient`."""
    name = root(claim.wrt)
    if name in claim.scope.definitions:
        raise NotImplementedError("a derivative by a definition")
    loss = to_sympy(claim.loss, claim.scope, setting.sizes, setting.positions).scalar
    known = symbols(claim.scope, setting.sizes)
    slopes = known[name].map(lambda by: slope(loss, by))
    return to_sympy(claim.wrt, claim.scope, setting.sizes, setting.positions, values={**known, name: slopes})


def holds(claim: Claim, setting: Setting) -> bool:
    expected = gradient(claim, setting)
    got = to_sympy(claim.answer, claim.scope, setting.sizes, setting.positions)
    return all(_vanishes(a - b) for a, b in zip(expected.items, got.items, strict=True))


def _vanishes(gap: sp.Expr) -> bool:
    """One method after another; none of them says that a difference is not zero."""
    if gap == 0:
        return True
    methods: list[Callable[[sp.Expr], sp.Expr]] = [
        lambda e: sp.expand(e, trig=True, func=True),
        lambda e: sp.simplify(sp.piecewise_fold(e)),
        lambda e: sp.simplify(e.rewrite(sp.exp)),
        lambda e: sp.simplify(sp.expand_func(sp.expand_log(e, force=False))),
    ]
    return any(method(gap) == 0 for method in methods)
