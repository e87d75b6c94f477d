"""What a submission leaves running: found and ended, also where it has left its process group (Linux).

A child takes in the orphans of what it starts (it is a *subreaper*), and this process those of the child, so that
nothing escapes upward. Elsewhere, and where /proc is not to be read, the process group is all that ends. Among this
process's own children, only those are touched that are of the child's session, or have its folder for a home.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

PR_SET_CHILD_SUBREAPER: Final = 36
ROUNDS: Final = 20
"""Looks at the processes, at most: what is ended may have started others meanwhile."""


class Process(NamedTuple):
    """One line of the process table."""

    pid: int
    state: str
    parent: int
    session: int


@lru_cache(maxsize=1)
def adopt() -> bool:
    """Makes this process take in orphans, once; whether it does."""
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    try:
        return bool(ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def end(pid: int, folder: str) -> None:
    """Ends what descends from the process `pid`, though not `pid` itself, and the orphans that it left."""
    if not adopt():
        return
    for _ in range(ROUNDS):
        found = _started_by(pid, folder, _table())
        alive = [process for process in found if process.state not in "ZX"]
        for process in alive:
            with contextlib.suppress(OSError):
                os.kill(process.pid, signal.SIGKILL)
        for process in found:
            if process.parent == os.getpid():
                with contextlib.suppress(OSError):
                    os.waitpid(process.pid, 0)
        if not alive:
            return


def _started_by(pid: int, folder: str, table: Sequence[Process]) -> list[Process]:
    ours = os.getpid()
    left = {p.pid for p in table if p.parent == ours and p.pid != pid and (p.session == pid or _marked(p.pid, folder))}
    below = {pid, *left}
    while fresh := {process.pid for process in table if process.parent in below} - below:
        below |= fresh
    return [process for process in table if process.pid in below - {pid}]


def _table() -> list[Process]:
    """All processes that can be read."""
    found = []
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):  # noqa: PTH208  # names alone, and quickly
            if name.isdigit():
                with contextlib.suppress(OSError, ValueError), open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
                    state, parent, _, session = file.read().rpartition(b")")[2].split()[:4]
                    found.append(Process(int(name), state.decode(), int(parent), int(session)))
    return found


def _marked(pid: int, folder: str) -> bool:
    """Whether a process was started with the submission's folder as its home."""
    try:
        return f"HOME={folder}/".encode() in Path("/proc", str(pid), "environ").read_bytes()
    except OSError:
        return False
