"""What a loss is like, on the terminal: its derivatives in two dimensions, its properties, each with its argument."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isclose, isfinite
from typing import Final

from rich.text import Text

from grader.formula.declare import Interval, Scope, Variable
from grader.formula.show import show, show_domain, show_name, show_number
from grader.formula.tree import Call, Deriv, Expr, Name, walk
from grader.properties.analysis import Analysis, Answer, Property
from grader.properties.evidence import shown
from questions.losses import KnownLoss, Space
from report.analysis_words import (
    ANSWERS,
    EVIDENCE,
    LIKELIHOODS,
    MARKS,
    MINIMISERS,
    TITLES,
    detail,
    end_words,
    heading_words,
    invariance_words,
    kink_words,
    named_words,
    silence_words,
    unwrapped,
)
from report.paper import BLANK, Block, Paper
from report.plot_curves import Drawn, along, number, plotted, settings, variable_of, window
from report.plot_text import plot_blocks, short
from report.pretty import two_dimensional
from report.text import GLUE

STYLES: Final[dict[Answer, str]] = {"yes": "green", "no": "red", "undecided": "yellow"}
_COLUMN: Final = max(len(title.text) for title in TITLES.values()) + 2
_BESIDE: Final = 60
"""On less, a property's argument stands below its name."""
_LABEL: Final = 16
LAWS: Final = {
    "shift": "shift",
    "scale": "scale",
    "shift-all": "shift",
    "scale-all": "scale",
    "permutation": "order",
}
"""Which invariances are told, each under its label."""
_POWERS: Final = (0, 1, 2, -1, -2)
_SIZES: Final = tuple(map(Fraction, ("1", "2", "3", "1/3", "1/7", "10")))
_SHORT: Final = 8
_LONG: Final = 16
"""Longer constants have their decimals beside them; in a table, in their place."""
_EQUATION: Final = re.compile(r"\S{1,12} [=→<] \S{1,16}")


@dataclass(frozen=True, slots=True)
class Analysed:
    """A loss, by the name it was asked by, and what was found. `known` is its entry in the library, if it has one;
    `space` is what its variable is, if that is known."""

    name: str
    analysis: Analysis
    known: KnownLoss | None = None
    space: Space | None = None

    @property
    def drawn(self) -> Drawn:
        return Drawn(self.name, self.analysis, self.space)


def analysis_blocks(loss: Analysed, paper: Paper) -> list[Block]:
    """The whole report on one loss."""
    found = loss.analysis
    blocks = [*_head(loss, paper), *_formulas(found, paper), *_domains(found)]
    plot = plotted([loss.drawn], loss.name, every_label=False)
    if plot is not None and (drawn := plot_blocks(plot, paper)):
        at = [Block(f"({plot.remark})", "  ", style="dim")] if plot.remark else []
        blocks += [BLANK, *drawn, *at]
    if found.silent is not None:
        blocks += [BLANK, Block(silence_words(found.silent))]
    else:
        blocks += [BLANK, _heading(heading_words(found.invariances)), *_properties(found, paper)]
    blocks += _section("Seams", kink_lines(found))
    blocks += _section("Toward the ends", end_lines(found))
    blocks += _section("Gradient at a few points", [text for text in [gradient_sizes(loss.drawn)] if text])
    facts = about(found)
    if facts:
        blocks += [BLANK, _heading("Also"), *(_labelled(label, text, paper) for label, text in facts)]
    if loss.known is not None:
        blocks += [BLANK, Block(f"Sources: {', '.join(loss.known.sources)}.", style="dim")]
    return [*blocks, BLANK]


def _head(loss: Analysed, paper: Paper) -> list[Block]:
    if loss.known is None:
        return []
    title = Text(loss.known.title, "bold").append(f" ({loss.known.name})", "not bold dim")
    return [Block(title), Block(loss.known.meaning), BLANK]


