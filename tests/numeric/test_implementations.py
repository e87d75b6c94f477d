"""Every file of `implementations/` reaches the levels and gets the finding that its header states. A new case is a
new file: loss, args (between semicolons), returns and wrt for gradients, entry and asks where they matter, levels, the
first error finding, and the law that is broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.numeric import CodeTask, Spares, grade_code
from grader.numeric.asked import names_of
from grader.verdict import Verdict, exit_code

FILES = sorted(Path(__file__).with_name("implementations").glob("*.py"))
OF_EACH = 1
"""So many files of one finding are tested by default, and one of each loss; the others are slow."""


def header(path: Path) -> dict[str, str]:
    """The `# key: value` lines at the top of a file."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("# ") or ": " not in line:
            break
        key, value = line[2:].split(": ", 1)
        found[key] = value.strip()
    return found


def task_of(stated: dict[str, str]) -> CodeTask:
    asks = stated.get("asks", "stable")
    assert asks in ("correct", "stable", "precise")
    arguments = tuple(part.strip() for part in stated["args"].split(";"))
    returns = stated.get("returns", "loss")
    assert returns in ("loss", "gradient", "loss-and-gradient")
    wrt = names_of(stated.get("wrt"))
    return CodeTask(stated["loss"], arguments, stated.get("entry"), asks, returns, wrt)  # type: ignore[arg-type]  # checked


def reached(verdict: Verdict) -> set[str]:
    return {level for level in ("correct", "stable", "precise") if verdict.levels and getattr(verdict.levels, level)}


def cases() -> Iterator[Any]:
    """Each file; of what is like others before it, as slow."""
    losses: Counter[tuple[str, ...]] = Counter()
    findings: Counter[tuple[str | None, ...]] = Counter()
    for path in FILES:
        stated = header(path)
        loss = stated["loss"], stated.get("returns", "loss")
        finding = stated.get("finding"), stated["levels"], stated.get("law"), stated.get("returns")
        losses[loss] += 1
        findings[finding] += 1
        usual = losses[loss] > 1 and findings[finding] > OF_EACH
        yield pytest.param(path, id=path.stem, marks=pytest.mark.slow if usual else ())


@pytest.mark.parametrize("path", list(cases()))
def test_an_implementation_reaches_its_levels_and_gets_its_finding(path: Path, spares: Spares) -> None:
    stated = header(path)
    source = path.read_text(encoding="utf-8")
    verdict = grade_code(task_of(stated), source, spares=spares)

    errors = [finding.code for finding in verdict.findings if finding.severity == "error"]
    expected = set() if stated["levels"] == "none" else set(stated["levels"].split(", "))
    assert reached(verdict) == expected
    assert (errors or ["none"])[0] == stated["finding"]
    laws = [finding.data["law"] for finding in verdict.findings if finding.code == "breaks-law"]
    assert laws == ([stated["law"]] if "law" in stated else laws)
    if verdict.outcome in ("wrong", "partly"):
        assert verdict.witness is not None
        assert verdict.evidence == "witness"
    if verdict.outcome == "unreadable":
        assert exit_code(verdict) == 2
        assert verdict.findings[0].where is not None
    for finding in verdict.findings:
        if finding.where is not None:
            line = source.split("\n")[finding.where.line - 1]
            assert finding.where.column <= max(1, len(line))


def test_there_are_enough_of_them() -> None:
    losses = {header(path)["loss"] for path in FILES}
    assert len(FILES) >= 80
    assert len(losses) >= 10
