"""Runs of letters: `2xy`, `p_ip_j`, `ylog(p)` are split by the longest known name first.

A run is what stands without a space between: letters, digits that follow a letter, subscripts. It is split
as a whole: when no split reads every piece, the run (or the one letter that is left over) is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.formula import names
from grader.formula.declare import Classes, Interval
from grader.formula.errors import Unreadable
from grader.formula.functions import BY_SPELLING
from grader.formula.names import Meaning, Vocabulary, canonical
from grader.formula.reader.limits import RUN, too_large
from grader.formula.reader.notation import Token
from grader.formula.tree import Span

_BEFORE_DIGITS = frozenset(("ln", "sqrt", "exp"))
"""Functions that may stand right before a number: `ln2`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A name within a run: what it means, its canonical form, and the token after it."""

    meaning: Meaning
    name: str
    after: int
    rank: int = 0


@dataclass(frozen=True, slots=True)
class _Unit:
    """A part of a run that is not cut: a letter, a word, digits, `_`, a braced subscript."""

    text: str
    after: int
    """The index of the token behind it."""
    cut: bool = True
    """Whether a name may end here."""


class Runs:
    """Looks names up in a token list. `bound` holds the index letters of the operators around."""

    def __init__(
        self, tokens: Sequence[Token], vocabulary: Vocabulary, closing: dict[int, int], *, loss: bool,
        is_derivative: Callable[[int], bool],
    ) -> None:  # fmt: skip
        self.tokens = tokens
        self.vocabulary = vocabulary
        self.closing = closing
        self.loss = loss
        self.is_derivative = is_derivative
        self.bound: list[str] = []
        self.subscript = 0
        self._planned: dict[int, Piece] = {}
        """By token, the pieces of runs that were split, as long as the letters around are the same."""
        self._plan_for: tuple[tuple[str, ...], int] = ((), 0)

    # -- looking up

    def keyword(self, at: int) -> str | None:
        """`if`, `else`, `and`, … where a whole run is just that word."""
        text, end = self._plain_word(at)
        if text in names.OPERATORS_AS_WORDS and canonical(text) not in self.vocabulary.names:
            after = self.tokens[end]
            if not (after.text == "_" and not after.space):
                return text
        return None

    def word_end(self, at: int) -> int:
        """The token after the whole run of letters that begins at `at`."""
        return self._plain_word(at)[1]

    def word(self, at: int) -> str:
        """The run of letters that begins at `at`, without subscripts."""
        return self._plain_word(at)[0]

    def _plain_word(self, at: int) -> tuple[str, int]:
        text, end = "", at
        while (token := self.tokens[end]).kind in ("letter", "word") and not (end > at and token.space):
            text += token.text
            end += 1
            if end - at > RUN:
                break
        return text, end

    def piece(self, at: int) -> Piece:
        """The first name of the run that begins with token `at`. Raises `unknown-symbol`."""
        around = (tuple(self.bound), self.subscript)
        if around != self._plan_for:
            self._planned, self._plan_for = {}, around
        if at not in self._planned:
            units = self._units(at)
            found: dict[int, Piece | None] = {}
            if self._split(units, 0, found) is None:
                raise self.unknown(at, units)
            starts = [at, *(unit.after for unit in units)]
            self._planned.update({starts[u]: piece for u, piece in found.items() if piece is not None})
        return self._planned[at]

    def splits(self, at: int) -> bool:
        """Whether the run that begins with token `at` can be read."""
        return self._split(self._units(at), 0, {}) is not None

    def quantity(self, at: int) -> Piece | None:
        """The longest declared name that begins with token `at`, whatever follows it."""
        units = self._units(at)
        for count in range(len(units), 0, -1):
            found = self._candidate(units, 0, count)
            if found is not None and found.meaning in ("name", "loss", "matrix-row", "index"):
                return found
        return None

    def meaning_of(self, letter: str, after: int) -> Piece | None:
        """What one letter means by itself."""
        return self._meaning(letter, after, "")

    def unknown(self, at: int, units: Sequence[_Unit] | None = None) -> Unreadable:
        """The error for a run that cannot be split."""
        units = self._units(at) if units is None else units
        start, count = 0, len(units)
        while count > 1 and units[count - 1].text.startswith("_{"):
            count -= 1
        known = 0
        for length in range(count - 1, 0, -1):
            if self._candidate(units, 0, length) is not None:
                known = length
                break
        rest = units[known:count]
        if known and len(rest) == 1 and count <= 3:
            start = known
        first = at if start == 0 else units[start - 1].after
        last = units[count - 1].after - 1
        span = Span(self.tokens[first].start, self.tokens[last].end)
        symbol = "".join(unit.text for unit in units[start:count]).replace("{", "").replace("}", "")
        return unknown_symbol(symbol, span, self.vocabulary)

    # -- splitting

    def _units(self, at: int) -> list[_Unit]:
        units: list[_Unit] = []
        t, tokens = at, self.tokens
        while len(units) <= RUN:
            token = tokens[t]
            if units and token.space and units[-1].text != "_":
                break
            if token.kind in ("letter", "word") or (token.kind == "number" and units and token.text.isdigit()):
                units.append(_Unit(token.text, t + 1))
                t += 1
            elif token.text == "_" and token.kind == "op" and units:
                following = tokens[t + 1]
                if following.kind in ("letter", "word") or (following.kind == "number" and following.text.isdigit()):
                    units.append(_Unit("_", t + 1, cut=False))
                    t += 1
                elif following.text == "{" and (inner := self._plain_group(t + 1)) is not None:
                    after = self.closing[t + 1] + 1
                    units.append(_Unit("_" + inner, after))
                    t = after
                elif following.text in "{[(" and t + 1 in self.closing:
                    after = self.closing[t + 1] + 1
                    units.append(_Unit("_{…}", after))
                    t = after
                else:
                    # a Python name may end with an underscore (`lambda_`)
                    units.append(_Unit("_", t + 1))
                    t += 1
            else:
                break
        else:
            raise too_large("letters in a row", RUN, len(units), tokens[at].start, tokens[t].start)
        return units

    def _plain_group(self, opening: int) -> str | None:
        """The text of a braced subscript of letters and digits only."""
        close = self.closing.get(opening)
        if close is None or close == opening + 1:
            return None
        inner = self.tokens[opening + 1 : close]
        if all(
            token.kind in ("letter", "word", "number") and (i == 0 or not token.space) for i, token in enumerate(inner)
        ):
            return "".join(token.text for token in inner)
        return None

    def _split(self, units: Sequence[_Unit], u: int, known: dict[int, Piece | None]) -> Piece | None:
        """The first piece of a split of `units[u:]` that reads to the end; None where there is none. `known` holds
        what was found for other `u`."""
        if u in known:
            return known[u]
        for count in range(len(units) - u, 0, -1):
            found = self._candidate(units, u, count)
            if found is None:
                continue
            end = self._after_subscripts(units, u + count, found)
            if found.meaning == "function" and end < len(units) and units[end].text.isdigit():
                end += 1  # `ln2`
            if (
                end >= len(units)
                or self.is_derivative(units[end - 1].after)
                or self._split(units, end, known) is not None
            ):
                known[u] = found
                return found
        known[u] = None
        return None

    def _after_subscripts(self, units: Sequence[_Unit], end: int, piece: Piece) -> int:
        while end < len(units) and units[end].text.startswith("_"):
            if units[end].text == "_":
                wanted = self.subscript_letters(piece, [unit.text for unit in units[end + 1 :]])
                end = min(end + 1 + wanted, len(units))
            else:
                end += 1
        return end

    def subscript_letters(self, piece: Piece, following: Sequence[str]) -> int:
        """How many of the units after `_` are the subscript: digits, one letter, or one for each axis."""
        if not following or not following[0].isalpha() or (len(canonical(following[0])) > 1 and following[0].isascii()):
            return 1
        count = 1
        while count < piece.rank and count < len(following):
            text = following[count]
            if not (len(text) == 1 and text.isalpha() and text.isascii()):
                break  # `\\sum_k\\sigma(z_k)`: a Greek letter is no second index
            if not self.index_like(text) and (piece.meaning == "big" or not self.counts(text)):
                break
            if text in names.CONSTANTS and text not in self.bound:
                break  # `\\sum_ie^{x_i}`
            if count + 1 < len(following) and following[count + 1].startswith("_"):
                break
            count += 1
        return count

    def has_meaning(self, letter: str) -> bool:
        """Whether a letter has a meaning already, as an index or as a name."""
        name = canonical(letter)
        known = letter in self.bound or letter in self.vocabulary.scope.indices
        return known or name in self.vocabulary.names or name in self.vocabulary.sizes

    def index_like(self, letter: str) -> bool:
        """Whether a letter can stand for a position: bound, free, of a class, or not declared at all."""
        if letter in self.bound or letter in self.vocabulary.scope.indices:
            return True
        name = self.vocabulary.names.get(canonical(letter))
        if name is None:
            return canonical(letter) not in self.vocabulary.sizes
        variable = self.vocabulary.scope.variables.get(name)
        return variable is not None and isinstance(variable.domain, Classes) and not variable.shape

    def counts(self, letter: str) -> bool:
        """Whether a letter names a size, which as a subscript is a position: the last, or any."""
        return letter in self.vocabulary.sizes

    def _candidate(self, units: Sequence[_Unit], u: int, count: int) -> Piece | None:
        last = units[u + count - 1]
        if not last.cut or units[u].text.startswith("_") or units[u].text.isdigit():
            return None
        following = units[u + count].text if u + count < len(units) else ""
        if count > 1 and last.text == "_{…}":
            return None
        if following.isdigit():
            word = "".join(unit.text for unit in units[u : u + count])
            return self._meaning(word, last.after, following) if word in _BEFORE_DIGITS else None
        raw = "".join(unit.text for unit in units[u : u + count])
        return self._meaning(raw, last.after, following)

    def _meaning(self, raw: str, after: int, following: str) -> Piece | None:
        vocabulary, name = self.vocabulary, canonical(raw)
        if len(raw) == 1 and raw in self.bound:
            return Piece("index", raw, after)
        if raw == "L" and raw not in vocabulary.scope.variables and self._ends_divergence(after - 1):
            return None
        if (declared := vocabulary.names.get(name)) is not None:
            if raw.endswith("_") and following:
                return None
            return Piece("name", declared, after, len(vocabulary.scope.shape(declared)))
        if raw in vocabulary.scope.indices and (self.subscript or raw not in vocabulary.sizes):
            return Piece("index", raw, after)
        if name in vocabulary.sizes:
            return Piece("size", name, after)
        if raw in names.BIG:
            return Piece("big", names.BIG[raw], after)
        if raw in names.EXTREMES:
            return Piece("big", names.EXTREMES[raw], after)
        if self.subscript and len(raw) == 1 and (raw.isascii() or raw == "ℓ"):
            return Piece("index", raw, after)
        function = BY_SPELLING.get(raw) or BY_SPELLING.get(name) or names.CALLS.get(raw)
        if function is not None and (raw not in names.CALLED or self.tokens[after].text == "("):
            return Piece("function", function, after)
        if (name == "delta") and following.startswith("_"):
            return Piece("delta", "delta", after, 2)
        if name in names.CONSTANTS:
            return Piece("constant", names.CONSTANTS[name], after)
        if self.loss and name in names.LOSS_NAMES:
            return Piece("loss", "L", after)
        if raw == "I":
            return Piece("identity", "I", after, 2)
        if name in names.STEPS and self._steps(after):
            return Piece("function", "heaviside", after)
        if following.startswith("_") or self.tokens[after].text == "[" or self._sample(after):
            matrix = vocabulary.names.get(canonical(raw.upper())) if len(raw) == 1 and raw.islower() else None
            if matrix is not None and len(vocabulary.scope.shape(matrix)) == 2:
                return Piece("matrix-row", matrix, after, 2)
        if len(raw) == 1 and raw.isupper():  # X, where `x: real[n,d]` is declared
            matrix = vocabulary.names.get(raw.lower())
            if matrix is not None and len(vocabulary.scope.shape(matrix)) == 2:
                return Piece("name", matrix, after, 2)
        return None

    def _ends_divergence(self, at: int) -> bool:
        """Whether the letter ends `KL`, which is no K·L."""
        return at > 0 and self.tokens[at - 1].text == "K" and not self.tokens[at].space

    def _sample(self, at: int) -> bool:
        """Whether the number of a sample follows, as in `x^{(i)}`."""
        texts = [token.text for token in self.tokens[at : at + 3]]
        return texts[:1] == ["^"] and "(" in texts[1:3] and texts[1] in ("{", "(")

    def _steps(self, at: int) -> bool:
        """Whether a bracket follows that may hold the argument of a step: not a name alone that is never negative,
        for which `H(p)` says entropy."""
        if self.tokens[at].text != "(" or at not in self.closing:
            return False
        inner = self.tokens[at + 1 : self.closing[at]]
        place = at + 1
        while place < self.closing[at]:
            if self.tokens[place].text == ",":
                return False
            place = self.closing.get(place, place) + 1
        text = "".join(token.text for token in inner)
        variable = self.vocabulary.scope.variables.get(self.vocabulary.names.get(canonical(text), ""))
        if variable is None:
            return bool(inner) and not text.isalpha()
        return not variable.shape and isinstance(variable.domain, Interval) and variable.domain.low is None


def unknown_symbol(symbol: str, span: Span, vocabulary: Vocabulary) -> Unreadable:
    """The error for a name that means nothing here: data `symbol`, `suggestion`, `known`."""
    data = {"symbol": symbol, "suggestion": vocabulary.suggestion(symbol), "known": vocabulary.known}
    return Unreadable("unknown-symbol", span, data={**data})
