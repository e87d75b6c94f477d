"""The child of `last_resort`: reads one claim, prints "equal" if SymPy proves it."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    _limit_memory()
    claim = pickle.load(sys.stdin.buffer)  # written by our own parent
    from grader.symbolic.sympy_proof import holds

    print("equal" if all(holds(claim, setting) for setting in claim.settings) else "unknown")


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows: time alone limits it
        return
    from grader.symbolic.last_resort import MEMORY

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
