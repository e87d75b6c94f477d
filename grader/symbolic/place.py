"""Where something stands, counted as people count: lines and columns from 1."""

from __future__ import annotations

from grader.formula.tree import Span
from grader.verdict import Place


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
