"""Answers as they arrive from files and pipes."""

from __future__ import annotations

from grader.verdict import Verdict
from practice.checks import unfit

MAX_BYTES = 16_000_000
COMMENT = "#"


def text_of(raw: bytes, kind: str, file: str) -> str | Verdict:
    """The text of a file, with its line ends as `\\n`; or why it is none.

    In a derivation, lines that begin with # are blanked (`start` writes some), so that places stay true.
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
    if kind != "derivation":
        return text
    return "\n".join("" if line.lstrip().startswith(COMMENT) else line for line in text.split("\n"))
