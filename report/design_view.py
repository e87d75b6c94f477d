"""A verdict on a design: demand by demand, with the argument of each, then the experiment as a table."""

from __future__ import annotations

from typing import Final

from rich.text import Text

from grader.verdict import Finding, Verdict
from report.design_words import demand_name, demand_words, experiment_lines
from report.json_form import Speak
from report.paper import BLANK, Block, Paper
from report.text import counted, glued

_MARKS: Final = {"demand-met": ("✓", "green", "met"), "demand-missed": ("✗", "red", "missed"),
                 "demand-undecided": ("?", "yellow", "undecided")}  # fmt: skip


def design_blocks(verdict: Verdict, speak: Speak, paper: Paper, *, with_hints: bool) -> list[Block]:
    """Missed demands first, as the findings are ordered."""
    demands = [finding for finding in verdict.findings if finding.code in _MARKS]
    blocks = [BLANK, *(_demand(finding, paper) for finding in demands)]
    for finding in verdict.findings:
        lines = experiment_lines(finding, paper.measure - 4) if finding.code == "experiment" else []
        if lines:
            blocks += [BLANK, *(Block(f"    {line}", wrapped=False) for line in lines)]
    hint = speak(demands[0]).hint if demands and demands[0].code == "demand-missed" and with_hints else None
    if hint:
        blocks += [BLANK, Block(Text("Hint: ", "bold").append(hint, "not bold"), "  ")]
    return blocks


def tally(verdict: Verdict) -> str:
    """How many of the demands are met."""
    demands = [finding for finding in verdict.findings if finding.code in _MARKS]
    met = sum(finding.code == "demand-met" for finding in demands)
    if met == len(demands):
        return "every demand is met"
    return f"{met} of {counted(len(demands), 'demand')} met"


def _demand(finding: Finding, paper: Paper) -> Block:
    mark, style, word = _MARKS[finding.code]
    said = glued(demand_words(finding))
    if paper.plain:
        return Block(f"{demand_name(finding)}: {word}. {said}")
    lead = Text("  ").append(f"{mark} ", style)
    return Block(Text(demand_name(finding) + ". ", "bold").append(said, "not bold"), lead, "    ")
