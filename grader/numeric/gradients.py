"""What a gradient is that is wrong on ordinary inputs, told from its numbers: of another variable, a link of the chain
forgotten or counted twice, a term or a branch left out, another axis, transposed.

Each hypothesis predicts every component of every call, and holds only if it reproduces all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from grader.formula.declare import Interval, Simplex
from grader.formula.reverse import SLOPES
from grader.formula.show import show
from grader.formula.tree import Add, Call, Cases, Div, Expr, Mul, Neg, Reduce, walk
from grader.numeric import forms, variants
from grader.numeric.float_values import float_values
from grader.numeric.forms import Form
from grader.numeric.judge import Judged
from grader.numeric.oracle import NO_TRUTH
from grader.numeric.source import Source
from grader.numeric.trial import Trial
from grader.numeric.wrong_slopes import Slope
from grader.symbolic.differentiate import slope_of
from grader.verdict import Fact

Floats = NDArray[np.float64]
Explained = tuple[str, dict[str, Fact]]
NEAR: Final = 1e-6
FEW: Final = 4
"""Calls that most hypotheses fail at; the rest are asked of those that do not."""
LONGEST: Final = 60
"""Characters of a term that are still worth showing."""


def explain(trial: Trial, source: Source, plain: Sequence[Judged]) -> list[Explained]:
    """The code, with its facts, that accounts for the wrong numbers; empty if none does."""
    items = [item for item in plain if item.reply is not None and item.reply.value is not None]
    known = _where_known(trial, items)
    for found, predicted in _hypotheses(trial, source):
        if reproduces(trial, predicted, known):
            return [found]
    return _by_array(trial, items)


def _where_known(trial: Trial, items: Sequence[Judged]) -> list[Judged]:
    """The calls at which the chain rule through probabilities keeps its digits in float64, unless they are few: where
    p is next to 1 it has none, and no guess can be told from another."""
    usual = float_values(trial, forms.usual(trial), items)
    known = []
    for item, guess in zip(items, usual, strict=True):
        near = item.case.truth.near
        with np.errstate(all="ignore"):
            if guess is not None and np.all((np.abs(guess - near) <= NEAR * np.abs(near)) | ~item.case.truth.settled):
                known.append(item)
    return known if len(known) >= FEW else list(items)


def reproduces(trial: Trial, form: Form, items: Sequence[Judged]) -> bool:
    """Whether a form gives, at every call and component, what came."""
    few = sorted(items, key=lambda item: item.case.elements)[:FEW]
    return _same(few, float_values(trial, form, few)) and _same(items, float_values(trial, form, items))


def _same(items: Sequence[Judged], predicted: Sequence[Floats | None]) -> bool:
    return bool(items) and all(_is(item, guess) for item, guess in zip(items, predicted, strict=True))


def _is(item: Judged, guess: Floats | None) -> bool:
    """Whether a guess is what came, but for rounding. At a kink of the loss anything goes."""
    got = None if item.reply is None else item.reply.value
    if guess is None or got is None or guess.shape != got.shape:
        return False
    size = float(np.max(np.abs(guess), initial=0.0))
    with np.errstate(all="ignore"):
        near = np.abs(guess - got) <= NEAR * np.abs(guess) + 1e-12 * size + 1e-300
    return bool(np.all(near | ~item.case.truth.settled)) if got.shape == item.case.truth.shape else bool(np.all(near))


def _hypotheses(trial: Trial, source: Source) -> Iterator[tuple[Explained, Form]]:
    """What may have been meant, the most specific first."""
    statement, wrt = trial.statement, trial.oracle.wrt
    assert wrt is not None
    usual = variants.usual(statement)
    shape = statement.variables[wrt].shape
    for name, variable in statement.variables.items():
        if name != wrt and variable.continuous and variable.shape == shape:
            yield ("wrong-variable", {"wrt": name}), Slope(statement.formula, name)
    yield from _chain(trial, usual, wrt)
    for formula in dict.fromkeys((statement.formula, usual)):
        for term, rest in _without(formula):
            text = show(term, statement.scope)
            data: dict[str, Fact] = {"of_loss": text} if len(text) <= LONGEST else {}
            yield ("lost-term", data), Slope(rest, wrt)
    for node in walk(statement.formula):
        if isinstance(node, Cases):
            for branch in (*(b for _, b in node.branches), *([] if node.otherwise is None else [node.otherwise])):
                yield ("wrong-branch", {}), Slope(_exchanged(statement.formula, node, branch), wrt)
        elif isinstance(node, Call) and node.function in ("max", "min", "relu"):
            for branch in node.args:
                yield ("wrong-branch", {}), Slope(_exchanged(statement.formula, node, branch), wrt)
    for epsilon in source.epsilons:
        for clipped in forms.clipped(trial):
            yield ("clip-bias", {"epsilon": epsilon}), forms.settled(clipped, variants.around(epsilon))
    if len(shape) == 2:
        for formula in (statement.formula, usual):
            yield ("wrong-axis", {}), Slope(formula, wrt, softmax="column")
            yield ("wrong-axis", {}), Slope(formula, wrt, softmax="all")


def _chain(trial: Trial, usual: Expr, wrt: str) -> Iterator[tuple[Explained, Form]]:
    """A function's derivative left out of the chain rule, or taken twice."""
    calls: dict[str, Call] = {}
    for formula in (usual, trial.statement.formula):
        for node in walk(formula):
            if isinstance(node, Call) and (node.function in SLOPES or node.function in ("softmax", "abs")):
                calls.setdefault(node.function, node)
    for function, call in calls.items():
        text = _factor_text(trial, call)
        written = any(isinstance(node, Call) and node.function == function for node in walk(usual))
        plain = usual if written else trial.statement.formula
        for missing in (True, False):
            data: dict[str, Fact] = {"missing": missing, "factor": text}
            changed = frozenset({function})
            if missing:
                yield ("lost-chain-factor", data), Slope(plain, wrt, forgotten=changed)
            else:
                yield ("lost-chain-factor", data), Slope(plain, wrt, repeated=changed)
        if function == "softmax":
            data = {"missing": True, "factor": "∂p_j/∂z_k for j ≠ k"}
            yield ("lost-chain-factor", data), Slope(plain, wrt, diagonal=True)


