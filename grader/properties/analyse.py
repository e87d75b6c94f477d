"""From a task to all that is said about a loss."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeVar

from grader.formula.errors import NotCertain
from grader.formula.show import show
from grader.properties import ends, meaning, shape, slopes, values
from grader.properties.analysis import Analysis, AnalysisTask, Named
from grader.properties.closed import closed_forms, curvatures
from grader.properties.curve import TRIED
from grader.properties.decisions import decisions
from grader.properties.evidence import Judge, everywhere
from grader.properties.reduce import NotOneVariable, Subject, read, reduction, subject_of
from grader.properties.vectors import judges as vectors
from grader.symbolic.task import Problem
from grader.verdict import Fact

SECONDS: Final = 6.0
T = TypeVar("T")

JUDGES: Final[tuple[tuple[str, Judge, int | None], ...]] = (
    ("nonnegative", values.nonnegative, 0),
    ("zero-at-zero", values.zero_at_zero, None),
    ("even", values.even, None),
    ("convex", shape.convex, None),
    ("strictly-convex", shape.strictly_convex, None),
    ("strongly-convex", shape.strongly_convex, 2),
    ("differentiable", slopes.differentiable, None),
    ("twice-differentiable", slopes.twice_differentiable, None),
    ("lipschitz", slopes.lipschitz, 1),
    ("smooth", slopes.smooth, 2),
    ("bounded", values.bounded, 0),
    ("bounded-influence", slopes.bounded_influence, 1),
    ("redescending", slopes.redescending, None),
    ("saturates", slopes.saturates, None),
)
"""Each with the order of the derivative that its value bounds, where it has one."""


EXTRA: Final[Mapping[str, Judge]] = {
    "quadratic-at-zero": values.quadratic_at_zero,
    "linear-tails": ends.linear_tails,
}
"""What is asked of designs only."""


def analyse(task: AnalysisTask, *, seconds: float = SECONDS, extra: Iterable[str] = ()) -> Analysis:
    """What the loss is like as a function of one real variable. Raises TaskError where the task cannot be read.

    What is not decided in the time comes back as `undecided`. Of a mean or a sum over elements all is said of one
    element; of another loss of vectors, what makes sense for a vector.
    """
    begun = time.monotonic()
    problem = read(task)
    gradient, curvature = closed_forms(problem)
    made = Analysis(problem.scope, problem.loss, show(problem.wrt), gradient, curvature, ())
    try:
        subject = subject_of(problem, task.space, deadline=begun + seconds)
    except NotOneVariable as why:
        if why.reason == "vector" and vectors.applies(problem):
            seen = vectors.about(problem, gradient, begun + seconds)
            made = replace(made, properties=vectors.properties(seen), invariances=vectors.named(seen))
            return replace(made, seconds=time.monotonic() - begun)
        return replace(made, silent=why.reason, seconds=time.monotonic() - begun)
    if subject.problem is not problem:
        made = replace(made, curvature=curvatures(gradient, problem))
    return replace(
        made,
        properties=(
            *(everywhere(subject, *judge) for judge in JUDGES),
            *decisions(subject),
            *(everywhere(subject, name, EXTRA[name]) for name in extra),
        ),
        kinks=_tried(lambda: ends.kinks(subject), ()),
        ends=_tried(lambda: ends.ends(subject), ()),
        minimiser=_tried(lambda: meaning.minimiser(subject), None),
        likelihood=_tried(lambda: meaning.likelihood(subject), None),
        invariances=_invariances(subject, problem),
        seconds=time.monotonic() - begun,
    )


def _tried(work: Callable[[], T], otherwise: T) -> T:
    try:
        return work()
    except (*TRIED, NotCertain):
        return otherwise


def _invariances(subject: Subject, problem: Problem) -> tuple[Named, ...]:
    found = []
    if subject.problem is not problem:
        found.append(Named("elementwise", {"of": reduction(problem.loss)}))
    if subject.shift is not None:
        target, sign = subject.shift
        found.append(Named("shift", {"of": target, "sign": sign}))
    if subject.scaling is not None:
        facts: dict[str, Fact] = {
            "of": subject.scaling.name,
            "weight": subject.scaling.weight,
            "degree": subject.scaling.degree,
        }
        found.append(Named("scale", facts))
    return tuple(found)
