"""Answers from files, and from what only looks like one."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from practice.answers import MAX_BYTES, contents


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "loss.py"
    path.write_bytes(b"x" * 3_000_000)
    assert contents(path) == path.read_bytes()
    path.write_bytes(b"")
    assert contents(path) == b""


def test_of_a_file_without_end_no_more_is_read_than_can_be_used() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("no such device here")
    assert len(contents(Path("/dev/zero"))) == MAX_BYTES + 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_that_nobody_writes_to_does_not_hold_the_program(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OSError, match="nobody writes"):
        contents(path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/fd")
def test_a_pipe_with_a_writer_is_read_to_its_end() -> None:
    reader, writer = os.pipe()

    def write() -> None:
        with open(writer, "wb") as file:  # noqa: PTH123  # a descriptor
            file.write(b"a" * 200_000)

    thread = threading.Thread(target=write)
    thread.start()
    assert contents(Path(f"/dev/fd/{reader}")) == b"a" * 200_000
    thread.join()
    os.close(reader)


def test_a_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):  # noqa: PT011  # which one depends on the system
        contents(tmp_path)
