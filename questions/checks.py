"""What a question must fulfil beyond the types of its fields. Each check sees the sound fields only."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from questions.decode import nearest
from questions.kinds import Choice, Code, Explain, Option, Point, Question
from questions.problems import Data

SayAt = Callable[[tuple[str | int, ...], str, Data], None]
"""Takes note of a problem: at a field, a code, its facts."""

MAX_ID: Final = 60
MIN_HINTS: Final = 2
MAX_OPTIONS: Final = 10
MAX_MINUTES: Final = 120
ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
NONEMPTY: Final = ("requirements", "skills", "roles", "options", "points", "variables", "arguments", "demands")
NEED_REJECTED: Final = ("Number", "Derivation", "Code", "Design")
"""For a choice, every wrong option is a rejected sample by itself; an explanation is not graded by machine."""
_DISTINCT: Final = (
    "requirements", "skills", "roles", "sources", "tags", "symbols", "hints", "accepted", "variables", "arguments",
    "demands",
)  # fmt: skip


def check(cls: type[Question] | None, values: Mapping[str, Any], sources: Collection[str], say: SayAt) -> None:
    """All problems of one question's fields."""
    _check_id(values, say)
    for key in NONEMPTY:
        if values.get(key) == ():
            say((key,), "empty-list", {"key": key})
    for key in _DISTINCT:
        _check_distinct(key, values.get(key, ()), say)
    if len(values.get("hints", ("",) * MIN_HINTS)) < MIN_HINTS:
        say(("hints",), "too-few-hints", {"count": len(values["hints"]), "least": MIN_HINTS})
    minutes = values.get("minutes", 1)
    if not 1 <= minutes <= MAX_MINUTES:
        say(("minutes",), "out-of-range", {"key": "minutes", "value": str(minutes), "low": 1, "high": MAX_MINUTES})
    for number, key in enumerate(values.get("sources", ())):
        if key not in sources:
            say(("sources", number), "unknown-source", {"key": key, "nearest": nearest(key, sources)})
    if cls is not None and cls.__name__ in NEED_REJECTED and values.get("rejected") == ():
        say(("rejected",), "no-rejected", {})
    if cls is Choice:
        _check_options(values.get("options", ()), say)
    elif cls is Explain:
        _check_points(values.get("points", ()), say)
    elif cls is Code:
        for key in ("starter", "reference"):
            _check_python(key, values, say)
        returns, wrt = values.get("returns"), values.get("wrt")
        if returns not in (None, "loss") and "wrt" in values and wrt is None:
            say(("returns",), "no-wrt", {"returns": returns})
        if returns == "loss" and wrt is not None:
            say(("wrt",), "no-gradient", {"wrt": wrt[:40]})


def _check_id(values: Mapping[str, Any], say: SayAt) -> None:
    name = values.get("id")
    if name is not None and (not ID.fullmatch(name) or len(name) > MAX_ID):
        say(("id",), "bad-id", {"id": name[:80]})


def _check_distinct(key: str, items: tuple[str, ...], say: SayAt) -> None:
    for number, item in enumerate(items):
        if item in items[:number]:
            say((key, number), "repeated-item", {"key": key, "item": item[:60]})


def _check_options(options: tuple[Option, ...], say: SayAt) -> None:
    if not options:
        return
    if not any(option.correct for option in options):
        say(("options",), "no-right-option", {})
    if all(option.correct for option in options):
        say(("options",), "no-wrong-option", {})
    if len(options) > MAX_OPTIONS:
        say(("options",), "too-many-options", {"count": len(options), "most": MAX_OPTIONS})
    texts = [option.text for option in options]
    for number, text in enumerate(texts):
        if text in texts[:number]:
            say(("options", number, "text"), "repeated-item", {"key": "options", "item": text[:60]})


def _check_points(points: tuple[Point, ...], say: SayAt) -> None:
    if points and not any(point.essential for point in points):
        say(("points",), "no-essential-point", {})


def _check_python(key: str, values: Mapping[str, Any], say: SayAt) -> None:
    source, entry = values.get(key), values.get("entry")
    if source is None:
        return
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        say((key,), "bad-python", {"key": key, "said": said, "line": line, "offset": _offset(source, line)})
        return
    defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    if entry is not None and entry not in defined:
        say((key,), "no-entry", {"key": key, "entry": entry, "defined": tuple(defined)})


def _offset(source: str, line: int) -> int:
    """Where a line of a text begins."""
    return sum(map(len, source.splitlines(keepends=True)[: line - 1]))
