"""What `lossprep --help` costs beside a bare `import click`: the least of several runs of each, taken in turn.

    python benchmarks/startup.py [ROUNDS]

The ratio should stay below 1.5; a plain group with lazy commands was measured at 1.1, an eager one at 6.5.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNS = {
    "import click": ["-c", "import click"],
    "lossprep --help": ["lossprep.py", "--help"],
    "lossprep list": ["lossprep.py", "list"],
}


def seconds(arguments: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def measure(rounds: int) -> dict[str, float]:
    """The least time of each run, in seconds. They alternate, so that a busy moment strikes all of them."""
    least = dict.fromkeys(RUNS, float("inf"))
    with tempfile.TemporaryDirectory() as folder:
        # bytecode is cached, as in an installed copy, even where the environment says not to write any
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}
        for _ in range(rounds + 1):  # the first round fills the caches
            for name, arguments in RUNS.items():
                least[name] = min(least[name], seconds(arguments, environment))
    return least


if __name__ == "__main__":
    times = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
    for name, least in times.items():
        print(f"{name:<18} {1000 * least:6.1f} ms   ratio {least / times['import click']:.2f}")
