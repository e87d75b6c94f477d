"""The program in which a submission runs, alone: it is told inputs, and answers with raw numbers.

Started by path (`python -I -B child.py`), so it needs nothing but the standard library and NumPy; the
parent imports the framing from here. Nothing that decides a verdict ever enters this process: no expected
value, no tolerance, no comparison. Whatever the submission does to this process, the worst it can send is
a wrong number or a broken frame, and neither passes.

Frame, both ways: `MAGIC`, header length (4 bytes), body length (8), a JSON header, a body of raw bytes.
Every header holds the token that the parent drew for this process. From the parent: `begin` (the limits),
`load` (body: the source), `run` (body: the inputs). From here: `walled` (the walls that stand), `loaded`, and
`results`, some calls together; the number of the call at hand stands on a card, a file of eight bytes, so that
the call during which the process dies is known.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Callable
from typing import Any

MAGIC = b"LPC1"
PREFIX = struct.Struct("<4sIQ")
HEADER_LIMIT = 1 << 22
BODY_LIMIT = 1 << 26
RESULT_LIMIT = 1 << 22
"""Bytes of one result; a larger one is reported by its shape alone."""
TEXT_LIMIT = 300
WARNINGS_LIMIT = 8
PARTS_LIMIT = 8
"""Values of one tuple that are sent; of a longer one, its length."""
BUNCH = 64
"""Results in one frame, at most."""


class BrokenFrame(Exception):
    """What came is not a frame of this protocol."""


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    """The bytes of one frame."""
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    return PREFIX.pack(MAGIC, len(text), len(body)) + text + body


def lengths(prefix: bytes, header_limit: int, body_limit: int) -> tuple[int, int]:
    """Header and body length that a prefix announces. Raises BrokenFrame."""
    magic, header, body = PREFIX.unpack(prefix)
    if magic != MAGIC or header > header_limit or body > body_limit:
        raise BrokenFrame
    return header, body


def read_exactly(fd: int, size: int, read: Callable[[int, int], bytes] = os.read) -> bytes:
    """`size` bytes of a descriptor. Raises EOFError when it ends before."""
    parts = []
    while size:
        part = read(fd, min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _read_frame(fd: int) -> tuple[dict[str, Any], bytes]:
    header, body = lengths(read_exactly(fd, PREFIX.size), HEADER_LIMIT, BODY_LIMIT)
    return json.loads(read_exactly(fd, header)), read_exactly(fd, body)


def _write(fd: int, data: bytes, write: Callable[[int, memoryview], int] = os.write) -> None:
    view = memoryview(data)
    while view:
        view = view[write(fd, view) :]


# ------------------------------------------------------------------------------------------------ walls


def _adopt() -> list[str]:
    """Takes in what the submission's processes leave behind, so that the parent finds all of it below this one."""
    if not sys.platform.startswith("linux"):
        return []
    try:
        import ctypes

        return [] if ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) else ["orphans"]  # PR_SET_CHILD_SUBREAPER
    except (ImportError, OSError, AttributeError):
        return []


def raise_walls(limits: dict[str, int]) -> list[str]:
    """Limits this process for good, as far as the system can; the names of what now stands.

    Stronger walls (Landlock, seccomp) belong here, after the limits: NumPy is loaded by now, and not a
    line of the submission has been read.
    """
    try:
        import resource
    except ImportError:
        return []
    standing = _adopt()
    wanted = {
        "cpu": ("RLIMIT_CPU", limits["cpu"], limits["cpu"] + 5),
        "memory": ("RLIMIT_AS", limits["memory"], limits["memory"]),
        "files": ("RLIMIT_FSIZE", 0, 0),
        "core": ("RLIMIT_CORE", 0, 0),
        "processes": ("RLIMIT_NPROC", 0, 0),
        "descriptors": ("RLIMIT_NOFILE", 64, 64),
    }
    for name, (constant, soft, hard) in wanted.items():
        if not hasattr(resource, constant) or (name == "processes" and os.geteuid() == 0):  # void for root
            continue
        try:
            resource.setrlimit(getattr(resource, constant), (soft, hard))
        except (ValueError, OSError):  # macOS refuses some
            continue
        standing.append(f"limit-{name}")
    return standing


# ---------------------------------------------------------------------------------------- the submission


def _position(code: Any, lasti: int, line: int | None) -> list[int] | None:
    """Line, column, end line, end column (columns in UTF-8 bytes) of the instruction that runs."""
    for index, (start, end, column, end_column) in enumerate(code.co_positions()):
        if index == lasti // 2 and start is not None:
            return [start, column or 0, end or start, end_column or 0]
    return [line, 0, line, 0] if line else None


def _text(value: Any) -> str:
    try:
        return str(value)[:TEXT_LIMIT]
    except BaseException:  # a submission's own __str__ may do anything
        return ""


