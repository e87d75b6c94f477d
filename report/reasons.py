"""Why a file, or the log, cannot be used: what the system says, in words, with the cure."""

from __future__ import annotations

import errno
from typing import Final

from practice.store import StoreError

_STORE: Final[dict[str, str]] = {
    "corrupt": "the progress in {path} cannot be read ({detail}). It was left as it is: move it away to start afresh, "
    "or restore a copy.",
    "newer": "the progress in {path} was written by a newer lossprep (format {detail}). It was left as it is: "
    "upgrade lossprep, or set LOSSPREP_HOME to another folder.",
    "foreign": "{path} is another program's database. It was left as it is: set LOSSPREP_HOME to another folder.",
    "unwritable": "progress cannot be kept in {path} ({detail}). Make the folder writable, or set LOSSPREP_HOME.",
    "full": "progress cannot be kept in {path}: the disk is full. Free some space, or set LOSSPREP_HOME to a folder "
    "on another disk.",
    "busy": "{path} is in use by another process for too long ({detail}). Try again.",
}
_SYSTEM: Final[dict[int, str]] = {
    errno.ENOENT: "no such file",
    errno.EISDIR: "this is a folder, not a file",
    errno.ENOTDIR: "a part of this path is a file, not a folder",
    errno.EACCES: "no permission",
    errno.EPERM: "no permission",
    errno.EROFS: "the disk is read-only",
    errno.ENOSPC: "the disk is full",
    errno.ENAMETOOLONG: "the name is too long",
}


def store_words(error: StoreError) -> str:
    """Why the progress cannot be kept, and the cure."""
    return _STORE[error.trouble].format(path=error.path, detail=error.detail)


def unwritten_words(error: OSError) -> str:
    """Why a file cannot be written, as the end of a sentence."""
    if error.errno == errno.ENOENT:  # a file that is written need not be there; its folder must
        return "there is no such folder"
    return reason_words(error)


def reason_words(error: Exception) -> str:
    """Why a file cannot be used, as the end of a sentence."""
    if isinstance(error, UnicodeError):
        return "not UTF-8 text"
    if isinstance(error, OSError) and error.errno is not None:
        return _SYSTEM.get(error.errno, (error.strerror or str(error)).lower())
    return str(error) or type(error).__name__
