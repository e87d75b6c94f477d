"""What `--loss` means: a formula, or the name of a known loss, which brings its declarations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from grader.formula.declarations import read_declaration
from grader.formula.errors import Unreadable
from grader.formula.names import canonical
from questions import losses
from questions.losses import KnownLoss

_WORD: Final = re.compile(r"\s*[^\W\d]\w*(?:[-_]\w+)*\s*")
_LETTERS: Final = 3
"""A shorter word that means nothing is an undeclared variable, not a loss."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A loss with all that it needs; `known` is set where it went by a name."""

    loss: str
    wrt: str | None
    variables: tuple[str, ...]
    given: tuple[str, ...]
    known: KnownLoss | None = None


def meant(loss: str, wrt: str | None = None, variables: Iterable[str] = (), given: Iterable[str] = ()) -> Meant:
    """The loss of this name, unless the name was declared: then it is that variable.

    What the person declares or defines takes the place of what the loss declares under that name, so that
    `bce` with `z: real` and `p = sigmoid(z)` is the loss of a logit.
    """
    own, definitions = tuple(variables), tuple(given)
    taken = {name for text in own for name in _declared(text)} | {name for text in definitions for name in _left(text)}
    known = None if canonical(loss.strip()) in taken else losses.known(loss)
    if known is None:
        return Meant(loss, wrt, own, definitions)
    brought = tuple(text for text in known.variables if taken.isdisjoint(_declared(text)))
    defined = tuple(text for text in known.given if taken.isdisjoint(_left(text)))
    return Meant(known.formula, wrt or known.wrt, (*own, *brought), (*defined, *definitions), known)


def close_losses(text: str) -> tuple[str, ...] | None:
    """Of a text that looks like a name: the known losses that come close. None where it looks like a formula."""
    if not _WORD.fullmatch(text) or len(text.strip()) < _LETTERS:
        return None
    return losses.close(text)


def _declared(text: str) -> Iterator[str]:
    """The names of a declaration; none where it cannot be read, which is said where it is used."""
    try:
        variable = read_declaration(text)
    except Unreadable:
        return
    yield from (variable.name, *variable.aliases)


def _left(text: str) -> Iterator[str]:
    """The names of a definition: what stands before `=`, without the arguments of a function."""
    for name in text.split("=")[0].split("(")[0].removesuffix(":").split("|"):
        yield canonical(name.strip())
