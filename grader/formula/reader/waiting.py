"""The statements that are still to be read, and the order in which they are: names before what needs them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from grader.formula.declarations import name_at
from grader.formula.functions import BY_SPELLING
from grader.formula.names import canonical
from grader.formula.reader.lines import Statement
from grader.formula.reader.rows import first_equals
from grader.formula.reader.tokens import Token, ended


class Waiting:
    """Statements in the order in which they are read, each taken once, or once more where a later one came first."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._rest = deque(statements)
        found = ((statement, _heading(statement)) for statement in self._rest)
        self._headings = deque((statement, heading) for statement, heading in found if heading is not None)
        self._moved: set[int] = set()

    def __iter__(self) -> Iterator[Statement]:
        while self._rest:
            statement = self._rest.popleft()
            if self._headings and self._headings[0][0] is statement:
                self._headings.popleft()
            yield statement

    def __bool__(self) -> bool:
        return bool(self._rest)

    def put_back(self, statement: Statement) -> None:
        """To be read next."""
        self._rest.appendleft(statement)
        if (heading := _heading(statement)) is not None:
            self._headings.appendleft((statement, heading))

    def bring(self, symbol: str, known: Container[str], before: Statement) -> bool:
        """Whether a later statement introduces a name that is missing (`dL/dz = p − y, where p = σ(z)`); it comes
        next, and `before` after it. Each statement is brought once only."""
        stem, _, below = symbol.partition("_")
        wanted = (canonical(f"{stem}_{below}"), canonical(stem))
        found = next((s for s, heading in self._headings if heading.introduces(wanted, stem, known)), None)
        if found is None or id(found) in self._moved:
            return False
        self._moved.add(id(found))
        del self._rest[next(at for at, statement in enumerate(self._rest) if statement is found)]
        del self._headings[next(at for at, (statement, _) in enumerate(self._headings) if statement is found)]
        self.put_back(before)
        self.put_back(found)
        return True


@dataclass(frozen=True, slots=True)
class _Heading:
    """What stands on the left of `=`."""

    name: str | None
    """The name, where nothing else stands there."""
    indexed: str | None
    """The letter of `a_i` or `a[i]`."""

    def introduces(self, wanted: tuple[str, str], stem: str, known: Container[str]) -> bool:
        if self.name in wanted or self.indexed == wanted[1]:
            return True
        if self.name is None:
            return False
        if self.name in stem and self.name not in known:  # `Wrxᵀ, where r = …`: a run of letters
            rest = [part for part in stem.split(self.name) if part]
            if all(part in known or all(char in known for char in part) for part in rest):
                return True
        return self.name.removesuffix(wanted[1]) in BY_SPELLING  # `cos θ u, where cos θ = …`


def _heading(statement: Statement) -> _Heading | None:
    equal = first_equals(statement.tokens)
    if equal is None:
        return None
    left = statement.tokens[:equal]
    name, after = name_at(ended(left), 0)
    indexed = len(left) > 1 and left[1].text in ("_", "[") and left[0].kind in ("letter", "word")
    alone = canonical(name) if name and after == equal else None
    return _Heading(alone, canonical(left[0].text) if indexed else None)


def shadowing_first(statements: Sequence[Statement], own_meaning: Callable[[Sequence[Token]], bool]) -> list[Statement]:
    """With what is introduced after `where` under a name that means something else by itself (`where I = …`) before
    what it explains. `own_meaning`: whether a left side is no declared name, and can be read all the same."""
    found: list[Statement] = []
    for statement in statements:
        equal = first_equals(statement.tokens)
        function = [token.text for token in statement.tokens[:2]] == ["ψ", "("]  # `−Σ ψ(r_i)x_i, ψ(u) = …`
        if found and statement.where and equal and (function or own_meaning(statement.tokens[:equal])):
            before = len(found) - 1
            while before and found[before].where:
                before -= 1
            found.insert(before, replace(statement, introduces=True))
        else:
            found.append(statement)
    return found


def reason_first(statements: list[Statement]) -> list[Statement]:
    """With an equation that ends a text as a reason (`= p_i − y_i, since Σ_k y_k = 1`) before what it is a reason for,
    which is the answer."""
    if len(statements) < 2 or not statements[-1].reason or first_equals(statements[-1].tokens) is None:
        return statements
    if any(token.text in ("L", "ℓ", "∇") for token in statements[-1].tokens):
        return statements
    at = len(statements) - 2
    while at > 0 and statements[at].chained:
        at -= 1
    return [*statements[:at], statements[-1], *statements[at:-1]]
