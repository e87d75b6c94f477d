"""What `analyze` is asked: a formula or a known loss, with its variable, and the losses to set beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.properties.analysis import Analysis, AnalysisTask
from grader.verdict import Verdict
from practice import checks, named
from questions import losses
from questions.losses import KnownLoss, Space

if TYPE_CHECKING:
    from grader.symbolic.task import TaskError

OPTION: Final = "LOSS"
"""What the formula is called where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One loss to be looked at: `name` is how it is called in the report."""

    name: str
    task: AnalysisTask
    known: KnownLoss | None = None


def asked(
    loss: str, wrt: str | None, variables: tuple[str, ...], given: tuple[str, ...], space: Space | None = None
) -> Asked | None:
    """The loss that is meant; None where nobody said what it is a function of.

    A known loss brings its declarations and its variable, where none are given; what its variable is (a margin, a
    logit) holds as long as nothing is put in that variable's place.
    """
    task = named.meant(loss, wrt, variables, given)
    if task.wrt is None:
        return None
    known = task.known
    if space is None and known is not None and task.wrt == known.wrt and task.given == known.given:
        space = known.space
    name = known.name if known is not None else loss.strip()
    return Asked(name, AnalysisTask(task.loss, task.wrt, task.variables, task.given, space), known)


def beside(first: Asked, texts: Sequence[str]) -> Iterator[Asked]:
    """The losses to compare with: known ones with their own declarations, formulas with those of the first."""
    seen = [first]
    for text in (part for listed in texts for part in _listed(listed)):
        task = first.task
        if losses.known(text) is not None:
            found = asked(text, None, (), ())
        else:
            found = asked(text, task.wrt, task.variables, task.given, task.space)
        if found is not None and found not in seen:
            seen.append(found)
            yield found


def _listed(text: str) -> Iterator[str]:
    """`mse, max(r, 0)` parted at the commas that stand in no bracket."""
    depth, start = 0, 0
    for at, char in enumerate(f"{text},"):
        depth += (char in "([{") - (char in ")]}")
        if char == "," and (depth <= 0 or at == len(text)):
            if text[start:at].strip():
                yield text[start:at].strip()
            start = at + 1


def analysed(what: Asked) -> Analysis | Verdict:
    """What is found; or `unreadable`, with the option named, where the loss cannot be read."""
    from grader.properties import analyse
    from grader.symbolic.task import TaskError

    try:
        return analyse(what.task)
    except TaskError as error:
        return _unreadable(what, error)


def _unreadable(what: Asked, error: TaskError) -> Verdict:
    task = what.task
    field, _, rest = error.field.partition("[")
    number = int(rest.removesuffix("]") or 0)
    option, text = {
        "loss": (OPTION, task.loss),
        "wrt": ("--wrt", task.wrt),
        "variables": ("--var", task.variables[number] if task.variables else ""),
        "given": ("--let", task.given[number] if task.given else ""),
    }[field]
    return checks.bad_option("analysis", option, text, error.reason)
