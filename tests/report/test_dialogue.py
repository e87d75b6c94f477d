"""The conversation of a session, along a script."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader.submission import Submission
from grader.verdict import Finding, Verdict
from practice.events import Drafted, Event, Graded, Hinted, Opened, Skipped
from practice.session import Session, after, opened
from practice.store import StoreError
from questions.kinds import Choice, Question
from report.dialogue import Dialogue
from report.entering import Interrupted, Left, Purpose
from report.paper import Paper
from tests.practice.make import choice, code, explain, graded, number
from tests.report.make import derivation

BANK: Sequence[Question] = (choice("c"), number("n"), derivation(id="d"), explain("e"), code("p"))
END = "<end>"
INTERRUPT = "<interrupt>"


@dataclass
class Scripted:
    """Types the given lines; keeps what was shown and remembered."""

    lines: list[str]
    edited: str | OSError = ""
    screen: str = ""
    remembered: list[str] = field(default_factory=list)
    offered: str = ""

    def write(self, text: str) -> None:
        self.screen += text

    def line(self, prompt: str, purpose: Purpose) -> str:
        line = self.lines.pop(0) if self.lines else END
        self.screen += f"{prompt}{line}\n"
        if line == END:
            raise EOFError
        if line == INTERRUPT:
            raise KeyboardInterrupt
        if line.endswith(INTERRUPT):
            raise Interrupted(line.removesuffix(INTERRUPT))
        return line

    def more_is_waiting(self) -> bool:
        return False

    def remember(self, text: str) -> None:
        self.remembered.append(text)

    def edit(self, text: str, suffix: str) -> str:
        self.offered = text
        if isinstance(self.edited, OSError):
            raise self.edited
        return self.edited

    def read_file(self, path: str) -> str:
        if path != "answer.txt":
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        return "right"


def grade(question: Question, submission: Submission) -> Verdict:
    """A grader that takes the word `right` for right, and `?` for unreadable; essays get what their marks say."""
    if submission.marks is not None:
        return Verdict("explain", "partly", 0.5, "self-marked")
    if "stop" in submission.text:
        raise KeyboardInterrupt
    if "?" in submission.text:
        return Verdict(question.kind, "unreadable", None, "place", findings=(Finding("unreadable"),))
    right = "right" in submission.text or (isinstance(question, Choice) and submission.text == "a")
    return Verdict(question.kind, "right" if right else "wrong", float(right))


def talk(id: str, *lines: str, edited: str | OSError = "") -> tuple[Scripted, list[Event], Session | BaseException]:
    port, events = Scripted(list(lines), edited), list[Event]()
    dialogue = Dialogue(port, Paper, {question.id: question for question in BANK}, grade, events.append)
    try:
        return port, events, dialogue.run(opened("s", Opened((id,), 1)))
    except (Left, EOFError, KeyboardInterrupt) as end:
        return port, events, end


def test_a_blank_line_submits_several_and_enter_submits_one() -> None:
    _, events, _ = talk("d", "first", "right", "", "")
    assert [event.text for event in events if isinstance(event, Graded)] == ["first\nright"]
    _, events, _ = talk("n", "right", "")
    assert [event.text for event in events if isinstance(event, Graded)] == ["right"]


def test_a_command_in_the_middle_of_an_answer_keeps_its_lines() -> None:
    _, events, _ = talk("d", "first", ":hint", "right", "", "")
    assert isinstance(events[0], Hinted)
    assert isinstance(events[1], Graded)
    assert events[1].text == "first\nright"


@pytest.mark.parametrize("end", [END, INTERRUPT, ":quit"])
def test_what_was_being_typed_is_kept_however_one_leaves(end: str) -> None:
    _, events, left = talk("d", "half a thought", end)
    assert events == [Drafted("d", "half a thought")]
    assert isinstance(left, EOFError | KeyboardInterrupt | Left)


def test_an_unreadable_answer_is_offered_again() -> None:
    port, events, _ = talk("d", "1 ? 2", "", ":edit", "", edited="right")
    assert port.remembered[0] == "1 ? 2"
    assert port.offered == "1 ? 2"
    assert [event.outcome for event in events if isinstance(event, Graded)] == ["unreadable", "right"]


def test_hints_run_out_politely() -> None:
    port, events, _ = talk("n", ":hint", ":hint", ":hint")
    assert events == [Hinted("n"), Hinted("n")]
    assert "That was the last hint" in port.screen


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (":frobnicate", "There is no command :frobnicate"),
        (":help", ":reveal  show the model answer"),
        (":?", ":reveal  show the model answer"),
        (":show", "Type a number"),
        (":file nowhere.txt", "nowhere.txt: no such file."),
        (": Help", ":reveal  show the model answer"),
        (":file", "Which file?"),
        (":edit", "Nothing was written"),
        ("", "Type your answer first"),
    ],
)
def test_each_command_answers_and_none_ends_the_question(line: str, said: str) -> None:
    port, events, _ = talk("n", line)
    assert said in port.screen
    assert events == []


def test_an_editor_that_does_not_start_is_no_fault() -> None:
    port, _, _ = talk("n", ":edit", edited=OSError("vi: not found"))
    assert "The editor did not start (vi: not found)" in port.screen


def test_an_answer_may_come_from_a_file() -> None:
    _, events, _ = talk("d", ":file answer.txt", "")
    assert [event.outcome for event in events if isinstance(event, Graded)] == ["right"]


def test_going_on_after_a_wrong_answer_shows_the_model_answer_and_skipping_at_once_does_not() -> None:
    port, events, _ = talk("n", "nonsense", ":next", "")
    assert isinstance(events[-1], Skipped)
    assert "Model answer" in port.screen
    port, _, _ = talk("n", ":skip", "")
    assert "Model answer" not in port.screen


def test_an_essay_is_marked_point_by_point() -> None:
    port, events, ended = talk("e", "my text", "", "perhaps", "y", "n", "")
    assert port.screen.count("y/n > ") == 3
    assert isinstance(events[-1], Graded)
    assert events[-1].self_marked
    assert isinstance(ended, Session)
    assert ended.turns[0].own_mark == 0.5
    assert "kept apart" in port.screen


def test_the_line_being_typed_is_kept_with_those_above_it() -> None:
    _, events, _ = talk("d", "first", f"= half a li{INTERRUPT}")
    assert events == [Drafted("d", "first\n= half a li")]
    _, events, _ = talk("d", f":hin{INTERRUPT}")
    assert events == []


class Failing:
    """A log that cannot be written the first few times."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.left -= 1
        if self.left >= 0:
            raise StoreError("busy", Path("progress.db"), "locked")
        self.events.append(event)


