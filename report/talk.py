"""One question being talked over: its hints, the answers to it, and what each of them gets back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.submission import Submission
from grader.verdict import Verdict
from practice.events import Drafted, Event, Graded, Hinted, Revealed, Skipped, Written
from practice.select import order_of_options
from practice.session import Session, Turn, after
from questions.kinds import Choice, Code, Derivation, Design, Explain, Number, Question
from report import maths
from report.entering import COMMANDS, Command, Left
from report.paper import BLANK, Block
from report.question_view import hint_blocks, prompt_blocks
from report.reasons import reason_words
from report.text import counted

if TYPE_CHECKING:
    from report.dialogue import Dialogue

_SUFFIX: Final = {"code": ".py", "explain": ".md"}
_MOST_LINES: Final = 6


class Talk:
    """A question on the screen; its events, and the turn as they left it."""

    def __init__(self, dialogue: Dialogue, question: Question, turn: Turn, seed: int) -> None:
        self._dialogue = dialogue
        self.question = question
        self.turn = turn
        self.events: list[Event] = []
        self.has_shown_more = True
        """Whether there is something to read before the next question takes the screen."""
        self._ahead: tuple[str, int] = ("", 0)
        """A text, and how much of what comes next in it was shown: 1 the rule, 2 the line as well."""
        self._scope = maths.scope_of(question)
        self._order = order_of_options(question, seed) if isinstance(question, Choice) else None

    def show(self) -> None:
        blocks = prompt_blocks(self.question, self._scope, self._dialogue.paper, self._order)
        self._say([*blocks, BLANK, Block(how_to_answer(self.question), style="dim")])

    def say_where_it_stood(self) -> None:
        """What was taken and typed before the session was left."""
        if self.turn.hints or self.turn.tries:
            taken = [counted(self.turn.hints, "hint")] * bool(self.turn.hints)
            taken += [counted(self.turn.tries, "try")] * bool(self.turn.tries)
            worth = f"a right answer now counts {self.turn.worth:.2f}"
            self._say([BLANK, Block(f"So far: {' and '.join(taken)}; {worth}.", style="dim")])
        draft = self.turn.draft
        if draft:
            for line in draft.split("\n"):
                self._dialogue.port.remember(line)
            head = Block("Kept from last time (↑ brings it back, `:edit` opens it):", style="dim")
            self._say([BLANK, head, *_lines(draft.split("\n"))])

    def obey(self, command: Command) -> None:
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
        if self._dialogue.typed and not self.turn.done:
            self._say([Block("Your answer so far:", style="dim"), *_lines(self._dialogue.typed)])

    def submit(self, text: str) -> None:
        """Grades and records. The text stays at hand for as long as it was not recorded."""
        dialogue = self._dialogue
        dialogue.typed[:] = text.split("\n")
        if isinstance(self.question, Explain):
            self._happened(Written(self.question.id, text))
            dialogue.typed.clear()
            return
        verdict = self._graded(text)
        if verdict is None:
            return
        self._say([*dialogue.gap, *dialogue.verdict_on(self.question, text, verdict), BLANK])
        self._happened(Graded.of(self.question.id, text, verdict))
        dialogue.typed.clear()
        if self.turn.right:
            self._earned()
            self._solution()
        elif verdict.outcome == "unreadable":
            self._say([Block("No try is used up. ↑ brings your text back, `:edit` opens it.", style="dim")])
        else:
            self._say([Block(f"Try again (a right answer now counts {self.turn.worth:.2f}), or "
                             "`:hint`, `:reveal`, `:next`.", style="dim")])  # fmt: skip

    def _graded(self, text: str) -> Verdict | None:
        """The verdict; None where a test of code was stopped."""
        submission = Submission(text=text, order=self._order)
        if not isinstance(self.question, Code):
            return self._dialogue.grade(self.question, submission)
        self._say([*self._dialogue.gap, Block("Testing … (Ctrl-C stops the test)", style="dim")])
        self._dialogue.gap = (BLANK,)
        try:
            return self._dialogue.grade(self.question, submission)
        except KeyboardInterrupt:
            self._happened(Drafted(self.question.id, text))
            self._dialogue.typed.clear()
            self._say([BLANK, Block("Stopped, and no try is used up. `:edit` opens your code again.", style="dim")])
            return None

    def _earned(self) -> None:
        points = self.turn.points or 0.0
        taken = [counted(self.turn.hints, "hint")] if self.turn.hints else []
        taken += [f"try {self.turn.tries}"] if self.turn.tries > 1 else []
        after_what = f", after {' and '.join(taken)}" if taken else ""
        self._say([Block(f"It counts {points:.2f}{after_what}.", style="dim"), BLANK])

    def _hint(self) -> None:
        if self.turn.hints >= len(self.question.hints):
            self._derived()
            return
        number = self.turn.hints
        self._happened(Hinted(self.question.id))
        worth = Block(f"(a right answer now counts {self.turn.worth:.2f})", style="dim")
        self._say([*hint_blocks(self.question, number, self._scope, self._dialogue.paper), worth])

    def _derived(self) -> None:
        """After the author's ladder: the rule to apply next to what was typed, then the line it gives."""
        if not isinstance(self.question, Derivation):
            self._say([Block("That was the last hint; `:reveal` shows the model answer.", style="dim")])
            return
        from report.next_view import next_after, next_blocks

        typed = "\n".join(self._dialogue.typed) or self.turn.draft or self._last_text()
        shown = self._ahead[1] if self._ahead[0] == typed else 0
        found = next_after(self.question, typed)
        if found.state != "line":
            self._say([*next_blocks(found, with_line=False), Block("`:reveal` shows the model answer.", style="dim")])
            return
        blocks = next_blocks(found, with_line=shown > 0, more="`:hint` again shows the line.")
        if shown == 2:  # nothing new, so it costs nothing
            more = Block("Write this line down for the next hint; `:reveal` shows the model answer.", style="dim")
            self._say([*blocks, more])
            return
        self._happened(Hinted(self.question.id))
        self._ahead = (typed, shown + 1)
        worth = Block(f"(a right answer now counts {self.turn.worth:.2f})", style="dim")
        self._say([*blocks, worth])

    def _leave(self) -> None:
        self._happened(Skipped(self.question.id))
        if self.turn.answers:
            self._solution()
        else:
            self._say([Block("Skipped; it counts 0 this time, and will come again.", style="dim")])
            self.has_shown_more = False

    def _solution(self) -> None:
        self._dialogue.solution(self.question, self._scope, self._order)

    def _edit(self) -> None:
        begun = "\n".join(self._dialogue.typed) or self.turn.draft or self._last_text() or _starter(self.question)
        try:
            text = self._dialogue.port.edit(begun, _SUFFIX.get(self.question.kind, ".txt"))
        except OSError as error:
            said = f"The editor did not start ({reason_words(error)}). Set EDITOR, or type the answer here."
            self._say([Block(said, style="yellow")])
            return
        if not text.strip() or text == _starter(self.question):
            self._say([Block("Nothing was written, so nothing was submitted.", style="dim")])
        else:
            self.submit(text.rstrip("\n"))

    def _file(self, path: str) -> None:
        if not path:
            self._say([Block("Which file? `:file PATH`", style="yellow")])
            return
        try:
            text = self._dialogue.port.read_file(path)
        except (OSError, ValueError) as error:
            self._say([Block(f"{path}: {reason_words(error)}.", style="yellow")])
        else:
            self.submit(text)

    def _last_text(self) -> str:
        return self.turn.answers[-1][0].text if self.turn.answers else ""

    def _happened(self, event: Event) -> None:
        self._dialogue.happened(event)
        self.events.append(event)
        self.turn = after(Session("", 0, (self.turn,)), event).turns[0]

    def _say(self, blocks: list[Block]) -> None:
        self._dialogue.say(blocks)


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
        case Design():
            return "A formula, definitions on lines before it; a blank line submits. `:help` lists the commands."
        case Explain():
            return "Enter opens your editor; or write here, a blank line submits. `:help` lists the commands."


def _starter(question: Question) -> str:
    return question.starter if isinstance(question, Code) else ""


def _lines(typed: list[str]) -> list[Block]:
    """The beginning of what was typed."""
    shown = [Block(f"  {line}", wrapped=False) for line in typed[:_MOST_LINES]]
    return [*shown, Block("  …", style="dim")] if len(typed) > _MOST_LINES else shown
