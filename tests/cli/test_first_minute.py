"""The session of docs/first-minute.md, typed into a pseudo-terminal: what the page shows is what comes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("pexpect")

from tests.cli.run import ROOT
from tests.cli.test_terminal import CONTROL, PROMPT, Terminal

pytestmark = [pytest.mark.terminal, pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")]
LEFT_OUT = "…"


def page() -> tuple[list[str], list[str]]:
    """The arguments of the command, and the lines below it."""
    text = (ROOT / "docs" / "first-minute.md").read_text("utf-8")
    command, *lines = text.split("```console\n")[1].split("\n```")[0].split("\n")
    return command.removeprefix("$ lossprep ").split(), lines


def answers(lines: Sequence[str]) -> list[list[str]]:
    """What is typed: each prompt's line, and those that go on until a blank one."""
    found = []
    for at, line in enumerate(lines):
        if line.startswith("> "):
            more = lines[at + 1 : lines.index("", at)] if not line.startswith("> :") else []
            found.append([line[2:], *(further[2:] for further in more)])
    return found


def test_the_page_is_what_one_sees(tmp_path: Path) -> None:
    args, lines = page()
    terminal = Terminal(tmp_path, *args)
    terminal.expect(PROMPT)
    for typed in answers(lines):
        if typed[0].startswith(":"):
            terminal.type(*typed)
            terminal.expect(PROMPT)
        else:
            terminal.answer(*typed)
    terminal.type("")
    code, _ = terminal.end()
    assert code == 0
    shown = [line.rstrip() for line in CONTROL.sub("", terminal.raw).split("\n")]
    at = shown.index(lines[0])
    for line in lines:
        if line.strip() == LEFT_OUT:
            continue
        assert line in shown[at:], f"not shown, or not in this order: {line!r}"
        at = shown.index(line, at) + 1


def test_the_first_screen_fits_and_begins_with_a_question() -> None:
    _, lines = page()
    first = lines[: next(at for at, line in enumerate(lines) if line.startswith("> "))]
    assert lines[0].startswith("Question 1 of ")
    assert len(first) < 24