def _factor_text(trial: Trial, call: Call) -> str | None:
    """The derivative of a function at its argument, as it is written."""
    x = call.args[0]
    slope = Call("sign", (x,)) if call.function == "abs" else slope_of(call, call.function, x)
    text = "" if slope is None else show(slope, trial.statement.scope)
    return text if 0 < len(text) <= LONGEST else f"the derivative of {call.function}"


def _without(formula: Expr) -> Iterator[tuple[Expr, Expr]]:
    """Each term of the sums at the top of a formula, and the formula without it."""
    match formula:
        case Add(terms):
            for at, term in enumerate(terms):
                rest = (*terms[:at], *terms[at + 1 :])
                yield term, (rest[0] if len(rest) == 1 else Add(rest))
                if isinstance(term, Reduce | Neg | Mul | Div):
                    for part, less in _without(term):
                        yield part, Add((*terms[:at], less, *terms[at + 1 :]))
        case Neg(inner):
            for part, less in _without(inner):
                yield part, Neg(less)
        case Reduce(op="sum" | "mean", body=body):
            for part, less in _without(body):
                yield part, replace(formula, body=less)
        case Div(above, below):
            for part, less in _without(above):
                yield part, Div(less, below)
        case Mul(factors):
            for at, factor in enumerate(factors):
                for part, less in _without(factor):
                    yield part, Mul((*factors[:at], less, *factors[at + 1 :]))


def _exchanged(formula: Expr, node: Expr, other: Expr) -> Expr:
    made: Expr = variants.rebuilt(formula, lambda found: other if found == node else found)
    return made


# ---------------------------------------------------------------------------------------- from the truth's arrays


def _by_array(trial: Trial, items: Sequence[Judged]) -> list[Explained]:
    """What came is made from the true gradient: of the logit, transposed, of the matrices with rows for columns."""
    variable = trial.statement.variables[trial.oracle.wrt or ""]
    predictions: list[tuple[Explained, Callable[[Judged], Floats | None]]] = []
    if isinstance(variable.domain, Interval) and variable.domain.low == 0 and variable.domain.high == 1:
        predictions.append((("wrong-variable", {"wrt": "the logit"}), lambda item: _by_logit(trial, item)))
    if isinstance(variable.domain, Simplex):
        predictions.append((("wrong-variable", {"wrt": "the logits"}), lambda item: _by_logits(trial, item)))
    if len(variable.shape) == 2:
        predictions.append((("transposed", {}), _transposed))
    for found, predict in predictions:
        if _same(items, [predict(item) for item in items]):
            return [found]
    wide = [item for item in items if min(trial.oracle.sizes(item.case.probe.values).values(), default=0) > 1]
    if len(variable.shape) == 2 and wide and all(_turned(trial, item) for item in wide):
        return [("wrong-axis", {})]
    return []


