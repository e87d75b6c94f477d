"""`lossprep test` from a cold start, beside `python -c "import numpy, sympy"`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.code.submissions import Submission, named
from benchmarks.code.table import Promise, milliseconds

ROOT: Final = Path(__file__).resolve().parents[2]
SUBMISSIONS: Final = ("bce_logits_stable", "bce_logits_naive", "huber_good", "kl_eps", "focal_good", "ce_onehot_good")
FLOOR: Final = "import numpy, sympy"
MOST: Final = 2.0


def measured(rounds: int) -> tuple[list[tuple[str, ...]], list[Promise]]:
    """Medians over the rounds, in each of which all take their turn."""
    runs = {FLOOR: ["-c", FLOOR]}
    with tempfile.TemporaryDirectory() as folder:
        for submission in named(SUBMISSIONS):
            file = Path(folder, f"{submission.name}.py")
            file.write_text(submission.text, encoding="utf-8")
            runs[submission.name] = ["lossprep.py", *_arguments(submission, file)]
        # bytecode is cached, as in an installed copy, even where the environment says not to write any
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(Path(folder, "cache"))}
        spent: dict[str, list[float]] = {name: [] for name in runs}
        for number in range(rounds + 1):
            for name, arguments in runs.items():
                seconds = _seconds(arguments, environment)
                if number:  # the first round fills the caches
                    spent[name].append(seconds)
    rows: list[tuple[str, ...]] = [("", "seconds", "ratio"), (FLOOR, milliseconds(statistics.median(spent[FLOOR])), "")]
    promises = []
    for name in SUBMISSIONS:
        ratio = statistics.median(each / floor for each, floor in zip(spent[name], spent[FLOOR], strict=True))
        rows.append((name, milliseconds(statistics.median(spent[name])), f"{ratio:.2f}"))
        promises.append(Promise(f"cold lossprep test, {name}", ratio, MOST))
    return rows, promises


def _arguments(submission: Submission, file: Path) -> list[str]:
    declared = [part for argument in submission.task.arguments for part in ("--arg", argument)]
    return ["test", str(file), "--loss", submission.task.loss, *declared, "--json"]


def _seconds(arguments: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, check=False, stdout=subprocess.DEVNULL
    )
    spent = time.perf_counter() - began
    if ended.returncode not in (0, 1):
        raise RuntimeError(f"{arguments[:2]} ended with {ended.returncode}")
    return spent
