"""Where something stands, counted as people count: lines and columns from 1."""

from __future__ import annotations

from typing import Final

from grader.formula.tree import Span
from grader.verdict import Place

_PAIRS: Final = ("{}", "()", "[]")
_CLOSING: Final = ("}", ")", "]")


def place_of(text: str, span: Span | None) -> Place:
    """The place of a span of `text`; its length ends with its line. No span: the whole of the first line."""
    if span is None:
        return Place(1, 1, max(1, len(text.split("\n", 1)[0])))
    start = min(span.start, len(text))
    begin = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    length = max(1, min(span.end, end) - start)
    return Place(text.count("\n", 0, start) + 1, start - begin + 1, length)


def typed_at(text: str, span: Span) -> str:
    """What stands at a span of `text`, on one line, with the brackets that close what opens there."""
    end = span.end
    for opening, closing in _PAIRS:
        inside = text[span.start : end]
        while inside.count(opening) > inside.count(closing) and text[end : end + 1] in _CLOSING:
            end += 1
            inside = text[span.start : end]
    return " ".join(text[span.start : end].split())
