"""The verdict on one function in a warm process, beside the floor: the same child running the same calls, unjudged."""

from __future__ import annotations

import statistics
import time
from typing import Final

from benchmarks.code.submissions import Submission, named
from benchmarks.code.table import Promise, milliseconds
from grader.numeric import Spares, grade_code
from grader.numeric.judge import Plan, plan
from grader.numeric.messages import Call
from grader.numeric.process import begun
from grader.numeric.task import Statement

SUBMISSIONS: Final = (
    "bce_logits_stable", "bce_logits_naive", "bce_logits_clip_1e7", "bce_p_clip", "ce_onehot_good", "ce_onehot_naive",
    "ce_labels_good", "focal_good", "focal_naive", "huber_good", "huber_noabs", "kl_good", "kl_eps", "logcosh_naive",
    "quantile_good", "wbce_good",
)  # fmt: skip
"""Right ones and wrong ones of ten losses."""
MOST: Final = 3.0
SECONDS: Final = 10.0


def measured(rounds: int) -> tuple[list[tuple[str, ...]], list[Promise]]:
    """Medians over the rounds; a round has both of every submission, so that a busy moment strikes them alike."""
    submissions = named(SUBMISSIONS)
    verdicts: dict[str, list[float]] = {submission.name: [] for submission in submissions}
    floors: dict[str, list[float]] = {submission.name: [] for submission in submissions}
    spares = Spares()
    spares.prepare()
    for number in range(rounds + 1):
        for submission in submissions:
            judged = _verdict(submission, spares)
            bare = _floor(submission, spares)
            if number:  # the first round makes the plans
                verdicts[submission.name].append(judged)
                floors[submission.name].append(bare)
    spares.close()
    rows: list[tuple[str, ...]] = [("", "verdict", "floor", "ratio")]
    ratios = []
    for name in verdicts:
        each = [verdict / floor for verdict, floor in zip(verdicts[name], floors[name], strict=True)]
        ratios.append(statistics.median(each))
        verdict, floor = statistics.median(verdicts[name]), statistics.median(floors[name])
        rows.append((name, milliseconds(verdict), milliseconds(floor), f"{ratios[-1]:.2f}"))
    return rows, [
        Promise("verdict beside the floor, median", statistics.median(ratios), MOST),
        Promise("verdict beside the floor, the worst submission", max(ratios), MOST),
    ]


def _verdict(submission: Submission, spares: Spares) -> float:
    _ready(spares)
    began = time.perf_counter()
    grade_code(submission.task, submission.text, spares=spares)
    return time.perf_counter() - began


def _floor(submission: Submission, spares: Spares) -> float:
    """The child takes the submission and makes the calls that a right one gets; nobody looks at what comes back."""
    statement = submission.task.statement
    prepared = plan(statement)
    _ready(spares)
    began = time.perf_counter()
    child = begun(spares.take(), SECONDS)
    deadline = time.monotonic() + SECONDS
    child.load(submission.text, submission.name, submission.task.entry or _only_function(submission), deadline)
    for calls in _calls(prepared, statement):
        if child.ended is None and calls:
            child.run(calls, deadline)
    child.close()
    spent = time.perf_counter() - began
    spares.replace()
    return spent


def _calls(prepared: Plan, statement: Statement) -> list[list[Call]]:
    """As the grader sends them: the ordinary ones, the extreme ones, the large batch, and the one on the clock."""
    speed = [] if prepared.speed is None else [prepared.speed]
    groups = [[case.probe for case in cases] for cases in (prepared.ordinary, prepared.extreme, prepared.large)]
    return [[probe.call(statement) for probe in group] for group in (*groups, speed)]


def _only_function(submission: Submission) -> str:
    lines = [line for line in submission.text.splitlines() if line.startswith("def ") and line[4] != "_"]
    return lines[0][4:].split("(")[0]


def _ready(spares: Spares) -> None:
    """Waits until a spare child has loaded NumPy, as it has when somebody takes a second to save a file."""
    spares.prepare()
    time.sleep(0.3)
