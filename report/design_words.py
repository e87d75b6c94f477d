"""The words of a demand that a design met or missed: the argument of its analysis, or the experiment's figure."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Final

from grader.formula.show import show_name
from grader.properties.analysis import Answer, Property
from grader.verdict import Fact, Finding
from report.analysis_words import detail

_HEADS: Final = {"demand-met": "Met", "demand-missed": "Missed", "demand-undecided": "Undecided"}
_SPELLED: Final = {"pr-auc": "PR-AUC", "nonnegative": "non-negative"}
_ANSWERS: Final[Mapping[Fact, Answer]] = {"yes": "yes", "no": "no", "undecided": "undecided"}


def demand_name(finding: Finding) -> str:
    """The demand as it is read: `bounded influence ≤ 1`."""
    name = str(finding.data["name"])
    return str(finding.data["demand"]).replace(name, _name(name), 1).replace("<=", "≤").replace(">=", "≥")


def _name(name: str) -> str:
    """Of a property or a measure."""
    return _SPELLED.get(name, name.replace("-", " "))


def demand_words(finding: Finding) -> str:
    """Why it is met, or is not: a sentence or two."""
    data = finding.data
    if "measured" in data:
        figure = float(str(data["measured"]))
        return "Yours comes to no figure." if isnan(figure) else f"Yours reaches {figure:.4g}."
    return f"{_argument(data)}{_constant(data)}{_broken(data)}"


def demand_message(finding: Finding) -> str:
    """Whether, and why."""
    return f"{_HEADS[finding.code]}: {demand_name(finding)}. {demand_words(finding)}"


def _argument(data: Mapping[str, Fact]) -> str:
    facts = data.get("facts")
    item = Property(
        str(data["name"]),
        _ANSWERS[data.get("answer", "undecided")],
        None,
        str(data["reason"]),
        facts if isinstance(facts, Mapping) else {},
    )
    return detail(item, str(data.get("wrt", "")))


def _constant(data: Mapping[str, Fact]) -> str:
    """The constant, where a bound was demanded and the argument does not say it."""
    facts = data.get("facts")
    said = isinstance(facts, Mapping) and facts.get("bound") == data.get("constant")
    return f" It is {data['constant']}." if "bound" in data and "constant" in data and not said else ""


def _broken(data: Mapping[str, Fact]) -> str:
    """With which values of the parameters a bound is broken."""
    broken = data.get("broken")
    if not isinstance(broken, Mapping):
        return ""
    return (
        f" With {' and '.join(f'{show_name(name)} = {value}' for name, value in broken.items())} that breaks the bound."
    )


def experiment_lines(finding: Finding, room: int = 76) -> list[str]:
    """The table of an experiment: a line for each loss, its measures in columns."""
    rows = [row for row in _sequence(finding.data.get("rows")) if isinstance(row, Mapping)]
    if not rows:
        return []
    names = [name for name in rows[0] if name != "loss"]
    wide = max(len(str(row["loss"])) for row in rows)
    heads = [_name(name) for name in names]
    if wide + sum(2 + max(7, len(head)) for head in heads) > room:  # no room for words: their beginnings
        most = max(7, (room - wide) // len(names) - 2)
        heads = [head[:most].rstrip() for head in heads]
    columns = [max(7, len(head)) for head in heads]
    lines = [" " * wide + "".join(f"  {head:>{column}}" for head, column in zip(heads, columns, strict=True))]
    for row in rows:
        figures = zip(names, columns, strict=True)
        lines.append(
            f"{row['loss']!s:<{wide}}" + "".join(f"  {_figure(row[name]):>{column}}" for name, column in figures)
        )
    return lines


def _figure(fact: Fact) -> str:
    return "—" if isinstance(fact, float) and fact != fact else f"{fact:.3f}" if isinstance(fact, float) else str(fact)


def _sequence(fact: Fact) -> tuple[Fact, ...]:
    return fact if isinstance(fact, tuple) else ()
