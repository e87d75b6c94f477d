"""What a grader says: small frozen values, without a word of prose.

A finding carries a stable code, a place and facts; the wording is the job of `report.wording`.
The JSON contract of a verdict is rendered by `report.json_form`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

Outcome = Literal["right", "partly", "wrong", "unreadable", "undecided"]
StepOutcome = Literal["right", "wrong", "carried", "unreadable", "undecided"]
Severity = Literal["error", "note"]
Evidence = Literal["proved", "tested", "witness", "place", "self-marked"]
Measure = Literal["value", "size", "smallest"]
Fact = str | int | float | bool | None | tuple["Fact", ...] | Mapping[str, "Fact"]
NO_FACTS: Mapping[str, Fact] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the submission, as typed: line and column count from 1, length in characters."""

    line: int
    column: int
    length: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was seen. `code` is one of `grader.findings.CODES`; `data` holds its facts."""

    code: str
    severity: Severity = "error"
    where: Place | None = None
    data: Mapping[str, Fact] = field(default_factory=lambda: NO_FACTS)


@dataclass(frozen=True, slots=True)
class Witness:
    """An input at which the answer and the truth differ, all as short text ("1/2", "-0.622459…")."""

    inputs: Mapping[str, str]
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Step:
    """One equation of a derivation: `line` counts lines as typed, `step` counts equations, from 1."""

    line: int
    step: int
    outcome: StepOutcome
    evidence: Evidence | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Levels:
    """What a loss implementation reaches (DESIGN, section 6). None: not tested."""

    correct: bool | None
    stable: bool | None
    precise: bool | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """How a loss implementation did where one number of its inputs is in `low ≤ x < high`, or is exactly `low`.

    The number is the argument's own (`value`), the largest |x| of all of `names` (`size`), or the least component
    (`smallest`). Shares are of the `points` tried there. Bits lost are beyond what the condition number takes, which
    is at most `unavoidable` there; float64 has 53.
    """

    names: tuple[str, ...]
    measure: Measure
    low: float
    high: float
    points: int
    correct: float
    stable: float
    precise: float
    median: float
    worst: float
    unavoidable: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, and the evidence for it. `score` is in [0, 1]; `seconds` is filled in by the caller."""

    kind: str
    outcome: Outcome
    score: float | None
    evidence: Evidence | None = None
    question: str | None = None
    id: str | None = None
    reading: str | None = None
    findings: tuple[Finding, ...] = ()
    witness: Witness | None = None
    steps: tuple[Step, ...] | None = None
    levels: Levels | None = None
    profile: tuple[Stretch, ...] = ()
    """Of code that is correct: where it loses its digits, by stretches of each of its inputs, in order."""
    seconds: float = 0.0
    details: Mapping[str, Fact] = field(default_factory=lambda: NO_FACTS)
    """Facts beside the contract, for reports: points tested, time of a proof, the layers of isolation."""

    def stamped(self, *, seconds: float, id: str | None = None) -> Verdict:
        return replace(self, seconds=seconds, id=id if id is not None else self.id)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(finding.code for finding in self.findings)


def exit_code(verdict: Verdict) -> int:
    """The contract of section 4: 0 right, 1 wrong or partly, 2 unreadable, 3 could not grade."""
    unfit = {"syntax-error", "no-entry", "unknown-symbol"}
    if verdict.outcome == "unreadable" or (verdict.outcome == "wrong" and unfit & set(verdict.codes)):
        return 2
    return {"right": 0, "partly": 1, "wrong": 1, "undecided": 3}[verdict.outcome]
