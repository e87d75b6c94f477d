"""The known losses: as a list, on a page of their own, as JSON, as the table of docs/losses.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from questions.losses import SPACES, KnownLoss, Space
from report.listing import columns

if TYPE_CHECKING:
    from grader.formula.declare import Scope
    from questions.sources import Source
    from report.paper import Block, Paper

SPACE_WORDS: Final[Mapping[Space, str]] = {
    "residual": "a residual, prediction minus target",
    "prediction": "a prediction",
    "probability": "the probability of the positive class",
    "logit": "the logit of the positive class",
    "margin": "a margin, the label (±1) times the score",
    "logits": "the logits of all classes",
    "probabilities": "the probabilities of all classes or places",
}


def losses_listing(losses: Iterable[KnownLoss], width: int | None, *, unicode: bool = True) -> str:
    """One loss a line: name, what it is a function of, title."""
    return columns([(loss.name, loss.space, loss.title) for loss in losses], "loss", width, unicode=unicode)


def loss_form(loss: KnownLoss) -> dict[str, Any]:
    """A loss in `list losses --json`."""
    return {
        "format": 1,
        "name": loss.name,
        "title": loss.title,
        "formula": loss.formula,
        "wrt": loss.wrt,
        "variables": list(loss.variables),
        "given": list(loss.given),
        "space": loss.space,
        "meaning": loss.meaning,
        "sources": list(loss.sources),
        "aliases": list(loss.aliases),
    }


def loss_blocks(loss: KnownLoss, paper: Paper) -> list[Block]:
    """A loss: its formula, what stands in it, where it comes from, and what one may do with it."""
    from grader.formula.read import scope_from
    from report.maths import in_two_dimensions, on_one_line
    from report.paper import BLANK, Block

    scope = scope_from(loss.variables, loss.given)
    line = f"L = {on_one_line(loss.formula, scope)}"
    tall = None
    if not paper.plain:
        tall = in_two_dimensions(f"L = {loss.formula}", scope, width=paper.measure - 4, unicode=paper.unicode)
    if tall is not None:
        formula = Block("\n".join(f"    {row}" for row in tall.split("\n")), wrapped=False)
    else:
        formula = Block(line, "    ", "        ", formula=True)
    cited = [_sources()[key] for key in loss.sources]
    return [
        Block(loss.title, style="bold"),
        Block(f"{loss.name}, of {loss.wrt}: {SPACE_WORDS[loss.space]}", style="dim"),
        BLANK,
        formula,
        BLANK,
        Block(loss.meaning),
        BLANK,
        *(Block(declared, "  with  " if not number else "        ") for number, declared in enumerate(loss.variables)),
        *([Block(", ".join(loss.aliases), "  also  ")] if loss.aliases else []),
        *(Block(f"{source.authors} ({source.year}): {source.title}", "  from  ", "        ") for source in cited),
        BLANK,
        *(Block(command, style="dim") for command in next_commands(loss, scope)),
    ]


@cache
def _sources() -> Mapping[str, Source]:
    from questions import sources

    return sources.load().by_key


def next_commands(loss: KnownLoss, scope: Scope) -> tuple[str, ...]:
    """What one may do with a known loss."""
    from grader.formula.declare import Classes

    commands = (
        f"lossprep analyze {loss.name}",
        f"lossprep check --loss {loss.name} -a ANSWER",
        f"lossprep test FILE --loss {loss.name}",
    )
    if any(variable.shape or isinstance(variable.domain, Classes) for variable in scope.variables.values()):
        return commands
    needed = [name for name, variable in scope.variables.items() if variable.default is None and name != loss.wrt]
    start = ", ".join(f"{name} = …" for name in (loss.wrt, *needed))
    return (*commands, f"lossprep descend {loss.name} --from '{start}'")


def table(losses: Iterable[KnownLoss]) -> str:
    """The losses as Markdown, a table for each space, formulas as they are read."""
    from grader.formula.read import read_loss, scope_from
    from grader.formula.show import show

    parts = []
    every = list(losses)
    for space in SPACES:
        rows = ["| name | formula | variables | from |", "|---|---|---|---|"]
        for loss in (entry for entry in every if entry.space == space):
            scope = scope_from(loss.variables, loss.given)
            names = f"`{loss.name}`" + "".join(f", `{alias}`" for alias in loss.aliases)
            cells = (names, _code(show(read_loss(loss.formula, scope), scope)), _code("; ".join(loss.variables)))
            rows.append(f"| {' | '.join(cells)} | {', '.join(loss.sources)} |")
        parts.append(f"### Of {SPACE_WORDS[space]}\n\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")
