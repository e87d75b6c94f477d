"""What parent and child say to each other, as values; and the strict reading of what the child says."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from grader.numeric.child import PARTS_LIMIT, TEXT_LIMIT, BrokenFrame, pack

Layout = Literal["C", "F", "strided", "python", "scalar"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Argument:
    """One input: its numbers, and how the function gets them."""

    array: NDArray[Any]
    layout: Layout = "C"
    readonly: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the submission: required arguments by position, optional ones by keyword."""

    args: tuple[Argument, ...]
    kwargs: Mapping[str, Argument]


@dataclass(frozen=True, slots=True)
class Region:
    """A place in the submission; columns count UTF-8 bytes from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception: its class and base classes, its message, and where the submission raised it."""

    kinds: tuple[str, ...]
    message: str
    where: Region | None
    name: str | None = None
    """The module that an ImportError misses."""


@dataclass(frozen=True, slots=True)
class Warned:
    """What NumPy said during a call, and where."""

    message: str
    where: Region | None


@dataclass(frozen=True, slots=True)
class Reply:
    """What one call gave. `value` is None unless real numbers came back; `parts`: the values of a short tuple, each
    as if it had come alone."""

    type: str
    dtype: str | None
    shape: tuple[int, ...] | None
    value: Floats | None
    failure: Failure | None
    warnings: tuple[Warned, ...]
    mutated: tuple[int, ...]
    seconds: float
    parts: tuple[Reply, ...] | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """How reading the submission went."""

    failure: Failure | None
    found: bool


def encode(calls: Sequence[Call], token: str) -> bytes:
    """The frame that asks for these calls."""
    body: list[bytes] = []

    def form(argument: Argument) -> list[Any]:
        array = argument.array
        body.append(array.tobytes())
        return [array.dtype.str, array.shape, argument.layout, argument.readonly]

    forms = [[[form(a) for a in (*call.args, *call.kwargs.values())], list(call.kwargs)] for call in calls]
    return pack({"kind": "run", "token": token, "calls": forms}, b"".join(body))


def read_header(header: bytes, token: str, kind: str) -> dict[str, Any]:
    """A reply's header, if it is of this kind and from our child. Raises BrokenFrame."""
    try:
        answer = json.loads(header, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BrokenFrame from None
    if not isinstance(answer, dict) or answer.get("token") != token or answer.get("kind") != kind:
        raise BrokenFrame
    return answer


def read_rows(rows: Sequence[object], body: bytes, arguments: Sequence[int]) -> list[Reply]:
    """The results of one frame, checked field by field; their numbers are the whole body. Raises BrokenFrame.

    `arguments`: how many each of the calls had that are still to be answered.
    """
    replies = []
    if len(rows) > len(arguments):
        raise BrokenFrame
    for row, count in zip(rows, arguments, strict=False):
        reply, body = _read_row(row, body, count)
        replies.append(reply)
    if body:
        raise BrokenFrame
    return replies


def _read_row(row: object, body: bytes, arguments: int) -> tuple[Reply, bytes]:
    if not isinstance(row, list) or len(row) not in (7, 8):
        raise BrokenFrame
    kind, dtype, sizes, seconds, failure, warnings, mutated, forms = (*row, None)[:8]
    lists = isinstance(warnings, list) and isinstance(mutated, list)
    if not isinstance(kind, str) or not isinstance(seconds, float) or not lists:
        raise BrokenFrame
    if not (math.isfinite(seconds) and seconds >= 0) or not all(_count(at) and at < arguments for at in mutated):
        raise BrokenFrame
    shape, value, body = _read_value(kind, dtype, sizes, body)
    said = [item for item in warnings if isinstance(item, dict)]
    reply = Reply(
        type=_text(kind),
        dtype=_text(dtype) if dtype is not None else None,
        shape=shape,
        value=value,
        failure=read_failure(failure),
        warnings=tuple(Warned(_text(item.get("message")), _region(item.get("where"))) for item in said),
        mutated=tuple(mutated),
        seconds=seconds,
    )
    return (reply, body) if forms is None else _with_parts(reply, forms, body)


def _with_parts(reply: Reply, forms: object, body: bytes) -> tuple[Reply, bytes]:
    """A reply with the values of its tuple, whose numbers come one after the other."""
    if not isinstance(forms, list) or len(forms) > PARTS_LIMIT or reply.value is not None:
        raise BrokenFrame
    parts = []
    for form in forms:
        if not isinstance(form, list) or len(form) != 3 or not isinstance(form[0], str):
            raise BrokenFrame
        kind, dtype, sizes = form
        shape, value, body = _read_value(kind, dtype, sizes, body)
        named = None if dtype is None else _text(dtype)
        parts.append(replace(reply, type=_text(kind), dtype=named, shape=shape, value=value))
    return replace(reply, parts=tuple(parts)), body


def _read_value(
    kind: str, dtype: object, sizes: object, body: bytes
) -> tuple[tuple[int, ...] | None, Floats | None, bytes]:
    """The shape of a value and its numbers, where it has any, taken off the body."""
    if sizes is None:
        return None, None, body
    if not isinstance(sizes, list) or len(sizes) > 64 or not all(_count(size) for size in sizes):
        raise BrokenFrame
    shape = tuple(sizes)
    if kind != "number" and not (kind == "array" and _real(dtype)):
        return shape, None, body
    size = math.prod(shape) * 8
    if size > len(body):
        raise BrokenFrame
    try:  # a shape with a 0 in it may still be too large for NumPy
        return shape, np.frombuffer(body[:size], "<f8").reshape(shape), body[size:]
    except (ValueError, OverflowError):
        raise BrokenFrame from None


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _real(dtype: object) -> bool:
    return isinstance(dtype, str) and dtype.startswith(("float", "int", "uint", "bool"))


def _count(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 40


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    text = value[:TEXT_LIMIT]
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def read_texts(value: object) -> tuple[str, ...]:
    """The texts of a list, cut; nothing for anything else."""
    return tuple(_text(item) for item in value[:32]) if isinstance(value, list) else ()


def _region(value: object) -> Region | None:
    if not isinstance(value, list) or len(value) != 4 or not all(_count(item) for item in value) or value[0] < 1:
        return None
    return Region(*value)


def read_failure(value: object) -> Failure | None:
    """An exception as the child reports it; None for anything else."""
    if not isinstance(value, dict):
        return None
    name = value.get("name")
    kinds = read_texts(value.get("kinds")) or ("Exception",)
    return Failure(kinds, _text(value.get("message")), _region(value.get("where")), _text(name) if name else None)
