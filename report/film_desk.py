"""What `descend` does between its options and the terminal, from plain values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from practice.descending import CannotDescend, Descent, filmed, read_rate
from report.desk import Unusable
from report.film_words import trouble

if TYPE_CHECKING:
    from grader.descent import Film
    from grader.verdict import Verdict


def film_of(
    loss: str, start: str, wrt: str | None, against: tuple[str, ...], values: tuple[str, ...],
    variables: tuple[str, ...], given: tuple[str, ...], rate: str, steps: int,
) -> Film | Verdict:  # fmt: skip
    """The film, or the verdict on a formula that cannot be read. Raises Unusable."""
    try:
        return filmed(Descent(loss, start, wrt, against, values, variables, given, read_rate(rate), steps))
    except CannotDescend as cannot:
        raise Unusable(trouble(cannot.code, cannot.facts)) from cannot


def check_plot(file: str) -> Path:
    """The path of a drawing to be written. Raises Unusable."""
    path = Path(file)
    if path.suffix.lower() != ".svg":
        raise Unusable(f"{file}: a film is drawn as SVG; give a name that ends in .svg.")
    return path


def draw(film: Film, path: Path) -> None:
    """Writes the drawing, in place of an earlier one. Raises Unusable."""
    from report.film_svg import film_svg
    from report.reasons import unwritten_words

    try:
        path.write_text(film_svg(film), "utf-8")
    except OSError as error:
        raise Unusable(f"{path}: {unwritten_words(error)}") from error
