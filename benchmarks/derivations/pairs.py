"""The pairs, as people typed them and in the forms that peers can be given.

Ours gets every pair as it was typed. The others compare two formulas and know neither losses nor domains, so each
pair is made into the form that is kindest to them: see `rendering`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
GRADIENTS: Final = ROOT / "tests" / "symbolic" / "pairs"
ORDINARY: Final = Path(__file__).with_name("ordinary.yaml")
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked, as `DerivationTask` has it."""

    loss: str
    wrt: str
    variables: tuple[str, ...]
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sides:
    """Two formulas for a peer."""

    truth: str
    answer: str


@dataclass(frozen=True, slots=True)
class Forms:
    """A pair for peers: in LaTeX, and in Python's way with each symbol and `positive` or `real`."""

    latex: Sides
    python: Sides
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """`outcome` is what it must get, `finding` what must come first, if that was said. `typed` is a right answer beside
    this one, both as people typed them. Peers are given only what is right or wrong and has `forms`."""

    group: str
    task: Task
    answer: str
    outcome: str
    finding: str | None = None
    typed: Sides | None = None
    forms: Forms | None = None


def gradients(folder: Path = GRADIENTS) -> Iterator[Pair]:
    """Answers to "what is the gradient", right and subtly wrong, as people type them."""
    for file in sorted(folder.glob("*.yaml")):
        for entry in yaml.load(file.read_text("utf-8"), LOADER):
            task = Task(entry["loss"], entry["wrt"], tuple(entry["var"]), tuple(entry.get("let", ())))
            right = [case["answer"] for case in entry["cases"] if case["outcome"] == "right"]
            for case in entry["cases"]:
                yield _pair("gradients", task, case, _other(right, case["answer"]))


def ordinary(file: Path = ORDINARY) -> Iterator[Pair]:
    """Two formulas of school and college, the same or not. For ours, the second answers what the slope of u times
    the first is."""
    for entry in yaml.load(file.read_text("utf-8"), LOADER):
        task = Task(f"u ({entry['truth']})", "u", ("u: real", *entry["var"]))
        for case in entry["cases"]:
            yield _pair("ordinary", task, case, entry["truth"])


def with_forms(pair: Pair, render: Callable[[Task, str, bool], Forms | None]) -> Pair:
    """The pair with what peers can be given; without `typed` too where that is nothing."""
    if pair.outcome not in ("right", "wrong"):
        return replace(pair, typed=None)
    forms = render(pair.task, pair.answer, pair.outcome == "right")
    return replace(pair, forms=forms, typed=pair.typed if forms is not None else None)


def _other(right: Sequence[str], answer: str) -> str | None:
    """A right answer to compare this one with: another one, in LaTeX if there is one."""
    others = [text for text in right if text != answer]
    return next((text for text in others if "\\" in text), others[0] if others else None)


def _pair(group: str, task: Task, case: dict[str, Any], truth: str | None) -> Pair:
    typed = None if truth is None else Sides(truth, case["answer"])
    return Pair(group, task, case["answer"], case["outcome"], case.get("finding"), typed)