def _by_logit(trial: Trial, item: Judged) -> Floats:
    p = item.case.probe.values[trial.oracle.wrt or ""]
    return np.asarray(item.case.truth.near * p * (1 - p))


def _by_logits(trial: Trial, item: Judged) -> Floats:
    p, slope = item.case.probe.values[trial.oracle.wrt or ""], item.case.truth.near
    return np.asarray(p * (slope - np.sum(p * slope, axis=-1, keepdims=True)))


def _transposed(item: Judged) -> Floats | None:
    near = item.case.truth.near
    return near.T if near.shape[0] == near.shape[1] and near.size > 1 else near if near.size == 1 else None


def _turned(trial: Trial, item: Judged) -> bool:
    """Whether what came is the gradient with the rows of all matrices for columns, but for a factor of their sizes."""
    values = item.case.probe.values
    if any(values[name].ndim != 2 for name in trial.statement.arrays):
        return False
    try:
        truth = trial.oracle.truth({**values, **{name: values[name].T for name in trial.statement.arrays}})
    except NO_TRUTH:
        return False
    guess, (rows, columns) = truth.near.T, values[trial.oracle.wrt or ""].shape
    return any(_is(item, np.asarray(guess * factor)) for factor in (1.0, rows / columns, columns / rows))


# -------------------------------------------------------------------------------------------------- other shapes


def explain_shape(trial: Trial, off: Sequence[Judged]) -> list[Explained]:
    """What a gradient of another shape than its argument's is; empty if nothing more can be said."""
    several = [item for item in off if item.case.elements > 1 and item.case.probe.dtype == np.float64] or list(off)
    valued = [item for item in several if item.reply is not None and item.reply.value is not None]
    if not valued or len(valued) < len(several):
        return []
    if all(_turned_layout(item) for item in valued):
        return [("transposed", _shapes(valued[0]))]
    larger = [item for item in valued if _value(item).size != item.case.truth.near.size]
    if larger and all(_each_sample(item) for item in larger):
        return [("wrong-reduction", {"factor": "none", **_shapes(larger[0])})]
    if all(_summed(item) for item in valued):
        return [("wrong-reduction", {"summed": True, **_shapes(valued[0])})]
    for name, variable in trial.statement.variables.items():
        if variable.continuous and name != trial.oracle.wrt:
            slope = Slope(trial.statement.formula, name)
            if reproduces(trial, slope, valued):
                return [("wrong-variable", {"wrt": name})]
    wide = [item for item in valued if item.case.truth.near.size > 1]
    if wide and all(_met(item) for item in wide):
        return [("broadcasting", {"shapes": str(_shapes(wide[0])["got"])})]
    return []


def _value(item: Judged) -> Floats:
    assert item.reply is not None
    assert item.reply.value is not None
    return item.reply.value


def _shapes(item: Judged) -> dict[str, Fact]:
    got = item.reply.shape if item.reply is not None else None
    return {"expected": _shape_text(item.case.truth.shape), "got": _shape_text(got or ())}


def _shape_text(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _turned_layout(item: Judged) -> bool:
    """The transpose: of a matrix, or a row for a vector."""
    got, near = _value(item), item.case.truth.near
    turned = near[np.newaxis, :] if near.ndim == 1 else near.T
    return got.shape == turned.shape and bool(np.all(_close(got, turned)))


def _each_sample(item: Judged) -> bool:
    """One gradient for each sample, whose sum or mean is what was asked."""
    got, near = _value(item), item.case.truth.near
    if got.ndim != near.ndim + 1:
        return False
    made = [reduced for axis in range(got.ndim) for reduced in (got.sum(axis), got.mean(axis))]
    return any(part.shape == near.shape and bool(np.all(_close(part, near))) for part in made)


def _summed(item: Judged) -> bool:
    """One number, the sum or the mean of the components."""
    got, near = _value(item), item.case.truth.near
    return got.size == 1 and near.size > 1 and any(bool(np.all(_close(got, x))) for x in (near.sum(), near.mean()))


def _met(item: Judged) -> bool:
    """A square in place of a vector: every sample met every other one."""
    got, near = _value(item), item.case.truth.near
    return near.ndim == 1 and got.shape == near.shape * 2


def _close(a: Any, b: Any) -> Any:
    return np.abs(a - b) <= NEAR * np.abs(b) + 1e-9 * np.max(np.abs(b), initial=0.0)