def _failure(error: BaseException, name: str) -> dict[str, Any]:
    """Type, message and innermost place within the submission, of an exception."""
    last, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            last = trace
        trace = trace.tb_next
    where = _position(last.tb_frame.f_code, last.tb_lasti, last.tb_lineno) if last is not None else None
    kinds = [kind.__name__[:TEXT_LIMIT] for kind in type(error).__mro__[:-2]][:12]
    missing = error.name if isinstance(error, ImportError) and isinstance(error.name, str) else None
    return {"kinds": kinds, "message": _text(error), "where": where, "name": missing and missing[:TEXT_LIMIT]}


class _Worker:
    """Holds its own references to everything it needs, taken before the submission could replace any."""

    def __init__(self, source: int, sink: int, card: str) -> None:
        import math
        import mmap
        import time
        import types
        import warnings

        import numpy as np

        self.np, self.types, self.warnings, self.clock = np, types, warnings, time.perf_counter
        # of the calls, processor time, which does not depend on what else runs; too coarse on Windows
        self.cpu = time.process_time if os.name == "posix" else time.perf_counter
        self.prod, self.array, self.frombuffer, self.ndarray = math.prod, np.array, np.frombuffer, np.ndarray
        self.generic, self.errstate, self.getframe = np.generic, np.errstate, sys._getframe
        self.source, self.sink, self.stdout, self.stderr = source, sink, sys.stdout, sys.stderr
        self.pack, self.write, self.failure, self.position, self.text = pack, _write, _failure, _position, _text
        self.double, self.count, self.huge = struct.Struct("<d"), struct.Struct("<Q"), math.inf
        self.token, self.name = "", "<answer>"
        with open(card, "r+b") as file:  # noqa: PTH123  # nothing is imported here that is not needed
            self.progress = mmap.mmap(file.fileno(), 8)
        self.function: Callable[..., Any] | None = None
        self.noted: list[dict[str, Any]] = []
        self.places: dict[tuple[Any, int], list[int] | None] = {}

    def send(self, header: dict[str, Any], body: bytes = b"") -> None:
        self.write(self.sink, self.pack({"token": self.token, **header}, body))

    def flush(self) -> None:
        for stream in (self.stdout, self.stderr):
            try:
                stream.flush()
            except BaseException:
                continue

    def serve(self) -> None:
        while True:
            try:
                header, body = _read_frame(self.source)
            except (EOFError, BrokenFrame, ValueError, OSError):
                return
            if header["kind"] == "begin":
                self.token = header["token"]
                self.send({"kind": "walled", "layers": raise_walls(header["limits"])})
            elif header["kind"] == "load":
                self.name = header["name"]
                self.load(body, header["entry"])
            else:
                self.run(header["calls"], body)

    def load(self, source: bytes, entry: str) -> None:
        module = self.types.ModuleType("answer")
        sys.modules["answer"] = module
        failure = None
        try:
            with self.warnings.catch_warnings():  # a library that warns while it is imported is no print of theirs
                self.warnings.simplefilter("ignore")
                exec(compile(source, self.name, "exec", dont_inherit=True), module.__dict__)
        except BaseException as error:
            failure = self.failure(error, self.name)
        found = module.__dict__.get(entry)
        self.function = found if callable(found) else None
        self.flush()
        self.send({"kind": "loaded", "failure": failure, "found": self.function is not None})

    def note(self, message: str, _flag: int) -> None:
        """Called by NumPy at a floating-point exception."""
        if len(self.noted) >= WARNINGS_LIMIT:
            return
        frame, where = self.getframe(1), None
        while frame is not None:
            if frame.f_code.co_filename == self.name:
                key = (frame.f_code, frame.f_lasti)
                if key not in self.places:
                    self.places[key] = self.position(*key, frame.f_lineno)
                where = self.places[key]
                break
            frame = frame.f_back  # type: ignore[assignment]
        entry = {"message": self.text(message), "where": where}
        if entry not in self.noted:
            self.noted.append(entry)

    def argument(self, form: list[Any], body: bytes, offset: int) -> tuple[Any, int]:
        """One input, built as the header says: dtype, shape, memory layout, read-only or not."""
        dtype, shape, layout, readonly = form
        dtype = self.np.dtype(dtype)
        count = self.prod(shape)
        flat = self.frombuffer(body, dtype, count, offset)
        end = offset + count * dtype.itemsize
        if layout == "python":
            return flat[0].item(), end
        if layout == "scalar":
            return flat[0], end
        if layout == "F":
            value = self.array(flat.reshape(shape), order="F")
        elif layout == "strided":
            wide = self.np.zeros((*shape[:-1], 2 * shape[-1]), dtype)
            value = wide[..., ::2]
            value[...] = flat.reshape(shape)
        else:
            value = flat.reshape(shape).copy()
        if readonly:
            value.flags.writeable = False
        return value, end

    def run(self, calls: list[list[Any]], body: bytes) -> None:
        """Results leave in bunches, a few milliseconds apart; the call at hand is on the progress card."""
        offset = 0
        rows: list[list[Any]] = []
        bodies: list[bytes] = []
        sent, size = self.clock(), 0
        with (
            self.warnings.catch_warnings(),
            self.errstate(divide="call", over="call", invalid="call", under="ignore", call=self.note),
        ):
            self.warnings.simplefilter("ignore")
            for number, (forms, names) in enumerate(calls):
                self.progress[:8] = self.count.pack(number)
                values, before = [], []
                for form in forms:
                    start = offset
                    value, offset = self.argument(form, body, offset)
                    values.append(value)
                    before.append(body[start:offset] if isinstance(value, self.ndarray) else None)
                count = len(forms) - len(names)
                (*row, parts), data = self.call(values[:count], dict(zip(names, values[count:], strict=True)))
                mutated = [
                    at for at, old in enumerate(before) if old is not None and self.ndarray.tobytes(values[at]) != old
                ]
                rows.append([*row, mutated] if parts is None else [*row, mutated, parts])
                bodies.append(data)
                now = self.clock()
                size += len(data)
                if now - sent > 0.005 or len(rows) == BUNCH or size > RESULT_LIMIT or number == len(calls) - 1:
                    self.flush()
                    self.send({"kind": "results", "first": number + 1 - len(rows), "rows": rows}, b"".join(bodies))
                    rows, bodies, sent, size = [], [], now, 0

    def call(self, args: list[Any], keywords: dict[str, Any]) -> tuple[list[Any], bytes]:
        """Type, dtype and shape of the result, seconds of processor time, exception, warnings, the forms of the
        values in a tuple; and all its numbers."""
        self.noted = []
        begin = self.cpu()
        try:
            result = self.function(*args, **keywords)  # type: ignore[misc]
            seconds = self.cpu() - begin
            kind, dtype, shape, data, parts = self.whole(result)
        except BaseException as error:
            failed = ["failure", None, None, self.cpu() - begin, self.failure(error, self.name), self.noted, None]
            return failed, b""
        return [kind, dtype, shape, seconds, None, self.noted, parts], data

    def whole(self, value: Any) -> tuple[str, str | None, list[int] | None, bytes, list[list[Any]] | None]:
        """A result, and where it is a short tuple (or list), the form of each value in it; their bytes follow one
        another."""
        if not isinstance(value, tuple | list):
            return *self.form(value, RESULT_LIMIT), None
        kind = tuple if isinstance(value, tuple) else list
        count = kind.__len__(value)  # type: ignore[arg-type]  # whatever a subclass says of itself
        if count > PARTS_LIMIT:
            return kind.__name__, None, [count], b"", None
        items = [*kind.__iter__(value)]  # type: ignore[arg-type]
        parts, bodies, room = [], [], RESULT_LIMIT
        for item in items:
            *form, data = self.form(item, room)
            room -= len(data)
            parts.append(form)
            bodies.append(data)
        return kind.__name__, None, [len(items)], b"".join(bodies), parts

    def form(self, value: Any, room: int) -> tuple[str, str | None, list[int] | None, bytes]:
        """A value as float64 bytes, when it is a number or an array of real numbers; else its type alone."""
        kind = type(value)
        if kind is float or kind is bool or kind is int:
            try:
                number = float(value)
            except OverflowError:
                number = self.huge if value > 0 else -self.huge
            return "number", kind.__name__, [], self.double.pack(number)
        if isinstance(value, self.ndarray | self.generic):
            array = self.ndarray.view(value, self.ndarray) if isinstance(value, self.ndarray) else self.array(value)
            shape, dtype = list(array.shape), array.dtype
            if dtype.kind not in "fiub":
                return "array", str(dtype)[:40], shape, b""
            if array.size * 8 > room:
                return "large", str(dtype), shape, b""
            with self.errstate(all="ignore"):
                return "array", str(dtype), shape, array.astype("<f8").tobytes()
        return kind.__name__[:TEXT_LIMIT], None, None, b""


def leave_home() -> None:
    """An editable install puts our checkout on the path; a submission has no business in it."""
    own = os.path.realpath(__file__)
    sys.path[:] = [path for path in sys.path if not own.startswith(f"{os.path.realpath(path)}{os.sep}grader")]


def main() -> None:
    """Moves the protocol to descriptors of its own, and serves until the parent hangs up."""
    leave_home()
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)  # what the submission prints goes where its errors go: to a pipe that is only counted
    leave = os._exit
    _Worker(source, sink, sys.argv[1]).serve()
    leave(0)


if __name__ == "__main__":
    main()
