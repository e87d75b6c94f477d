"""`library.yaml`, read: the losses that go by a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from questions.losses.known import KnownLoss
from questions.problems import Data, Problem

FILE: Final = Path(__file__).with_name("library.yaml")
FORMAT: Final = 1


class UnknownLoss(LookupError):
    """No loss goes by this name; `nearest` are the names that come close, best first."""

    def __init__(self, name: str, nearest: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name = name
        self.nearest = nearest


@dataclass(frozen=True, slots=True)
class Losses:
    """The sound losses by their names, in the order of the file, and every problem of the file."""

    by_name: Mapping[str, KnownLoss]
    problems: tuple[Problem, ...]


@cache
def library() -> Mapping[str, KnownLoss]:
    """The losses that come with the program, by name."""
    return load().by_name


def find(name: str) -> KnownLoss:
    """The loss of this name or alias, in any case, with hyphens or underscores. Raises UnknownLoss."""
    loss = known(name)
    if loss is None:
        raise UnknownLoss(name, close(name))
    return loss


def close(name: str) -> tuple[str, ...]:
    """The names of at most three losses that were probably meant, best first."""
    from difflib import get_close_matches  # only where a name is missed

    names = _names()
    near = get_close_matches(_folded(name), names, n=6, cutoff=0.6)
    return tuple(dict.fromkeys(names[word].name for word in near))[:3]


def known(name: str) -> KnownLoss | None:
    """The loss of this name, if there is one; else the text means something else."""
    return _names().get(_folded(name))


def _folded(name: str) -> str:
    return name.strip().lower().replace("-", "_")


@cache
def _names() -> Mapping[str, KnownLoss]:
    return {name: loss for loss in library().values() for name in (loss.name, *loss.aliases)}


def load(file: Path = FILE) -> Losses:
    """All losses of a file that are sound in themselves, and what is wrong with the others."""
    from questions import decode, yaml_nodes  # YAML is needed only where a loss is named

    node, _, broken = yaml_nodes.compose(file.read_bytes(), str(file))
    problems: list[Problem] = list(broken)

    def say(where: yaml_nodes.Node, code: str, data: Data) -> None:
        problems.append(Problem(str(file), where.line, where.column, code, data))

    listed = node.get("losses") if isinstance(node, yaml_nodes.Mapping) else None
    if not isinstance(listed, yaml_nodes.Sequence):
        problems.append(Problem(str(file), 1, 1, "missing-key", {"key": "losses"}))
        return Losses({}, tuple(problems))
    taken: dict[str, int] = {}
    by_name: dict[str, KnownLoss] = {}
    for item in listed.items:
        before = len(problems)
        values: dict[str, Any] = decode.fields(item, KnownLoss, say)
        if len(problems) > before:
            continue
        loss = KnownLoss(**values)
        for name in (loss.name, *loss.aliases):
            if name in taken:
                say(item, "duplicate-id", {"id": name, "file": str(file), "line": taken[name]})
            taken.setdefault(name, item.line)
        by_name.setdefault(loss.name, loss)
    return Losses(MappingProxyType(by_name), tuple(problems))
