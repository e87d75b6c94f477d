"""The known losses and their properties, as the tables of docs/losses-properties.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from grader.properties.analysis import PROPERTIES, Answer
from questions.losses import SPACES, Space
from report.analysis_view import Analysed, short_value
from report.analysis_words import MARKS, TITLES

HEAD: Final = """# Known losses and their properties

Made by the program (`make docs`), from the formulas of `lossprep list losses` alone: ✓ proved, ✗ refuted with a
witness, ? undecided. A value stands beside its mark: the smallest Lipschitz constant, the bound of the influence, the
supremum. All of it holds for every value of a loss's parameters.
[What each property means, and how it is decided](properties/README.md).
"""
_TITLES: Final[dict[Space, str]] = {
    "residual": "Of a residual",
    "prediction": "Of a prediction",
    "probability": "Of a probability",
    "logit": "Of a logit",
    "margin": "Of a margin",
    "logits": "Of the logits of all classes",
    "probabilities": "Of the probabilities of all classes",
}


def page(losses: Iterable[Analysed]) -> str:
    """The whole page, a table for each kind of variable."""
    every = list(losses)
    parts = [HEAD]
    for space in SPACES:
        rows = [loss for loss in every if loss.known is not None and loss.known.space == space]
        if rows:
            names = [name for name in PROPERTIES if any(_answer(loss, name) is not None for loss in rows)]
            parts.append(f"## {_TITLES[space]}\n\n" + "\n".join([*_head(names), *(row(loss, names) for loss in rows)]))
    return "\n".join(f"{part.strip()}\n" for part in parts)


def _head(names: Iterable[str]) -> list[str]:
    links = [f"[{TITLES[name].text}](properties/{name}.md)" for name in names]
    return [f"| loss | {' | '.join(links)} |" if links else "| loss |", "|---" * (len(links) + 1) + "|"]


def row(loss: Analysed, names: Iterable[str]) -> str:
    """One loss, its answers in the order of `names`."""
    cells = [f"`{loss.name}`", *(cell(loss, name) for name in names)]
    return f"| {' | '.join(cells)} |"


def cell(loss: Analysed, name: str) -> str:
    """`✓ δ`, or nothing where the property does not apply."""
    item = next((item for item in loss.analysis.properties if item.name == name), None)
    if item is None:
        return ""
    value = short_value(item)
    return MARKS[item.answer] + (f" {value}".replace("|", "\\|") if value else "")


def _answer(loss: Analysed, name: str) -> Answer | None:
    return next((item.answer for item in loss.analysis.properties if item.name == name), None)
