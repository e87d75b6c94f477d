"""SymPy's own methods, for what the normal form cannot prove, in a process that can be killed.

SymPy may run for hours and cannot be interrupted from another thread, so it runs in a child started on demand
(about 0.6 s with the import) and ended at the deadline: on every system, from any thread.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.formula.declare import Scope
from grader.formula.tree import Expr
from grader.symbolic.points import Setting

LEAST: Final = 0.9
"""Seconds that must be left, else it is not worth starting."""
MEMORY: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Claim:
    """That d loss / d wrt = answer, over a scope, at some sizes."""

    loss: Expr
    wrt: Expr
    answer: Expr
    scope: Scope
    settings: tuple[Setting, ...]


def proved_by_sympy(claim: Claim, *, deadline: float) -> bool:
    """Whether SymPy brings the difference to zero in the time left. False says nothing."""
    left = deadline - time.monotonic()
    if left < LEAST:
        return False
    child = subprocess.Popen(
        [sys.executable, "-P", str(Path(__file__).with_name("sympy_child.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        said, _ = child.communicate(pickle.dumps(claim), timeout=left)
    except subprocess.TimeoutExpired:
        return False
    finally:
        child.kill()
        child.communicate()
    return said.strip() == b"equal"
