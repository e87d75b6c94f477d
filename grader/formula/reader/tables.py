"""Tables in Markdown: which lines are rows of one."""

from __future__ import annotations


def table_lines(text: str) -> frozenset[int]:
    """The lines, from 1, of tables: those with `|` around a line of dashes, `|---|---|`."""
    lines = text.split("\n")
    found: set[int] = set()
    for at, line in enumerate(lines):
        drawn = line.strip()
        if at in found or "--" not in drawn or "|" not in drawn or not set(drawn) <= set("|:- \t"):
            continue
        found |= {at, at + 1}
        end = at + 1
        while end < len(lines) and "|" in lines[end]:
            end += 1
            found.add(end)
    return frozenset(found)
