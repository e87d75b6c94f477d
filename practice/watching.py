"""Following a file through its saves, by looking at it: works for editors that write and for those that replace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path


def saves(path: Path, wait: Callable[[], None]) -> Iterator[bytes | OSError]:
    """The file's content, now and after each change; an OSError once, when it cannot be read. Never ends."""
    seen: object = None
    while True:
        try:
            stat = path.stat()
            state: object = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            content: bytes | OSError = path.read_bytes() if state != seen else b""
        except OSError as error:
            state, content = type(error), error
        if state != seen:
            seen = state
            yield content
        wait()
