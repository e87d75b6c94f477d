"""Verdicts and questions, made by hand."""

from __future__ import annotations

from typing import Any

from grader.verdict import Finding, Levels, Place, Step, Verdict, Witness
from questions.kinds import Derivation, Mistake

RIGHT = Verdict("derivation", "right", 1.0, "proved", reading="ŷ − y")
WRONG = Verdict(
    "derivation",
    "wrong",
    0.5,
    "witness",
    reading="(y − p)/(p·(1 − p))",
    findings=(Finding("sign-flipped", where=Place(1, 1, 15)),),
    witness=Witness({"p": "1/2", "y": "0"}, "2", "-2"),
    steps=(Step(1, 1, "wrong", "witness"),),
)
UNREADABLE = Verdict(
    "derivation",
    "unreadable",
    None,
    "place",
    findings=(Finding("unreadable", where=Place(1, 5, 1), data={"expected": ("a closing bracket",)}),),
)
CODE = Verdict(
    "code",
    "partly",
    0.5,
    "witness",
    findings=(Finding("overflow"), Finding("prints", severity="note")),
    witness=Witness({"z": "[710]", "y": "[0]"}, "710.0", "inf"),
    levels=Levels(True, False, None),
)


def derivation(**changes: Any) -> Derivation:
    base: dict[str, Any] = {
        "id": "bce",
        "title": "Cross-entropy for one prediction",
        "prompt": "With $L = -(y*log(p) + (1 - y)*log(1 - p))$, derive $∂L/∂p$ in `closed` form.",
        "requirements": ("the sign",),
        "stage": "gradient",
        "topic": "classification",
        "skills": ("calculus",),
        "level": "entry",
        "roles": ("mle",),
        "minutes": 4,
        "hints": ("The derivative of $log(p)$ is $1/p$.", "Common denominator."),
        "solution": "It is $$(p - y)/(p*(1 - p))$$ after all.",
        "analysis": "Why.",
        "sources": (),
        "loss": "-(y*log(p) + (1 - y)*log(1 - p))",
        "wrt": "p",
        "variables": ("p|yhat: (0,1)", "y: {0,1}"),
        "answer": "(p - y)/(p*(1 - p))",
        "mistakes": (Mistake(finding="sign-flipped", say="Compare with $p - y$."),),
    }
    return Derivation(**{**base, **changes})
