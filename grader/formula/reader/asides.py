"""Sentences that claim nothing of the loss asked for: wrong attempts, and what would hold at the optimum.

`One might think $p + y$, but that is wrong.` `Setting $\\nabla L = 0$ gives $w = (X^TX)^{-1}X^Ty$.`
"""

from __future__ import annotations

import re
from typing import Final

_DOUBTED: Final = re.compile(
    r"\b(might|may|could) (naively |wrongly |mistakenly )?(think|expect|guess|write|believe|assume)\b"
    r"|\btempt(ed|ing)\b|\b(common|typical|frequent) (mistake|error|pitfall)|\b(na[iï]vely|mistakenly|wrongly)\b"
    r"|\b(is|was|s|be) (wrong|incorrect|false|a mistake|not (right|correct|true))\b"
    r"|^\W*(it|this) is not (\$|\\\()",
    re.IGNORECASE,
)
_TAKEN_BACK: Final = re.compile(
    r"^\W*(but |however,? |no,? |wait,? |hmm,? )*(this|that|which|it) ?(is|was|s|'s|’s) "
    r"(wrong|incorrect|false|a mistake|not (quite )?(right|correct|true))\b",
    re.IGNORECASE,
)
_AT_THE_OPTIMUM: Final = re.compile(
    r"\bat (the|an?|its|this|every|any) (optim\w+|minim\w+|maxim\w+|stationary|critical)\b", re.IGNORECASE
)
_OPTIMUM: Final = re.compile(
    r"\b(optim(um|al|a)|minim\w+|maxim\w+|mles?|maximum likelihood|stationary|critical points?|vanish\w*"
    r"|normal equations?|zero (at|when|if|where|exactly)|solv(es?|ing|ed)|roots? (is|at)|solutions?)\b",
    re.IGNORECASE,
)
_DERIVED: Final = re.compile(r"gradient|derivative|slope|[d∂][A-Za-z_]*\s*/\s*[d∂]|∇|\\nabla|\\partial", re.IGNORECASE)
_SETTING: Final = re.compile(r"\b(set|sets|setting|equate|equating)\b", re.IGNORECASE)
_TO_ZERO: Final = re.compile(
    r"\b(to|equal to|at) (zero|0|\$0\$|\\\(0\\\))|(∇|∂|\\nabla|\\partial|\\frac|').*=\s*(\\?,)*\s*0\b"
)
_EXAMPLE: Final = re.compile(
    r"\b(for|an|numerical|concrete) (example|instance)\b|\be\.g\.|^\W*(\w+ )?examples?\b|\b(check|checking)\b"
    r"|\bnumerically\b|\bconcretely\b|\b(plugging|substituting|putting) in\b",
    re.IGNORECASE,
)
_IN_NUMBERS: Final = re.compile(r"[A-Za-z})]\s*=\s*-?\d+(\.\d+)?\s*($|[,;.$`]|\\[,;)])")
_CHECKING: Final = re.compile(r"\b(print|assert|lambda|allclose|isclose|random|torch|autograd|gradcheck)\b")


def claims_nothing(sentence: str) -> bool:
    """Whether what a sentence says, or leads to, is said to be wrong, or to hold at the optimum only."""
    if _DOUBTED.search(sentence) or _AT_THE_OPTIMUM.search(sentence):
        return True
    return _SETTING.search(sentence) is not None and _TO_ZERO.search(sentence) is not None


def speaks_of_optimum(sentence: str) -> bool:
    """Whether a sentence says where the optimum is, or what it is, and nothing of a derivative."""
    return _OPTIMUM.search(sentence) is not None and _DERIVED.search(sentence) is None


def takes_back(sentence: str) -> bool:
    """Whether a sentence says of what stands before it that it is wrong."""
    return _TAKEN_BACK.search(sentence) is not None


def is_example(sentence: str) -> bool:
    """Whether a sentence announces an example, or a check."""
    return _EXAMPLE.search(sentence) is not None


def is_in_numbers(sentence: str) -> bool:
    """Whether a sentence gives a name a number: `Take $w = 0$, $x = 1$`."""
    return _IN_NUMBERS.search(sentence) is not None


def checking_code(text: str) -> list[tuple[int, int]]:
    """Where the fenced blocks of code stand that try the result out, and derive nothing: they print, or assert."""
    found: list[tuple[int, int]] = []
    start, at = -1, 0
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith("```"):
            if start >= 0 and _CHECKING.search(text, start, at):
                found.append((start, at))
            start = -1 if start >= 0 else at + len(line)
        at += len(line)
    return found
