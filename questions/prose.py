"""Prose as authors write it: text, maths between dollar signs, code in backticks, fences or indented lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from questions.kinds import Choice, Explain, Question

_PIECE: Final = re.compile(
    r"^```.*?^[ \t]*```[^\n]*$|^ {4}[^\n]*$|`(?P<code>[^`]+)`|\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^$]+)\$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of prose; `offset` is where `text` begins in the whole."""

    kind: Literal["text", "code", "inline", "display"]
    text: str
    offset: int


def pieces(text: str) -> Iterator[Piece]:
    """The pieces in their order. A dollar sign without a partner stays in the text."""
    at = 0
    for match in _PIECE.finditer(text):
        if match.start() > at:
            yield Piece("text", text[at : match.start()], at)
        if match["display"] is not None:
            yield Piece("display", match["display"], match.start("display"))
        elif match["inline"] is not None:
            yield Piece("inline", match["inline"], match.start("inline"))
        else:
            name: str | int = "code" if match["code"] is not None else 0
            yield Piece("code", match[name], match.start(name))
        at = match.end()
    if at < len(text):
        yield Piece("text", text[at:], at)


def fields(question: Question) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every field of a question that holds prose, by its path."""
    yield ("title",), question.title
    yield ("prompt",), question.prompt
    for number, item in enumerate(question.requirements):
        yield ("requirements", number), item
    for number, item in enumerate(question.hints):
        yield ("hints", number), item
    yield ("solution",), question.solution
    yield ("analysis",), question.analysis
    for number, mistake in enumerate(question.mistakes):
        yield ("mistakes", number, "say"), mistake.say
    if isinstance(question, Choice):
        for number, option in enumerate(question.options):
            yield ("options", number, "text"), option.text
            yield ("options", number, "why"), option.why
    elif isinstance(question, Explain):
        for number, point in enumerate(question.points):
            yield ("points", number, "text"), point.text
        yield ("answer",), question.answer
        for number, item in enumerate(question.accepted):
            yield ("accepted", number), item
