"""Sessions at a terminal: typed into a pseudo-terminal, as a person would."""

from __future__ import annotations

import os
import re
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run import BANK, MAIN, RIGHT, SIGN, environment, run

pexpect = pytest.importorskip("pexpect")
pytestmark = [pytest.mark.terminal, pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")]

DRILL = ["--bank", str(BANK)]
CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x07|\r")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PROMPT = r"\n(\x1b\[\?2004h)?> "
NEXT = "Enter: the (next question|summary) "
PAUSE = f"Enter: why it is so |{NEXT}"
"""Whole texts, since what comes may be cut anywhere."""


class Terminal:
    """A session in a pseudo-terminal. `screen` is everything that was shown, without control sequences."""

    def __init__(self, home: Path, *args: str, width: int = 80, height: int = 24, **more: str) -> None:
        env = environment(home, TERM="xterm-256color", **more)
        self.child: Any = pexpect.spawn(
            MAIN[0],
            [*MAIN[1:], *args],
            env=env,
            cwd=str(home),
            encoding="utf-8",
            dimensions=(height, width),
            timeout=60,
        )
        self.raw = ""

    def expect(self, pattern: str) -> str:
        """Waits for the pattern; what was shown up to its end, plain."""
        self.child.expect(pattern)
        new = self.child.before + self.child.after
        self.raw += new
        return CONTROL.sub("", new)

    def type(self, *lines: str) -> None:
        for line in lines:
            self.child.sendline(line)

    def answer(self, *lines: str) -> str:
        """Types lines one after the other, as a person does, and a blank one; what came back until the next prompt."""
        for line in lines:
            self.child.sendline(line)
            self.child.expect(r"\n(\x1b\[\?2004h)?  $")
            self.raw += self.child.before + self.child.after
        self.child.sendline("")
        shown = self.expect(f"{PROMPT}|{PAUSE}")
        if shown.endswith("Enter: why it is so "):
            self.child.sendline("")
            shown += self.expect(NEXT)
        return shown

    def interrupted(self) -> tuple[int, str]:
        """Ctrl-C, then the exit code and the rest of the screen. One that falls into the instant before readline
        waits for a key is noticed at the next key only, so it is pressed again, as a person would."""
        for _ in range(5):
            self.child.sendintr()
            if self.child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=5) == 0:
                break
        return self._closed()

    def end(self) -> tuple[int, str]:
        """The exit code, and the rest of the screen."""
        self.child.expect(pexpect.EOF)
        return self._closed()

    def _closed(self) -> tuple[int, str]:
        self.raw += self.child.before
        self.child.close()
        return self.child.exitstatus, CONTROL.sub("", self.child.before)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Any]:
    terminals: list[Terminal] = []

    def start(*args: str, **more: Any) -> Terminal:
        terminals.append(Terminal(tmp_path, *args, **more))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.child.close(force=True)


def derivation(opened: Any, *args: str, **more: Any) -> Terminal:
    terminal: Terminal = opened("quiz", *DRILL, "--tag", "drill", "--kind", "derivation", *args, **more)
    return terminal


def progress(home: Path) -> Any:
    return run(home, "progress", "--json", *DRILL).json


def test_the_first_thing_on_the_screen_is_a_question_with_its_names_and_how_to_answer(opened: Any) -> None:
    first = derivation(opened).expect(PROMPT)
    lines = [line for line in first.split("\n") if line.strip()]
    assert lines[0].startswith("Question 1 of 1")
    assert "  names  p (ŷ, yhat), y" in lines
    assert lines[-2] == "One line or several; a blank line submits. `:help` lists the commands."
    assert first.count("\n") < 24


def test_a_wrong_answer_then_a_hint_then_the_right_one(opened: Any, tmp_path: Path) -> None:
    terminal = derivation(opened)
    terminal.expect(PROMPT)
    back = terminal.answer(SIGN)
    assert "✗ Not right: here is an input that shows it." in back
    assert re.search(r"─────\n", back), "the reading, in two dimensions"
    assert re.search(r"at +p = .*y = [01]", back)
    assert "a right answer now counts 0.75" in back
    assert back.count("\n") <= 24, "it fits one screen"
    terminal.type(":hint")
    assert "Hint 1 of 2: Differentiate each logarithm by itself.\n(a right answer now counts 0.68)" in terminal.expect(
        PROMPT
    )
    back = terminal.answer(RIGHT)
    assert "✓ Right: proved" in back
    assert (
        back.index("It counts 0.68, after 1 hint and try 2.") < back.index("Model answer") < back.index("interviewer")
    )
    terminal.type("")
    code, rest = terminal.end()
    assert code == 0
    assert "Score 0.68 of 1, by skill:" in rest
    (row,) = [row for row in progress(tmp_path)["by_skill"] if row["name"] == "calculus"]
    assert row["score"] == pytest.approx(0.675)


