"""Fuzzing of the reader and of `check`: a stated number of inputs, any of which its seed and number make again.

    python -m tests.fuzz --count 1000000 --seed 1

The reader gets every input, `check` every tenth, declarations and lines of `--cases` every hundredth. An input
that crashes, or that takes more than the limit, again when it is alone, is printed and written to tests/fuzz/corpus,
where pytest replays it. Exit 1 if there was one.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.fuzz.run import Fault, run

CORPUS = Path(__file__).with_name("corpus")


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz the reader and check.")
    options.add_argument("--count", type=int, default=10_000, help="How many inputs.")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--first", type=int, default=0, help="The number of the first input.")
    options.add_argument("--jobs", type=int, default=2, help="Processes.")
    options.add_argument("--limit", type=float, default=2.0, help="Seconds that one input may take.")
    options.add_argument("--corpus", type=Path, default=CORPUS, help="Where faults are written.")
    given = options.parse_args()
    began = time.monotonic()
    shown: list[Fault] = []

    def show(fault: Fault) -> None:
        shown.append(fault)
        print(f"{fault.what} in {fault.target}, input {fault.number} of seed {given.seed}: {fault.text[:120]!r}")
        given.corpus.mkdir(parents=True, exist_ok=True)
        path = given.corpus / f"{fault.target}-{given.seed}-{fault.number}.txt"
        path.write_bytes(fault.text.encode("utf-8", "surrogatepass"))

    tally = run(given.seed, range(given.first, given.first + given.count), given.jobs, given.limit, show)
    print(f"seed {given.seed}, inputs {given.first} to {given.first + given.count - 1}, "
          f"{time.monotonic() - began:.0f} s in {given.jobs} processes")  # fmt: skip
    for target, (count, slowest, number) in tally.items():
        print(f"{target:<8} {count:>9} inputs   slowest {slowest:6.3f} s (input {number})")
    print(f"{len(shown)} faults")
    return 1 if shown else 0


if __name__ == "__main__":
    sys.exit(main())
