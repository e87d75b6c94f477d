"""The first verdict of a cold `lossprep check`, beside what importing SymPy costs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from typing import Final

from benchmarks.derivations.pairs import ROOT

CHECK: Final = ("lossprep.py", "check", "--loss", "-(y*log(p)+(1-y)*log(1-p))", "--wrt", "z", "--var", "z: real",
                "--var", "y: {0,1}", "--let", "p = sigmoid(z)")  # fmt: skip
RUNS: Final[Mapping[str, tuple[str, ...]]] = {
    "import sympy": ("-c", "import sympy"),
    "check, right": (*CHECK, "-a", "p - y"),
    "check, wrong": (*CHECK, "-a", "y - p"),
}


def cold(rounds: int) -> dict[str, float]:
    """The least seconds of each run. They take turns, so that a busy moment strikes all; bytecode is cached, as in
    an installed copy."""
    least = dict.fromkeys(RUNS, float("inf"))
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}
        for _ in range(rounds + 1):  # the first round fills the caches
            for name, arguments in RUNS.items():
                began = time.perf_counter()
                subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
                least[name] = min(least[name], time.perf_counter() - began)
    return least
