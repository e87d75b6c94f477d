"""Where a field of a loaded question stands in its file, down to a character of its text.

A path names a field as the bank nests it: `("rejected", 0, "answer")`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from questions import yaml_nodes
from questions.problems import Data, Problem

FieldPath = tuple[str | int, ...]

_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n[ \t]*|.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class QuestionPlaces:
    """The nodes of one question, and the lines of its file that it stands on. Small enough to be pickled."""

    file: str
    node: yaml_nodes.Mapping
    text: str
    """The file's text from offset `start` on, as far as the question goes."""
    start: int
    line: int
    """The line of the first character of `text`."""

    def at(self, path: FieldPath = (), offset: int = 0) -> tuple[int, int]:
        """Line and column of a field, or of the character at `offset` of its text. For a missing field, of
        what should hold it."""
        node: yaml_nodes.Node = self.node
        for step in path:
            inner = _child(node, step)
            if inner is None:
                return node.line, node.column
            node = inner
        if isinstance(node, yaml_nodes.Scalar) and node.value:
            source = self._source_offset(node, offset)
            before = self.text[: source - self.start]
            return self.line + before.count("\n"), len(before) - (before.rfind("\n") + 1) + 1
        return node.line, node.column

    def problem(self, code: str, path: FieldPath = (), offset: int = 0, data: Data | None = None) -> Problem:
        line, column = self.at(path, offset)
        return Problem(self.file, line, column, code, data or {})

    def _source_offset(self, node: yaml_nodes.Scalar, offset: int) -> int:
        raw = self.text[node.start - self.start : node.end - self.start]
        aligned = _align(node.value, list(_characters(raw, node.style)))
        return node.start + (aligned[min(offset, len(aligned) - 1)] if aligned else 0)


def _child(node: yaml_nodes.Node, step: str | int) -> yaml_nodes.Node | None:
    if isinstance(node, yaml_nodes.Mapping) and isinstance(step, str):
        return node.get(step)
    if isinstance(node, yaml_nodes.Sequence) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None


def _characters(raw: str, style: str) -> Iterator[tuple[str, int]]:
    """The characters of a scalar's content, each with its offset in `raw`, before line folding."""
    if style in ("|", ">"):
        position = raw.find("\n") + 1
        lines = raw[position:].splitlines(keepends=True)
        indent = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), 0)
        for line in lines:
            yield from ((c, position + k) for k, c in enumerate(line) if k >= indent or c == "\n")
            position += len(line)
        return
    end = len(raw) - len(style)
    position = len(style)
    while position < end:
        if style == "'" and raw.startswith("''", position):
            yield "'", position
            position += 2
        elif style == '"' and (escape := _ESCAPE.match(raw, position)):
            if "\n" not in escape.group():
                yield _unescaped(escape.group()), position
            position = escape.end()
        else:
            yield raw[position], position
            position += 1


def _unescaped(escape: str) -> str:
    """The character behind a double-quoted escape; only its place matters where it is a named control."""
    kind, digits = escape[1], escape[2:]
    return chr(int(digits, 16)) if digits else {"n": "\n", "t": "\t"}.get(kind, kind)


def _align(value: str, content: list[tuple[str, int]]) -> list[int]:
    """For each character of the value, its offset in the source: equal up to folded white space."""
    offsets: list[int] = []
    position = 0
    for character in value:
        while position < len(content) - 1 and content[position][0] != character:
            if character.isspace() or not content[position][0].isspace():
                break
            position += 1
        if position >= len(content):
            break
        offsets.append(content[position][1])
        position += 1
    return offsets


def of_nodes(file: str, node: yaml_nodes.Node | None, text: str) -> Iterator[tuple[str, QuestionPlaces]]:
    """Each question of a composed bank that has an id, with its places."""
    listed = node.get("questions") if isinstance(node, yaml_nodes.Mapping) else None
    if not isinstance(listed, yaml_nodes.Sequence):
        return
    starts = line_starts(text)
    for item in listed.items:
        name = item.get("id") if isinstance(item, yaml_nodes.Mapping) else None
        if isinstance(item, yaml_nodes.Mapping) and isinstance(name, yaml_nodes.Scalar):
            yield name.value, of_question(file, item, text, starts)


def of_question(file: str, node: yaml_nodes.Mapping, text: str, starts: list[int]) -> QuestionPlaces:
    """The places of one question of a file, whose lines start at the offsets `starts`."""
    start = starts[node.line - 1]
    return QuestionPlaces(file, node, text[start : _end(node)], start, node.line)


def line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _end(node: yaml_nodes.Node) -> int:
    """The offset behind the last scalar of a node."""
    match node:
        case yaml_nodes.Scalar():
            return node.end
        case yaml_nodes.Sequence():
            return max(map(_end, node.items), default=0)
        case yaml_nodes.Mapping():
            return max((max(key.end, _end(value)) for key, value in node.entries), default=0)


def read(files: Iterable[Path]) -> Mapping[str, QuestionPlaces]:
    """The places of all questions of these bank files; of a repeated id, the first. Unreadable files are left out."""
    found: dict[str, QuestionPlaces] = {}
    for file in files:
        try:
            node, text, _ = yaml_nodes.compose(file.read_bytes(), str(file))
        except OSError:
            continue
        for name, places in of_nodes(str(file), node, text):
            found.setdefault(name, places)
    return found
