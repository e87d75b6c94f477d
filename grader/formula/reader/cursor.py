"""A place in a list of tokens, with its brackets matched: what every part of the parser moves along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.formula.errors import Unreadable
from grader.formula.reader.limits import DEPTH, too_large
from grader.formula.reader.notation import Token
from grader.formula.reader.symbols import CLOSING, OPENING
from grader.formula.tree import Span


class Cursor:
    """Tokens that end with an `end` token, and where we are. Raises Unreadable for brackets that nest too deep,
    cross, or stay open."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = list(tokens)
        self.at = 0
        self.closing = self._match_brackets()

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def ahead(self, count: int = 1) -> Token:
        return self.tokens[min(self.at + count, len(self.tokens) - 1)]

    def sees(self, *texts: str) -> bool:
        token = self.token
        return token.text in texts and token.kind in ("op", "open", "close")

    def advance(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.at += 1
        return token

    def expect(self, text: str) -> Token:
        if not self.sees(text):
            raise self.fail(text)
        return self.advance()

    def span(self, start: int) -> Span:
        """From the token `start` to the last one read."""
        return Span(self.tokens[start].start, self.tokens[max(self.at - 1, start)].end)

    def tokens_between(self, start: int, end: int) -> str:
        """The text of the tokens between two offsets, without spaces."""
        return "".join(token.text for token in self.tokens if start <= token.start and token.end <= end)

    def top_level(self, opening: int) -> Iterator[int]:
        """The tokens directly within a bracket; each inner bracket counts as its opening token."""
        at, close = opening + 1, self.closing[opening]
        while at < close:
            yield at
            at = self.closing.get(at, at) + 1

    def fail(self, *expected: str, at: int | None = None) -> Unreadable:
        """The error at a token (the present one): where the text ends, just behind its last sign."""
        index = self.at if at is None else at
        token = self.tokens[index]
        if token.kind == "end":
            end = self.tokens[index - 1].end if index else token.start
            return Unreadable("unreadable", Span(end, end), expected, {"got": ""})
        end = index + 1
        while token.kind == "letter" and self.tokens[end].kind == "letter" and not self.tokens[end].space:
            end += 1  # the whole word
        got = "".join(part.text for part in self.tokens[index:end])
        return Unreadable("unreadable", Span(token.start, self.tokens[end - 1].end), expected, {"got": got})

    def _match_brackets(self) -> dict[int, int]:
        """Opening token to closing token. Raises where brackets nest too deep, cross, or stay open."""
        closing: dict[int, int] = {}
        stack: list[int] = []
        for index, token in enumerate(self.tokens):
            if token.kind in ("open", "begin"):
                stack.append(index)
                if len(stack) > DEPTH:
                    raise too_large("depth", DEPTH, len(stack), token.start, token.end)
            elif token.kind in ("close", "end-begin"):
                wanted = CLOSING.get(token.text, "cases")
                if not stack or self.tokens[stack[-1]].text != wanted:
                    if stack and token.kind == "close":
                        opening = self.tokens[stack[-1]]
                        raise Unreadable(
                            "unreadable",
                            Span(token.start, token.end),
                            (OPENING.get(opening.text, "\\end{cases}"),),
                            {"got": token.text},
                        )
                    raise Unreadable(
                        "unreadable", Span(token.start, token.end), ("the end", "an operator"), {"got": token.text}
                    )
                closing[stack.pop()] = index
        if stack:
            token = self.tokens[stack[-1]]
            expected = OPENING.get(token.text, "\\end{cases}")
            raise Unreadable(
                "unreadable", Span(token.start, token.end), (expected,), {"bracket": token.text, "unclosed": True}
            )
        return closing

    def glued_letters(self, at: int) -> list[Token]:
        """The letters from a token on, as far as no space or subscript comes between, and one sign behind them."""
        end = at
        while self.tokens[end].kind in ("letter", "word") and not (end > at and self.tokens[end].space):
            end += 1
        return self.tokens[at:end]

    def since(self, begin: int) -> Span:
        """From an offset to the last token read."""
        return Span(begin, self.tokens[self.at - 1].end)
