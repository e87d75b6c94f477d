"""The words of a demand that a design met or missed: the argument of its analysis, or the experiment's figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grader.properties.analysis import Answer, Property
from grader.verdict import Fact, Finding
from report.analysis_words import detail

_HEADS: Final = {"demand-met": "Met", "demand-missed": "Missed", "demand-undecided": "Undecided"}
_ANSWERS: Final[Mapping[Fact, Answer]] = {"yes": "yes", "no": "no", "undecided": "undecided"}


def demand_words(finding: Finding) -> str | None:
    """One or two sentences; None for a finding that is about no demand."""
    head = _HEADS.get(finding.code)
    if head is None:
        return None
    data = finding.data
    demand = str(data["demand"]).replace("<=", "≤").replace(">=", "≥").replace("-", " ")
    if "measured" in data:
        return f"{head}: {demand}. Yours reaches {data['measured']}."
    return f"{head}: {demand}. {_argument(data)}{_constant(data)}"


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
    """The constant, where a bound was demanded."""
    return f" It is {data['constant']}." if "bound" in data and "constant" in data else ""


def experiment_lines(finding: Finding) -> list[str]:
    """The table of an experiment: a line for each loss, its measures in columns."""
    rows = [row for row in _sequence(finding.data.get("rows")) if isinstance(row, Mapping)]
    if not rows:
        return []
    names = [name for name in rows[0] if name != "loss"]
    wide = max(len(str(row["loss"])) for row in rows)
    lines = [" " * wide + "".join(f"  {name.replace('-', ' '):>17}" for name in names)]
    for row in rows:
        figures = "".join(f"  {_figure(row[name]):>17}" for name in names)
        lines.append(f"{row['loss']!s:<{wide}}{figures}")
    return lines


def _figure(fact: Fact) -> str:
    return "—" if isinstance(fact, float) and fact != fact else f"{fact:.3f}" if isinstance(fact, float) else str(fact)


def _sequence(fact: Fact) -> tuple[Fact, ...]:
    return fact if isinstance(fact, tuple) else ()
