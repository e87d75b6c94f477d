"""Who words a finding: the bank's author for a question, the general words elsewhere."""

from __future__ import annotations

from grader.formula.declare import Scope
from grader.verdict import Finding
from questions.kinds import Question
from report import maths
from report.json_form import Speak
from report.prose import on_one_line
from report.wording import Words, words


def speaker(question: Question | None) -> Speak:
    """Words for findings, with the author's mathematics read and printed on one line."""
    mistakes = question.mistakes if question is not None else ()
    asked = question.kind if question is not None else None
    scope = maths.scope_of(question) if question is not None else Scope()

    def speak(finding: Finding) -> Words:
        said = words(finding, mistakes, asked)
        return Words(on_one_line(said.message, scope), said.hint and on_one_line(said.hint, scope))

    return speak
