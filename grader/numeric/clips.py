"""A clip in a submission: the one for which the truth at clipped values is what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.numeric import forms, variants
from grader.numeric.float_values import float_values
from grader.numeric.forms import Form
from grader.numeric.judge import Judged
from grader.numeric.source import Source
from grader.numeric.trial import Trial
from grader.verdict import Fact

Floats = NDArray[np.float64]
COMMON_EPSILONS: Final = (1e-7, 1e-15, 1e-12, 1e-8, 1e-10, 1e-9, 1e-6, 1e-5, 1e-16, 2.0**-52, 1e-4, 1e-3, 1e-14, 1e-20)
SAMPLE: Final = 24
FEW: Final = 6
SMALL: Final = 8
"""Elements of a small input."""
NAMED_SHARE: Final = 0.5
GUESSED_SHARE: Final = 0.9
"""The part of the clearly wrong numbers that a clip must account for: one that stands in the text, and a guess."""


class _Guess(NamedTuple):
    """The ends of a clip, what is said of it, and the part of the wrong numbers that it must account for."""

    ends: variants.Ends
    facts: dict[str, Fact]
    share: float

    @property
    def given(self) -> Mapping[str, float]:
        return {variants.LOW.name: float(self.ends[0]), variants.HIGH.name: float(self.ends[1])}


def find(trial: Trial, source: Source, failed: Sequence[Judged]) -> tuple[dict[str, Fact], Form] | None:
    """The clip for which the truth at clipped values is what came, wherever that differs from the truth; with its
    epsilon or bound."""
    finite = [item for item in failed if item.case.probe.dtype == np.float64 and clearly_off(item)]
    if len(finite) < 3:
        return None
    small = [item for item in finite if item.case.elements <= SMALL]
    finite = small if len(small) >= SAMPLE else finite  # a large batch costs as much as many small ones
    sample = finite[:: max(1, len(finite) // SAMPLE)]
    plain = float_values(trial, forms.usual(trial), sample)
    for guesses, formulas in _families(trial, source):
        for guess, clipped in _likely(trial, guesses, formulas, sample, plain):
            formula = forms.settled(clipped, guess.ends)
            if sum(reproduced(trial, formula, sample, plain)) >= max(3, guess.share * len(sample)):
                return guess.facts, formula
    return None


def _families(trial: Trial, source: Source) -> Iterator[tuple[list[_Guess], tuple[Form, ...]]]:
    """The ends that stand in the text, then common ones; each list with the formulas that are clipped by such."""
    small = forms.clipped(trial)
    others = [e for e in COMMON_EPSILONS if e not in source.epsilons]
    yield [_Guess(variants.around(e), {"epsilon": e}, NAMED_SHARE) for e in source.epsilons], small
    yield [_Guess(variants.around(e), {"epsilon": e}, GUESSED_SHARE) for e in others], small
    if source.bounds:
        bounded = forms.bounded(trial)
        yield [_Guess(variants.within(b), {"bound": b}, NAMED_SHARE) for b in source.bounds], bounded


def _likely(
    trial: Trial,
    guesses: Sequence[_Guess],
    formulas: Sequence[Form],
    sample: Sequence[Judged],
    plain: Sequence[Floats | None],
) -> list[tuple[_Guess, Form]]:
    """The clips that account for a few of the numbers: most do not. A formula is tried with all ends at once."""
    step = max(1, len(sample) // FEW)
    few = sample[::step]
    pairs = list(product(guesses, few))
    usual = [*plain[::step]] * len(guesses)
    made: list[tuple[int, _Guess, Form]] = []
    for formula in formulas if guesses else ():
        found = float_values(trial, formula, [item for _, item in pairs], [guess.given for guess, _ in pairs])
        hits = np.reshape(_hits([item for _, item in pairs], found, usual), (len(guesses), len(few))).sum(axis=1)
        made += [(at, guesses[at], formula) for at in np.flatnonzero(hits >= 0.3 * len(few)).tolist()]
    made.sort(key=lambda entry: entry[0])  # by their ends, and only then by formula
    return [(guess, formula) for _, guess, formula in made]


def clearly_off(item: Judged) -> bool:
    """Finite numbers, of which one is further off than rounding."""
    truth, value = item.case.truth, None if item.reply is None else item.reply.value
    if value is None or value.shape != truth.shape or not np.isfinite(value).all() or not np.isfinite(truth.near).all():
        return False
    return bool(np.any(truth.error(value) > 1e-9 * np.maximum(1.0, np.abs(truth.near))))


def reproduced(
    trial: Trial, formula: Form, items: Sequence[Judged], plain: Sequence[Floats | None] | None = None
) -> list[bool]:
    """Within one percent (1 − p is rounded where p is next to 1), where truth and prediction are far further apart.

    `plain`: what the usual way of writing the formula gives, with nothing clipped.
    """
    if plain is None:
        plain = float_values(trial, forms.usual(trial), items)
    return _hits(items, float_values(trial, formula, items), plain)


def _hits(items: Sequence[Judged], guesses: Sequence[Floats | None], plain: Sequence[Floats | None]) -> list[bool]:
    """Whether each call gave what is guessed, and that is neither the truth nor what an idle clip leaves."""
    made = [False] * len(items)
    rows: list[tuple[Floats, Floats, Floats, Floats]] = []
    places = []
    for at, (item, guess, usual) in enumerate(zip(items, guesses, plain, strict=True)):
        got = None if item.reply is None else item.reply.value
        if guess is None or got is None or guess.shape != got.shape or not got.size:
            continue
        known = usual if usual is not None and usual.shape == got.shape else np.full(got.shape, np.nan)
        rows.append((got.ravel(), guess.ravel(), known.ravel(), item.case.truth.near.ravel()))
        places.append(at)
    if not rows:
        return made
    starts = np.cumsum([0, *(len(row[0]) for row in rows[:-1])])
    got, guessed, idle, truth = (np.concatenate(column) for column in zip(*rows, strict=True))
    with np.errstate(all="ignore"):
        off = np.abs(got - guessed)
        near = np.logical_and.reduceat(off <= 0.01 * np.abs(got) + 1e-300, starts)
        does_nothing = np.logical_and.reduceat(np.abs(idle - guessed) <= 10 * off, starts)
        away = np.abs(guessed - truth) > np.maximum(10 * off, 1e-9 * np.abs(truth))
        hit = near & ~does_nothing & np.logical_or.reduceat(away, starts)
    for at, one in zip(places, hit.tolist(), strict=True):
        made[at] = one
    return made