def test_several_lines_are_one_answer(opened: Any) -> None:
    terminal = derivation(opened)
    terminal.expect(PROMPT)
    assert "✓ Right" in terminal.answer("-y/p + (1 - y)/(1 - p)", "= (p - y)/(p*(1 - p))")


def test_an_unreadable_answer_costs_nothing_and_comes_back_with_the_up_arrow(opened: Any) -> None:
    terminal = derivation(opened)
    terminal.expect(PROMPT)
    back = terminal.answer("(p - y")
    assert "No try is used up." in back
    assert re.search(r"  \(p - y\n +\^\n", back)
    terminal.child.send("\x1b[A")
    terminal.expect(r"\(p - y")
    back = terminal.answer(")/(p(1-p))")
    assert "✓ Right" in back
    assert "It counts 1.00." in back


def test_an_interrupt_in_the_middle_of_an_answer_loses_nothing_answered(opened: Any, tmp_path: Path) -> None:
    terminal = opened("quiz", *DRILL, "--tag", "drill", "--level", "entry", "--seed", "1")
    terminal.expect(PROMPT)
    terminal.type(":reveal")
    terminal.expect("Enter: the next question ")
    terminal.type("")
    terminal.expect(PROMPT)
    terminal.type(":hint")
    terminal.expect(PROMPT)
    kind = "choice" if "Type a letter" in CONTROL.sub("", terminal.raw).split("Question 2")[1] else "derivation"
    if kind == "derivation":
        terminal.type("-y/p + ")
        terminal.expect("\n.*  ")
    code, rest = terminal.interrupted()
    assert code == 130
    assert "Everything answered is kept: `lossprep quiz` goes on from here." in rest
    assert "Traceback" not in terminal.raw

    again = opened("quiz", *DRILL)
    screen = again.expect(PROMPT)
    assert "Going on with your session: 1 of 2 done." in screen
    assert "Question 2 of 2" in screen
    if kind == "derivation":
        assert "-y/p +" in screen.split("Kept from last time")[1]
    again.type(":hint")
    assert "Hint 2 of 2" in again.expect(PROMPT)
    again.child.sendeof()
    assert again.end()[0] == 0


def test_a_killed_session_goes_on_where_it_was(opened: Any, tmp_path: Path) -> None:
    terminal = derivation(opened)
    terminal.expect(PROMPT)
    terminal.answer(SIGN)
    terminal.type(":hint")
    terminal.expect(PROMPT)
    terminal.child.kill(signal.SIGKILL)
    terminal.child.wait()
    again = opened("quiz", *DRILL)
    assert "Going on" in again.expect(PROMPT)
    back = again.answer(RIGHT)
    assert "It counts 0.68, after 1 hint and try 2." in back


@pytest.mark.parametrize("leave", [":quit", "\x04"])
def test_leaving_is_no_fault(opened: Any, leave: str) -> None:
    terminal = derivation(opened)
    terminal.expect(PROMPT)
    terminal.child.send(leave if leave == "\x04" else f"{leave}\r")
    code, rest = terminal.end()
    assert (code, "goes on from here" in rest) == (0, True)


@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {}])
def test_colour_is_there_unless_it_is_unwanted(tmp_path: Path, variable: dict[str, str]) -> None:
    env = {"TERM": "xterm-256color", **variable}
    child = pexpect.spawn(
        MAIN[0],
        [*MAIN[1:], "show", "drill-derivation", *DRILL],
        env=environment(tmp_path, **env),
        encoding="utf-8",
        timeout=60,
    )
    child.expect(pexpect.EOF)
    assert bool(COLOUR.search(child.before)) is not bool(variable)
    child.close()


def test_a_plain_session_has_no_colour_no_bars_and_no_tall_formulas(opened: Any) -> None:
    terminal = derivation(opened, "--plain")
    terminal.expect(PROMPT)
    terminal.answer(SIGN)
    assert not COLOUR.search(terminal.raw)
    assert not re.search("[█░─⎛]", terminal.raw)
    assert re.search(r"read as +\(?\(y − p\)", CONTROL.sub("", terminal.raw))


def test_a_narrow_terminal_keeps_every_line_within_its_width(opened: Any) -> None:
    terminal = derivation(opened, width=40)
    screen = terminal.expect(PROMPT) + terminal.answer(SIGN)
    assert max(len(line) for line in screen.split("\n")) <= 40


