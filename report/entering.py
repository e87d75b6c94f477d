"""What a person enters in a session: where it comes from, and the commands that begin with a colon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol

Purpose = Literal["answer", "more", "mark", "pause"]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while a line was being typed; `typed` holds what stood there."""

    def __init__(self, typed: str) -> None:
        super().__init__()
        self.typed = typed


class Port(Protocol):
    """Where the conversation takes place. `line` raises EOFError at the end, KeyboardInterrupt on Ctrl-C."""

    def write(self, text: str) -> None: ...

    def line(self, prompt: str, purpose: Purpose) -> str:
        """One line, or several where they were pasted as one. Raises Interrupted where a part of it was typed."""

    def more_is_waiting(self) -> bool:
        """Whether further lines were pasted, so that a blank one does not submit yet."""

    def remember(self, text: str) -> None:
        """Makes a text come back with the up arrow."""

    def edit(self, text: str, suffix: str) -> str:
        """The text after editing; the same text where nothing was saved. Raises OSError."""

    def read_file(self, path: str) -> str:
        """Raises OSError, and ValueError for what is not text."""


class Left(Exception):
    """The session was left; everything answered is kept."""


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    argument: str


COMMANDS: Final[Mapping[str, str]] = {
    "hint": "the next hint; each takes a tenth of the score",
    "skip": "leave this question; it counts what it has earned so far",
    "next": "the same, once you have tried",
    "reveal": "show the model answer; the question then counts 0",
    "edit": "write the answer in your editor ($VISUAL or $EDITOR)",
    "file": "take the answer from a file: `:file PATH`",
    "show": "print the question again",
    "help": "this list",
    "quit": "leave; everything answered is kept, and `lossprep quiz` goes on from here",
}
_SHORT: Final = {name[0]: name for name in ("hint", "skip", "next", "reveal", "edit", "quit")} | {"?": "help"}


def command(line: str) -> Command | None:
    """A command, where the line is one: a colon and a word, `: Hint` too. (`:=` and formulas are not.)"""
    stripped = line.strip()
    said = stripped.removeprefix(":").lstrip()
    if said == stripped or not (said[:1].isalpha() or said == "?"):
        return None
    name, _, argument = said.partition(" ")
    name = name.lower()
    return Command(_SHORT.get(name, name), argument.strip())
