"""A grader, or the maker of forms, in a process of its own: a line of JSON in, a line out, with the milliseconds."""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import IO

MEMORY = 4 << 30


def main(name: str) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from benchmarks.derivations.pairs import Task
    from benchmarks.derivations.peers import PEERS, Answer

    warnings.simplefilter("ignore")
    _limit_memory()
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    if name == "forms":
        from benchmarks.derivations.rendering import rendered

        for line in sys.stdin:
            loss, wrt, variables, given, answer, right = json.loads(line)
            forms = rendered(Task(loss, wrt, tuple(variables), tuple(given)), answer, right)
            _say(out, None if forms is None else asdict(forms))
        return
    grade = PEERS[name].make()
    for line in sys.stdin:
        pair = json.loads(line)
        began = time.perf_counter()
        try:
            said = grade(pair)
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            said = Answer("died")
        _say(out, {"answer": asdict(said), "ms": 1000 * (time.perf_counter() - began)})


def _say(out: IO[str], value: object) -> None:
    out.write(json.dumps(value) + "\n")
    out.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main(sys.argv[1])
