"""The parent's side of the child process: start it, feed it, believe nothing that it says, end it.

A child is used for one submission. Its replies are checked frame by frame; the wall clock here, and no
limit there, is what ends a submission that does not end. Works on Linux, macOS and Windows: what holds on
the system at hand is said by `Isolation`.
"""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from grader.numeric import survivors
from grader.numeric.child import PREFIX, RESULT_LIMIT, BrokenFrame, lengths, pack, read_exactly
from grader.numeric.messages import Call, Loaded, Reply, encode, read_failure, read_header, read_rows, read_texts

PROGRAM = Path(__file__).with_name("child.py")
MEMORY = 2 << 30
HOARD = MEMORY // 3
REPLY_HEADER_LIMIT = 1 << 20
REPLY_BODY_LIMIT = 2 * RESULT_LIMIT
OUTPUT_LIMIT = 1 << 20
"""Bytes that a submission may print; beyond that it is ended."""

START_SECONDS = 30.0
"""What a child may take to start, which is no submission's fault; a spare, that has started, much less."""
SPARE_SECONDS = 3.0
ERRORS_KEPT = 4000
"""Bytes kept of what a child says before it has begun."""

WASTED: Final = 1.0
"""Seconds that calls may take which fill the memory, before their child is ended for it."""

End = Literal["timeout", "forged", "flood", "died", "full"]


@dataclass(frozen=True, slots=True)
class Isolation:
    """What separates a submission from the rest of this machine, by name."""

    layers: tuple[str, ...]


@dataclass(eq=False)
class Ended(Exception):
    """The child is gone before it answered: why, and with which signal or exit code."""

    why: End
    code: int | None = None
    full: bool = False
    """Whether it had taken far more memory than any loss needs: that is what its time went into."""


class Unfit(Exception):
    """No child could be started, or one ended before it saw a submission: our fault, and not the submission's."""


