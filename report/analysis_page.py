"""`analyze`, from its options to values: the losses that are meant, looked at, and drawn into a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.verdict import Verdict
from practice.analysing import Asked, analysed
from report.analysis_view import Analysed, analysis_blocks
from report.beside import beside_blocks
from report.desk import Unusable
from report.paper import Block, Paper
from report.plot_curves import plotted
from report.plot_file import CURE, SUFFIXES, can_plot, plot_file
from report.reasons import unwritten_words


def looked_at(asked: Iterable[Asked]) -> list[Analysed] | Verdict:
    """What was found about each; or the verdict on the first that cannot be read."""
    found: list[Analysed] = []
    for loss in asked:
        analysis = analysed(loss)
        if isinstance(analysis, Verdict):
            return analysis
        found.append(Analysed(loss.name, analysis, loss.known, loss.task.space))
    return found


def blocks(losses: Sequence[Analysed], paper: Paper) -> list[Block]:
    """The report on one loss, or on several side by side."""
    return analysis_blocks(losses[0], paper) if len(losses) == 1 else beside_blocks(losses, paper)


def plot_path(file: str) -> Path:
    """Where a plot goes. Raises Unusable where none can be drawn, before anything is worked out."""
    path = Path(file)
    if path.suffix.lower() not in SUFFIXES:
        raise Unusable(f"--plot takes a file that ends in {' or '.join(SUFFIXES)}, not {file!r}.")
    if not can_plot():
        raise Unusable(f"{CURE} (the terminal needs nothing).")
    return path


def drawn(losses: Sequence[Analysed], path: Path) -> None:
    """Writes the plot. Raises Unusable."""
    names = [loss.known.title if loss.known else loss.name for loss in losses]
    title = names[0] if len(losses) == 1 else f"{losses[0].name} beside {', '.join(loss.name for loss in losses[1:])}"
    plot = plotted([loss.drawn for loss in losses], title)
    if plot is None:
        raise Unusable("there is nothing to draw: the loss is no function of one number.")
    plain = Paper(plain=True)
    try:
        plot_file(plot, path, plain.write(blocks(losses, plain)))
    except OSError as error:
        raise Unusable(f"{path}: {unwritten_words(error)}") from error
