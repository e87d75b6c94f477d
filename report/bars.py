"""Progress in figures and bars: how far a session is, its summary, and where one stands overall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.text import Text

from practice.progress import AXES, Advice, Progress, Row
from practice.session import Session, Turn
from questions.kinds import Question
from report.paper import BLANK, Block, Paper
from report.text import counted
from report.verdict_view import cut

_BAR: Final = 20
_SHORT_BAR: Final = 10
_NAME: Final = 16
_AXIS: Final = 7


def bar(share: float, width: int = _BAR) -> str:
    """A bar of `width` cells; what is not nothing shows at least one."""
    filled = min(width, max(int(share > 0), round(share * width)))
    return "█" * filled + "░" * (width - filled)


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def heading(number: int, total: int, title: str, paper: Paper) -> list[Block]:
    """`Question 2 of 5  ██░░░░░░░░`, and the title below it."""
    shown = "" if paper.plain else f"  {bar((number - 1) / total, _SHORT_BAR)}"
    return [Block(f"Question {number} of {total}{shown}", style="dim"), Block(title, style="bold")]


def summary_blocks(
    turns: Sequence[Turn], bank: Mapping[str, Question], skills: Sequence[Row], paper: Paper
) -> list[Block]:
    """The end of a session: each question, then the skills."""
    scored = [turn.points for turn in turns if turn.points is not None]
    blocks = [Block(Text("Session finished", "bold")), BLANK]
    for turn in turns:
        mark = _mark(turn)
        title = bank[turn.question].title if turn.question in bank else turn.question
        one_line = len(title) + len(turn.question) + 17 <= paper.measure
        shown = Text(cut(title, paper.measure - 14)).append(f" ({turn.question})" * one_line, "dim")
        blocks.append(Block(shown, f"{mark:>12}  ", wrapped=False))
        if not one_line:
            blocks.append(Block(f"({turn.question})", " " * 14, style="dim", wrapped=False))
    blocks.append(BLANK)
    if scored:
        total = f"Score {sum(scored):.2f} of {len(scored)}"
        blocks += [Block(f"{total}, by skill:"), BLANK, *_rows(skills, paper)] if skills else [Block(f"{total}.")]
    if any(turn.self_marked for turn in turns):
        blocks += [BLANK, Block("What you marked yourself is kept apart from the score.", style="dim")]
    again = "`lossprep show ID` asks one of them again, `lossprep solution ID` shows its model answer."
    return [*blocks, BLANK, Block(again, style="dim"), BLANK]


def _mark(turn: Turn) -> str:
    if turn.own_mark is not None:
        return f"{percent(turn.own_mark)} own"
    if turn.revealed:
        return "revealed"
    if turn.skipped and not turn.answers:
        return "skipped"
    return f"{turn.points or 0:.2f}"


def progress_blocks(progress: Progress, paper: Paper) -> list[Block]:
    """The whole of `progress`: on a screen of 24 lines, with the sum and the next step at its foot."""
    blocks: list[Block] = []
    for axis in AXES:
        for number, row in enumerate(progress.rows[axis]):
            label = axis if number == 0 or paper.plain else ""
            blocks.append(_bar_row(row, paper, f"{label:<{_AXIS}}"))
    total = Text(f"{progress.answered} of {counted(progress.total, 'question')} answered", "bold")
    return [*blocks, Block(total), *advice_blocks(progress.advice)]


def going_on_blocks(session: Session) -> list[Block]:
    """What a session that is taken up again begins with."""
    done = sum(turn.done for turn in session.turns)
    said = f"Going on with your session: {done} of {len(session.turns)} done. (`lossprep quiz --new` starts another.)"
    return [Block(said, style="dim")]


def left_blocks() -> list[Block]:
    """What is said when a session is left."""
    return [BLANK, Block("Left. Everything answered is kept: `lossprep quiz` goes on from here.")]


def home_blocks(progress: Progress, paper: Paper) -> list[Block]:
    """What `lossprep` alone shows: where one stands, and what to do next."""
    blocks = [Block(Text("lossprep", "bold").append(": interview questions about loss functions", "not bold")), BLANK]
    if progress.answered:
        blocks += [Block(f"{progress.answered} of {counted(progress.total, 'question')} answered"), BLANK]
        blocks += [*_rows([row for row in progress.rows["skill"] if row.answered], paper), BLANK]
    others = "`lossprep list` shows all questions, `lossprep progress` where you stand, `lossprep --help` the rest."
    return [*blocks, *advice_blocks(progress.advice), BLANK, Block(others, style="dim")]


def _rows(rows: Sequence[Row], paper: Paper) -> list[Block]:
    return [_bar_row(row, paper) for row in rows]


def _bar_row(row: Row, paper: Paper, lead: str = "  ") -> Block:
    own = f", own marks {percent(row.own_mark)}" if row.own_mark is not None else ""
    if paper.plain or paper.measure < 60:
        score = percent(row.score) if row.score is not None else "no score yet"
        axis = f"{lead.strip()} " if lead.strip() else ""
        return Block(f"{axis}{row.name}: {score}, {row.answered} of {row.total} answered{own}", "  ", "    ")
    score = percent(row.score)
    style = "dim" if row.score is None else "green" if row.score >= 0.75 else "yellow"
    text = Text(f"{row.name:<{_NAME}}").append(bar(row.score or 0.0), style)
    return Block(text.append(f" {score:>5}   {row.answered} of {row.total}{own}"), lead, wrapped=False)


def advice_blocks(advice: Advice) -> list[Block]:
    """What to do next, with the command for it."""
    said, command = next_step(advice)
    return [Block(Text("Next: ", "bold").append(said, "not bold")), Block(command, "  ", style="cyan", wrapped=False)]


def next_step(advice: Advice) -> tuple[str, str]:
    """The advice in words, and as a command."""
    narrowed = f"lossprep quiz --{advice.axis} {advice.group}"
    match advice.what:
        case "resume":
            return "a session waits to be finished.", "lossprep quiz"
        case "begin":
            return "a first session of five questions.", "lossprep quiz"
        case "strengthen":
            return f"{advice.group} is your weakest {advice.axis} so far.", narrowed
        case "widen":
            return f"{advice.group} is the {advice.axis} you have seen least of.", narrowed
        case "done":
            return "everything is answered well; once more, in another order.", "lossprep quiz --new"


def progress_form(progress: Progress) -> dict[str, Any]:
    """Progress as JSON."""
    said, command = next_step(progress.advice)
    return {
        "format": 1,
        "total": progress.total,
        "answered": progress.answered,
        **{f"by_{axis}": [_row_form(row) for row in progress.rows[axis]] for axis in AXES},
        "next": {"what": progress.advice.what, "message": said, "command": command},
    }


def _row_form(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "total": row.total,
        "answered": row.answered,
        "score": row.score,
        "own_mark": row.own_mark,
    }
