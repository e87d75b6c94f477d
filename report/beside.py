"""Losses side by side: a column each, a row for every property; then what tells them apart, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from grader.formula.show import show
from grader.properties.analysis import PROPERTIES, Answer, Property
from report.analysis_view import STYLES, Analysed, argument, glued, short_value
from report.analysis_words import ANSWERS, TITLES, joined
from report.paper import BLANK, Block, Paper, to_ascii
from report.plot_curves import WHATS, plotted
from report.plot_text import NARROWEST, panel_lines, side_by_side
from report.verdict_view import cut

_GAP: Final = 2
_NARROWEST_COLUMN: Final = 10
_FIRST: Final = max(len(title.text) for title in TITLES.values())
_CELL: Final[dict[Answer, str]] = {"yes": "yes", "no": "no", "undecided": "?"}


def beside_blocks(losses: Sequence[Analysed], paper: Paper) -> list[Block]:
    """The first loss beside the others."""
    blocks = [_formula(loss) for loss in losses]
    blocks += _pictures(losses, paper)
    blocks += [BLANK, *(_listed(losses) if paper.plain or paper.measure < NARROWEST else _tables(losses, paper))]
    words = differences(losses)
    if words:
        blocks += [BLANK, Block("What differs", style="bold"), *(Block(glued(line), "  ", "    ") for line in words)]
    return [*blocks, BLANK]


def _formula(loss: Analysed) -> Block:
    head = Text(loss.name, "bold")
    return Block(head.append(f": {show(loss.analysis.loss, loss.analysis.scope)}", "not bold"), "", "    ")


def _pictures(losses: Sequence[Analysed], paper: Paper) -> list[Block]:
    """The losses above, their gradients below, all of a row on one scale."""
    plot = plotted([loss.drawn for loss in losses], losses[0].name)
    if plot is None or paper.plain or paper.measure < NARROWEST or not all(len(p.curves) > 1 for p in plot.panels):
        return []
    blocks: list[Block] = []
    for panel in plot.panels[: WHATS.index("curvature")]:
        most = max(2, (paper.measure - 2) // 20)
        each = -(-len(panel.curves) // -(-len(panel.curves) // most))
        width = (paper.measure - 2 - _GAP * (each - 1)) // each
        for start in range(0, len(panel.curves), each):
            shown = panel.curves[start : start + each]
            pictures = []
            for curve in shown:
                title = f"{curve.label}, {panel.what}"
                title = title if len(title) < width - 6 else curve.label
                one = type(panel)(panel.what, (curve,), panel.low, panel.high)
                pictures.append(panel_lines(one, plot, title, width, paper))
            blocks += [BLANK, *side_by_side(pictures, width)]
    return [*blocks, *([Block(f"({plot.remark})", "  ", style="dim")] if plot.remark else [])]


def _listed(losses: Sequence[Analysed]) -> list[Block]:
    """For screen readers, and where a table has no room: one line a property."""
    blocks = []
    for name in _asked(losses):
        cells = [f"{loss.name} {_said(loss, name)}" for loss in losses]
        blocks.append(Block(f"{TITLES[name].text}: {', '.join(cells)}."))
    return blocks


def _said(loss: Analysed, name: str) -> str:
    item = _property(loss, name)
    if item is None:
        return "not asked"
    value = short_value(item)
    return ANSWERS[item.answer] + (f" ({value})" if value else "")


def _tables(losses: Sequence[Analysed], paper: Paper) -> list[Block]:
    """One table, or as many as the width asks for; the first loss stands in each."""
    room = paper.measure - _FIRST - 2
    most = max(2, room // (_NARROWEST_COLUMN + _GAP))
    if len(losses) <= most:
        return _table(losses, paper)
    blocks: list[Block] = []
    for start in range(1, len(losses), most - 1):
        blocks += [*_table([losses[0], *losses[start : start + most - 1]], paper), BLANK]
    return blocks[:-1]


def _table(losses: Sequence[Analysed], paper: Paper) -> list[Block]:
    width = max(4, (paper.measure - _FIRST - 2) // len(losses) - _GAP)
    width = min(width, max(_NARROWEST_COLUMN, *(len(loss.name) for loss in losses), 16))
    head = Text(" " * _FIRST)
    for loss in losses:
        head.append(f"{' ' * _GAP}{_fitted(loss.name, width, paper):<{width}}", "bold")
    blocks = [Block(head, "  ", wrapped=False)]
    for name in _asked(losses):
        blocks += _row(name, losses, width, paper)
    return blocks


def _row(name: str, losses: Sequence[Analysed], width: int, paper: Paper) -> list[Block]:
    """Answers, and behind them the values; what does not fit beside its answer stands below it."""
    line, below = Text(f"{TITLES[name].text:<{_FIRST}}"), Text(" " * _FIRST)
    for loss in losses:
        item = _property(loss, name)
        answer = _CELL[item.answer] if item is not None else "-"
        value = short_value(item) if item is not None else ""
        value = value if paper.unicode else to_ascii(value)
        beside = f"{answer} {value}" if value else answer
        fits = len(beside) <= width
        line.append(" " * _GAP).append(f"{beside if fits else answer:<{width}}", STYLES[item.answer] if item else "dim")
        below.append(f"{' ' * _GAP}{'' if fits else _fitted(value, width, paper):<{width}}")
    rows = [line, below] if below.plain.strip() else [line]
    return [Block(row, "  ", wrapped=False) for row in rows]


def _fitted(text: str, width: int, paper: Paper) -> str:
    """Cut to a width that it also has in ASCII."""
    return cut(text, width) if paper.unicode or len(text) <= width else f"{text[: max(1, width - 3)]}..."


def _asked(losses: Sequence[Analysed]) -> list[str]:
    return [name for name in PROPERTIES if any(_property(loss, name) is not None for loss in losses)]


def _property(loss: Analysed, name: str) -> Property | None:
    return next((item for item in loss.analysis.properties if item.name == name), None)


def differences(losses: Sequence[Analysed]) -> list[str]:
    """For every property that tells them apart, who has it and who has not, with the argument against one of them."""
    lines = []
    for name in PROPERTIES:
        items = [(loss, item) for loss in losses if (item := _property(loss, name)) is not None]
        having = [loss.name for loss, item in items if item.answer == "yes"]
        lacking = [(loss, item) for loss, item in items if item.answer == "no"]
        if having and lacking:
            title, (first, item) = TITLES[name], lacking[0]
            names = joined([loss.name for loss, _ in lacking])
            why = argument(item, first.analysis)
            if len(lacking) > 1:
                why = f"{first.name}: {why[0].lower() if why[1:2].islower() else why[0]}{why[1:]}"
            lines.append(f"{joined(having)} {_verb(title.verb, having)} {title.text}; {names} "
                         f"{_not(title.verb, lacking)}. {why}")  # fmt: skip
    return lines


def _verb(verb: str, subjects: Sequence[object]) -> str:
    return verb if len(subjects) == 1 else {"is": "are", "has": "have"}[verb]


def _not(verb: str, subjects: Sequence[object]) -> str:
    if verb == "is":
        return "is not" if len(subjects) == 1 else "are not"
    return "has not" if len(subjects) == 1 else "have not"
