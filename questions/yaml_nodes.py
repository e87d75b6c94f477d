"""YAML read into plain nodes that know their place, from the parser's events alone.

Nothing is constructed: a tag, an anchor or an alias is refused where it stands, so neither an object nor
an expanded alias can come out of a file, and a refusal costs no more than reading up to it. Plain scalars
follow the YAML 1.2 core rules (`yes` and `on` are texts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import yaml

from questions.problems import Data, Problem

MAX_BYTES: Final = 4_000_000
MAX_DEPTH: Final = 12
MAX_NODES: Final = 400_000

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# what YAML forbids, and the rarer line breaks, which editors do not count as lines
_FORBIDDEN: Final = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
)
_PLAIN: Final = {
    "null": re.compile(r"~|null|Null|NULL|"),
    "bool": re.compile(r"true|True|TRUE|false|False|FALSE"),
    "int": re.compile(r"[-+]?(?:0|[1-9][0-9]*)"),
    "float": re.compile(
        r"[-+]?(?:(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)"
    ),
}

ScalarType = Literal["null", "bool", "int", "float", "str"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `start` and `end` are offsets into the file's text, quotes and block header included."""

    line: int
    column: int
    start: int
    end: int
    value: str
    style: str
    """One of the characters ' " | > or nothing, for a plain scalar."""

    @property
    def type(self) -> ScalarType:
        """What a plain scalar stands for. A quoted or block scalar is always a text."""
        if not self.style:
            for name, pattern in _PLAIN.items():
                if pattern.fullmatch(self.value):
                    return name  # type: ignore[return-value]  # the keys of _PLAIN are such names
        return "str"


@dataclass(frozen=True, slots=True)
class Sequence:
    line: int
    column: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys are texts and unique."""

    line: int
    column: int
    entries: tuple[tuple[Scalar, Node], ...]

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.entries if name.value == key), None)


Node = Scalar | Sequence | Mapping


def compose(raw: bytes, file: str) -> tuple[Node | None, str, tuple[Problem, ...]]:
    """The one document of a file, its text, and what is wrong with it.

    The node is None when the file cannot be read on; refusals that leave the rest readable (a duplicate
    key) are reported beside the node.
    """
    if len(raw) > MAX_BYTES:
        return None, "", (Problem(file, 1, 1, "file-too-large", {"bytes": len(raw), "limit": MAX_BYTES}),)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        return None, "", (_at(file, before, len(before), "not-utf-8", {"byte": f"0x{raw[error.start]:02x}"}),)
    if control := _FORBIDDEN.search(text):
        data = {"character": f"U+{ord(control.group()):04X}"}
        return None, text, (_at(file, text, control.start(), "control-character", data),)
    builder = _Builder(file)
    try:
        node = builder.document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if "nesting depth" in (error.problem or ""):  # libyaml reads ahead, and since 0.2.6 has a limit of its own
            return None, text, (*builder.problems, Problem(file, line, column, "too-deep", {"limit": MAX_DEPTH}))
        said = ", ".join(part for part in (error.context, error.problem) if part)
        return None, text, (*builder.problems, Problem(file, line, column, "bad-yaml", {"said": said}))
    except yaml.YAMLError as error:
        return None, text, (*builder.problems, Problem(file, 1, 1, "bad-yaml", {"said": str(error)}))
    except _Refused as refused:
        return None, text, (*builder.problems, refused.problem)
    return node, text, tuple(builder.problems)


def _at(file: str, text: str, offset: int, code: str, data: Data) -> Problem:
    line_start = text.rfind("\n", 0, offset) + 1
    return Problem(file, text.count("\n", 0, offset) + 1, offset - line_start + 1, code, data)


class _Refused(Exception):
    """Reading on would be unsafe or senseless."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class _Builder:
    """Events to nodes, without recursion deeper than MAX_DEPTH."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.nodes = 0

    def document(self, events: Iterator[Any]) -> Node | None:
        node: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refuse(event, "several-documents", {})
                node = self._node(next(events), events, 0)
        return node

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        self.nodes += 1
        if isinstance(event, yaml.AliasEvent):
            raise self._refuse(event, "alias", {"name": event.anchor})
        if event.anchor is not None:
            raise self._refuse(event, "alias", {"name": event.anchor})
        if event.tag is not None:
            raise self._refuse(event, "tag", {"tag": event.tag.replace("tag:yaml.org,2002:", "!!")})
        if depth > MAX_DEPTH:
            raise self._refuse(event, "too-deep", {"limit": MAX_DEPTH})
        if self.nodes > MAX_NODES:
            raise self._refuse(event, "too-many-nodes", {"limit": MAX_NODES})
        if isinstance(event, yaml.ScalarEvent):
            start: Any = event.start_mark
            end: Any = event.end_mark
            return Scalar(line, column, start.index, end.index, event.value, (event.style or "").strip())
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(item := next(events), yaml.SequenceEndEvent):
                items.append(self._node(item, events, depth + 1))
            return Sequence(line, column, tuple(items))
        return Mapping(line, column, tuple(self._entries(events, depth + 1)))

    def _entries(self, events: Iterator[Any], depth: int) -> Iterator[tuple[Scalar, Node]]:
        first: dict[str, Scalar] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(event, events, depth)
            value = self._node(next(events), events, depth)
            if not isinstance(key, Scalar) or key.type != "str" or key.value == "<<":
                shown = key.value if isinstance(key, Scalar) else "…"
                self.problems.append(Problem(self.file, key.line, key.column, "bad-key", {"key": shown}))
            elif key.value in first:
                data = {"key": key.value, "first": first[key.value].line}
                self.problems.append(Problem(self.file, key.line, key.column, "duplicate-key", data))
            else:
                first[key.value] = key
                yield key, value

    def _refuse(self, event: Any, code: str, data: Data) -> _Refused:
        return _Refused(Problem(self.file, event.start_mark.line + 1, event.start_mark.column + 1, code, data))
