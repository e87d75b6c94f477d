"""A verdict with what surrounds it: the words for its question, the reading in two dimensions."""

from __future__ import annotations

from dataclasses import replace

from grader.formula.declare import Scope
from grader.verdict import Verdict
from questions.kinds import Explain, Question
from report import maths
from report.paper import BLANK, Block, Paper
from report.question_view import point_text, rubric_blocks
from report.speech import speaker
from report.verdict_view import Shown, verdict_blocks


def page(verdict: Verdict, text: str, question: Question | None, scope: Scope | None, paper: Paper,
         *, profile: bool = False) -> list[Block]:  # fmt: skip
    """The blocks of a verdict. `scope` holds the names of a task that is no question's; None: none could be read.

    With `profile`, that of code is drawn whatever the outcome, and in full.
    """
    names = maths.scope_of(question) if question is not None else scope
    layout = None
    if verdict.kind == "derivation" and verdict.reading is not None and names is not None and not paper.plain:
        layout = maths.in_two_dimensions(verdict.reading, names, width=paper.measure - 4, unicode=paper.unicode)
    if isinstance(question, Explain) and verdict.evidence == "self-marked":
        return _marked(verdict, question, names or Scope(), paper)
    option = next(
        (finding.data["text"] for finding in verdict.findings if "option" in finding.data and "text" in finding.data),
        None,
    )
    typed = option if isinstance(option, str) and verdict.kind in ("derivation", "code", "analysis") else text
    if isinstance(question, Explain) and verdict.outcome == "undecided":
        rubric = rubric_blocks(question, names or Scope(), paper)
        return [*verdict_blocks(replace(verdict, findings=()), Shown(typed, speaker(question)), paper), BLANK, *rubric]
    return verdict_blocks(verdict, Shown(typed, speaker(question), layout, profile=profile), paper)


def _marked(verdict: Verdict, question: Explain, scope: Scope, paper: Paper) -> list[Block]:
    """What the author's own marks come to, and every point that they leave open."""
    missed = verdict.details.get("missed")
    blocks = verdict_blocks(replace(verdict, findings=()), Shown("", speaker(question)), paper)
    if not isinstance(missed, tuple) or not missed:
        return blocks
    points = [point_text(question.points[number], scope, paper) for number in missed if isinstance(number, int)]
    return [*blocks, BLANK, Block("Not covered yet:", "  "), *(Block(point, "  - ", "    ") for point in points)]
