"""How long an analysis takes: `python -m benchmarks.analysis [--attack] [--rounds N]`.

Every known loss of one real variable (with --attack, also those of tests/properties/attack.yaml) is analysed, in
processor seconds, so that what else runs counts little. Printed: median, 95th percentile and the slowest, and the
floor to read them against: the gradient and curvature in closed form alone, the least that an analysis shows.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from grader.properties import AnalysisTask, analyse  # noqa: E402
from grader.properties.closed import closed_forms  # noqa: E402
from grader.properties.reduce import read  # noqa: E402
from questions.losses import library  # noqa: E402

SLOWEST = 5
T = TypeVar("T")


def tasks(attack: bool) -> Iterator[tuple[str, AnalysisTask]]:
    for known in library().values():
        if not any("[" in text for text in known.variables):
            yield known.name, AnalysisTask(known.formula, known.wrt, known.variables, known.given, known.space)
    if attack:
        for row in yaml.safe_load((ROOT / "tests/properties/attack.yaml").read_text(encoding="utf-8")):
            yield row["name"], AnalysisTask(row["loss"], row["wrt"], tuple(row["variables"]), (), row.get("space"))


def least(work: Callable[[], T], rounds: int) -> tuple[float, T]:
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        made = work()
        taken.append(time.process_time() - begun)
    return min(taken), made


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--attack", action="store_true", help="also the losses of tests/properties/attack.yaml")
    options.add_argument("--rounds", type=int, default=1, help="take the best of N")
    chosen = options.parse_args()
    analyse(AnalysisTask("r^2", "r", ("r: real",)))  # what is imported late
    seconds: dict[str, float] = {}
    floors: list[float] = []
    undecided = asked = 0
    for name, task in tasks(chosen.attack):
        seconds[name], made = least(partial(analyse, task, seconds=30), chosen.rounds)
        floors.append(least(lambda task=task: closed_forms(read(task)), chosen.rounds)[0])  # type: ignore[misc]
        answers = [item.answer for item in made.properties]
        asked, undecided = asked + len(answers), undecided + answers.count("undecided")
    ordered = sorted(seconds.values())
    print(f"{len(ordered)} losses, {asked} questions, {undecided} undecided")
    print(f"median {statistics.median(ordered):.3f} s, p95 {ordered[int(0.95 * (len(ordered) - 1))]:.3f} s")
    print(f"gradient and curvature alone: median {statistics.median(floors):.3f} s")
    for name in sorted(seconds, key=seconds.__getitem__, reverse=True)[:SLOWEST]:
        print(f"  {seconds[name]:6.3f} s  {name}")


if __name__ == "__main__":
    main()
