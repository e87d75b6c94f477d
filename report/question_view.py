"""A question on the terminal: the prompt, the names one may use, the options; its hints; its solution."""

from __future__ import annotations

import string
from collections.abc import Sequence

from rich.text import Text

from grader.formula.declare import Scope
from questions.kinds import Choice, Code, Derivation, Explain, Number, Point, Question
from report import maths
from report.paper import BLANK, Block, Paper
from report.prose import inline, prose

LETTERS = string.ascii_lowercase


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
            blocks += [BLANK, _names(maths.names(question.variables, question.given))]
        case Code(arguments=arguments, entry=entry, asks=asks):
            names = ", ".join(maths.declared_name(argument) for argument in arguments)
            blocks += [
                BLANK,
                Block(Text("function  ", "dim").append(f"{entry}({names}), at least {asks}", "not dim"), "  "),
            ]
        case Number(unit=unit):
            if unit:
                blocks += [BLANK, Block(unit, Text("  unit  ", "dim"))]
        case Explain():
            pass
    return blocks


def _names(names: str) -> Block:
    return Block(names, Text("  names  ", "dim"), " " * 9)


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
    blocks = [Block("Model answer", style="bold"), *_answer(question, scope, paper)]
    blocks += [BLANK, *prose(question.solution, scope, paper, "  ")]
    return [*blocks, BLANK, Block("Why, and what an interviewer listens for", style="bold"), BLANK,
            *prose(question.analysis, scope, paper, "  ")]  # fmt: skip


def _answer(question: Question, scope: Scope, paper: Paper) -> list[Block]:
    match question:
        case Choice(options=options):
            blocks: list[Block] = []
            for option in sorted(options, key=lambda option: not option.correct):
                mark = Text("right: " if option.correct else "wrong: ", "green" if option.correct else "red")
                text = Text.assemble(mark, inline(option.text, scope, paper, "not red not green"))
                blocks += [BLANK, Block(text, "  ", "    "), *prose(option.why, scope, paper, "    ")]
            return blocks
        case Number(answer=answer, unit=unit):
            return [BLANK, Block(f"{maths.reading_or_text(answer, Scope())} {unit or ''}".rstrip(), "  ")]
        case Derivation():
            lines = [maths.reading_or_text(line, scope) for line in question.answer.strip().split("\n")]
            return [BLANK, *(Block(line, "  ", "      ") for line in lines)]
        case Code(reference=reference):
            return [BLANK, *(Block(f"  {line}", wrapped=False) for line in reference.rstrip().split("\n"))]
        case Explain():
            return [BLANK, *prose(question.answer, scope, paper, "  ")]
