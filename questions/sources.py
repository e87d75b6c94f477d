"""What the bank's statements rest on: `questions/sources.yaml`, read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from questions.problems import Problem

FILE: Final = Path(__file__).with_name("sources.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source. `checked` is the ISO date on which someone last opened it; where it is None, `note` says why."""

    authors: str
    title: str
    year: int
    venue: str
    section: str | None = None
    url: str | None = None
    checked: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    by_key: Mapping[str, Source]
    problems: tuple[Problem, ...]


def load(file: Path = FILE) -> Sources:
    """All sources that are sound, and what is wrong with the others."""
    from questions import decode, yaml_nodes  # YAML is needed here only: `list` reads a cache

    shown = str(file)
    node, _, problems = yaml_nodes.compose(file.read_bytes(), shown)
    found: list[Problem] = list(problems)

    def say(where: yaml_nodes.Node, code: str, data: Mapping[str, object]) -> None:
        found.append(Problem(shown, where.line, where.column, code, data))

    by_key: dict[str, Source] = {}
    listed = node.get("sources") if isinstance(node, yaml_nodes.Mapping) else None
    if not isinstance(listed, yaml_nodes.Mapping):
        found.append(Problem(shown, 1, 1, "missing-key", {"key": "sources"}))
        return Sources({}, tuple(found))
    for key, entry in listed.entries:
        before = len(found)
        values: dict[str, Any] = decode.fields(entry, Source, say)
        if (checked := values.get("checked")) is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", checked):
            say(entry, "bad-date", {"value": checked})
        if checked is None and not values.get("note"):
            say(entry, "no-reason", {"key": key.value})
        if len(found) == before:
            by_key[key.value] = Source(**values)
    return Sources(by_key, tuple(found))
