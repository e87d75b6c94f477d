"""Names that a program binds again: `g = X @ w − y`, `g = X.T @ g`, `g /= n`.

Each binding becomes a name of its own, and the last one keeps the name, so that what follows is a list of equations.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from grader.formula.declarations import name_at
from grader.formula.names import canonical
from grader.formula.reader.lines import Statement
from grader.formula.reader.rows import word_at, words_in
from grader.formula.reader.tokens import Token, ended

_STEPS = frozenset(("lr", "eta", "η", "alpha", "α", "step", "rate"))
_UPDATES = frozenset(("+", "-", "*", "/"))


def rebound(statements: Sequence[Statement], declared: Callable[[str], bool], *, code: bool = False) -> list[Statement]:
    """The statements with `x = f(x)` and `x += a` as equations between names. Declared names are left alone, but in
    `code`, where `z = z / T` is no equation."""
    made = list(statements)
    bound = Counter(name for statement in statements if (name := _assigned(statement)[0]))
    own = frozenset(name for name in bound if declared(name))
    standing: dict[str, list[int]] = {name: [] for name, count in bound.items() if (code if name in own else count > 1)}
    for at, statement in enumerate(statements if standing else ()):
        for name in {name for _, _, name in _names(statement.tokens)} & standing.keys():
            standing[name].append(at)
    for name, places in standing.items():
        _versions(made, name, places, declared=name in own)
    return made


def _versions(made: list[Statement], name: str, places: Sequence[int], *, declared: bool) -> None:
    """Sets the versions of a name into the statements at the places where it stands."""
    bound, again = declared, []
    for at in places:
        found, start = _assigned(made[at])
        if found == name:
            if declared and _steps(made[at].tokens[start:]):
                pass  # `w = w − lr * grad`
            elif bound and (_updates(made[at], start) or _places(made[at].tokens[start:], name)):
                again.append(at)
            bound = True
    for at in places:
        statement = made[at]
        version = bisect_right(again, at)
        last = 0 if declared else len(again)
        left = _spelled(name, version, last)
        tokens = list(statement.tokens)
        if at not in again:
            made[at] = replace(statement, tokens=tuple(_renamed(tokens, name, left)))
            continue
        before = _spelled(name, version - 1, last)
        _, start = _assigned(statement)
        right = _renamed(tokens[start + 1 :], name, before)
        head, equal = tokens[0], tokens[start]
        if _updates(statement, start):
            sign = tokens[start - 1]
            opening = Token("open", "(", sign.start, sign.start)
            closing = Token("close", ")", tokens[-1].end, tokens[-1].end)
            old = Token("word", before, head.start, head.end, True)
            change = [opening, *right, closing]
            if tokens[start - 2].text == "]" and sign.text in ("+", "-"):  # e_c times that, in the order of the text
                label = tokens[start - 3]
                unit = [replace(label, kind="letter", text="e", space=True), Token("op", "_", label.start, label.start)]
                change = [*unit, replace(label, space=False), Token("op", "*", sign.end, sign.end), *change]
            right = [old, sign, *change]
        new = Token("word", left, head.start, head.end, head.space)
        made[at] = replace(statement, tokens=(new, equal, *right))


def _assigned(statement: Statement) -> tuple[str, int]:
    """The name that a statement binds and where its `=` stands; an empty name for other statements."""
    tokens = ended(statement.tokens)
    name, after = name_at(tokens, 0)
    if not name:
        return "", 0
    if _at_class(tokens, after):
        after += 3
    if tokens[after].text in _UPDATES and tokens[after + 1].text == "=" and not tokens[after + 1].space:
        after += 1
    return (canonical(name), after) if tokens[after].text == "=" else ("", 0)


def _at_class(tokens: Sequence[Token], after: int) -> bool:
    """Whether `p[c] -= …` stands here: one component, at a class, is changed."""
    texts = [token.text for token in tokens[after : after + 5]]
    return len(texts) == 5 and texts[0] == "[" and texts[2] == "]" and texts[3] in _UPDATES and texts[4] == "="


def _updates(statement: Statement, equal: int) -> bool:
    return statement.tokens[equal - 1].text in _UPDATES


def _steps(tokens: Sequence[Token]) -> bool:
    """Whether something is moved along a gradient."""
    return any(word in _STEPS or word.startswith(("grad", "learning")) for word in words_in(tokens))


def _spelled(name: str, version: int, last: int) -> str:
    return name if version == last else f"{name}_v{version + 1}"


def _names(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """The names that stand by themselves, each from a token to another; a word with a subscript also without it."""
    row = ended(tokens)
    at = 0
    while at < len(tokens):
        if tokens[at].kind not in ("letter", "word"):
            at += 1
            continue
        text, end = word_at(tokens, at)
        spelled, after = name_at(row, at)
        if after > at:
            yield at, after, canonical(spelled)
        if canonical(text) != canonical(spelled):
            yield at, end, canonical(text)
        at = end


def _places(tokens: Sequence[Token], name: str) -> list[tuple[int, int]]:
    """Where a name stands by itself: from a token to another."""
    return [(start, end) for start, end, spelled in _names(tokens) if spelled == name]


def _renamed(tokens: list[Token], name: str, new: str) -> list[Token]:
    if new == name:
        return tokens
    made = list(tokens)
    for start, end in reversed(_places(tokens, name)):
        made[start:end] = [Token("word", new, tokens[start].start, tokens[end - 1].end, tokens[start].space)]
    return made