def _formulas(found: Analysis, paper: Paper) -> list[Block]:
    wrt = Name(variable_of(found))
    sides: list[tuple[Expr, Expr | None, str]] = [
        (Name("L"), found.loss, "L"),
        (Deriv(Name("L"), wrt), found.gradient, f"∂L/∂{show_name(found.wrt)}"),
        (Deriv(Name("L"), wrt, 2), found.curvature, f"∂²L/∂{show_name(found.wrt)}²"),
    ]
    blocks: list[Block] = []
    variable = found.scope.variables.get(variable_of(found))
    whole = found.wrt == variable_of(found) and variable is not None and bool(variable.shape)
    for left, right, label in sides[: 2 if whole and found.curvature is None else 3]:  # of a vector it is a matrix
        if right is None:
            blocks += [Block(f"{label}: no closed form was found.", "  "), BLANK]
            continue
        lines = None
        if not paper.plain:
            lines = two_dimensional([left, right], ["="], found.scope, width=paper.measure - 4, unicode=paper.unicode)
        if lines is None:
            blocks.append(Block(show(right, found.scope), f"  {label} = ", "      ", formula=True))
        else:
            blocks += [Block(f"  {line}", wrapped=False) for line in lines.split("\n")]
        blocks.append(BLANK)
    return blocks


def _domains(found: Analysis) -> list[Block]:
    """Over what everything below is said."""
    declared = []
    for name, variable in found.scope.variables.items():
        domain = show_domain(variable.domain)
        shape = f"[{', '.join(map(str, variable.shape))}]" if variable.shape else ""
        usual = f" (usually {show_number(variable.default)})" if variable.default is not None else ""
        declared.append(f"{show_name(name)} {'in ' * (not domain[0].isalpha())}{domain}{shape}{usual}")
    declared += [
        f"{show_name(item.name)} = {show(item.body, found.scope)}"
        for item in found.scope.definitions.values()
        if item.body != found.loss  # the loss itself stands above
    ]
    return [Block(glued(f"for {', '.join(declared)}"), "  ", style="dim")] if declared else []


def _properties(found: Analysis, paper: Paper) -> list[Block]:
    return [block for item in found.properties for block in property_blocks(item, found, paper)]


def property_blocks(item: Property, found: Analysis, paper: Paper) -> list[Block]:
    """`✓ Lipschitz   constant δ. Its slope is at most δ …`"""
    title, value = TITLES[item.name], value_text(item)
    said = Text()
    if value:
        about = decimals(item.value) if item.value is not None else ""
        said.append(f"{title.value or 'value'} {value}{about and f' {about}'}. ", "bold")
    said.append(glued(argument(item, found)), "not bold")
    evidence = EVIDENCE[item.evidence]
    if paper.plain:
        answer = f"{title.text}: {ANSWERS[item.answer]}{f', {evidence}' if evidence else ''}. "
        return [Block(Text(answer).append_text(said))]
    if evidence:
        said.append(f" ({evidence})", "dim")
    lead = Text("  ").append(f"{MARKS[item.answer]} ", STYLES[item.answer])
    if paper.measure < _BESIDE:
        return [Block(Text(title.text, "bold"), lead, wrapped=False), Block(said, "      ")]
    return [Block(said, lead.append(f"{title.text:<{_COLUMN}}", "not dim"), " " * (_COLUMN + 4))]


def argument(item: Property, found: Analysis) -> str:
    """Why, as one sentence."""
    variable = found.scope.variables.get(variable_of(found))
    ends = []
    if variable is not None and isinstance(variable.domain, Interval):
        low, high = variable.domain.low, variable.domain.high
        ends += [show_number(low)] if low is not None and variable.domain.low_open else []
        ends += [show_number(high)] if high is not None and variable.domain.high_open else []
    return detail(item, found.wrt, ends)


def value_text(item: Property) -> str:
    """A property's value, as it is shown; empty where it has none."""
    return "" if item.value is None else constant_text(item.value)


def short_value(item: Property) -> str:
    """The same for a cell of a table: a long number as its decimals."""
    text = value_text(item)
    return decimals(item.value) or text if item.value is not None and len(text) > _LONG else text


