"""Where a conversation takes place: at a terminal, or along a script. Reading and writing are handed in."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from questions.kinds import Question
from report.entering import Interrupted, Purpose
from report.paper import Paper, to_ascii
from report.replay import answers

Write = Callable[[str], None]


class Terminal:
    """The person at the terminal. History holds answers only, so that the up arrow brings back mathematics."""

    def __init__(self, write: Write, read: Callable[[str], str], edit: Callable[[str, str], str | None]) -> None:
        self.write = write
        self._read = read
        self._edit = edit
        self._remember: Callable[[str], None] | None = None
        self._half_typed: Callable[[], str] = str
        try:
            import readline
        except ImportError:  # Windows: the console edits lines by itself
            return
        readline.set_auto_history(False)
        self._remember = readline.add_history
        self._half_typed = readline.get_line_buffer

    def line(self, prompt: str, purpose: Purpose) -> str:
        try:
            return self._read(prompt)
        except KeyboardInterrupt:
            if purpose in ("answer", "more"):
                raise Interrupted(self._half_typed()) from None
            raise

    def more_is_waiting(self) -> bool:
        """Looks at the terminal's own queue; where that cannot be done (Windows), a blank line always submits."""
        if os.name != "posix":
            return False
        import select

        try:
            return bool(select.select([sys.stdin], [], [], 0)[0])
        except (OSError, ValueError):
            return False

    def remember(self, text: str) -> None:
        if self._remember is not None and text.strip():
            self._remember(text)

    def edit(self, text: str, suffix: str) -> str:
        edited = self._edit(text, suffix)
        return text if edited is None else edited

    def read_file(self, path: str) -> str:
        try:
            return Path(path).expanduser().read_text("utf-8-sig")
        except RuntimeError as error:  # `~` and the name of nobody here
            raise OSError(str(error)) from error


class Script:
    """Answers each question from the bank's own samples, and shows what it enters."""

    def __init__(self, write: Write, paper: Paper, questions: Sequence[Question], seed: int) -> None:
        self.write = write
        self._paper = paper
        self._entries = iter([entry for question in questions for entry in answers(question, seed)])
        self._lines: list[str] = []

    def line(self, prompt: str, purpose: Purpose) -> str:
        match purpose:
            case "answer":
                self._lines = next(self._entries, ":next").rstrip("\n").split("\n")
                text = self._lines.pop(0)
            case "more":
                text = self._lines.pop(0) if self._lines else ""
            case "mark":
                text = "y"
            case "pause":
                text = ""
        self.write(f"{prompt}{text if self._paper.unicode else to_ascii(text)}\n")
        return text

    def more_is_waiting(self) -> bool:
        return bool(self._lines)

    def remember(self, text: str) -> None:
        """Nobody presses the up arrow here."""

    def edit(self, text: str, suffix: str) -> str:
        return text

    def read_file(self, path: str) -> str:
        raise OSError("a replay reads no files")
