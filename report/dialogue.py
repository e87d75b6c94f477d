"""The conversation of a session: what is shown, what is asked, and which events come of it.

It neither prints nor reads: a `Port` does, so that a terminal, a script and a test hold the same conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.formula.declare import Scope
from grader.submission import Submission
from grader.verdict import Verdict
from practice.events import Drafted, Event, Graded
from practice.progress import Standing, by_skill
from practice.session import Asking, Finished, Marking, Session, Turn, after, view
from practice.store import StoreError
from questions.kinds import Choice, Code, Explain, Number, Question
from report import bars, maths
from report.entering import Command, Interrupted, Left, Port, command
from report.paper import BLANK, Block, Paper
from report.prose import prose
from report.question_view import analysis_blocks, answer_blocks, point_text
from report.reasons import store_words
from report.talk import Talk
from report.verdict_page import page

Grade = Callable[[Question, Submission], Verdict]


@dataclass
class Dialogue:
    """One conversation. `record` takes each event as it happens, before anything that follows from it is shown."""

    port: Port
    sheet: Callable[[], Paper]
    """The paper, as wide as the terminal is now."""
    bank: Mapping[str, Question]
    grade: Grade
    record: Callable[[Event], None]
    """Raises StoreError."""
    typed: list[str] = field(default_factory=list)
    """The lines of an answer that was not submitted yet, or not recorded yet."""
    gap: Sequence[Block] = ()
    """What keeps an answer and what it gets back apart: nothing more, where a blank line submitted it."""
    _shown: str | None = None
    """The question on the screen."""

    @property
    def paper(self) -> Paper:
        return self.sheet()

    def run(self, session: Session) -> Session:
        """Holds the session to its end.

        Raises Left, EOFError or KeyboardInterrupt when it is left before, and StoreError when it is left because
        something could not be recorded.
        """
        while not isinstance(now := view(session), Finished):
            self.typed.clear()
            try:
                for event in self._marking(now) if isinstance(now, Marking) else self._asking(now, session.seed):
                    session = after(session, event)
            except (Left, EOFError, KeyboardInterrupt) as end:
                if isinstance(end, Interrupted) and end.typed.strip() and command(end.typed) is None:
                    self.typed.append(end.typed)
                if self.typed:
                    self.record(Drafted(now.turn.question, "\n".join(self.typed)))
                raise
        self.say(self._summary(now.turns))
        return session

    def happened(self, event: Event) -> None:
        """Records an event; where that fails, the person may try again. Raises StoreError if they leave instead."""
        while True:
            try:
                return self.record(event)
            except StoreError as error:
                self.say([BLANK, Block(f"Not recorded: {store_words(error)}", style="yellow")])
                try:
                    said = command(self.port.line("Enter: try again (`:quit` leaves without it) ", "pause"))
                except (EOFError, KeyboardInterrupt):
                    raise error from None
                if said is not None and said.name == "quit":
                    raise

    # one question

    def _asking(self, asking: Asking, seed: int) -> Sequence[Event]:
        talk = Talk(self, self.bank[asking.turn.question], asking.turn, seed)
        self._shown = talk.question.id
        self.say([BLANK, *bars.heading(asking.number, asking.total, talk.question.title, self.paper)])
        talk.show()
        talk.say_where_it_stood()
        while not talk.turn.done and talk.turn.written is None:
            entry = self._entry(talk)
            if isinstance(entry, Command):
                talk.obey(entry)
            else:
                talk.submit(entry)
        if talk.turn.written is None and talk.has_shown_more:
            self._pause_after(asking)
        return talk.events

    def _entry(self, talk: Talk) -> str | Command:
        """What was typed: a command, or a whole answer."""
        self.gap = (BLANK,)
        while True:
            line = self.port.line("> " if not self.typed else "  ", "more" if self.typed else "answer")
            said = command(line)
            if said is not None:
                return said
            if line.strip():
                self.typed.append(line)
                if isinstance(talk.question, Choice | Number):
                    return self._taken()
            elif self.typed and self.port.more_is_waiting():
                self.typed.append(line)
            elif self.typed:
                self.gap = ()
                return self._taken()
            elif isinstance(talk.question, Code | Explain):
                return Command("edit", "")
            else:
                self.say([Block("Type your answer first, or `:help`.", style="dim")])

    def _taken(self) -> str:
        text = "\n".join(self.typed)
        for line in self.typed:
            self.port.remember(line)
        return text

    def _pause_after(self, now: Asking | Marking) -> None:
        self._pause("the summary" if now.number == now.total else "the next question")

    def _pause(self, until: str) -> None:
        said = command(self.port.line(f"Enter: {until} ", "pause"))
        if said is not None and said.name == "quit":
            raise Left

    # a free text, marked by its author

    def _marking(self, marking: Marking) -> Sequence[Event]:
        question, turn = self.bank[marking.turn.question], marking.turn
        assert isinstance(question, Explain)
        scope = maths.scope_of(question)
        text = turn.written or ""
        if self._shown != question.id:  # taken up again: say what this was about
            written = [Block(f"  {line}", "  ") for line in text.split("\n")[:8]]
            heading = bars.heading(marking.number, marking.total, question.title, self.paper)
            self.say([BLANK, *heading, BLANK, *prose(question.prompt, scope, self.paper), BLANK, *written])
            self.gap = (BLANK,)
        self.say([*self.gap, Block("What a complete answer covers. Did yours? (y or n)", style="bold")])
        marks: set[int] = set()
        for number, point in enumerate(question.points):
            head = f"  {number + 1} of {len(question.points)}  "
            self.say([BLANK, Block(point_text(point, scope, self.paper), head, " " * len(head))])
            if self._yes():
                marks.add(number)
        verdict = self.grade(question, Submission(text=text, marks=frozenset(marks)))
        event = Graded.of(question.id, text, verdict)
        self.happened(event)
        self.say([BLANK, *self.verdict_on(question, text, verdict), BLANK])
        self.solution(question, scope)
        self._pause_after(marking)
        return [event]

    def _yes(self) -> bool:
        while True:
            answer = self.port.line("  y/n > ", "mark").strip().lower()
            if answer in ("y", "yes"):
                return True
            if answer in ("n", "no"):
                return False
            said = command(answer)
            if said is not None and said.name == "quit":
                raise Left
            self.say([Block("Type y or n. `:quit` leaves; your text then waits to be marked.", "  ", style="dim")])

    # shared

    def verdict_on(self, question: Question, text: str, verdict: Verdict) -> list[Block]:
        return page(verdict, text, question, None, self.paper)

    def solution(self, question: Question, scope: Scope, order: Sequence[int] | None = None) -> None:
        """The model answer and the analysis; a pause between them where a screen does not hold both."""
        paper = self.paper
        answer = [*answer_blocks(question, scope, paper, order), BLANK]
        why = [*analysis_blocks(question, scope, paper), BLANK]
        if not paper.fits([*answer, *why], spare=1):
            self.say(answer)
            self._pause("why it is so")
            answer = []
        self.say([*answer, *why])

    def _summary(self, turns: Sequence[Turn]) -> list[Block]:
        answered = [turn for turn in turns if turn.answers or turn.revealed]
        latest = {turn.question: Standing(turn.points, turn.own_mark) for turn in answered}
        asked = [self.bank[turn.question] for turn in turns if turn.question in self.bank]
        return [BLANK, *bars.summary_blocks(turns, self.bank, by_skill(asked, latest), self.paper)]

    def say(self, blocks: Sequence[Block]) -> None:
        self.port.write(self.paper.write(blocks))
