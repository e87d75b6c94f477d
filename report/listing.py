"""Questions as lists, as JSON, and as files to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from questions.kinds import Choice, Code, Derivation, Explain, Number, Question, model_answer

_KIND, _LEVEL, _TITLE = 12, 8, 16


def listing(questions: Sequence[Question], width: int) -> str:
    """One question a line: id, level, kind, title; on a narrow screen, two lines."""
    wide = max((len(question.id) + 2 for question in questions), default=0)
    room = width - wide - _LEVEL - _KIND
    if room < _TITLE:
        return "".join(f"{q.id}\n  {q.title} ({q.level}, {q.kind})\n" for q in questions)
    return "".join(f"{q.id:<{wide}}{q.level:<{_LEVEL}}{q.kind:<{_KIND}}{_short(q.title, room)}\n" for q in questions)


def _short(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 3].rstrip() + "..."


def question_form(question: Question) -> dict[str, Any]:
    """A question in `list --json`: nothing that answers it."""
    return {
        "format": 1,
        "id": question.id,
        "kind": question.kind,
        "title": question.title,
        "stage": question.stage,
        "topic": question.topic,
        "skills": list(question.skills),
        "level": question.level,
        "roles": list(question.roles),
        "follow_up": question.follow_up,
        "related": question.related,
        "minutes": question.minutes,
        "tags": list(question.tags),
    }


def prompt_form(question: Question, order: Sequence[int] | None = None) -> dict[str, Any]:
    """`show --json`: what is asked, in the language of the bank, and what may be used."""
    form = {
        **question_form(question),
        "prompt": question.prompt,
        "requirements": list(question.requirements),
        "hints": len(question.hints),
        "sources": list(question.sources),
    }
    match question:
        case Choice(options=options):
            shown = order if order is not None else range(len(options))
            return {**form, "options": [options[place].text for place in shown]}
        case Number(unit=unit):
            return {**form, "unit": unit}
        case Derivation(loss=loss, wrt=wrt, variables=variables, given=given):
            return {**form, "loss": loss, "wrt": wrt, "variables": list(variables), "given": list(given)}
        case Code(loss=loss, arguments=arguments, entry=entry, starter=starter, asks=asks):
            return {
                **form, "loss": loss, "arguments": list(arguments), "entry": entry, "asks": asks, "starter": starter,
            }  # fmt: skip
        case Explain():
            return form


def hints_form(question: Question, count: int) -> dict[str, Any]:
    """`hint --json`."""
    return {"format": 1, "question": question.id, "hints": list(question.hints[:count]), "of": len(question.hints)}


def solution_form(question: Question) -> dict[str, Any]:
    """`solution --json`."""
    return {
        "format": 1,
        "question": question.id,
        "answer": model_answer(question),
        "solution": question.solution,
        "analysis": question.analysis,
    }


def next_commands(question: Question) -> tuple[str, ...]:
    """What one may do with a question that was shown."""
    answer = f"lossprep submit {question.id} -a TEXT"
    match question:
        case Code():
            return (f"lossprep start {question.id}", f"lossprep hint {question.id}")
        case Choice():
            return (f"lossprep submit {question.id} -a b", f"lossprep hint {question.id}")
        case Number() | Derivation() | Explain():
            return (answer, f"lossprep hint {question.id}")


def starting_file(question: Question) -> tuple[str, str] | None:
    """The name and the text of the file that an answer begins with; None where none is needed."""
    match question:
        case Code(starter=starter):
            return f"{question.id.replace('-', '_')}.py", starter
        case Derivation(variables=variables, given=given):
            from report.maths import names

            head = f"# {question.title} ({question.id})\n# names: {names(variables, given)}\n"
            return f"{question.id}.txt", head + "# One equation a line, the answer last; these lines are not read.\n\n"
        case Explain():
            return f"{question.id}.md", ""
        case Choice() | Number():
            return None
