"""The sides of an equation, as tokens, and what the left ones name."""

from __future__ import annotations

from collections.abc import Sequence

from grader.formula.declarations import name_at
from grader.formula.errors import Unreadable
from grader.formula.names import LOSS_NAMES, canonical
from grader.formula.reader.lines import Statement
from grader.formula.reader.rows import first_equals, last_question
from grader.formula.reader.tokens import Token, ended
from grader.formula.tree import Span


def sides_of(tokens: list[Token]) -> list[list[Token]]:
    """The sides of a chain. Raises Unreadable for an empty one."""
    parts: list[list[Token]] = [[]]
    rest, question = tokens, last_question(tokens)
    while (at := first_equals(rest, asked=question >= len(tokens) - len(rest))) is not None:
        parts[-1] = rest[:at]
        if not rest[:at]:
            raise Unreadable("unreadable", Span(rest[at].start, rest[at].end), ("a formula",), {"got": rest[at].text})
        if at + 1 >= len(rest):
            raise Unreadable("unreadable", Span(rest[at].end, rest[at].end), ("a formula",), {"got": ""})
        rest = rest[at + 1 :]
        parts.append([])
    parts[-1] = rest
    return parts


def introduced_names(statements: Sequence[Statement]) -> frozenset[str]:
    """The names on the left of the equations."""
    found: set[str] = set()
    for statement in statements:
        equal = first_equals(statement.tokens)
        if equal:
            for left in (list(statement.tokens[:equal]), list(statement.tokens[:1])):
                name, after = name_at(ended(left), 0)
                if after == len(left) or left[after].text in ("(", "_", "["):
                    found.add(canonical(name))
    return frozenset(found)


def own_loss_name(tokens: Sequence[Token]) -> str | None:
    """`L` where a text calls the loss by its own name."""
    at = 0
    while at < len(tokens):
        text, end = "", at
        while tokens[end].kind in ("letter", "word") and not (end > at and tokens[end].space):
            text += tokens[end].text
            end += 1
        if canonical(text) in LOSS_NAMES or canonical(text.removeprefix("d")) in LOSS_NAMES:
            return "L"
        at = max(end, at + 1)
    return None