def decimals(expr: Expr) -> str:
    """`≈ 0.1541` or `≈ 0.2862·c`, of a constant that is no short formula; empty where it is, or is no such product."""
    if len(constant_text(expr)) <= _SHORT:
        return ""
    names = sorted({node.name for node in walk(expr) if isinstance(node, Name)})
    chosen = any(isinstance(node, Call) and node.function in ("max", "min") for node in walk(expr))
    if len(names) > 1 or (names and chosen):  # a maximum is a power of its parameter for some values only
        return ""
    scope = Scope({name: Variable(name) for name in names})
    at = {size: number(expr, scope, dict.fromkeys(names, size)) for size in _SIZES}
    one = at[Fraction(1)]
    powers = [power for power in _POWERS if all(isclose(at[size], one * float(size) ** power) for size in _SIZES)]
    if not powers or not isfinite(one):
        return ""
    return f"≈ {one:.4g}{_times(show_name(names[0]), powers[0]) if names else ''}".replace("-", "−")


def _times(name: str, power: int) -> str:
    raised = {1: "", 2: "²"}.get(abs(power), "")
    return f"{'·' if power > 0 else '/'}{name}{raised}" if power else ""


def constant_text(expr: Expr) -> str:
    """A constant, its roots as roots, without brackets around all of it."""
    return unwrapped(shown(expr))


def glued(text: str) -> str:
    """`r = 2` and `r → ∞` stay on one line."""
    return _EQUATION.sub(lambda found: found[0].replace(" ", GLUE), text)


def kink_lines(found: Analysis) -> list[str]:
    return [
        kink_words(kink, found.wrt, _shown(kink.at) or "?", _shown(kink.left), _shown(kink.right))
        for kink in found.kinks
    ]


def end_lines(found: Analysis) -> list[str]:
    scaled = any(item.name == "scale" for item in found.invariances)
    return [
        end_words(
            end, found.wrt, _shown(end.at) or "?", _shown(end.loss), _shown(end.slope), None if scaled else end.order
        )
        for end in found.ends
    ]


def _shown(expr: Expr | None) -> str | None:
    return None if expr is None else constant_text(expr)


def gradient_sizes(loss: Drawn) -> str:
    """The gradient at a few named points, from end to end: where it is large, and where it vanishes."""
    found, values = loss.analysis, settings(loss.analysis)
    if values is None or found.gradient is None:
        return ""
    import numpy as np

    low, high = window(loss, values)
    x = np.linspace(low, high, 5)
    slopes = along(found.gradient, found, values, x)
    wrt = show_name(found.wrt)
    told = [
        f"{short(float(slope))} at {wrt} = {short(float(at))}"
        for at, slope in zip(x, slopes, strict=True)
        if np.isfinite(slope)
    ]
    fixed = ", ".join(f"{show_name(name)} = {show_number(value)}" for name, value in values.items())
    return f"{'; '.join(told)}{f' (with {fixed})' if fixed else ''}." if told else ""


def about(found: Analysis) -> list[tuple[str, str]]:
    """Minimiser, likelihood and invariances, each with its label."""
    rows = []
    if found.minimiser is not None:
        rows.append(
            ("minimiser", f"over a distribution of targets it is least {named_words(found.minimiser, MINIMISERS)}.")
        )
    if found.likelihood is not None:
        rows.append(("likelihood", f"minus the log of {named_words(found.likelihood, LIKELIHOODS)}, up to a constant."))
    laws = [item for item in found.invariances if item.name in LAWS]
    rows += [(LAWS[item.name], f"{invariance_words(item, found.wrt)}.") for item in laws]
    return rows


def _section(title: str, lines: Sequence[str]) -> list[Block]:
    return [BLANK, _heading(title), *(Block(glued(line), "  ", "    ") for line in lines)] if lines else []


def _heading(title: str) -> Block:
    return Block(title, style="bold")


def _labelled(label: str, text: str, paper: Paper) -> Block:
    if paper.plain or paper.measure < _BESIDE:
        return Block(f"{label}: {text}", "  ", "    ")
    return Block(text, f"  {label:<{_LABEL}}", " " * (_LABEL + 2))
