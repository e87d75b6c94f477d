"""The codes of all findings (a contract: names are never changed), and which come first.

Several findings may fit one answer; they are reported in the order of `PRECEDENCE`, then the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from grader.verdict import Finding

PRECEDENCE: Final = (
    "shape-mismatch", "transposed", "sign-flipped", "lost-mean", "lost-chain-factor", "constant-factor",
    "lost-term", "wrong-branch", "swapped-variables", "wrong-variable",
)  # fmt: skip

DERIVATION: Final = (
    *PRECEDENCE,
    "wrong-term", "wrong-outside-kink", "length-as-absolute-value", "not-closed-form", "wrong-form", "unknown-symbol",
    "step-does-not-follow", "answer-does-not-follow", "other-convention", "kink", "not-simplified", "too-large",
    "unreadable", "wrong-value",
)  # fmt: skip

CODE: Final = (
    "wrong-sign", "wrong-reduction", "wrong-axis", "log-base", "swapped-arguments", "ignores-argument",
    "broadcasting", "clip-bias", "overflow", "underflow", "cancellation", "nan", "domain-error", "edge-case",
    "wrong-value", "wrong-shape", "dtype", "mutates-input", "not-deterministic", "slow", "hides-nan", "prints",
    "timeout", "out-of-memory", "crashed", "forbidden", "no-entry", "syntax-error", "import-error",
    "transposed", "lost-chain-factor", "lost-term", "wrong-branch", "wrong-variable",  # of a gradient
    "breaks-law",
)  # fmt: skip

DESIGN: Final = (
    "demand-missed", "demand-undecided", "demand-met", "experiment", "unreadable", "unknown-symbol", "shape-mismatch",
)  # fmt: skip

SMALL_KINDS: Final = (
    "wrong-option", "missing-option", "wrong-value", "wrong-unit", "too-few-digits", "empty", "points-open",
)  # fmt: skip

CODES: Final = frozenset((*DERIVATION, *CODE, *DESIGN, *SMALL_KINDS))

_RANK: Final = {code: rank for rank, code in enumerate(PRECEDENCE)}


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors before notes, then by precedence; findings of equal rank keep their order."""
    return tuple(sorted(findings, key=lambda f: (f.severity == "note", _RANK.get(f.code, len(_RANK)))))
