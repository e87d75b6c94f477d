"""The file that an answer begins with: what is asked as comments, or the stub of the function."""

from __future__ import annotations

from practice.answers import COMMENT
from questions.kinds import Choice, Code, Derivation, Design, Explain, Number, Question
from report import maths
from report.paper import BLANK, Block, Paper
from report.question_view import prompt_blocks

_WIDTH = 78


def starting_file(question: Question) -> tuple[str, str] | None:
    """Its name and its text; None where none is needed."""
    match question:
        case Code(starter=starter):
            return f"{question.id.replace('-', '_')}.py", starter
        case Derivation():
            return f"{question.id}.txt", _asked(question, "One equation a line, the answer last")
        case Design():
            return f"{question.id}.txt", _asked(question, "The loss goes below, after definitions that it uses")
        case Explain():
            return f"{question.id}.md", _asked(question, "Your answer goes below")
        case Choice() | Number():
            return None


def is_untouched(question: Question, text: str) -> bool:
    """Whether there is nothing in the text that its author wrote."""
    if isinstance(question, Code):
        return text.split() in ([], question.starter.split())
    return not own_text(question, text).strip()


def own_text(question: Question, text: str) -> str:
    """An explanation without the comments that it began with; elsewhere the comments of a file are blank already."""
    if not isinstance(question, Explain):
        return text
    begun = starting_file(question)
    asked = begun[1].splitlines() if begun else []
    lines = text.split("\n")
    while lines and asked and lines[0].rstrip() == asked.pop(0):
        lines.pop(0)
    return "\n".join(lines)


def _asked(question: Question, how: str) -> str:
    paper = Paper(width=_WIDTH)
    head = Block(f"{question.title} ({question.id})")
    body = prompt_blocks(question, maths.scope_of(question), paper)
    shown = paper.write([head, *body, BLANK, Block(f"{how}; these lines are not read.")])
    return "".join(f"{COMMENT} {line}".rstrip() + "\n" for line in shown.splitlines()) + "\n"
