"""A pair as two formulas, in the form that is kindest to graders that know neither losses nor domains.

One component of the gradient, worked out by SymPy at a small size, beside the same component of the answer,
definitions worked in, printed by SymPy itself in LaTeX and in Python's way. A pair whose verdict rests on what such
graders cannot be told (that y² = y where y is a label) has no such form, and is not held against them. SymPy may take
for ever over it: it is run in a process that can be ended.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterable
from typing import Final

import sympy as sp

from benchmarks.derivations.pairs import Forms, Sides, Task
from grader.formula.errors import NotCertain, Undefined, Unreadable
from grader.formula.evaluate import NotClosed
from grader.formula.sympy_form import to_sympy
from grader.formula.values import Value
from grader.symbolic import DerivationTask
from grader.symbolic.domain import domain_of
from grader.symbolic.last_resort import Claim
from grader.symbolic.points import Setting, settings
from grader.symbolic.quantity import Unsupported
from grader.symbolic.submission import Submitted, read_submission
from grader.symbolic.sympy_proof import gradient
from grader.symbolic.task import read_task

PROBES: Final = 4
SETTINGS: Final = 4
LONGEST: Final = 4_000
"""Letters of a formula for a peer: a softmax of matrices, written out, is no fair question."""
_NO_FORM: Final = (Unreadable, NotClosed, Undefined, NotCertain, Unsupported, NotImplementedError, ValueError,
                   TypeError, AttributeError)  # fmt: skip


def rendered(task: Task, answer: str, right: bool) -> Forms | None:
    """What peers are given of a pair; None where there is no fair form of it."""
    made = None
    with contextlib.suppress(*_NO_FORM):
        made = _component(task, answer, right=right)
    if made is None:
        return None
    names = {symbol: f"v{place}" for place, symbol in enumerate(_symbols(made))}
    plain = [side.subs({symbol: sp.Symbol(name, **symbol.assumptions0) for symbol, name in names.items()})
             for side in made]  # fmt: skip
    return Forms(
        Sides(*(sp.latex(side, ln_notation=True, mul_symbol="dot") for side in made)),
        Sides(*(sp.sstr(side) for side in plain)),
        tuple((name, "positive" if symbol.is_positive else "real") for symbol, name in names.items()),
    )


def _symbols(made: Iterable[sp.Expr]) -> list[sp.Symbol]:
    return sorted(set().union(*(side.free_symbols for side in made)), key=str)


def _component(task: Task, answer: str, *, right: bool) -> tuple[sp.Expr, sp.Expr] | None:
    """A component of the gradient and of the answer: one that differs, for a wrong answer; None where the two do not
    compare as `right` says wherever their symbols go."""
    problem = read_task(DerivationTask(task.loss, task.wrt, task.variables, task.given))
    read = read_submission(answer, problem, deadline=time.monotonic() + 10)
    domain = domain_of(read.scope, (read.loss, read.wrt, read.final), asked=read.wrt)
    for setting in _small(settings(domain.dims, domain.free, proof=True))[:SETTINGS]:
        truth = _truth(task, read, setting)
        got = to_sympy(read.final, read.scope, setting.sizes, setting.positions)
        for pair in zip(truth.items, got.items, strict=False):
            if max(len(str(side)) for side in pair) < LONGEST and _agree(pair) is right and pair[0] != 0:
                return pair
    return None


def _truth(task: Task, read: Submitted, setting: Setting) -> Value[sp.Expr]:
    """The gradient, kept for the next answer to the same question."""
    key = (task, read.wrt, tuple(setting.sizes.items()), tuple(setting.positions.items()))
    if key not in _known:
        _known[key] = gradient(Claim(read.loss, read.wrt, read.final, read.scope, ()), setting)
    return _known[key]


_known: dict[object, Value[sp.Expr]] = {}


def _small(choices: Iterable[Setting]) -> list[Setting]:
    """The sizes that show something in the least room."""
    return sorted(choices, key=lambda choice: (min(choice.sizes.values(), default=2) < 2, sum(choice.sizes.values())))


def _agree(pair: tuple[sp.Expr, sp.Expr]) -> bool | None:
    """Whether two formulas have the same values at some points; None where they have no values there."""
    rng = random.Random(5)
    symbols = _symbols(pair)
    seen: list[bool] = []
    for _ in range(PROBES):
        point = {}
        for symbol in symbols:
            size = sp.Rational(rng.randint(100, 899), 997)
            point[symbol] = size if symbol.is_positive or rng.random() < 0.6 else -size
        a, b = (sp.N(side.subs(point), 30) for side in pair)
        if a.is_comparable and b.is_comparable:
            seen.append(bool(abs(a - b) <= sp.Float("1e-25", 30) * (1 + abs(a))))
    if not seen or len(set(seen)) > 1:
        return None if not seen else False
    return seen[0]
