"""A question on the terminal: the prompt, the names one may use, the options; its hints; its solution."""

from __future__ import annotations

import ast
import string
from collections.abc import Mapping, Sequence
from typing import Final

from rich.text import Text

from grader.formula.declare import Scope
from questions.kinds import Choice, Code, CodeLevel, Derivation, Design, Explain, Number, Point, Question
from report import maths
from report.paper import BLANK, Block, Paper
from report.prose import inline, prose

LETTERS = string.ascii_lowercase
_LEVELS: Final[Mapping[CodeLevel, str]] = {
    "correct": "correct: the right values on ordinary inputs",
    "stable": "stable: no overflow, no NaN, as accurate as float64 allows, on every input",
    "precise": "precise: stable, and tiny results are right to their last digits too",
}


def meta_line(question: Question) -> str:
    """`entry, gradient, derivation, about 3 minutes`."""
    minutes = "1 minute" if question.minutes == 1 else f"{question.minutes} minutes"
    return f"{question.level}, {question.stage}, {question.kind}, about {minutes}"


def prompt_blocks(question: Question, scope: Scope, paper: Paper, order: Sequence[int] | None = None) -> list[Block]:
    """Everything that is needed to answer, and nothing that answers."""
    blocks = [Block(meta_line(question), style="dim"), BLANK, *prose(question.prompt, scope, paper)]
    match question:
        case Choice(options=options):
            blocks.append(BLANK)
            for letter, place in zip(LETTERS, order if order is not None else range(len(options)), strict=False):
                text = inline(options[place].text, scope, paper)
                blocks.append(Block(text, Text(f"  {letter}) ", "bold"), "     "))
        case Derivation():
            names = maths.names(question.variables, question.given, unicode=paper.unicode)
            blocks += [BLANK, _row("names", names)]
        case Code(arguments=arguments, asks=asks):
            shapes = ", ".join(maths.python_shape(argument) for argument in arguments)
            rows = {"function": signature(question), "shapes": shapes, **_returned(question), "asked": _LEVELS[asks]}
            blocks += [BLANK, *(_row(label, said, wide=10) for label, said in rows.items())]
        case Number(unit=unit):
            if unit:
                blocks += [BLANK, _row("unit", unit)]
        case Design(variables=variables, demands=demands):
            demanded = ", ".join(maths_text(demand) for demand in demands)
            rows = {"of": question.wrt, "names": maths.names(variables, (), unicode=paper.unicode), "must be": demanded}
            blocks += [BLANK, *(_row(label, said, wide=9) for label, said in rows.items())]
        case Explain():
            pass
    return blocks


def maths_text(demand: str) -> str:
    """A demand as it is read: `bounded influence ≤ 1`."""
    return demand.replace("<=", "≤").replace(">=", "≥")


def _returned(question: Code) -> dict[str, str]:
    """What the function gives back, where it is not the loss alone."""
    if question.returns == "loss" or question.wrt is None:
        return {}
    slopes = [f"the gradient by {name.strip()}, of its shape" for name in question.wrt.split(",")]
    return {"returns": ", ".join(["the loss", *slopes] if question.returns == "loss-and-gradient" else slopes)}


def _row(label: str, value: str, *, wide: int | None = None) -> Block:
    wide = wide or len(label) + 2
    return Block(value, Text(f"  {label:<{wide}}", "dim"), " " * (wide + 2))


def signature(question: Code) -> str:
    """The function as its first line in Python: `def huber(yhat, y, delta=1.0):`."""
    for node in ast.parse(question.starter).body:
        if isinstance(node, ast.FunctionDef) and node.name == question.entry:
            return f"def {node.name}({ast.unparse(node.args)}):"
    names = ", ".join(maths.declared_name(argument) for argument in question.arguments)
    return f"def {question.entry}({names}):"


def hint_blocks(question: Question, number: int, scope: Scope, paper: Paper) -> list[Block]:
    """The `number`-th hint, from 0."""
    head = Text(f"Hint {number + 1} of {len(question.hints)}: ", "bold")
    first, *others = prose(question.hints[number], scope, paper) or [BLANK]
    text = first.text if isinstance(first.text, Text) else Text(first.text)
    return [Block(head.append_text(Text(style="not bold").append_text(text))), *others]


def rubric_blocks(question: Explain, scope: Scope, paper: Paper) -> list[Block]:
    """The points of a complete answer, numbered as `--marks` counts them."""
    blocks = [Block("What a complete answer covers", style="bold"), BLANK]
    for number, point in enumerate(question.points, 1):
        blocks.append(Block(point_text(point, scope, paper), f"  {number:>2}  ", " " * 6))
    return [*blocks, BLANK, Block(f"Mark what yours covers: lossprep submit {question.id} … --marks 1,2", style="dim")]


def point_text(point: Point, scope: Scope, paper: Paper) -> Text:
    return inline(point.text, scope, paper).append("" if point.essential else " (a bonus)", "dim")


def solution_blocks(question: Question, scope: Scope, paper: Paper) -> list[Block]:
    """The model answer, worked, and the analysis."""
    return [*answer_blocks(question, scope, paper), BLANK, *analysis_blocks(question, scope, paper)]


def answer_blocks(question: Question, scope: Scope, paper: Paper, order: Sequence[int] | None = None) -> list[Block]:
    """The model answer, worked. `order` is the one in which a choice's options were shown."""
    answer = _answer(question, scope, paper, order)
    return [Block("Model answer", style="bold"), *answer, BLANK, *prose(question.solution, scope, paper, "  ")]


def analysis_blocks(question: Question, scope: Scope, paper: Paper) -> list[Block]:
    """Why it is so."""
    head = Block("Why, and what an interviewer listens for", style="bold")
    return [head, BLANK, *prose(question.analysis, scope, paper, "  ")]


def _answer(question: Question, scope: Scope, paper: Paper, order: Sequence[int] | None) -> list[Block]:
    match question:
        case Choice(options=options):
            blocks: list[Block] = []
            lettered = [
                (letter, options[place]) for letter, place in zip(LETTERS, order or range(len(options)), strict=False)
            ]
            for letter, option in sorted(lettered, key=lambda pair: not pair[1].correct):
                mark = Text("right: " if option.correct else "wrong: ", "green" if option.correct else "red")
                shown = inline(option.text, scope, paper)
                text = Text.assemble(mark, (f"{letter}) ", "bold"), shown)
                blocks += [BLANK, Block(text, "  ", "    "), *prose(option.why, scope, paper, "    ")]
            return blocks
        case Number(answer=answer, unit=unit):
            return [BLANK, Block(f"{maths.reading_or_text(answer, Scope())} {unit or ''}".rstrip(), "  ")]
        case Derivation() | Design():
            lines = [maths.reading_or_text(line, scope) for line in question.answer.strip().split("\n")]
            return [BLANK, *(Block(line, "  ", "      ", formula=True) for line in lines)]
        case Code(reference=reference):
            return [BLANK, *(Block(f"  {line}", wrapped=False) for line in reference.rstrip().split("\n"))]
        case Explain():
            return [BLANK, *prose(question.answer, scope, paper, "  ")]
