"""Lines that hold in one case only: `case i ≠ k: ∂p_k/∂z_i = −p_i p_k`, `∂L/∂f = −y if yf < 1`, `… (i = k)`.

A choice between cases on one line, or on lines with the same left side, was gathered before (`spoken`). What runs
over all values of an index (`for k = 1, …, K`, `for all i`) is no condition, and set aside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from grader.formula.declare import Classes
from grader.formula.functions import BY_SPELLING
from grader.formula.names import LOSS_NAMES, Vocabulary, canonical
from grader.formula.reader.prose import BREAKS, REASONS, REMARKS, SAYING
from grader.formula.reader.rows import begins_derivative, has_equals, matched, stripped, word_at, words_in
from grader.formula.reader.tokens import Token

_HEADS: Final = frozenset(("case", "for", "if", "when", "whenever", "assuming", "suppose", "assume", "in", "at"))
_TAILS: Final = frozenset(("if", "iff", "for", "when", "whenever", "provided", "assuming", "where", "with", "at"))
_MOST: Final = 100
"""Into how many conditions more a row is cut at most."""
_AHEAD: Final = 30
"""How many tokens of a condition are looked at before a row is cut there."""
_CASES: Final = frozenset(("for", "if", "when", "at"))
_ITSELF: Final = frozenset(("it", "that", "this"))
_OPENING: Final = frozenset(("so", "thus", "hence", "then", "and", "therefore", "but"))
_FILLERS: Final = frozenset(("the", "case", "where", "that", "when", "in", "first", "second"))
_ENDS: Final = SAYING | {"then", "we", "so", "it", "this", "that", "the", "thus", "hence"}
_OTHERS: Final = frozenset(("else", "otherwise", "elif"))
_PLAIN: Final = 5
"""Of how many letters a word has at least that may say what a case is called."""
_COUNTING: Final = frozenset("ijklmnctNKCT")
"""Letters that count, or of which a condition says where they stand."""
_FORMULA: Final = 3
"""Of how many tokens what a new name stands for has at least."""
_LABEL: Final = 4
"""Of how many words a label has less."""
_EACH: Final = frozenset(("all", "every", "each", "any"))
_COMPARISONS: Final = frozenset(("=", "==", "!=", "<", "<=", ">", ">="))
_DOTS: Final = ("…", "⋯", "\\dots", "\\ldots", "\\cdots")


@dataclass(frozen=True, slots=True)
class Limited:
    """A row without its condition; `aside` is what says that it holds for all, `heads` whether the rows that follow
    are of this case too."""

    row: list[Token]
    condition: tuple[Token, ...] = ()
    aside: tuple[Token, ...] = ()
    heads: bool = False


class Limits:
    """`is_word` tells words from declared names, `vocabulary` what those are."""

    def __init__(self, is_word: Callable[[str], bool], vocabulary: Vocabulary) -> None:
        self.is_word = is_word
        self.vocabulary = vocabulary

    def of(self, row: list[Token]) -> Limited:
        """The row, with the condition at its head or at its end, if it has one. A row of a condition alone is empty
        then: it heads the rows that follow."""
        return self._head(row) or self.ended(row)

    def several(self, row: list[Token]) -> list[list[Token]]:
        """A row cut where another condition begins: `for y = 1 it is p − 1, and for y = 0 it is p`."""
        if named := self._naming_head(row):
            word, end = self._word(row, 0)
            return [row[end if word == "for" else 0 : named], *self.several(_after(row[named:]))]
        headed = self._head(row) is not None
        cuts = [0]
        for at in _top(row):
            marked = row[at].text in (",", ".")
            joined_by = not marked and row[at].kind in ("letter", "word") and row[at].space and at not in cuts
            if not (marked or joined_by) or len(cuts) > _MOST:
                continue
            start = at + marked
            word, end = self._word(row, start)
            if word in ("and", "but", "while", "whereas"):
                word, _ = self._word(row, end)
            elif not marked:
                continue
            head = self._head(row[start : start + _AHEAD]) if word in _CASES else None
            if head is not None and (headed or self._word(head.row, 0)[0] in _ITSELF):
                cuts.append(start)
        return [row[start:end] for start, end in pairwise([*cuts, len(row)])]

    def _naming_head(self, row: list[Token]) -> int:
        """Where `for p = σ(z)` ends at the head of a row, with a new name; 0 where it does not stand there."""
        word, start = self._word(row, 0)
        if word not in ("for", "with") or start + 3 >= len(row) or row[start + 1].text != "=":
            return 0
        end = self._end(row, start)
        name, value = canonical(row[start].text), row[start + 2 : end]
        known = name in self.vocabulary.names or row[start].kind != "letter" or name in _COUNTING
        derived = any(begins_derivative(row, at) for at in _top(row, end))
        return 0 if known or len(value) < _FORMULA or not derived or _ranges(row[start:end]) else end

    def ended(self, row: list[Token]) -> Limited:
        """The row, with the condition at its end, if it has one."""
        return self._tail(stripped(row)) or Limited(row)

    # -- at the head

    def _head(self, row: list[Token]) -> Limited | None:
        word, start = self._word(row, 0)
        if word in _OPENING and start < len(row) and self._word(row, start)[0] in _HEADS:
            return self._head(row[start:])
        if (labelled := self._label(row)) and self._word(row, labelled)[0] in _HEADS:
            return self._head(row[labelled:])
        if (bracketed := self._bracketed_head(row)) is not None:
            return bracketed
        if word == "with":
            said = row[start : self._end(row, start)]
            word = "for" if self._at_a_number(said) or any(token.text == "∈" for token in said) else word
        if word not in _HEADS:
            return self._bare_head(row)
        spelled = word
        while start < len(row):
            inner, after = self._word(row, start)
            if inner not in _FILLERS and not (spelled == "case" and _counts(row, start)):
                break
            spelled = "case" if inner == "case" else spelled
            start = after if inner in _FILLERS else start + 1
        if spelled == "in":
            return None
        if start < len(row) and row[start].text in (":", ".") and spelled == "case":
            start += 1  # `Case 1: i = k`
        bracket = matched(row).get(start)
        if bracket is not None and spelled == "case" and row[start].text == "(":
            inside, rest = row[start + 1 : bracket], row[bracket + 1 :]
            return Limited(_after(rest), tuple(inside), heads=True) if _compares(inside) else None
        end = self._end(row, start)
        said = row[start:end]
        colon = next((at for at in _top(row, start) if row[at].text == ":"), 0)
        if any(token.text == "∈" for token in row[start:colon]) and not has_equals(row[start:colon]):
            return Limited(_after(row[colon:]), (), tuple(row[:colon]))  # `for y ∈ {0, 1} and σ > 0: …`
        if _ranges(said):
            return Limited(_after(row[end:]), (), tuple(row[:end])) if end < len(row) else None
        comma = next((at for at in _top(row, start) if row[at].text in (",", ":")), len(row))
        if word in ("if", "when", "whenever") and self._in_words(row[start:comma]) and has_equals(row[comma:]):
            return Limited([], (), tuple(row))  # `If the triplet is satisfied, L = 0`
        if not _compares(said) or (end == len(row) and spelled != "case"):
            return None
        rest = _after(row[end:])
        return Limited(rest, joined(several(said) or [said]), heads=spelled == "case" or _states_loss(rest))

    def _label(self, row: list[Token]) -> int:
        """Where a row goes on behind `Check:`, `Sanity check:`; 0 where no such label heads it."""
        colon = next((at for at, token in enumerate(row[:_AHEAD]) if token.kind not in ("letter", "word")), 0)
        if not colon or row[colon].text != ":" or colon + 1 == len(row):
            return 0
        words = list(words_in(row[:colon]))
        return colon + 1 if len(words) < _LABEL and all(len(w) > 1 and self.is_word(w) for w in words) else 0

    def _bracketed_head(self, row: list[Token]) -> Limited | None:
        """`For the true class (y_i = 1): …`, `Outside (|r| > δ): …`."""
        start = 0
        while start < len(row) and row[start].kind in ("letter", "word"):
            word, after = word_at(row, start)
            if not self.is_word(word) and not self._is_plain(word):
                return None
            start = after
        end = matched(row).get(start)
        if not start or end is None or row[start].text != "(" or not row[start].space:
            return None
        inside, rest = row[start + 1 : end], row[end + 1 :]
        cut = next((at for at in _top(inside) if at and inside[at].text in (",", "⇒")), len(inside))
        inside = inside[:cut]  # `(u > 0, i.e. q < y)`
        if len(rest) < 2 or rest[0].text not in (":", ",") or not _compares(inside) or _derives(inside):
            return None
        return Limited(_after(rest), tuple(inside))

    def _is_plain(self, word: str) -> bool:
        """Whether letters are no name that anybody would give: `Quadratic`, `region`."""
        named = canonical(word) in self.vocabulary.names or word in BY_SPELLING
        return len(word) >= _PLAIN and word.isalpha() and word.isascii() and not named

    def _at_a_number(self, said: Sequence[Token]) -> bool:
        """`γ = 0`: no new name gets a value."""
        known = len(said) == 3 and canonical(said[0].text) in self.vocabulary.names
        return known and said[1].text == "=" and said[2].kind == "number"

    def _in_words(self, said: Sequence[Token]) -> bool:
        """`the triplet is satisfied`."""
        words = [word for word, _, _ in self._words(said)]
        return len(words) > 1 and all(words) and all(token.kind in ("letter", "word") for token in said)

    def _bare_head(self, row: list[Token]) -> Limited | None:
        """`y = 1: …`, `r > 0: …`."""
        at = next((at for at in _top(row) if row[at].kind == "op" and row[at].text == ":"), 0)
        said = row[1 : at - 1] if at and row[0].text == "(" and matched(row).get(0) == at - 1 else row[:at]
        if at and any(token.text == "∈" for token in said) and not has_equals(said):
            return Limited(_after(row[at:]), (), tuple(said))  # `z ∈ ℝ: …`
        if not at or not _compares(said) or any(token.text == "?" for token in said):
            return None
        if has_equals(said) and not (has_equals(row[at:]) or self._at_a_number(said)):
            return None
        if any(token.text in ("=", "==") for token in said) and not (self._known(said) and len(said) == 3):
            return None
        return Limited(_after(row[at:]), tuple(said))

    def _end(self, row: list[Token], start: int) -> int:
        """Where the condition ends that begins at `start`: before `:`, `,`, `then`, `we have`, a full stop."""
        colon = next((at for at in _top(row, start) if row[at].kind == "op" and row[at].text == ":"), len(row))
        colon = next((at for at in _top(row, start) if at < colon and _stops(row, at)), colon)
        if _ranges(row[start:colon]) and row[start + 1].text != "∈":
            return colon
        if colon < len(row) and len(several(row[start:colon])) > 1:
            return colon
        comma = next((at for at in _top(row, start) if row[at].kind == "op" and row[at].text == ","), colon)
        ends = (at for word, at, _ in self._words(row, start) if word in _ENDS and row[at].space)
        derived = (at for at in _top(row, start)[2:] if _ends_operand(row[at - 1]) and begins_derivative(row, at))
        return min(colon, comma, next(ends, colon), next(derived, colon))

    # -- at the end

    def _tail(self, row: list[Token]) -> Limited | None:
        words = list(self._words(row))
        if any(word in _OTHERS for word, _, _ in words):
            return None
        return self._said_last(row, words) or self._bracketed(row) or self._after_comma(row)

    def _said_last(self, row: list[Token], words: Sequence[tuple[str, int, int]]) -> Limited | None:
        """`… if i = k`, `… for all k`."""
        said_last = (each for each in reversed(words) if each[0] in _TAILS and row[each[1]].space)
        word, at, end = next(said_last, ("", 0, 0))
        before = stripped(row[:at])
        if not word or not has_equals(before) or end >= len(row):
            return None
        said = row[end:]
        relations = [
            before[at].text for at in _top(before) if before[at].kind == "op" and before[at].text in _COMPARISONS
        ]
        zero = relations[1:] and relations[-1] == "=" and before[-2].text == "=" and before[-1].text == "0"
        if relations[1:] and (relations[-1] not in ("=", "==") or zero):
            return Limited(before, (), tuple(row[at:]))  # `dL/dμ = (μ − y)/σ² > 0 iff μ > y`
        inner, after = self._word(said, 0)
        if _ranges(said) or (inner in _EACH and all(t.kind in ("letter", "word", "op") for t in said[after:])):
            return Limited(before, (), tuple(row[at:]))
        points = several(said)
        if len(points) > 1 and all(map(self._at_a_number, points)):
            return Limited(before, joined(points))  # `… at z = 0, y = 1`
        more = (at for at in _top(said) if said[at].text == ",")
        if any(has_equals(said[at:]) for at in islice(more, 1)) or any(w in BREAKS for w, _, _ in self._words(said)):
            return None  # another equation follows
        if word in ("where", "with") and any(token.text in ("=", ":=") for token in said):
            return None  # introduces a name
        return Limited(before, tuple(said)) if _compares(said) else None

    def _bracketed(self, row: list[Token]) -> Limited | None:
        """`… (i = k)`, `… (if r > 0)`; `(r > 0)` may be a factor."""
        start = next((start for start, end in matched(row).items() if end == len(row) - 1), 0)
        if not start or row[start].text != "(" or not row[start].space or not has_equals(row[:start]):
            return None
        said = row[start + 1 : -1]
        word, end = self._word(said, 0)
        if word in REMARKS | REASONS or not said or said[0].text in ("=", "⇒"):
            return None  # `(since Σ_k y_k = 1)`, `(= b)`
        if word in _TAILS and _compares(said[end:]):
            return Limited(stripped(row[:start]), tuple(said[end:]))
        alone = [said[at].text for at in _top(said) if said[at].text in _COMPARISONS]
        if alone == ["="] and said[0].kind == "letter" and not self._known(said) and not self.is_word(said[0].text):
            return None  # `(p = σ(z))`, of a new name
        if alone == ["="] or (alone == ["!="] and self._letters(said)):
            return Limited(stripped(row[:start]), tuple(said))
        return None

    def _after_comma(self, row: list[Token]) -> Limited | None:
        """`…, i ≠ k`; `…, k = 1, …, K`."""
        commas = [at for at in _top(row) if row[at].text == "," and at + 3 < len(row)]
        dots = _last_dots(row)
        for at in commas:
            if _ranges(row, at + 1, dots):
                return Limited(row[:at], (), tuple(row[at + 1 :])) if has_equals(row[:at]) else None
        said = row[commas[-1] + 1 :] if commas else []
        if any(word in BREAKS for word, _, _ in self._words(said)):
            return None  # `since 0 < p < 1`: a reason
        equal = any(token.text in ("=", "==", ":=") for token in said)
        if self._letters(said) or (_compares(said) and not equal):
            return Limited(row[: commas[-1]], tuple(said)) if has_equals(row[: commas[-1]]) else None
        return None

    # -- words

    def _word(self, row: Sequence[Token], at: int) -> tuple[str, int]:
        text, end = word_at(row, at)
        return (text.lower() if text and self.is_word(text) else ""), max(end, at)

    def _words(self, row: Sequence[Token], start: int = 0) -> Iterator[tuple[str, int, int]]:
        """The words outside brackets, each with its first token and the one behind it."""
        until = start
        for at in _top(row, start):
            if at >= until and row[at].kind in ("letter", "word"):
                word, until = self._word(row, at)
                yield word, at, until

    def _known(self, said: Sequence[Token]) -> bool:
        return self._letters(said) or canonical(said[0].text) in self.vocabulary.names

    def _letters(self, said: Sequence[Token]) -> bool:
        """`i = k`, `i ≠ k`."""
        kinds = [token.kind for token in said]
        return (
            kinds == ["letter", "op", "letter"]
            and said[1].text in ("=", "==", "!=")
            and all(self._is_place(token.text) for token in (said[0], said[2]))
        )

    def _is_place(self, letter: str) -> bool:
        """Whether a letter may be an index: it is not declared, or as a class."""
        name = self.vocabulary.names.get(canonical(letter))
        scope = self.vocabulary.scope
        return name is None or (name in scope.variables and isinstance(scope.variables[name].domain, Classes))


def _after(rest: list[Token]) -> list[Token]:
    """What stands behind a condition, without the marks between."""
    while rest and rest[0].text in (",", ":", "."):
        rest = rest[1:]
    return rest


def _states_loss(rest: Sequence[Token]) -> bool:
    """Whether a row tells the loss only: the next one may tell its derivative, in the same case."""
    return len(rest) > 1 and rest[0].text in LOSS_NAMES and rest[1].text == "=" and not _derives(rest[1:])


def _counts(row: Sequence[Token], at: int) -> bool:
    """`Case 1`, `Case 2:`, `Case (a)`: a number that no comparison follows."""
    return row[at].kind == "number" and (at + 1 == len(row) or row[at + 1].text not in _COMPARISONS)


def _stops(row: Sequence[Token], at: int) -> bool:
    """Whether a full stop stands there, and no point of `y.T`."""
    return row[at].kind == "op" and row[at].text == "." and at + 1 < len(row) and row[at + 1].space


def _compares(said: Sequence[Token]) -> bool:
    return len(said) > 2 and any(said[at].kind == "op" and said[at].text in _COMPARISONS for at in _top(said))


def several(said: Sequence[Token]) -> list[Sequence[Token]]:
    """The parts of `z = 0, y = 1`; empty where one of them compares nothing, or derives something."""
    commas = [at for at in _top(said) if said[at].text == ","]
    parts = [said[start + 1 : end] for start, end in pairwise([-1, *commas, len(said)])]
    return parts if all(_compares(part) and not _derives(part) for part in parts) else []


def joined(parts: Sequence[Sequence[Token]]) -> tuple[Token, ...]:
    """Conditions as one: `z = 0 and y = 1`."""
    made = list(parts[0])
    for part in parts[1:]:
        made += [Token("op", "and", part[0].start, part[0].start, True), *part]
    return tuple(made)


def _ends_operand(token: Token) -> bool:
    """Whether a formula may end with a token, so that another begins behind it."""
    return token.kind in ("letter", "word", "number", "close")


def _derives(said: Sequence[Token]) -> bool:
    signs = any(token.text in ("∂", "∇", "'", "L") for token in said)
    return signs or any(a.text == "d" and b.kind in ("letter", "word") and not b.space for a, b in pairwise(said))


def _ranges(row: Sequence[Token], start: int = 0, dots: int | None = None) -> bool:
    """Whether `k = 1, …, K` or `i ∈ {1, …, n}` stands from `start` on; `dots`: where the last ones are, if known."""
    if len(row) < start + 3 or row[start].kind != "letter" or row[start + 1].text not in ("=", "∈"):
        return False
    return row[start + 1].text == "∈" or (_last_dots(row) if dots is None else dots) > start


def _last_dots(row: Sequence[Token]) -> int:
    """Where `…` stands last, or two dots of it; −1 where none do."""
    for at in range(len(row) - 1, -1, -1):
        if row[at].text in _DOTS or (at and row[at].text == "." and row[at - 1].text.endswith(".")):
            return at
    return -1


def _top(tokens: Sequence[Token], start: int = 0) -> list[int]:
    """The tokens outside brackets."""
    closing = matched(tokens)
    found, at = [], start
    while at < len(tokens):
        found.append(at)
        at = closing.get(at, at) + 1
    return found
