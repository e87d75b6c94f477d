"""The graders side by side. Each is made once in its own process, and says of a pair what it makes of it.

`equal`, `different`, `unread` and `undecided` are all that a peer can say. Times include its reading of both sides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Said = Literal["equal", "different", "unread", "undecided", "over time", "died"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a grader said of a pair; ours says more."""

    said: Said
    outcome: str | None = None
    evidence: str | None = None
    code: str | None = None
    """The first finding that is an error."""
    witness: bool = False


Grader = Callable[[Mapping[str, Any]], Answer]
"""From a pair as `race` hands it over: `truth` and `answer`, and for ours `task`."""


def lossprep() -> Grader:
    from grader.symbolic import DerivationTask, grade_derivation

    said: dict[str, Said] = {
        "right": "equal", "partly": "equal", "wrong": "different", "unreadable": "unread", "undecided": "undecided"
    }  # fmt: skip

    def grade(pair: Mapping[str, Any]) -> Answer:
        loss, wrt, variables, given = pair["task"]
        verdict = grade_derivation(DerivationTask(loss, wrt, tuple(variables), tuple(given)), pair["answer"])
        errors = [finding.code for finding in verdict.findings if finding.severity == "error"]
        first = errors[0] if errors else None
        return Answer(said[verdict.outcome], verdict.outcome, verdict.evidence, first, verdict.witness is not None)

    return grade


def math_verify() -> Grader:
    from latex2sympy2_extended import NormalizationConfig
    from math_verify import LatexExtractionConfig, parse, verify

    # its default takes a trailing h or m for a unit
    config = [LatexExtractionConfig(normalization_config=NormalizationConfig(units=False))]

    def read(text: str) -> Any:
        return parse(text if "$" in text or "\\[" in text else f"${text}$", extraction_config=config)

    def grade(pair: Mapping[str, Any]) -> Answer:
        truth, answer = read(pair["truth"]), read(pair["answer"])
        if not any(not isinstance(item, str) for item in truth) or not any(
            not isinstance(item, str) for item in answer
        ):
            return Answer("unread")
        return Answer("equal" if verify(truth, answer) else "different")

    return grade


def parse_expr_simplify() -> Grader:
    import sympy as sp
    from sympy.parsing.sympy_parser import parse_expr

    def grade(pair: Mapping[str, Any]) -> Answer:
        names = {name: sp.Symbol(name, **{sign: True}) for name, sign in pair["names"]}
        try:
            truth, answer = (parse_expr(pair[side], local_dict=names) for side in ("truth", "answer"))
        except (SyntaxError, TypeError, ValueError, AttributeError):
            return Answer("unread")
        return Answer("equal" if sp.simplify(truth - answer) == 0 else "different")

    return grade


def parse_latex_simplify() -> Grader:
    import sympy as sp
    from sympy.parsing.latex import LaTeXParsingError, parse_latex

    def read(text: str) -> Any:
        formula = parse_latex(re.sub(r"^\$+|\$+$", "", text.strip()))
        # it takes e and π for symbols
        return formula.subs({sp.Symbol("e"): sp.E, sp.Symbol("pi"): sp.pi})

    def grade(pair: Mapping[str, Any]) -> Answer:
        try:
            truth, answer = read(pair["truth"]), read(pair["answer"])
        except (LaTeXParsingError, TypeError, ValueError, AttributeError):
            return Answer("unread")
        return Answer("equal" if sp.simplify(truth - answer) == 0 else "different")

    return grade


@dataclass(frozen=True, slots=True)
class Peer:
    """`form` is which form of a pair it is given; `needs` what must be installed."""

    make: Callable[[], Grader]
    form: Literal["own", "typed", "latex", "python"]
    needs: tuple[str, ...] = field(default=())


PEERS: Final[Mapping[str, Peer]] = {
    "lossprep": Peer(lossprep, "own"),
    "math-verify": Peer(math_verify, "latex", ("math_verify",)),
    "math-verify, as typed": Peer(math_verify, "typed", ("math_verify",)),
    "parse_expr + simplify": Peer(parse_expr_simplify, "python"),
    "parse_latex + simplify": Peer(parse_latex_simplify, "latex", ("antlr4",)),
}
