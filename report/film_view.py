"""A descent on the terminal: a picture that moves, or a table of chosen steps; and as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from rich.text import Text

from grader.descent import Film, Run
from grader.formula.show import show_name
from report.film_words import closing, number
from report.json_form import plain
from report.paper import BLANK, Block, Paper, to_ascii

NARROWEST: Final = 56
"""On less, a table."""
MOMENTS: Final = 80
"""A film shows no more steps than this, the first ones all."""
_COLOURS: Final = ("cyan", "yellow", "magenta", "green", "blue", "red", "white", "bright_black")
_NUMBERS: Final = 32
_GAP: Final = "  "


def moves(film: Film, paper: Paper) -> bool:
    """Whether the picture can be drawn over itself here: on a screen that holds it."""
    return paper.height is not None and paper.height > len(film.runs) + 3 and paper.measure >= NARROWEST


def moments(film: Film) -> list[int]:
    """The steps that are shown, from 0 to the last."""
    end = film.length
    if end <= MOMENTS:
        return list(range(end + 1))
    first = MOMENTS // 3
    rest = MOMENTS - first
    return [*range(first), *(first + round((end - first) * n / rest) for n in range(rest + 1))]


def scale(film: Film) -> tuple[float, float]:
    """The range of positions that is drawn; a run that diverges leaves it."""
    kept = [frame.at for run in film.runs if run.ended != "diverged" for frame in run.frames]
    kept += [frame.at for run in film.runs if run.ended == "diverged" for frame in run.frames[: 1 if kept else 4]]
    low, high = min(kept), max(kept)
    return (low, high) if high > low else (low - 1, high + 1)


def picture(film: Film, step: int, paper: Paper) -> list[Block]:
    """One moment: a line for each loss, with the way that was made. As many blocks each time, each one line."""
    low, high = scale(film)
    names = [_shown(run.name, paper) for run in film.runs]
    wide = min(max(map(len, names)), max(8, paper.measure // 3))
    room = paper.measure - wide - len(_GAP) - _NUMBERS
    ends = _shown(number(low), paper), _shown(number(high), paper)
    head = f"step {step} of {film.steps}, rate {number(film.rate)}"
    axis = f"{'':{wide}}{_GAP}{ends[0]}{ends[1]:>{room - len(ends[0])}}"
    columns = f"{_GAP}{_shown(show_name(film.wrt), paper):>9}{'loss':>10}{'slope':>11}"
    rows: list[Block] = [
        Block(head, style="bold", wrapped=False),
        Block(f"{axis}{columns}", style="dim", wrapped=False),
    ]
    for place, run in enumerate(film.runs):
        frame = run.at_step(step)
        at, loss, slope = (_shown(number(value), paper) for value in (frame.at, frame.loss, frame.gradient))
        text = Text(f"{_cut(names[place], wide, paper):<{wide}}{_GAP}")
        text.append(_track(run, frame.step, (low, high), room, paper), _COLOURS[place % len(_COLOURS)])
        text.append(f"{_GAP}{at:>9}{loss:>10}{slope:>11}")
        rows.append(Block(text, wrapped=False))
    return rows


def _track(run: Run, step: int, ends: tuple[float, float], room: int, paper: Paper) -> str:
    """The axis as characters: what was passed, and where it is now."""
    marks = ("●", "─", "·", "◀", "▶") if paper.unicode else ("o", "-", ".", "<", ">")
    cells = [marks[2]] * room
    places = [_cell(frame.at, ends, room) for frame in run.frames[: step + 1]]
    for cell in range(max(0, min(places)), min(room - 1, max(places)) + 1):
        cells[cell] = marks[1]
    now = places[-1]
    gone = run.ended == "diverged" and step == run.last.step
    if gone or not 0 <= now < room:
        left = now < 0 or (gone and run.last.at < ends[0])
        cells[0 if left else -1] = marks[3] if left else marks[4]
    else:
        cells[now] = marks[0]
    return "".join(cells)


def _cell(at: float, ends: tuple[float, float], room: int) -> int:
    low, high = ends
    share = (at - low) / (high - low)
    return round(max(-1.0, min(2.0, share)) * (room - 1))


def _shown(text: str, paper: Paper) -> str:
    """As the paper will show it, so that columns are as wide as they look."""
    return text if paper.unicode else to_ascii(text)


def _cut(name: str, wide: int, paper: Paper) -> str:
    mark = "…" if paper.unicode else "."
    return name if len(name) <= wide else name[: wide - 1] + mark


def closing_blocks(film: Film) -> list[Block]:
    """What happened, in words."""
    head = f"From {show_name(film.wrt)} = {number(film.start)}, at most {film.steps} steps of rate {number(film.rate)}:"
    return [BLANK, Block(head), *(Block(said, "  ", "    ") for said in closing(film))]


def table_blocks(film: Film, paper: Paper) -> list[Block]:
    """Chosen steps as tables: where each loss is, and the slope there."""
    wrt = show_name(film.wrt)
    steps = chosen_steps(film)
    blocks: list[Block] = []
    fits = max(1, (paper.measure - 6) // (max(10, *(len(run.name) for run in film.runs)) + 2))
    for first in range(0, len(film.runs), fits):
        runs = film.runs[first : first + fits]
        names = [_shown(run.name, paper) for run in runs]
        for title, what in ((f"{wrt}, by step", "at"), ("the slope there", "gradient")):
            rows = [[_shown(_cell_text(run, step, what), paper) for run in runs] for step in steps]
            blocks += [BLANK, Block(title, style="bold"), *_table(steps, names, rows)]
    return blocks[1:]


def chosen_steps(film: Film) -> list[int]:
    """0, 1, 2, 5, 10, 20, … and the last."""
    end = film.length
    grown = [lead * 10**power for power in range(len(str(end)) + 1) for lead in (1, 2, 5)]
    return [0, *(step for step in grown if step < end), *([end] if end else [])]


def _cell_text(run: Run, step: int, what: str) -> str:
    """The figure at a step; a run that has ended has none."""
    frame = run.at_step(step)
    return number(getattr(frame, what)) if frame.step == step else ""


def _table(steps: Sequence[int], names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Block]:
    widths = [max(len(name), 10) for name in names]
    lines = []
    for first, row in [("step", names), *zip(map(str, steps), rows, strict=True)]:
        cells = (f"{_GAP}{text:>{wide}}" for text, wide in zip(row, widths, strict=True))
        lines.append(f"{first:>5}{''.join(cells)}")
    return [Block(line, style="" if place else "dim", wrapped=False) for place, line in enumerate(lines)]


def film_form(film: Film) -> dict[str, Any]:
    """`descend --json`: every frame of every run. What float64 has no number for is a text."""
    return {
        "format": 1,
        "wrt": film.wrt,
        "from": film.start,
        "rate": film.rate,
        "steps": film.steps,
        "runs": [_run_form(run) for run in film.runs],
    }


def _run_form(run: Run) -> dict[str, Any]:
    return {
        "loss": run.name,
        "wrt": run.wrt,
        "ended": run.ended,
        "beyond": plain(run.beyond),
        "overshoots": len(run.overshoots),
        "frames": [
            {"step": frame.step, "at": frame.at, "loss": plain(frame.loss), "gradient": plain(frame.gradient)}
            for frame in run.frames
        ],
    }


def description(film: Film) -> str:
    """The film in words, for those who cannot see its picture."""
    return " ".join([f"From {show_name(film.wrt)} = {number(film.start)}, rate {number(film.rate)}.", *closing(film)])


def log_size(value: float, floor: float) -> float:
    """The size of a slope on a logarithmic axis."""
    return math.log10(min(1e300, max(abs(value), floor)))
