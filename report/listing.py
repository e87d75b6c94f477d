"""Questions as lists, as JSON, and as files to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from questions.kinds import Choice, Code, Derivation, Design, Explain, Number, Question, model_answer
from report.text import counted

_GAP = "  "


def listing(questions: Sequence[Question], width: int | None, *, unicode: bool = True) -> str:
    """One question a line: id, level, kind, title. `width` is that of a terminal; None: nothing is ever cut.

    Where a terminal is too narrow for the longest of them, each takes two lines. The count comes at the end.
    """
    rows = [(question.id, question.level, question.kind, question.title) for question in questions]
    return columns(rows, "question", width, unicode=unicode)


def columns(rows: Sequence[tuple[str, ...]], what: str, width: int | None, *, unicode: bool = True) -> str:
    """Rows of a name, some words and a title, under one another; on a terminal, with their count."""
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    wide[-1:] = [0]  # the title is not filled up
    lines = [_GAP.join(text.ljust(room) for text, room in zip(row, wide, strict=False)) for row in rows]
    if width is None:
        return "".join(f"{line}\n" for line in lines)
    if max(map(len, lines), default=0) > width:
        cut = partial(_cut, width=width, mark="…" if unicode else "...")
        heads = [f"{row[0]} ({', '.join(row[1:-1])})" for row in rows]
        lines = [f"{cut(head)}\n{cut(_GAP + row[-1])}" for head, row in zip(heads, rows, strict=True)]
    return "".join(f"{line}\n" for line in (*lines, counted(len(rows), what) + "."))


def _cut(text: str, width: int, mark: str) -> str:
    return text if len(text) <= width else text[: max(1, width - len(mark))].rstrip() + mark


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
        case Code(loss=loss, arguments=arguments, entry=entry, starter=starter, asks=asks, returns=returns, wrt=wrt):
            return {
                **form, "loss": loss, "arguments": list(arguments), "entry": entry, "asks": asks, "starter": starter,
                "returns": returns, "wrt": wrt,
            }  # fmt: skip
        case Design(wrt=wrt, variables=variables, demands=demands, experiment=experiment):
            return {
                **form, "wrt": wrt, "variables": list(variables), "demands": list(demands), "experiment": experiment,
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
        case Number() | Derivation() | Design() | Explain():
            return (answer, f"lossprep hint {question.id}")