class Child:
    """A process with NumPy loaded (or loading), its limits not yet set, that waits for one submission."""

    def __init__(self) -> None:
        """Raises OSError where the system has no process or folder to give."""
        survivors.adopt()
        self.folder = tempfile.mkdtemp(prefix="lossprep-")
        self.token = secrets.token_hex(16)
        self.isolation = Isolation(("process",))
        self.printed = 0
        self.said = b""
        self.ended: Ended | None = None
        self.at_hand = 0
        self._begun = self._closed = False
        self._since = time.monotonic()
        card = Path(self.folder, "progress")
        try:
            card.write_bytes(bytes(8))
            self.process = self._start(card)
        except OSError:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        # read, and never mapped: a mapped page of a file that the submission cuts short would kill the parent
        self._card = os.open(card, os.O_RDWR | getattr(os, "O_BINARY", 0))
        self._frames_wanted = True
        self._frames: queue.Queue[tuple[bytes, bytes] | End] = queue.Queue(maxsize=4)
        self._threads = [threading.Thread(target=task, daemon=True) for task in (self._drain, self._read)]
        for thread in self._threads:
            thread.start()

    def _start(self, card: Path) -> subprocess.Popen[bytes]:
        work = str(Path(self.folder, "work"))
        Path(work).mkdir()
        posix = os.name == "posix"
        return subprocess.Popen(
            [sys.executable, "-I", "-B", "-X", "utf8", str(PROGRAM), str(card)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=work,
            env=_environment(work),
            close_fds=True,
            bufsize=0,
            start_new_session=posix,
            creationflags=0 if posix else getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )

    # ------------------------------------------------------------------------------------- threads

    def _read(self) -> None:
        assert self.process.stdout is not None
        fd = self.process.stdout.fileno()
        try:
            while True:
                header, body = lengths(read_exactly(fd, PREFIX.size), REPLY_HEADER_LIMIT, REPLY_BODY_LIMIT)
                self._put((read_exactly(fd, header), read_exactly(fd, body)))
        except BrokenFrame:
            self._put("forged")
        except (EOFError, OSError, ValueError):
            self._put("died")

    def _put(self, frame: tuple[bytes, bytes] | End) -> None:
        """Hands a frame over; a child that sends more than is asked for waits, until nobody wants any."""
        while self._frames_wanted:
            with contextlib.suppress(queue.Full):
                self._frames.put(frame, timeout=0.05)
                return

    def _drain(self) -> None:
        assert self.process.stderr is not None
        fd = self.process.stderr.fileno()
        with contextlib.suppress(OSError, ValueError):
            while part := os.read(fd, 1 << 16):
                if not self._begun:
                    self.said = (self.said + part)[-ERRORS_KEPT:]
                    continue
                self.printed += len(part)
                if self.printed > OUTPUT_LIMIT:
                    self._kill()
                    return

    # -------------------------------------------------------------------------------- conversation

    def begin(self, seconds: float, *, patience: float = START_SECONDS) -> None:
        """Raises the walls, for a submission that has `seconds`. Raises Unfit: none of it was seen yet."""
        limits = {"cpu": max(1, math.ceil(seconds) + 1), "memory": MEMORY}
        deadline = time.monotonic() + patience
        try:
            self._send(pack({"kind": "begin", "token": self.token, "limits": limits}), deadline)
            while self._frames.empty() and time.monotonic() < deadline and not self.stopped():
                time.sleep(0.001)
            layers = self._checked(self._receive(min(deadline, time.monotonic() + 0.5))[0], "walled").get("layers")
        except Ended as ended:
            self._threads[0].join(0.2)
            last = self.said.decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise Unfit(last or f"the isolated process: {ended.why}, exit code {ended.code}") from None
        self._begun = True
        self.isolation = Isolation((*_own_layers(), *read_texts(layers)))

    def load(self, source: str, name: str, entry: str, deadline: float) -> Loaded:
        """Runs the submission's top level. Raises Ended."""
        header = {"kind": "load", "token": self.token, "name": name, "entry": entry}
        self._send(pack(header, source.encode("utf-8", "surrogatepass")), deadline)
        answer = self._checked(self._receive(deadline)[0], "loaded")
        return Loaded(read_failure(answer.get("failure")), answer.get("found") is True)

    def run(self, calls: Sequence[Call], deadline: float) -> tuple[Reply, ...]:
        """One reply a call, in order; fewer when the child ended: then `ended` says why, `at_hand` where."""
        replies: list[Reply] = []
        arguments = [len(call.args) + len(call.kwargs) for call in calls]
        self._progress(bytes(8))
        try:
            self._send(encode(calls, self.token), deadline)
            while len(replies) < len(calls):
                header, body = self._receive(deadline)
                answer = self._checked(header, "results")
                rows = answer.get("rows")
                if answer.get("first") != len(replies) or not isinstance(rows, list) or not rows:
                    raise self._end("forged")
                try:
                    replies += read_rows(rows, body, arguments[len(replies) :])
                except BrokenFrame:
                    raise self._end("forged") from None
                if len(replies) < len(calls) and _hopeless(replies):
                    raise self._end("full")
        except Ended as ended:
            self.ended = ended
            self.at_hand = min(max(self._progress(), len(replies)), len(calls) - 1)
        return tuple(replies)

    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._since

    def stopped(self) -> bool:
        """Whether it ended, or was halted, where the system can tell."""
        if self.process.poll() is not None:
            return True
        try:
            options = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
            return os.waitid(os.P_PID, self.process.pid, options) is not None
        except (AttributeError, OSError):
            return False

    def close(self) -> None:
        """Ends the child and everything it started, and removes its folder. Once is enough."""
        if self._closed:
            return
        self._closed = True
        fertile = self._begun and "limit-processes" not in self.isolation.layers
        if fertile:  # while the child holds together what it started
            survivors.end(self.process.pid, self.folder)
        with contextlib.suppress(OSError):
            assert self.process.stdin is not None
            self.process.stdin.close()
        if self.ended is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.5)
        self._kill()
        self.process.wait()
        if fertile:
            survivors.end(self.process.pid, self.folder)
        self._frames_wanted = False
        for thread, pipe in zip(self._threads, (self.process.stderr, self.process.stdout), strict=True):
            thread.join(0.2)
            if not thread.is_alive() and pipe is not None:  # one that hangs is held open by an orphan
                pipe.close()
        os.close(self._card)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---------------------------------------------------------------------------------------- parts

    def _progress(self, number: bytes | None = None) -> int:
        """The number on the card, after writing one; 0 where the submission has cut it short."""
        with contextlib.suppress(OSError):
            os.lseek(self._card, 0, os.SEEK_SET)
            if number is not None:
                os.write(self._card, number)
                return 0
            return int.from_bytes(os.read(self._card, 8), "little")
        return 0

    def _send(self, data: bytes, deadline: float) -> None:
        """Writes from a thread, so that a child that does not read cannot hold the parent."""

        def write() -> None:
            assert self.process.stdin is not None
            with contextlib.suppress(OSError, ValueError):
                view = memoryview(data)
                while view:
                    view = view[self.process.stdin.write(view) :]

        if len(data) <= 4096:  # fits into any pipe
            write()
            return
        thread = threading.Thread(target=write, daemon=True)
        thread.start()
        thread.join(max(0.0, deadline - time.monotonic()))

    def _receive(self, deadline: float) -> tuple[bytes, bytes]:
        try:
            frame = self._frames.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise self._end("timeout") from None
        if isinstance(frame, str):
            raise self._end(frame)
        return frame

    def _checked(self, header: bytes, kind: str) -> dict[str, Any]:
        """A reply's header, if it is one of ours. Raises Ended."""
        try:
            return read_header(header, self.token, kind)
        except BrokenFrame:
            raise self._end("forged") from None

    def _end(self, why: End) -> Ended:
        """Kills what is left, and says why it ended."""
        if why == "died":
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.5)
        code = self.process.poll()
        full = code is None and _most_memory(self.process.pid) > HOARD
        self._kill()
        if self.printed > OUTPUT_LIMIT:
            why = "flood"
        elif code is not None and code == -int(getattr(signal, "SIGXCPU", 0)):
            why = "timeout"
        self.ended = Ended(why, code, full)
        return self.ended

    def _kill(self) -> None:
        """The whole process group, since a submission may have started others."""
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()


