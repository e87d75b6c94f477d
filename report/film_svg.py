"""A descent as an SVG drawing, without any library: where each loss is at each step, and how large its slope is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape

from grader.descent import Film, Frame, Run
from grader.formula.show import show_name
from report.film_view import chosen_steps, description, log_size, scale
from report.film_words import number

_WIDTH: Final = 960
_HEIGHT: Final = 420
_TOP: Final = 56
_BOTTOM: Final = 330
_PANELS: Final = ((70, 450), (560, 940))
_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00", "#777777")
"""Okabe and Ito: told apart by every kind of colour vision."""
_DASHES: Final = ("", "7 3", "2 3", "9 3 2 3", "4 4", "12 4", "1 5", "6 2 1 2")
_FLOOR: Final = 1e-9
"""Slopes smaller than this are drawn at it."""
_ENTRY: Final = 230


def film_svg(film: Film) -> str:
    """The whole file. The same film gives the same text."""
    wrt = show_name(film.wrt)
    title = f"Gradient descent from {wrt} = {number(film.start)}"
    low, high = scale(film)
    pad = 0.04 * (high - low)
    sizes = [log_size(frame.gradient, _FLOOR) for run in film.runs for frame in run.frames]
    small, large = math.floor(min(sizes)), math.ceil(max(sizes))
    large = large if large > small else small + 1
    rows = -(-len(film.runs) // (_WIDTH // _ENTRY))
    height = _HEIGHT + 22 * (rows - 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        ' role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="13">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(description(film))}</desc>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_clips(),
        *_panel(film, 0, f"{wrt} by step", (low - pad, high + pad), lambda frame: frame.at, _round_ticks(low, high)),
        *_panel(film, 1, "size of the slope by step", (small, large), lambda frame: log_size(frame.gradient, _FLOOR),
                _powers(small, large)),
        *_legend(film.runs),
        "</svg>",
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def _clips() -> Iterable[str]:
    for place, (left, right) in enumerate(_PANELS):
        box = f'x="{left}" y="{_TOP}" width="{right - left}" height="{_BOTTOM - _TOP}"'
        yield f'<clipPath id="panel{place}"><rect {box}/></clipPath>'


def _panel(
    film: Film, place: int, title: str, ends: tuple[float, float], value: Callable[[Frame], float],
    ticks: Sequence[tuple[float, str]],
) -> Iterable[str]:  # fmt: skip
    left, right = _PANELS[place]
    yield f'<text x="{left}" y="{_TOP - 20}" font-weight="bold">{escape(title)}</text>'
    for at, label in ticks:
        y = _y(at, ends)
        yield f'<line x1="{left}" x2="{right}" y1="{y}" y2="{y}" stroke="#dddddd"/>'
        yield f'<text x="{left - 8}" y="{_px(float(y) + 4)}" text-anchor="end" fill="#444444">{label}</text>'
    shown = -1.0
    for step in chosen_steps(film):
        x = _x(step, film, place)
        if float(x) - shown < 24 and step not in (0, film.length):
            continue
        shown = float(x)
        yield f'<line x1="{x}" x2="{x}" y1="{_BOTTOM}" y2="{_BOTTOM + 4}" stroke="#444444"/>'
        yield f'<text x="{x}" y="{_BOTTOM + 18}" text-anchor="middle" fill="#444444">{step}</text>'
    box = f'x="{left}" y="{_TOP}" width="{right - left}" height="{_BOTTOM - _TOP}"'
    yield f'<rect {box} fill="none" stroke="#444444"/>'
    yield f'<text x="{(left + right) // 2}" y="{_BOTTOM + 36}" text-anchor="middle" fill="#444444">step</text>'
    yield f'<g clip-path="url(#panel{place})" fill="none" stroke-width="2">'
    for number_, run in enumerate(film.runs):
        points = " ".join(f"{_x(frame.step, film, place)},{_y(value(frame), ends)}" for frame in run.frames)
        yield f'<polyline points="{points}" {_stroke(number_)}/>'
        end = run.last
        x, y = _x(end.step, film, place), _y(value(end), ends)
        yield f'<circle cx="{x}" cy="{y}" r="3.5" fill="{_COLOURS[number_ % len(_COLOURS)]}"/>'
    yield "</g>"


def _legend(runs: Sequence[Run]) -> Iterable[str]:
    a_row = _WIDTH // _ENTRY
    for number_, run in enumerate(runs):
        x, y = 70 + number_ % a_row * _ENTRY, _BOTTOM + 66 + number_ // a_row * 22
        yield f'<line x1="{x}" x2="{x + 34}" y1="{y - 4}" y2="{y - 4}" stroke-width="2" {_stroke(number_)}/>'
        name = run.name if len(run.name) <= 26 else run.name[:25] + "…"
        yield f'<text x="{x + 42}" y="{y}">{escape(name)}</text>'


def _stroke(number_: int) -> str:
    dash = _DASHES[number_ % len(_DASHES)]
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'stroke="{_COLOURS[number_ % len(_COLOURS)]}"{dashes}'


def _x(step: int, film: Film, place: int) -> str:
    """Steps on a logarithmic axis: the first ones tell most."""
    left, right = _PANELS[place]
    return _px(left + (right - left) * math.log1p(step) / math.log1p(max(1, film.length)))


def _y(value: float, ends: tuple[float, float]) -> str:
    low, high = ends
    share = max(-1.0, min(2.0, (value - low) / (high - low)))
    return _px(_BOTTOM - (_BOTTOM - _TOP) * share)


def _px(value: float) -> str:
    return f"{value:.1f}"


def _round_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """About five round numbers in the range."""
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = power * next(lead for lead in (1, 2, 5, 10) if lead * power >= raw)
    first = math.ceil(low / step)
    return [(n * step, number(n * step)) for n in range(first, math.floor(high / step) + 1)]


def _powers(low: int, high: int) -> list[tuple[float, str]]:
    every = max(1, -(-(high - low) // 6))
    return [(float(power), number(10.0**power)) for power in range(low, high + 1, every)]
