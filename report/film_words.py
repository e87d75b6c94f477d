"""What is said about a descent, and about one that cannot be made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from grader.descent import Film, Run
from grader.formula.show import show_name
from grader.verdict import Fact
from report.text import counted
from report.wording import fact_text

STILL: Final = 0.02
"""A run that moved less than this share of what the farthest one moved stands still beside it."""
SMALLER: Final = "Try a smaller --rate."

TROUBLES: Final[Mapping[str, tuple[str, ...]]] = {
    "bad-number": (
        "{option}: {text!r} is not a number. Give one such as -8 or log(3), or values such as 'z = -8, y = 1'.",
    ),
    "bad-rate": ("--rate takes a number above 0 and up to {most}, such as 0.1; not {text!r}.",),
    "derivative": ("{loss} has a derivative in it; a loss is a formula of its variables.",),
    "no-name": ("{option} takes a name and a value, such as 'y = 1'; not {text!r}.",),
    "no-start": ("there is no start: --from should give {name} a value, such as --from '{name} = -8'.",),
    "no-value": ("{loss} has no slope at the start, {start}: choose another --from.",),
    "no-values": ("{loss} needs a value for {names}: --set '{example} = 1', or put it into --from.",),
    "no-variable": (
        "{loss} does not use {name}, which the first loss descends on.",
        "what does {loss} descend on? Name it with --wrt, and declare it with --var.",
    ),
    "no-plain-variable": ("--wrt {name}: a descent is on a declared variable, not a component or a definition.",),
    "no-number": ("{loss} is not one number: a loss is a scalar.",),
    "not-continuous": (
        "{loss} is a function of a vector, {name}; a film follows one number. Write it for one component.",
        "{name} takes single values only in {loss}; one cannot descend on it.",
    ),
    "outside": ("{name} = {value} is outside its domain in {loss}, {domain}.",),
    "too-many": ("at most {most} losses fit beside each other.",),
    "twice": ("{name} is given twice.",),
    "unknown-name": (
        "no loss here has a variable {name}; did you mean {nearest}?",
        "no loss here has a variable {name}. There is {known}.",
    ),
    "unused-variable": ("{loss} does not depend on {name}.",),
    "vector": ("{loss} has a vector, {name}; a film follows losses of single numbers.",),
}
"""For each code of `practice.descending.CannotDescend`: the first of the sentences that the facts fill."""


def trouble(code: str, facts: Mapping[str, Fact]) -> str:
    """Why there is no film, and what to do about it."""
    given = {name: fact for name, fact in facts.items() if fact not in (None, ())}
    sentences = TROUBLES[code]
    if code == "not-continuous":
        sentences = sentences[:1] if given.pop("vector") else sentences[1:]
    for sentence in sentences:
        try:
            return sentence.format_map({name: fact_text(fact) for name, fact in given.items()})
        except KeyError:
            continue
    raise KeyError(code)


def number(value: float) -> str:
    """A number in a sentence or a table: four digits, `−7.894`, or two and a power of ten, `6.7e−4`."""
    text = f"{value:.4g}" if 1e-3 <= abs(value) < 1e6 or value == 0 else f"{value:.1e}"
    digits, _, power = text.partition("e")
    text = f"{digits.removesuffix('.0')}e{int(power)}" if power else digits
    return text.replace("-", "−").replace("inf", "∞")


def closing(film: Film) -> list[str]:
    """What happened, one sentence or two for each loss."""
    most = max((run.moved for run in film.runs if run.ended != "diverged"), default=0.0)
    return [f"{run.name} {_story(run, film, most)}" for run in film.runs]


def _story(run: Run, film: Film, most: float) -> str:
    start, last = run.start, run.last
    slope = f"its slope was {number(start.gradient)} at the start"
    went = f"from {number(start.at)} to {number(last.at)}"
    if run.ended in ("diverged", "left-domain", "no-slope"):
        return _broken_off(run, slope)
    if run.ended == "flat" and len(run.frames) == 1:
        where = f"{show_name(film.wrt)} = {number(start.at)}"
        return f"does not move: at {where} it has no slope at all, and its loss is {number(start.loss)}."
    if run.swings:
        near, far = map(number, sorted((run.frames[-2].at, last.at)))
        return f"swings between {near} and {far} without end: its steps are too long. {SMALLER}"
    if run.moved < STILL * most:
        return f"stands still, {went}: {slope}, where its loss is {number(start.loss)}."
    if run.overshoots:
        first, count = run.overshoots[0], len(run.overshoots)
        times = "once" if count == 1 else f"{count} times in all"
        resting = f"rests at {number(last.at)} after {counted(last.step, 'step')}"
        came = resting if run.ended == "flat" else f"came to {number(last.at)}"
        return f"overshoots, to {number(first.at)} at step {first.step} ({times}): {slope}. It {came}."
    rest = f" and rests there after {counted(last.step, 'step')}" if run.ended == "flat" else ""
    fell = f"Its loss went from {number(start.loss)} to {number(last.loss)}."
    return f"walks {went}{rest}: {slope}, and is {number(last.gradient)} now. {fell}"


def _broken_off(run: Run, slope: str) -> str:
    last = run.last
    end = number(run.beyond if run.beyond is not None else last.at)
    if run.ended == "no-slope":
        return f"came to {end} after {counted(last.step, 'step')}, where it has no slope."
    if run.ended == "left-domain":
        return f"leaves its domain with step {last.step + 1}, from {number(last.at)} to {end}: {slope}. {SMALLER}"
    if not math.isfinite(last.gradient):
        return f"is thrown out at step {last.step + 1}: its slope at {number(last.at)} is more than float64 holds."
    if len(run.frames) == 1:
        return f"is thrown out by its first step, to {end}: {slope}. {SMALLER}"
    how = "overshoots further at every step" if len(run.overshoots) > 1 else "runs away"
    return f"{how}, and diverges: after {counted(last.step, 'step')} it was at {number(last.at)}. {SMALLER}"