def test_the_editor_opens_the_stub_and_what_it_saves_is_graded(opened: Any, tmp_path: Path) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\npath = pathlib.Path(sys.argv[1])\n"
        "text = path.read_text()\nassert 'def squared(a, b)' in text\n"
        "path.write_text(text.replace('raise NotImplementedError', 'return np.sum((a - b) ** 2)'))\n"
    )
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    terminal = opened("quiz", *DRILL, "--tag", "drill", "--kind", "code", EDITOR=str(editor), VISUAL="")
    terminal.expect(PROMPT)
    terminal.type("")
    back = terminal.expect("Enter: the summary ")
    assert "✓ Right" in back
    assert "correct yes" in back


def test_pasted_code_may_hold_blank_lines(opened: Any) -> None:
    terminal = opened("quiz", *DRILL, "--tag", "drill", "--kind", "code")
    terminal.expect(PROMPT)
    code = "import numpy as np\n\n\ndef squared(a, b):\n    return np.sum((a - b) ** 2)\n"
    terminal.child.send(f"\x1b[200~{code}\x1b[201~\r")
    terminal.child.expect(r"\n(\x1b\[\?2004h)?  $")
    terminal.type("")
    assert "✓ Right" in terminal.expect("Enter: the summary ")


def test_an_explanation_is_marked_by_its_author_also_after_a_break(opened: Any, tmp_path: Path) -> None:
    terminal = opened("quiz", *DRILL, "--tag", "drill", "--kind", "explain")
    terminal.expect(PROMPT)
    terminal.type("It saturates.")
    terminal.expect(r"\n(\x1b\[\?2004h)?  $")
    terminal.type("")
    terminal.expect("y/n > ")
    terminal.type("y")
    terminal.expect("y/n > ")
    assert terminal.interrupted()[0] == 130
    again = opened("quiz", *DRILL)
    screen = again.expect("y/n > ")
    assert "It saturates." in screen
    again.type("y")
    again.expect("y/n > ")
    again.type("n")
    assert "as you marked it yourself" in again.expect("Enter: the summary ")
    again.type("")
    code, rest = again.end()
    assert (code, "50 % own" in rest) == (0, True)
    assert progress(tmp_path)["by_skill"][2]["own_mark"] == 0.5


def test_alone_at_a_terminal_it_shows_where_one_stands_and_what_to_do_next(opened: Any) -> None:
    terminal = opened()
    code, screen = terminal.end()
    assert code == 0
    assert "Next: a first session of five questions.\n  lossprep quiz\n" in screen


def test_watch_grades_at_each_save_and_ends_with_an_interrupt(opened: Any, tmp_path: Path) -> None:
    path = tmp_path / "answer.txt"
    terminal = opened("watch", "drill-choice", "answer.txt", *DRILL)
    terminal.expect("waiting for it")
    path.write_text("b")
    terminal.expect("Not right")
    other = tmp_path / "new.txt"
    other.write_text("a")
    other.replace(path)
    terminal.expect("Right")
    code, _ = terminal.interrupted()
    assert (code, "Traceback" in terminal.raw) == (130, False)
    assert progress(tmp_path)["answered"] == 0


def test_ctrl_c_keeps_the_line_that_is_being_typed(opened: Any) -> None:
    terminal = derivation(opened)
    terminal.expect(PROMPT)
    terminal.type("-y/p + (1 - y)/(1 - p)")
    terminal.expect(r"\n(\x1b\[\?2004h)?  $")
    terminal.child.send("= half a li")
    terminal.child.expect("half a li")
    assert terminal.interrupted()[0] == 130
    screen = opened("quiz", *DRILL).expect(PROMPT)
    assert "  -y/p + (1 - y)/(1 - p)\n  = half a li\n" in screen


def test_watching_an_untouched_file_waits_for_the_first_save(opened: Any, tmp_path: Path) -> None:
    run(tmp_path, "start", "drill-code", "f.py", *DRILL)
    terminal = opened("watch", "drill-code", "f.py", *DRILL)
    assert "Not r" not in terminal.expect("Nothing here yet; waiting for the first save.")


@pytest.mark.parametrize("width", [60, 200])
def test_a_list_at_a_terminal_fits_its_width_and_ends_with_the_count(opened: Any, width: int) -> None:
    code, screen = opened("list", width=width).end()
    lines = screen.strip().split("\n")
    assert code == 0
    assert max(map(len, lines)) <= width
    assert re.fullmatch(r"\d+ questions\.", lines[-1])
    assert "..." not in screen
