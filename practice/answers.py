"""Answers as they arrive from files and pipes."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from grader.verdict import Verdict
from practice.checks import unfit

MAX_BYTES = 16_000_000
COMMENT = "#"


def contents(path: Path) -> bytes:
    """What a file holds, as far as it may be used: of one without end, a little more than an answer may have.

    Of a pipe, what is written to it; OSError, as for what cannot be opened, where nobody writes.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb", buffering=0) as file:  # noqa: PTH123  # a descriptor
        begin = b""
        if stat.S_ISFIFO(os.fstat(handle).st_mode):
            some = file.read(1 << 16)  # None: a writer is there, and has written nothing yet
            if some == b"":
                raise OSError(errno.EPIPE, "a pipe that nobody writes to")
            begin = some or b""
        if hasattr(os, "O_NONBLOCK"):
            os.set_blocking(handle, True)
        parts = [begin]
        left = MAX_BYTES + 1 - len(begin)
        while left > 0 and (part := file.read(min(left, 1 << 20))):
            parts.append(part)
            left -= len(part)
    return b"".join(parts)


def text_of(raw: bytes, kind: str, file: str) -> str | Verdict:
    """The text of a file, with its line ends as `\\n`; or why it is none.

    In a derivation or a design, lines that begin with # are blanked (`start` writes some), so that places stay true.
    """
    if len(raw) > MAX_BYTES:
        return unfit(kind, f"larger than {MAX_BYTES // 1_000_000} MB", file=file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        return unfit(kind, f"not UTF-8 text, at byte {column} of line {line}", file=file, line=line, column=column)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if kind not in ("derivation", "design"):
        return text
    return "\n".join("" if line.lstrip().startswith(COMMENT) else line for line in text.split("\n"))
