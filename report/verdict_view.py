"""A verdict on the terminal: the outcome, the evidence in words, what was read, where it fails, what to look at.

What a wrong answer gets back fits a screen of 80 by 24, the prompt below it included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from rich.text import Text

from grader.formula.show import show_name
from grader.verdict import Evidence, Finding, Levels, Outcome, Verdict, Witness
from report.carets import caret
from report.json_form import Speak
from report.paper import BLANK, Block, Paper
from report.profile_view import profile_blocks
from report.text import GLUE, counted, glued
from report.wording import fact_text

_HEADS: Final[dict[Outcome, tuple[str, str, str]]] = {
    "right": ("✓", "Right", "bold green"),
    "partly": ("~", "Partly right", "bold yellow"),
    "wrong": ("✗", "Not right", "bold red"),
    "unreadable": ("?", "Not readable", "bold yellow"),
    "undecided": ("?", "Undecided", "bold yellow"),
}
_TELLING: Final = ("choice", "number")
"""Kinds whose witness is the answer itself: it is for `--json`, not for somebody who may try again."""
_UNFINISHED: Final = "not-closed-form"
_NOWHERE: Final = ("no-entry", "empty")
"""What is missing stands nowhere."""
_EXPLAINED: Final[dict[Evidence | None, str]] = {
    "proved": "it is the model answer, word for word",
    None: "no program judges an explanation; mark it against its points",
}
_MOST_FINDINGS: Final = 3
_LONGEST_READING: Final = 240
"""Signs of a reading that are shown however narrow the terminal."""
_MOST_INPUTS: Final = 4
_TALLEST: Final = 19
"""A screen of 24 lines, less the blank line above, the invitation to try again, and the prompt."""
_SPARE: Final = 5
"""Lines of a screen that are not the verdict's: see `_TALLEST`."""
_LABEL: Final = 11


@dataclass(frozen=True, slots=True)
class Shown:
    """What a verdict is shown with. `answer` is the text that was graded, `layout` the reading in two dimensions."""

    answer: str
    speak: Speak
    layout: str | None = None
    with_hints: bool = True
    profile: bool = False
    """Whether that of code is drawn in full, whatever the outcome."""


def verdict_blocks(verdict: Verdict, shown: Shown, paper: Paper) -> list[Block]:
    """The verdict, top down in the order in which one wants to know.

    What does not fit a small screen gives way: lesser findings first, then the reading in two dimensions.
    """
    blocks: list[Block] = []
    for variant, findings in ((shown, _MOST_FINDINGS), (shown, 1), (replace(shown, layout=None), 1)):
        blocks = _blocks(verdict, variant, findings, paper)
        if paper.write(blocks).count("\n") <= _TALLEST:
            break
    if shown.profile:
        return [*blocks, *profile_blocks(verdict.profile, paper, every=True)]
    if verdict.profile and verdict.outcome in ("partly", "wrong"):
        return _with_profile(verdict, shown, blocks, paper)
    return blocks


def _with_profile(verdict: Verdict, shown: Shown, blocks: list[Block], paper: Paper) -> list[Block]:
    """In full where the screen is tall enough; else in brief, for which lesser findings give way; else not at all."""
    drawn = [*blocks, *profile_blocks(verdict.profile, paper)]
    if paper.fits(drawn, spare=_SPARE):
        return drawn
    brief = profile_blocks(verdict.profile, paper, brief=True)
    for start in (blocks, _blocks(verdict, replace(shown, layout=None), 1, paper)):
        if paper.fits([*start, *brief], spare=_SPARE):
            return [*start, *brief]
    return blocks


def _blocks(verdict: Verdict, shown: Shown, findings: int, paper: Paper) -> list[Block]:
    blocks = [_head(verdict)]
    if verdict.outcome != "unreadable":
        blocks += _reading(verdict, shown, paper)
    if verdict.kind == "design" and verdict.outcome != "unreadable":
        from report.design_view import design_blocks  # words of an analysis, which `list` does not need

        return [*blocks, *design_blocks(verdict, shown.speak, paper, with_hints=shown.with_hints)]
    if verdict.levels is not None:
        blocks.append(_levels(verdict.levels))
    if verdict.witness is not None and verdict.kind not in _TELLING and not any(map(_of_operands, verdict.findings)):
        blocks += [BLANK, *_witness(verdict.witness, paper)]
    return blocks + _findings(verdict, shown, findings, paper)


def _head(verdict: Verdict) -> Block:
    glyph, word, style = _HEADS[verdict.outcome]
    if verdict.outcome == "partly" and _UNFINISHED in verdict.codes:
        word = "Not finished"
    text = Text(f"{glyph} {word}", style)
    tail = evidence_words(verdict)
    return Block(text.append(f": {tail}." if tail else ".", "not bold"), rest="  ")


