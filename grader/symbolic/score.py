"""Partial credit: from what the last line is, and from the lines that hold.

A right answer gets 1. A right answer with something broken before it gets 0.7, in a transposed layout or in another
form than the question insists on 0.8, short of the closed form 0.5. A wrong last line gets what its finding leaves, or
half the share of its lines that hold (a line that is false only because it follows from an earlier one counts as
holding), whichever is more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grader.verdict import Finding, Step

RIGHT: Final = 1.0
BROKEN_STEPS: Final = 0.7
TRANSPOSED: Final = 0.8
NOT_CLOSED: Final = 0.5
WRONG_FORM: Final = 0.8
WRONG: Final = {
    "length-as-absolute-value": 0.8,
    "sign-flipped": 0.5,
    "lost-mean": 0.5,
    "constant-factor": 0.5,
    "lost-chain-factor": 0.4,
    "lost-term": 0.4,
    "wrong-term": 0.4,
    "wrong-branch": 0.4,
    "swapped-variables": 0.2,
    "wrong-variable": 0.2,
}


def score_of_wrong(findings: Sequence[Finding], steps: Sequence[Step]) -> float:
    """The least that a finding leaves, when several fit; then the lines that hold."""
    kept = [WRONG.get(finding.code, 0.0) for finding in findings if finding.severity == "error"]
    kept = [value for value in kept if value] or [0.0]
    holding = sum(step.outcome in ("right", "carried") for step in steps)
    lines = 0.5 * holding / len(steps) if len(steps) > 1 else 0.0
    return round(max(min(kept), lines), 3)