class Spares:
    """Keeps one child started beforehand: `take` hands it over; `replace` starts the next in the background."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spare: Child | None = None
        self._closed = False

    def prepare(self) -> None:
        """Sees to it that a spare is there."""
        with self._lock:
            if self._spare is None and not self._closed:
                self._spare = Child()

    def take(self) -> Child:
        """A fresh child, for one submission; the caller closes it. Raises OSError where none can be had."""
        with self._lock:
            child, self._spare = self._spare, None
        if child is not None and child.stopped():
            child.close()
            child = None
        return child or Child()

    def replace(self) -> None:
        """Starts the next spare in the background; best done when a verdict is out, for starting takes a core."""

        def prepare() -> None:
            with contextlib.suppress(OSError):  # then the next submission tries again, and says why there is none
                self.prepare()

        threading.Thread(target=prepare, daemon=True).start()

    def close(self) -> None:
        with self._lock:
            child, self._spare, self._closed = self._spare, None, True
        if child is not None:
            child.close()


def spares() -> Spares:
    """Spares that end with this process."""
    made = Spares()
    atexit.register(made.close)
    return made


def begun(child: Child, seconds: float) -> Child:
    """The child with its walls up, or another in its place, for one that waited long may have been tampered with.

    Raises Unfit when neither can be had.
    """
    try:
        child.begin(seconds, patience=SPARE_SECONDS if child.age() > SPARE_SECONDS else START_SECONDS)
        return child
    except Unfit:
        child.close()
    try:
        other = Child()
    except OSError as error:
        raise Unfit(str(error)) from None
    try:
        other.begin(seconds)
    except Unfit:
        other.close()
        raise
    return other


def _hopeless(replies: Sequence[Reply]) -> bool:
    """Whether calls run out of memory, and take their time for it."""
    full = (reply.seconds for reply in replies if reply.failure and "MemoryError" in reply.failure.kinds)
    return sum(full) > WASTED


def _most_memory(pid: int) -> int:
    """Bytes of address space that a process had at most; 0 where the system does not tell."""
    try:
        status = Path("/proc", str(pid), "status").read_text()
        return int(status.partition("VmPeak:")[2].split()[0]) << 10
    except (OSError, ValueError, IndexError):
        return 0


def _environment(folder: str) -> dict[str, str]:
    """Nothing of the parent's but what a system needs to start a program at all."""
    needed = {name: os.environ[name] for name in ("SYSTEMROOT", "SYSTEMDRIVE") if name in os.environ}
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    home = ("HOME", "TMPDIR", "TEMP", "TMP")
    return {**needed, **dict.fromkeys(threads, "1"), **dict.fromkeys(home, folder), "LC_ALL": "C.UTF-8"}


def _own_layers() -> tuple[str, ...]:
    session = ("session",) if os.name == "posix" else ()
    return ("process", *session, "empty-folder", "clean-environment", "closed-descriptors", "output-cap", "wall-clock")
