"""Our grader of code beside its floors and a peer, all in one run.

    python -m benchmarks.code [--rounds N] [--submissions N] [--only PART]…

PART is latency, cold, oracle or throughput. Prints a table each, and the ratios that are promised; exit 1 if one is
missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Final

from benchmarks.code import cold, latency, oracle, throughput
from benchmarks.code.table import Promise, shown

PARTS: Final = ("latency", "cold", "oracle", "throughput")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.code", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="Measurements of each kind, taken in turn.")
    parser.add_argument("--submissions", type=int, default=200, help="For the throughput.")
    parser.add_argument("--only", action="append", choices=PARTS, help="Only this part; may be given again.")
    options = parser.parse_args()
    runs: dict[str, Callable[[], tuple[list[tuple[str, ...]], list[Promise]]]] = {
        "latency": lambda: latency.measured(options.rounds),
        "cold": lambda: cold.measured(options.rounds),
        "oracle": lambda: oracle.measured(options.rounds),
        "throughput": lambda: throughput.measured(options.submissions),
    }
    missed = False
    for part in options.only or PARTS:
        rows, promises = runs[part]()
        print(f"\n{part}\n{shown(rows)}", flush=True)
        for promise in promises:
            print(promise.line(), flush=True)
            missed |= not promise.kept
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
