"""Small questions and events, made by hand."""

from __future__ import annotations

from typing import Any

from practice.events import Graded
from questions.kinds import Choice, Code, Explain, Number, Option, Point

_COMMON: dict[str, Any] = {
    "title": "A title",
    "prompt": "A prompt",
    "requirements": ("something",),
    "stage": "gradient",
    "topic": "regression",
    "skills": ("calculus",),
    "level": "entry",
    "roles": ("mle",),
    "minutes": 3,
    "hints": ("first", "second"),
    "solution": "The solution.",
    "analysis": "The analysis.",
    "sources": (),
}


def number(id: str, **changes: Any) -> Number:
    return Number(**{**_COMMON, "id": id, "answer": "ln 2", **changes})


def choice(id: str, right: tuple[int, ...] = (0,), count: int = 4, **changes: Any) -> Choice:
    options = tuple(Option(text=f"option {n}", why=f"why {n}", correct=n in right) for n in range(count))
    return Choice(**{**_COMMON, "id": id, "options": options, **changes})


def code(id: str = "code", **changes: Any) -> Code:
    base = {"loss": "sum(a)", "arguments": ("a: real[n]",), "entry": "f", "starter": "def f(a): ...\n", "reference": ""}
    return Code(**{**_COMMON, "id": id, **base, **changes})


def explain(id: str, **changes: Any) -> Explain:
    points = (Point(text="the first point"), Point(text="the second point"))
    return Explain(**{**_COMMON, "id": id, "points": points, "answer": "All of it.", **changes})


def graded(question: str, outcome: str = "wrong", score: float | None = 0.0, **changes: Any) -> Graded:
    return Graded(question, **{"text": "an answer", "outcome": outcome, "score": score, **changes})