def test_an_answer_that_cannot_be_recorded_is_judged_first_and_tried_again_until_it_is() -> None:
    port, log = Scripted(["nonsense", "", "", "right", ""]), Failing(2)
    dialogue = Dialogue(port, Paper, {"n": BANK[1]}, grade, log)
    ended = dialogue.run(opened("s", Opened(("n",), 1)))
    assert [event.outcome for event in log.events if isinstance(event, Graded)] == ["wrong", "right"]
    assert ended.turns[0].tries == 2
    assert port.screen.index("Not right") < port.screen.index("Not recorded: progress.db is in use")


@pytest.mark.parametrize("leave", [":quit", INTERRUPT, END])
def test_leaving_with_something_unrecorded_is_not_said_to_be_safe(leave: str) -> None:
    dialogue = Dialogue(Scripted(["nonsense", "", leave]), Paper, {"n": BANK[1]}, grade, Failing(9))
    with pytest.raises(StoreError):
        dialogue.run(opened("s", Opened(("n",), 1)))


def test_stopping_a_test_of_code_stops_only_the_test() -> None:
    port, events, ended = talk("p", "stop()", "", ":edit", "", edited="right")
    assert isinstance(events[0], Drafted)
    assert port.offered == "stop()"
    assert isinstance(ended, Session)
    assert ended.turns[0].points == 1.0


def test_what_was_typed_so_far_is_shown_again_below_a_hint() -> None:
    port, _, _ = talk("d", "p - y", ":hint")
    assert "Your answer so far:\n  p - y\n" in port.screen


def test_a_session_taken_up_again_says_what_was_taken() -> None:
    port = Scripted([])
    dialogue = Dialogue(port, Paper, {"n": BANK[1]}, grade, lambda event: None)
    session = after(after(opened("s", Opened(("n",), 1)), Hinted("n")), graded("n"))
    with pytest.raises(EOFError):
        dialogue.run(session)
    assert "So far: 1 hint and 1 try; a right answer now counts 0.68." in port.screen


def test_each_point_has_its_number_and_what_was_missed_is_listed() -> None:
    port, _, _ = talk("e", "my text", "", "perhaps", "y", "n", "")
    assert "  1 of 2  the first point\n" in port.screen
    assert "\n\n  2 of 2  the second point\n" in port.screen
    assert "Type y or n." in port.screen


def test_the_width_is_that_of_the_terminal_at_each_write() -> None:
    port, widths = Scripted([":show"]), iter([80] * 4 + [40] * 90)
    dialogue = Dialogue(port, lambda: Paper(width=next(widths)), {"d": BANK[2]}, grade, lambda event: None)
    with pytest.raises(EOFError):
        dialogue.run(opened("s", Opened(("d",), 1)))
    assert max(len(line) for line in port.screen.split(":show\n")[1].split("\n")) <= 40


@pytest.mark.parametrize(("height", "pauses"), [(10, 1), (None, 0), (200, 0)])
def test_one_enter_parts_the_answer_from_the_reasons_where_a_screen_does_not_hold_both(
    height: int | None, pauses: int
) -> None:
    port = Scripted([":reveal", "", ""])
    dialogue = Dialogue(port, lambda: Paper(height=height), {"c": BANK[0]}, grade, lambda event: None)
    dialogue.run(opened("s", Opened(("c",), 1)))
    assert port.screen.count("Enter: why it is so ") == pauses


def test_the_summary_has_the_ids_and_skipping_goes_straight_on() -> None:
    port, _, ended = talk("n", ":skip")
    assert isinstance(ended, Session)
    assert "A title (n)\n" in port.screen
    assert "Score 0.00 of 1.\n" in port.screen
