"""The conversation of a session: what is shown, what is asked, and which events come of it.

It neither prints nor reads: a `Port` does, so that a terminal, a script and a test hold the same conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from grader.submission import Submission
from grader.verdict import Verdict
from practice.events import Drafted, Event, Graded, Hinted, Revealed, Skipped, Written
from practice.progress import Standing, by_skill
from practice.select import order_of_options
from practice.session import Asking, Finished, Marking, Session, Turn, after, view
from questions.kinds import Choice, Code, Derivation, Explain, Number, Question
from report import bars, maths
from report.paper import BLANK, Block, Paper
from report.prose import prose
from report.question_view import hint_blocks, point_text, prompt_blocks, solution_blocks
from report.verdict_page import page

Purpose = Literal["answer", "more", "mark", "pause"]
Grade = Callable[[Question, Submission], Verdict]


class Port(Protocol):
    """Where the conversation takes place. `line` raises EOFError at the end, KeyboardInterrupt on Ctrl-C."""

    def write(self, text: str) -> None: ...

    def line(self, prompt: str, purpose: Purpose) -> str:
        """One line, or several where they were pasted as one."""

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
class _Command:
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
_SUFFIX: Final = {"code": ".py", "explain": ".md"}


@dataclass
class Dialogue:
    """One conversation. `record` takes each event as it happens, before anything else is shown."""

    port: Port
    paper: Paper
    bank: Mapping[str, Question]
    grade: Grade
    record: Callable[[Event], None]
    _typed: list[str] = field(default_factory=list)
    """The lines of an answer that was not submitted yet."""
    _shown: str | None = None
    """The question on the screen."""
    gap: Sequence[Block] = ()
    """What keeps an answer and what it gets back apart: nothing more, where a blank line submitted it."""

    def run(self, session: Session) -> Session:
        """Holds the session to its end. Raises Left, EOFError or KeyboardInterrupt when it is left before."""
        while not isinstance(now := view(session), Finished):
            self._typed.clear()
            try:
                for event in self._marking(now) if isinstance(now, Marking) else self._asking(now, session.seed):
                    session = after(session, event)
            except (Left, EOFError, KeyboardInterrupt):
                if self._typed:
                    self.record(Drafted(now.turn.question, "\n".join(self._typed)))
                raise
        self._say(self._summary(now.turns))
        return session

    # one question

    def _asking(self, asking: Asking, seed: int) -> Sequence[Event]:
        talk = _Talk(self, self.bank[asking.turn.question], asking.turn, seed)
        self._shown = talk.question.id
        self._say([BLANK, *bars.heading(asking.number, asking.total, talk.question.title, self.paper)])
        talk.show()
        talk.say_draft()
        while not talk.turn.done and talk.turn.written is None:
            entry = self._entry(talk)
            if isinstance(entry, _Command):
                talk.obey(entry)
            else:
                talk.submit(entry)
        if talk.turn.written is None:
            self._pause(last=asking.number == asking.total)
        return talk.events

    def _entry(self, talk: _Talk) -> str | _Command:
        """What was typed: a command, or a whole answer."""
        self.gap = (BLANK,)
        while True:
            line = self.port.line("> " if not self._typed else "  ", "more" if self._typed else "answer")
            command = _command(line)
            if command is not None:
                return command
            if line.strip():
                self._typed.append(line)
                if isinstance(talk.question, Choice | Number):
                    return self._taken()
            elif self._typed and self.port.more_is_waiting():
                self._typed.append(line)
            elif self._typed:
                self.gap = ()
                return self._taken()
            elif isinstance(talk.question, Code | Explain):
                return _Command("edit", "")
            else:
                self._say([Block("Type your answer first, or `:help`.", style="dim")])

    def _taken(self) -> str:
        text = "\n".join(self._typed)
        for line in self._typed:
            self.port.remember(line)
        return text

    def _pause(self, *, last: bool) -> None:
        line = self.port.line(f"Enter: {'the summary' if last else 'the next question'} ", "pause")
        command = _command(line)
        if command is not None and command.name == "quit":
            raise Left

    # a free text, marked by its author

    def _marking(self, marking: Marking) -> Sequence[Event]:
        question, turn = self.bank[marking.turn.question], marking.turn
        assert isinstance(question, Explain)
        scope = maths.scope_of(question)
        if self._shown != question.id:  # taken up again: say what this was about
            written = [Block(f"  {line}", "  ") for line in (turn.written or "").split("\n")[:8]]
            heading = bars.heading(marking.number, marking.total, question.title, self.paper)
            self._say([BLANK, *heading, BLANK, *prose(question.prompt, scope, self.paper), BLANK, *written])
            self.gap = (BLANK,)
        self._say([*self.gap, Block("What a complete answer covers. Did yours? (y or n)", style="bold"), BLANK])
        marks: set[int] = set()
        for number, point in enumerate(question.points):
            self._say([Block(point_text(point, scope, self.paper), "  ")])
            if self._yes():
                marks.add(number)
        verdict = self.grade(question, Submission(text=turn.written or "", marks=frozenset(marks)))
        event = Graded.of(question.id, turn.written or "", verdict)
        self.record(event)
        self._say([BLANK, *self._verdict(question, turn.written or "", verdict), BLANK])
        self._say([*solution_blocks(question, scope, self.paper), BLANK])
        self._pause(last=marking.number == marking.total)
        return [event]

    def _yes(self) -> bool:
        while True:
            answer = self.port.line("  y/n > ", "mark").strip().lower()
            if answer in ("y", "yes"):
                return True
            if answer in ("n", "no"):
                return False
            command = _command(answer)
            if command is not None and command.name == "quit":
                raise Left

    # shared

    def _verdict(self, question: Question, text: str, verdict: Verdict) -> list[Block]:
        return page(verdict, text, question, None, self.paper)

    def _summary(self, turns: Sequence[Turn]) -> list[Block]:
        latest = {turn.question: Standing(turn.points, turn.own_mark) for turn in turns}
        asked = [self.bank[turn.question] for turn in turns if turn.question in self.bank]
        return [BLANK, *bars.summary_blocks(turns, self.bank, by_skill(asked, latest), self.paper)]

    def _say(self, blocks: Sequence[Block]) -> None:
        self.port.write(self.paper.write(blocks))


class _Talk:
    """One question being talked over; its events, and the turn as they left it."""

    def __init__(self, dialogue: Dialogue, question: Question, turn: Turn, seed: int) -> None:
        self._dialogue = dialogue
        self.question = question
        self.turn = turn
        self.events: list[Event] = []
        self._scope = maths.scope_of(question)
        self._order = order_of_options(question, seed) if isinstance(question, Choice) else None

    def show(self) -> None:
        blocks = prompt_blocks(self.question, self._scope, self._dialogue.paper, self._order)
        self._say([*blocks, BLANK, Block(how_to_answer(self.question), style="dim")])

    def say_draft(self) -> None:
        """What was typed before the session was left."""
        draft = self.turn.draft
        if draft:
            for line in draft.split("\n"):
                self._dialogue.port.remember(line)
            kept = [Block(f"  {line}", wrapped=False) for line in draft.split("\n")[:6]]
            self._say([BLANK, Block("Kept from last time (↑ brings it back, `:edit` opens it):", style="dim"), *kept])

    def obey(self, command: _Command) -> None:
        match command.name:
            case "hint":
                self._hint()
            case "skip" | "next":
                self._leave()
            case "reveal":
                self._happened(Revealed(self.question.id))
                self._solution()
            case "edit":
                self._edit()
            case "file":
                self._file(command.argument)
            case "show":
                self.show()
            case "quit":
                raise Left
            case "help":
                rows = [Block(f":{name:<8}{what}", "  ", " " * 11) for name, what in COMMANDS.items()]
                self._say([Block(how_to_answer(self.question)), BLANK, *rows])
            case _:
                self._say([Block(f"There is no command :{command.name}; `:help` lists them.", style="yellow")])

    def submit(self, text: str) -> None:
        """Grades and records. The text stays at hand for as long as it was not recorded."""
        dialogue = self._dialogue
        dialogue._typed[:] = text.split("\n")
        if isinstance(self.question, Explain):
            self._happened(Written(self.question.id, text))
            dialogue._typed.clear()
            return
        verdict = dialogue.grade(self.question, Submission(text=text, order=self._order))
        self._happened(Graded.of(self.question.id, text, verdict))
        dialogue._typed.clear()
        self._say([*dialogue.gap, *dialogue._verdict(self.question, text, verdict), BLANK])
        if self.turn.right:
            self._earned()
            self._solution()
        elif verdict.outcome == "unreadable":
            self._say([Block("No try is used up. ↑ brings your text back, `:edit` opens it.", style="dim")])
        else:
            self._say([Block(f"Try again (a right answer now counts {self.turn.worth:.2f}), or "
                             "`:hint`, `:reveal`, `:next`.", style="dim")])  # fmt: skip

    def _earned(self) -> None:
        points = self.turn.points or 0.0
        taken = [f"{self.turn.hints} hint{'s' * (self.turn.hints > 1)}"] if self.turn.hints else []
        taken += [f"try {self.turn.tries}"] if self.turn.tries > 1 else []
        after_what = f", after {' and '.join(taken)}" if taken else ""
        self._say([Block(f"It counts {points:.2f}{after_what}.", style="dim"), BLANK])

    def _hint(self) -> None:
        if self.turn.hints >= len(self.question.hints):
            self._say([Block("That was the last hint; `:reveal` shows the model answer.", style="dim")])
            return
        number = self.turn.hints
        self._happened(Hinted(self.question.id))
        worth = Block(f"(a right answer now counts {self.turn.worth:.2f})", style="dim")
        self._say([*hint_blocks(self.question, number, self._scope, self._dialogue.paper), worth])

    def _leave(self) -> None:
        self._happened(Skipped(self.question.id))
        if self.turn.answers:
            self._solution()
        else:
            self._say([Block("Skipped; it counts 0 this time, and will come again.", style="dim"), BLANK])

    def _solution(self) -> None:
        self._say([*solution_blocks(self.question, self._scope, self._dialogue.paper), BLANK])

    def _edit(self) -> None:
        begun = "\n".join(self._dialogue._typed) or self.turn.draft or self._last_text() or _starter(self.question)
        try:
            text = self._dialogue.port.edit(begun, _SUFFIX.get(self.question.kind, ".txt"))
        except OSError as error:
            self._say(
                [Block(f"The editor did not start ({error}). Set EDITOR, or type the answer here.", style="yellow")]
            )
            return
        if not text.strip() or text == _starter(self.question):
            self._say([Block("Nothing was written, so nothing was submitted.", style="dim")])
        else:
            self.submit(text.rstrip("\n"))

    def _file(self, path: str) -> None:
        try:
            text = self._dialogue.port.read_file(path)
        except (OSError, ValueError) as error:
            self._say([Block(f"{path or 'No file'}: {error}", style="yellow")])
        else:
            self.submit(text)

    def _last_text(self) -> str:
        return self.turn.answers[-1][0].text if self.turn.answers else ""

    def _happened(self, event: Event) -> None:
        self._dialogue.record(event)
        self.events.append(event)
        self.turn = after(Session("", 0, (self.turn,)), event).turns[0]

    def _say(self, blocks: Sequence[Block]) -> None:
        self._dialogue._say(blocks)


def how_to_answer(question: Question) -> str:
    """The one line under a prompt."""
    match question:
        case Choice():
            return "Type a letter, or several (a,c). `:help` lists the commands."
        case Number():
            return "Type a number or a formula (2/3, ln 2). `:help` lists the commands."
        case Derivation():
            return "One line or several; a blank line submits. `:help` lists the commands."
        case Code():
            return (
                "Enter opens your editor with a stub; or paste the code and a blank line. `:help` lists the commands."
            )
        case Explain():
            return "Enter opens your editor; or write here, a blank line submits. `:help` lists the commands."


def _starter(question: Question) -> str:
    return question.starter if isinstance(question, Code) else ""


def _command(line: str) -> _Command | None:
    """A command, where the line is one: a colon and a word. (`:=` and formulas are not.)"""
    stripped = line.strip()
    if not stripped.startswith(":") or not (stripped[1:2].isalpha() or stripped[1:] == "?"):
        return None
    name, _, argument = stripped[1:].partition(" ")
    return _Command(_SHORT.get(name, name), argument.strip())
