"""Submissions a second with one process and with as many as there are cores."""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from typing import Final

from benchmarks.code.submissions import Submission, every
from benchmarks.code.table import Promise
from grader.numeric import grade_code
from grader.numeric.process import Spares, spares

LEAST: Final = 1.2
"""What two cores must gain over one; their children want cores as well."""
_spares: Spares | None = None


def measured(count: int) -> tuple[list[tuple[str, ...]], list[Promise]]:
    """All submissions once with each number of processes; the plans of the losses are part of it."""
    submissions = list(islice(cycle(every()), count))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    rows: list[tuple[str, ...]] = [("processes", "seconds", "submissions/s")]
    rates = {}
    for workers in dict.fromkeys((1, cores)):
        with ProcessPoolExecutor(workers) as pool:
            began = time.perf_counter()
            outcomes = list(pool.map(_grade, submissions, chunksize=4))
            spent = time.perf_counter() - began
        rates[workers] = len(outcomes) / spent
        rows.append((str(workers), f"{spent:.1f}", f"{rates[workers]:.1f}"))
    if cores == 1:
        return rows, []
    return rows, [Promise(f"throughput of {cores} processes beside one", rates[cores] / rates[1], LEAST, least=True)]


def _grade(submission: Submission) -> str:
    global _spares
    _spares = _spares or spares()
    return grade_code(submission.task, submission.text, spares=_spares).outcome
