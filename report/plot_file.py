"""Curves as a file, SVG or PNG, by matplotlib. Lines differ in style as well as in colour."""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from report.plot_curves import Plot, What

SUFFIXES: Final = (".svg", ".png")
CURE: Final = "a plot in a file needs matplotlib: pip install 'lossprep[plots]'"
_COLOURS: Final = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9")
"""Okabe and Ito: told apart by every kind of colour vision."""
_DASHES: Final[tuple[Any, ...]] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
_AXIS: Final[dict[What, str]] = {"loss": "L", "gradient": "∂L/∂{x}", "curvature": "∂²L/∂{x}²"}


def can_plot() -> bool:
    """Whether matplotlib is installed. Does not import it."""
    return find_spec("matplotlib") is not None


def plot_file(plot: Plot, path: Path, description: str) -> None:
    """Draws the panels beside each other. `description` is for those who cannot see them (SVG).

    Raises OSError if the file cannot be written, and ImportError without matplotlib.
    """
    path.write_bytes(rendered(plot, path.suffix.lower(), description))


def rendered(plot: Plot, suffix: str, description: str) -> bytes:
    """The file's bytes: the same for the same plot."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    settings: Any = {
        "svg.fonttype": "none",  # text stays text: it can be searched, and read aloud
        "svg.hashsalt": "lossprep",
        "font.family": "sans-serif",
        "font.size": 10,
    }
    with rc_context(settings):
        figure = Figure(figsize=(4.2 * len(plot.panels), 4.0), layout="constrained")
        axes = figure.subplots(1, len(plot.panels), squeeze=False)[0]
        for panel, ax in zip(plot.panels, axes, strict=True):
            for number, curve in enumerate(panel.curves):
                style = {"color": _COLOURS[number % 6], "linestyle": _DASHES[number % 6]}
                ax.plot(curve.x, curve.y, label=curve.label, linewidth=1.6, **style)
            pad = 0.05 * (panel.high - panel.low)
            ax.set(xlim=(plot.low, plot.high), ylim=(panel.low - pad, panel.high + pad))
            ax.set(xlabel=plot.wrt, ylabel=_AXIS[panel.what].format(x=plot.wrt), title=panel.what)
            ax.axhline(0, color="#888888", linewidth=0.6)
            ax.grid(visible=True, color="#dddddd", linewidth=0.5)
        if len(plot.panels[0].curves) > 1:
            axes[0].legend(frameon=False)
        figure.suptitle(f"{plot.title}  ({plot.remark})" if plot.remark else plot.title)
        out = io.BytesIO()
        if suffix == ".png":
            figure.savefig(out, format="png", dpi=150, metadata={"Title": plot.title, "Description": description})
            return out.getvalue()
        figure.savefig(out, format="svg", metadata={"Title": plot.title, "Date": None})
    return _described(out.getvalue().decode(), description).encode()


def _described(svg: str, description: str) -> str:
    """The picture as one image to a screen reader, with its title and a description in words."""
    head, title_end, rest = svg.partition("</title>")
    if not title_end:
        return svg
    head = head.replace("<svg ", '<svg role="img" ', 1)
    return f"{head}{title_end}\n <desc>{escape(description)}</desc>{rest}"
