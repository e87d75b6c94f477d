"""Tokens, and the list of them that a lexer writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Kind = Literal[
    "number", "letter", "word", "op", "open", "close", "begin", "end-begin", "newline", "comment", "bad", "end"
]


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is the sign as read (a letter with its combining marks, an operator, a word); `space` tells
    whether white space stood before it, `first` whether it came from a digit run that may be split."""

    kind: Kind
    text: str
    start: int
    end: int
    space: bool = False
    value: Fraction | None = None
    latex: bool = False

    def __str__(self) -> str:
        return self.text


def ended(tokens: Sequence[Token]) -> list[Token]:
    """A run of tokens with the end behind it that readers look for."""
    end = tokens[-1].end if tokens else 0
    return [*tokens, Token("end", "", end, end, True)]


class TokenList:
    """The text, the place in it, and the tokens read so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.space = False
        self.tokens: list[Token] = []
        self.labels: dict[int, int] = {}
        """Where a label below or above a brace begins and ends."""
        self.groups: list[Literal["keep", "drop", "words"]] = []
        """What to do with the brace that closes each open one: LaTeX fonts and accents drop theirs."""
        self.sized: list[bool] = []
        """Of each `\\left` with a bar or a dot that is open, whether it is a dot."""
        self.words = 0
        """How many open groups are read as whole words."""
        self.mark: tuple[str, int] | None = None
        """An accent that waits for its letter, and where it began."""

    def _emit(
        self, kind: Kind, text: str, end: int, value: Fraction | None = None, *, start: int | None = None
    ) -> None:
        begin = self.at if start is None else start
        if self.mark is not None and kind not in ("letter", "word"):
            self._lost_mark()
        self.tokens.append(Token(kind, text, begin, end, self.space, value))
        self.at, self.space = end, False

    def _stands_apart(self) -> bool:
        """Whether a space or a line end stands before the present sign."""
        return self.space or self.at == 0 or self.text[self.at - 1] == "\n"

    def _ones(self, end: int) -> None:
        """A blackboard 1, which never belongs to a name before it."""
        self.space = True
        self._emit("number", "𝟙", end, Fraction(1))

    def _lost_mark(self) -> None:
        """An accent over nothing that can carry one."""
        if self.mark is not None:
            _, start = self.mark
            self.mark = None
            self.tokens.append(
                Token("bad", self.text[start : self.at] or "\\hat", start, max(self.at, start + 1), self.space)
            )

    def _letter(self, letter: str, end: int) -> None:
        start = self.at
        if self.mark is not None:
            mark, start = self.mark
            self.mark = None
            letter += mark
        self._emit("letter", letter, end, start=start)