def evidence_words(verdict: Verdict) -> str:
    """How the outcome is known."""
    if verdict.kind == "explain" and verdict.evidence == "self-marked":
        marked, points = verdict.details.get("marked"), verdict.details.get("points")
        return "as you marked it yourself" + (
            f", {marked} of {counted(points, 'point')}" if isinstance(points, int) else ""
        )
    if verdict.kind == "explain":
        return _EXPLAINED.get(verdict.evidence, "")
    if verdict.outcome == "partly" and _UNFINISHED in verdict.codes:
        return "a derivative is still left in it"
    if verdict.kind == "design" and verdict.outcome != "unreadable":
        from report.design_view import tally

        return tally(verdict)
    if verdict.outcome == "undecided":
        tried = verdict.details.get("tried")
        return "neither right nor wrong could be shown in the time allowed" + (
            f" ({fact_text(tried)})" if tried else ""
        )
    if verdict.kind in _TELLING:
        return ""
    points = verdict.details.get("points")
    words: dict[Evidence | None, str] = {
        "proved": "proved, for every allowed input",
        "tested": f"tested at {counted(points, 'point')}" if isinstance(points, int) and points else "tested",
        "witness": "here is an input that shows it" if verdict.witness and verdict.witness.inputs else "",
    }
    if verdict.levels is not None and verdict.outcome == "right":
        return "tested on ordinary and on extreme inputs" if verdict.levels.stable else "tested on ordinary inputs"
    said = words.get(verdict.evidence, "")
    shown_right = verdict.outcome == "partly" and verdict.evidence in ("proved", "tested")
    return f"the answer is {said}" if shown_right else said


def _reading(verdict: Verdict, shown: Shown, paper: Paper) -> list[Block]:
    if verdict.reading is None or verdict.kind == "choice":
        return []
    if shown.layout is not None and not paper.plain:
        return [BLANK, *(_fixed(line) for line in shown.layout.split("\n"))]
    reading = cut(verdict.reading, max(_LONGEST_READING, 3 * (paper.measure - _LABEL - 2)))
    return [BLANK, replace(_row("read as", reading), rest=" " * (_LABEL + 4), formula=True)]


def _levels(levels: Levels) -> Block:
    said = {True: "yes", False: "no", None: "not tested"}
    style = {True: "green", False: "red", None: "dim"}
    text = Text()
    for number, name in enumerate(("correct", "stable", "precise")):
        reached = getattr(levels, name)
        text.append("   " * bool(number) + f"{name} ").append(said[reached], style[reached])
    return Block(text, "  ")


def _witness(witness: Witness, paper: Paper) -> list[Block]:
    room = paper.measure - _LABEL - 2
    names = list(witness.inputs.items())
    inputs = ", ".join(f"{show_name(name)}{GLUE}={GLUE}{glued(value)}" for name, value in names[:_MOST_INPUTS])
    if len(names) > _MOST_INPUTS:
        inputs += ", …"
    rows = [_row("at", cut(inputs, 2 * room))] if names else []
    return [*rows, _row("expected", cut(witness.expected, room)), _row("yours", cut(witness.got, room))]


def _findings(verdict: Verdict, shown: Shown, most: int, paper: Paper) -> list[Block]:
    if not verdict.findings:
        return []
    blocks = [BLANK]
    for number, finding in enumerate(verdict.findings[:most]):
        words = shown.speak(finding)
        many = bool(shown.answer.strip().count("\n"))
        if verdict.outcome == "unreadable" or (number == 0 and (many or _of_operands(finding))):
            blocks += _place(finding, shown, paper)
        blocks.append(Block(("Note: " if finding.severity == "note" else "") + glued(words.message), "  "))
        if number == 0 and shown.with_hints and words.hint and verdict.outcome != "right":
            blocks.append(Block(Text("Hint: ", "bold").append(words.hint, "not bold"), "  "))
    more = len(verdict.findings) - most
    if more > 0:
        blocks.append(Block(f"  and {more} more of less weight.", style="dim"))
    return blocks


def _of_operands(finding: Finding) -> bool:
    """Whether two operands do not fit: what is expected of the whole is not known then."""
    return finding.code == "shape-mismatch" and "operation" in finding.data


def _place(finding: Finding, shown: Shown, paper: Paper) -> list[Block]:
    """The line that was typed, with carets: also of an option's value. Of one line that was read, all is meant."""
    if finding.where is None or finding.code in _NOWHERE:
        return []
    option = finding.data.get("option")
    label = f"{option} " if option else f"line {finding.where.line}  " if shown.answer.count("\n") else ""
    pair = caret(shown.answer, finding.where, paper.measure - 4 - len(label))
    if pair is None:
        return []
    line, under = pair
    pad = " " * len(label)
    return [
        Block(Text(f"  {label}", "dim").append(line, "not dim"), wrapped=False),
        Block(Text(f"  {pad}{under}", "bold red"), wrapped=False),
    ]


def _row(label: str, value: str) -> Block:
    return Block(value, Text(f"  {label:<{_LABEL}}", "dim"), " " * (_LABEL + 2))


def _fixed(line: str) -> Block:
    return Block(f"    {line}", wrapped=False)


def cut(text: str, width: int) -> str:
    """At most `width` characters, ending in … where something was left out."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: max(1, width - 1)] + "…"
