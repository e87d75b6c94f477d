"""What a wrong answer is, relative to the truth: each finding reproduces exactly what was typed.

Nothing is looked up in a list of expected mistakes. A relation (−1 times the truth, the truth without a term,
the gradient by another variable, …) is claimed when it holds at every one of many generic points to 45 digits.
A factor is never inferred from a 0/1 label: any power of it would fit.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import combinations, permutations
from typing import Any, Final, TypeVar

from flint import arb

from grader.formula.declare import REAL, Classes, Finite
from grader.formula.names import display
from grader.formula.show import show
from grader.formula.tree import (
    ONE,
    Cases,
    Div,
    Expr,
    Index,
    Mul,
    Name,
    Neg,
    Num,
    Size,
    walk,
)
from grader.formula.values import Point, Value, size_of
from grader.symbolic.asked import Asked
from grader.symbolic.differentiate import depends, minus, over, times
from grader.symbolic.factors import constants_of, definitions_in, factors_of
from grader.symbolic.missing import wrong_terms
from grader.symbolic.outside_kink import right_at_kink_only
from grader.symbolic.quantity import Formula, Gradient, Quantity, root
from grader.symbolic.slips import inner_gradients, rules_left_out
from grader.symbolic.terms import short
from grader.symbolic.trial import Items, Row, Trial, relaxed
from grader.symbolic.turned import with_condition_turned
from grader.verdict import Fact, Finding

T = TypeVar("T")
Region = tuple[tuple[tuple[str, int], ...], tuple[int, ...]]
"""The sizes of a point, and the case of a formula in which it lies."""
RULES: Final = 0.4
"""Of the time left, for rules that were left out."""


def diagnose(asked: Asked, answer: Quantity, witness: Point[Fraction], *, deadline: float) -> list[Finding]:
    """All relations that hold, at the witness too, in no order (`grader.findings.in_order` sorts them).
    Empty: none was recognised."""
    trial = Trial(asked.truth, answer, asked.domain, deadline, witness=witness)
    if trial.unexplained:
        return list(_missing_cases(asked, answer, deadline))
    found = list(_multiples(asked, trial))
    if found:
        return found  # whatever else holds then, holds because of that
    found += list(_chain_factors(asked, trial)) or list(_rules_left_out(asked, trial))
    if not trial.answers_zero:
        terms = list(wrong_terms(asked, trial))
        if terms and any(finding.code == "sign-flipped" for finding in found):
            found = []  # one slip explains what two would
        found += [finding for finding in terms if finding not in found]
    if not found:  # λ for λ − y lost a term, though it is dλ/dz as well
        found += _inner_alone(asked, trial)
    found += _exchanged_branches(asked, answer, trial)
    found += _swaps(asked, answer, witness, trial)
    others = list(_other_gradients(asked, trial))
    if others:  # the gradient by something else is no gradient by this one with a factor too many
        surplus = any(finding.data.get("missing") is False for finding in found)
        found = [] if surplus else found
    found += others
    if not any(finding.code == "wrong-branch" for finding in found):
        found += _branches(trial, telling=True)
    found = found or list(_other_way_round(asked, trial))
    found = found or list(_branches(trial, telling=False)) or list(_regions(asked, trial))
    return found or list(right_at_kink_only(asked, answer, deadline=deadline))


def _same(row: Row, quantity: Quantity) -> Items | None:
    return row.items(quantity)


def _finding(code: str, **data: Fact) -> Finding:
    return Finding(code, data=data)


def _multiples(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """−1, a constant, and sizes: typed = c·n·truth."""
    c = trial.constant(lambda row: zip(row.got.items, row.expected.items, strict=True))
    if c is not None:
        yield from _constant(c)
        return
    for constant in constants_of(asked):
        for missing in (True, False):
            c = trial.constant(partial(_times, quantity=Formula(constant, asked.scope), missing=missing))
            if c is not None:
                yield from _constant(c, over(ONE, constant) if missing else constant)
                return
    dims = asked.scope.dims
    for wrong, right in permutations(dims, 2):
        c = trial.constant(partial(_exchanged, wrong=wrong, right=right))
        if c is not None:
            yield _finding("lost-mean", size=right, other=wrong, missing=True)
            yield from _constant(c)
            return
    for count in range(1, min(len(dims), 2) + 1):
        for chosen in combinations(dims, count):
            for exponent in (1, -1):
                c = trial.constant(partial(_sized, dims=chosen, exponent=exponent))
                if c is not None:
                    yield _finding("lost-mean", size="·".join(chosen), missing=exponent == 1)
                    yield from _constant(c)
                    return


def _constant(c: Fraction, beside: Expr = ONE) -> Iterator[Finding]:
    """What a factor c, times an irrational one, is."""
    if c < 0:
        yield _finding("sign-flipped")
    if beside != ONE or abs(c) not in (0, 1):
        factor = str(abs(c)) if beside == ONE else show(times(Num(abs(c)), beside))
        yield _finding("constant-factor", factor=factor)


def _times(row: Row, quantity: Quantity, missing: bool) -> Iterator[tuple[arb, arb]]:
    """Typed and truth; `missing`: typed is the truth over the quantity."""
    factors = row.items(quantity)
    if factors is None:
        return
    for got, expected, factor in zip(row.got.items, row.expected.items, factors, strict=False):
        yield (got * factor, expected) if missing else (got, expected * factor)


def _exchanged(row: Row, wrong: str, right: str) -> Iterator[tuple[arb, arb]]:
    """typed = c·truth·right/wrong: the mean over something else."""
    ratio = arb(size_of(right, row.point.sizes)) / size_of(wrong, row.point.sizes)
    return ((a, b * ratio) for a, b in zip(row.got.items, row.expected.items, strict=True))


def _sized(row: Row, dims: tuple[str, ...], exponent: int) -> Iterator[tuple[arb, arb]]:
    size = 1
    for dim in dims:
        size *= size_of(dim, row.point.sizes)
    factor = arb(size) ** exponent
    return ((a, b * factor) for a, b in zip(row.got.items, row.expected.items, strict=True))


def _chain_factors(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """typed·f = ±truth (f is missing), or typed = ±truth·f (f is one too many), for factors that the loss suggests."""
    if trial.constant(lambda row: ((got, arb(1)) for got in row.got.items)) is not None:
        return  # a number is what is left of the gradient by the whole of it, or by its inverse
    for whole in factors_of(asked):
        factor, negative = _unsigned(whole)
        quantity = Formula(factor, asked.scope, asked.wrt)
        for missing in (True, False):
            for sign in (1, -1):
                if not trial.agree(partial(_scaled, quantity=quantity, missing=missing, sign=sign)):
                    continue
                if missing and trial.constant(partial(_whole, quantity=quantity)) is not None:
                    break  # the whole gradient is no factor of it
                alone = sign < 0 and negative  # the factor's own sign went with it
                yield _finding("lost-chain-factor", factor=show(minus(factor) if alone else factor), missing=missing)
                if sign < 0 and not alone:
                    yield _finding("sign-flipped")
                return


def _unsigned(factor: Expr) -> tuple[Expr, bool]:
    """A factor without its sign, and whether it had one."""
    match factor:
        case Neg(arg):
            inner, negative = _unsigned(arg)
            return inner, not negative
        case Num(value) if value < 0:
            return Num(-value), True
        case Div(num, den):
            inner, negative = _unsigned(num)
            return Div(inner, den) if negative else factor, negative
        case Mul((first, *rest)):
            inner, negative = _unsigned(first)
            return times(inner, *rest) if negative else factor, negative
    return factor, False


def _rules_left_out(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """The gradient as it is without the slope of one operation, in sums and products of matrices too."""
    if trial.constant(lambda row: ((got, arb(1)) for got in row.got.items)) is not None:
        return
    now = time.monotonic()
    for slip in rules_left_out(asked.loss, asked.wrt, asked.scope):
        if time.monotonic() > now + RULES * (trial.deadline - now):
            break  # the rest of the time is for the terms
        for sign in (1, -1):
            if trial.agree(partial(_signed, quantity=slip.quantity, sign=sign)):
                if slip.parted and any(_branches(trial, telling=True)):
                    return  # right in one case: it is the branch that is wrong
                if slip.factor is not None and (sizes := _sizes(slip.factor)):
                    yield _finding("lost-mean", size="·".join(sizes), missing=True, within="term")
                    return
                factor, negative = (None, False) if slip.factor is None else _unsigned(slip.factor)
                kept = sign < 0 and negative  # its sign stayed
                shown = None if factor is None else short(show(factor if kept or not negative else minus(factor)))
                yield _finding("lost-chain-factor", missing=True, **({"factor": shown} if shown else {}))
                if sign < 0 and not kept:
                    yield _finding("sign-flipped")
                return


def _sizes(factor: Expr) -> list[str]:
    """The sizes of which a factor such as 1/n is made, with numbers; none of any other."""
    parts = list(walk(factor))
    plain = all(isinstance(part, Size | Num | Div | Mul | Neg) for part in parts)
    return [part.name for part in parts if isinstance(part, Size)] if plain else []


def _inner_alone(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """dp/dz where dL/dp · dp/dz was asked for."""
    for name, quantity in inner_gradients(asked.loss, asked.wrt, asked.scope):
        if trial.holds(partial(_same, quantity=quantity)):
            yield _finding("lost-chain-factor", factor=f"∂L/∂{display(name)}", missing=True)
            return


def _signed(row: Row, quantity: Quantity, sign: int) -> Iterator[tuple[arb, arb]] | None:
    items = row.items(quantity)
    return None if items is None else ((got, sign * item) for got, item in zip(row.got.items, items, strict=True))


def _scaled(row: Row, quantity: Quantity, missing: bool, sign: int) -> Sequence[tuple[arb, arb]] | None:
    factors = row.items(quantity)
    if factors is None or len(factors) != len(row.expected.items):
        return None
    with_factor, without = (row.got, row.expected) if missing else (row.expected, row.got)
    return [(a * f, sign * b) for a, f, b in zip(with_factor.items, factors, without.items, strict=True)]


def _whole(row: Row, quantity: Quantity) -> Iterator[tuple[arb, arb]]:
    return zip(row.items(quantity) or (), row.expected.items, strict=False)


def _missing_cases(asked: Asked, answer: Quantity, deadline: float) -> Iterator[Finding]:
    """An answer that is right wherever it has a value, but says nothing about some case."""
    if isinstance(answer, Formula) and isinstance(answer.expr, Cases) and answer.expr.otherwise is None:
        trial = Trial(asked.truth, answer, asked.domain, deadline)
        if trial.agree(lambda row: zip(row.expected.items, row.got.items, strict=True)):
            yield _finding("wrong-branch", missing="case")


def _exchanged_branches(asked: Asked, answer: Quantity, trial: Trial) -> Iterator[Finding]:
    """The right branches, each in the case of the other: right once the one condition is turned round."""
    if not isinstance(answer, Formula):
        return
    turned = with_condition_turned(answer.expr)
    if turned is not None and trial.agree(partial(_whole, quantity=replace(answer, expr=turned))):
        yield _finding("wrong-branch", exchanged="cases")


def _branches(trial: Trial, *, telling: bool) -> Iterator[Finding]:
    """Right in some region of the cases and wrong in another; `telling`: right by more than 0 = 0.

    Sizes are told apart: w/|w| is the gradient of ‖w‖ where w has one component, and in no case of it else."""
    right: dict[Region, bool] = {}
    tells = set[Region]()
    for row in trial.rows:
        if not row.region:
            return
        same = all(a.overlaps(b) for a, b in zip(row.expected.items, row.got.items, strict=True))
        region = tuple(sorted(row.point.sizes.items())), row.region
        right[region] = right.get(region, True) and same
        if not all(item.contains(0) for item in row.got.items):
            tells.add(region)
    wrong = {sizes for (sizes, _), same in right.items() if not same}
    if any(same and region[0] in wrong and (region in tells or not telling) for region, same in right.items()):
        yield _finding("wrong-branch")


def _regions(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """Right for one value of a label, for one sign of a number or at the class itself, and wrong elsewhere."""
    scope = asked.scope
    for name in sorted(asked.domain.used):
        if scope.shape(name):
            continue
        domain = scope.variables[name].domain
        letters: tuple[str | None, ...] = tuple(asked.domain.free) if isinstance(domain, Classes) else (None,)
        for letter in letters:
            right: dict[Fraction | bool, list[bool]] = {}
            for row in trial.rows:
                value = row.point.values[name].items[0]
                known = value if isinstance(domain, Finite) else value > 0
                where = known if letter is None else value == row.point.positions[letter]
                same = all(a.overlaps(b) for a, b in zip(row.expected.items, row.got.items, strict=True))
                right.setdefault(where, []).append(same)
            often = all(len(seen) >= 3 for seen in right.values())
            if often and any(map(all, right.values())) and any(2 * sum(seen) < len(seen) for seen in right.values()):
                yield _finding("wrong-branch")
                return


@dataclass(frozen=True, slots=True)
class _Swapped:
    """A quantity with two variables exchanged."""

    of: Quantity
    first: str
    second: str

    def at(self, algebra: Any, point: Point[T]) -> Value[T]:
        a, b = point.values[self.first], point.values[self.second]
        return self.of.at(algebra, replace(point, values={**point.values, self.first: b, self.second: a}))


def _swaps(asked: Asked, answer: Quantity, witness: Point[Fraction], trial: Trial) -> Iterator[Finding]:
    scope = relaxed(asked.scope)
    names = [name for name in scope.variables if name in asked.domain.used and scope.variables[name].continuous]
    pairs = [(first, second) for first, second in combinations(names, 2) if scope.shape(first) == scope.shape(second)]
    if pairs and scope != asked.scope:
        trial = Trial(asked.truth, answer, replace(asked.domain, scope=scope), trial.deadline, witness=witness)
    for first, second in pairs:
        swapped = _Swapped(asked.truth, first, second)
        if trial.holds(partial(_same, quantity=swapped)):
            yield _finding("swapped-variables", first=first, second=second)
            return


@dataclass(frozen=True, slots=True)
class _Mirrored:
    """The gradient of the loss in which −name stands for name: that of y − ŷ where ŷ − y was meant."""

    of: Quantity
    name: str

    def at(self, algebra: Any, point: Point[T]) -> Value[T]:
        turned = point.values[self.name].map(algebra.neg)
        return self.of.at(algebra, replace(point, values={**point.values, self.name: turned})).map(algebra.neg)


def _other_way_round(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """Right for the residual, or the logit, that is counted the other way round."""
    name = root(asked.wrt)
    variable = asked.scope.variables.get(name)
    mirrored = _Mirrored(asked.truth, name)
    if variable is not None and variable.domain == REAL and trial.holds(partial(_same, quantity=mirrored)):
        yield _finding("swapped-variables", mirrored=name)


def _other_gradients(asked: Asked, trial: Trial) -> Iterator[Finding]:
    """The gradient by another variable or definition, or the loss itself."""
    scope = asked.scope
    own = root(asked.wrt)
    # a label counts too: people do differentiate by y
    numbers = (name for name, variable in scope.variables.items() if not isinstance(variable.domain, Classes))
    for name in (*definitions_in(scope), *numbers):
        if name == own:
            continue
        wrt: Expr = Name(name)
        if isinstance(asked.wrt, Index) and len(scope.shape(name)) == len(asked.wrt.subscripts):
            wrt = Index(wrt, asked.wrt.subscripts)
        other = Gradient(asked.loss, wrt, scope)
        if not depends(asked.loss, Name(name), scope) and name in scope.variables:
            continue
        if trial.holds(partial(_same, quantity=other)):
            yield _finding("wrong-variable", wrt=name)
            return


def is_loss(asked: Asked, answer: Quantity, witness: Point[Fraction], *, deadline: float) -> bool:
    """Whether the answer is the loss itself, not its gradient."""
    loss = Formula(asked.loss, asked.scope)
    trial = Trial(loss, answer, asked.domain, deadline, witness=witness)
    return trial.holds(partial(_same, quantity=loss))
