"""Choices as people say them: `−y if yf < 1, 0 otherwise`, a line for each case, `if c: a else: b`.

Rows that hold such pieces become one row with a brace, `{−y if yf < 1; 0 otherwise}`, which the parser reads.
A row that holds anything else is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, pairwise
from typing import Final

from grader.formula.reader.bounds import COMPARISONS, comparison_at
from grader.formula.reader.bracketed import bracketed, label, top, trimmed
from grader.formula.reader.rows import has_equals, matched, word_at, words_in
from grader.formula.reader.tokens import Token

_OPENERS: Final = frozenset(("if", "when", "whenever", "for", "elif"))
_CLOSERS: Final = frozenset(("otherwise", "else", "elsewhere", "beyond"))
_JOINS: Final = frozenset(("and", "but", "or"))
_TAILS: Final = frozenset(("where", "with", "since", "because"))
_GOING_ON: Final = frozenset(("the", "it", "this", "we", "both"))
_SIGNS: Final = frozenset(("d", "∂", "∇", "frac"))
_SLOPES: Final = frozenset(("derivative", "gradient", "slope"))
_SAYS: Final = frozenset(("is", "are", "becomes", "equals", "gives"))
_EQUATED: Final = 3
"""Of how many tokens `y = 1` is made."""
_IT_IS: Final = frozenset(
    f"{it} {equals}" for it in ("it", "the gradient", "the derivative") for equals in ("is", "equals", "becomes")
)
_APART: Final = frozenset(("outside", "elsewhere", "beyond"))
_SHORT: Final = 2
_FEWEST: Final = 3
"""How many words `when y = 1 it is` has at least."""
_ALWAYS: Final = frozenset(("all", "every", "each", "any", "some", "i", "the", "a"))
"""`for all z` opens no case."""

Leads = Callable[[str, list[Token]], bool]
AtAPoint = Callable[[Sequence[Token]], bool]


@dataclass(frozen=True, slots=True)
class _Case:
    """`left = value if condition`; a condition of None says otherwise."""

    left: list[Token]
    value: list[Token]
    condition: list[Token] | None
    returned: bool = False
    between: tuple[list[Token], ...] = ()
    """What `left` is said to be before `value`: `otherwise dL/dw = a = b`."""

    @property
    def claims(self) -> bool:
        """Whether it is an equation in a case of its own, to be judged by itself."""
        return self.condition is not None and bool(self.left) and self.left[-1].text in ("=", ":=")


_LONGEST: Final = 1000
"""Of how many tokens a case has less."""
_MOST: Final = 24
"""Between how many conditions one choice is made at most."""


class Choices:
    """Gathers cases. `is_word` tells words from declared names, `leads` whether a word before a formula is prose,
    `at_a_point` whether single points meet a condition (`γ = 0`): such a case is an example."""

    def __init__(self, is_word: Callable[[str], bool], leads: Leads, at_a_point: AtAPoint) -> None:
        self.is_word = is_word
        self.leads = leads
        self.at_a_point = at_a_point
        self._derived = False
        """Whether a derivative was claimed before: what words say of cases then is a remark on it."""

    def gathered(self, rows: Iterable[list[Token]]) -> list[list[Token]]:
        """The rows, those that make one choice together joined into one."""
        made: list[list[Token]] = []
        cases: list[list[_Case]] = []
        taken: list[list[Token]] = []
        tail: list[Token] = []
        for row in [*self._called_apart(bracketed(self._blocks(rows))), []]:
            self._derived = self._derived or (bool(row) and row[0].text in _SIGNS and has_equals(row))
            body, rest = self._without_tail(row)
            found = self._otherwise_returned(body, [case for each in cases for case in each]) or self._cases(body)
            if found and not tail and (not cases or _goes_on(cases, found[0])):
                cases, taken, tail = [*cases, found], [*taken, row], rest
                continue
            made.extend(_together(cases, taken, tail))
            cases, taken, tail = [found] if found else [], [row] if found else [], rest if found else []
            if not found and row:
                made.append(row)
        return made

    # -- rows

    def _blocks(self, rows: Iterable[list[Token]]) -> list[list[Token]]:
        """Rows with `if c:` and what is set below it in one."""
        made: list[list[Token]] = []
        for row in rows:
            before = made[-1] if made else []
            if before and before[-1].text == ":" and self._word_at(before, 0)[0] in ("if", "elif", "else"):
                made[-1] = [*before, *row]
            else:
                made.append(list(row))
        return made

    def _without_tail(self, row: list[Token]) -> tuple[list[Token], list[Token]]:
        """A row cut before `where …`."""
        for word, at, _ in self._words(row):
            if word in _TAILS and at:
                start = at - 1 if row[at - 1].text == "," else at
                return row[:start], row[at:]
        return row, []

    def _otherwise_returned(self, row: list[Token], cases: Sequence[_Case]) -> list[_Case]:
        """`return 0` after `if c: return …`."""
        word, end = self._word_at(row, 0)
        if word != "return" or not cases or not cases[-1].returned or cases[-1].condition is None:
            return []
        value = trimmed(row[end:])
        return [] if not value or list(self._marks(value)) else [_Case([], value, None, True)]

    def _called_apart(self, rows: Sequence[list[Token]]) -> Iterator[list[Token]]:
        """`Small errors (|r| ≤ c): r` and `Large errors: c·sign(r)` below it: the other case, by what it is called."""
        at = 0
        while at < len(rows):
            joined = self._both_called(rows[at], rows[at + 1]) if at + 1 < len(rows) else None
            yield joined or rows[at]
            at += 1 + (joined is not None)

    def _both_called(self, row: list[Token], below: list[Token]) -> list[Token] | None:
        """Both cases as one row, or None."""
        one, other = label(row, "("), label(below)
        end = matched(row).get(one - 1, 0)
        if not one or not other or row[end + 1 : end + 2] == [] or row[end + 1].text != ":":
            return None
        if not (self._calls_it(row[: one - 1]) and self._calls_it(below[: other - 1])):
            return None
        nouns = [list(words_in(said))[-1].lower() for said in (row[: one - 1], below[: other - 1])]
        if nouns[0] != nouns[1] and nouns[1] not in _APART:
            return None
        if comparison_at(row[one:end]) is None or list(self._marks(row)) or list(self._marks(below)):
            return None
        cases = [*self._made(row[end + 2 :], row[one:end]), *self._made(below[other:], None)]
        same = len(cases) == 2 and [t.text for t in cases[0].left] == [t.text for t in cases[1].left]
        return _braced(cases) if same else None

    # -- one row

    def _cases(self, row: list[Token]) -> list[_Case]:
        found: list[_Case] = []
        chunks = self._chunks(trimmed(row))
        if len(chunks) > 1 and chunks[0] and self._calls_it(chunks[0]):
            chunks = chunks[1:]  # `Small errors, |r| ≤ c: r`
        for chunk in chunks:
            if found and self._word_at(chunk, 0)[0] == "undefined":  # `−1 if y > f, undefined at y = f`
                continue
            cases = self._case(chunk) if len(chunk) < _LONGEST else []
            if not cases:
                return []
            found.extend(cases)
        return found

    def _calls_it(self, chunk: Sequence[Token]) -> bool:
        """Whether words say what a case is called, and nothing else."""
        words = list(words_in(chunk))
        plain = all(token.kind in ("letter", "word") or token.text == "-" for token in chunk)
        return plain and all(len(word) > _SHORT and self.is_word(word) and word not in _OPENERS for word in words)

    def _chunks(self, row: list[Token]) -> list[list[Token]]:
        """A row cut at its commas; `a, if c` and `if c, a` stay together."""
        chunks: list[list[Token]] = []
        start = 0
        commas = [at for at in top(row) if row[at].text == ","]
        for at in [*commas, len(row)]:
            chunk = row[start:at]
            start = at + 1
            word, end = self._word_at(chunk, 0)
            if word in _JOINS:
                chunk = chunk[end:]
                word, end = self._word_at(chunk, 0)
            opens = word in _OPENERS and self._opens(chunk, end)
            before = list(self._marks(chunks[-1])) if chunks else []
            alone = len(before) == 1 and before[0][1] == 0 and before[0][0] in _OPENERS
            prefix = alone and self._said(chunks[-1]) is None
            closer = len(before) == 1 and before[0][0] in _CLOSERS and before[0][2] == len(chunks[-1])
            if chunks and ((opens and not before) or closer):  # `otherwise, it is 0`
                chunks[-1] = [*chunks[-1], *chunk]
            elif chunks and prefix and not opens and at > 0:
                comma = row[start - len(chunk) - 2] if start - len(chunk) - 2 >= 0 else row[0]
                chunks[-1] = [*chunks[-1], replace(comma, kind="op", text=":"), *chunk]
            else:
                chunks.append(chunk)
        return chunks

    def _case(self, chunk: list[Token], depth: int = 0) -> list[_Case]:
        """The case that a chunk says, or both cases of `if c: a else b`, or the cases on both sides of `and`."""
        chunk = self._unbracketed(trimmed(chunk))
        marks = list(self._marks(chunk))
        if not marks and not self._derived and (bare := self._bare(chunk)):
            return self._made(*bare)
        if not 0 < len(marks) <= _MOST:
            return []
        word, at, end = marks[0]
        if word in _CLOSERS:
            if len(marks) > 1 or (at and end < len(chunk)):
                return []
            return self._made(chunk[:at] if at else chunk[end:], None)
        if at == 0:
            cut = self._said(chunk)
            if cut is None:
                return []
            rest = chunk[cut[1] :]
            closers = [mark for mark in self._marks(rest) if mark[0] in _CLOSERS]
            if not closers:
                return self._made(rest, chunk[end : cut[0]])
            first = self._made(rest[: closers[0][1]], chunk[end : cut[0]])
            second = self._made(rest[closers[0][2] :], None)
            return [*first, *second] if first and second else []
        until = marks[-1][1]  # what is behind the last mark is no case
        joiners = (
            (middle, after) for word, middle, after in self._words(chunk) if word in _JOINS and end < middle < until
        )
        for middle, after in islice(joiners, _MOST if depth < _MOST else 0):
            if later := self._case(chunk[after:], depth + len(marks)):
                first = self._case(chunk[:middle], depth + len(marks))
                return [*first, *later] if first else []
        return [] if len(marks) > 1 else self._made(chunk[:at], chunk[end:])

    def _bare(self, chunk: list[Token]) -> tuple[list[Token], list[Token]] | None:
        """The value and the condition of `y = 1: p − 1`, `r > 0: r`, `outside (r > c): c`."""
        colon = next((at for at in top(chunk) if chunk[at].kind == "op" and chunk[at].text in (":", "→")), 0)
        said, value = chunk[:colon], chunk[colon + 1 :]
        opening = next((start for start, end in matched(said).items() if end == colon - 1), 0)
        if opening and said[opening].text == "(" and self._calls_it(said[:opening]):
            said = said[opening + 1 : -1]
        compared = [at for at in top(said) if said[at].text in (*COMPARISONS, "=", "==")]
        first = next((at for at, token in enumerate(said) if token.kind in ("letter", "word")), 0)
        if (
            len(compared) != 1
            or not (name := word_at(said, first)[0])
            or (self.is_word(name) and any(map(self.is_word, name)))
        ):
            return None  # `yf` is y·f
        equated = said[compared[0]].text in ("=", "==")
        point = equated and (len(said) != _EQUATED or said[-1].kind != "number" or self.at_a_point(said))
        if point or has_equals(value) or any(token.text == "?" for token in chunk):
            return None
        return value, said

    def _said(self, chunk: list[Token]) -> tuple[int, int] | None:
        """Where `:` or `then` stands after a condition, and what follows it."""
        for at in top(chunk):
            if chunk[at].kind == "op" and chunk[at].text == ":":
                return at, at + 1
        words = list(self._words(chunk))
        then = next(((at, end) for word, at, end in words if word == "then"), None)
        if then is not None or self._derived or len(words) < _FEWEST or words[0][0] not in _OPENERS:
            return then
        at = next((at for word, at, _ in words[1:] if word in _GOING_ON), 0)  # `when y = 1 the derivative is −1/p`
        said = chunk[words[0][2] : at]
        compared = any(token.kind == "op" and token.text in (*COMPARISONS, "=", "==") for token in said)
        of_loss = any(word == "loss" for word, _, _ in words) and not any(word in _SLOPES for word, _, _ in words)
        return (at, at) if compared and not of_loss and not self.at_a_point(said) else None

    def _unbracketed(self, chunk: list[Token]) -> list[Token]:
        """`a (if c)` as `a if c`."""
        for opening, closing in matched(chunk).items():
            if opening and closing == len(chunk) - 1 and chunk[opening].text == "(" and closing > opening + 1:
                inside = chunk[opening + 1 : closing]
                word, end = self._word_at(inside, 0)
                if word in _OPENERS and end < len(inside):
                    return [*chunk[:opening], replace(inside[0], space=True), *inside[1:]]
                equals = any(inside[at].kind == "op" and inside[at].text == "=" for at in top(inside))
                equals = equals and inside[0].text not in ("=", "⇒")  # `a (= b)`
                if equals and not list(self._marks(chunk)):  # `a (y = 1)`: a product with a comparison has `==`
                    opener = replace(chunk[opening], kind="word", text="if", space=True)
                    return [*chunk[:opening], opener, replace(inside[0], space=True), *inside[1:]]
        return chunk

    def _made(self, value: list[Token], condition: list[Token] | None) -> list[_Case]:
        value = trimmed(value)
        start = 0
        while start < len(value) and (value[start].text in (":", ",") or (start == 0 and value[0].text == "=")):
            start += 1
        equals = [at for at in top(value) if at >= start and value[at].text in ("=", ":=") and value[at].kind == "op"]
        left = value[start : equals[-1] + 1] if equals else []
        value = value[equals[-1] + 1 if equals else start :]
        returned = False
        if not equals:
            said = self._behind_words(value)
            left, value = [*left, *value[:said]], value[said:]
        while value and not equals and value[0].kind in ("letter", "word"):
            word, end = self._word_at(value, 0)
            if not self.leads(word, value[end:]):
                break
            returned = word == "return"
            left, value = left if returned else [*left, *value[:end]], value[end:]
        if left and not equals and value and value[0].text == ":":
            left, value = [*left, value[0]], value[1:]
        if len(value) > 1 and value[0].text == "{" and 0 not in matched(value):
            value = value[1:]  # a brace that is never closed
        if list(words_in(value)) == ["zero"] and all(t.kind in ("letter", "word") for t in value):
            value = [replace(value[0], kind="number", text="0", end=value[-1].end, value=Fraction(0))]
        condition = None if condition is None else trimmed(self._in_brackets(self._compared(condition)))
        between: tuple[list[Token], ...] = ()
        if _derives(left):
            signs = [at for at in top(left) if left[at].text in ("=", ":=")]
            between = tuple(left[a + 1 : b] for a, b in pairwise(signs))
            left = left[: signs[0] + 1]
        if not all(between) or any(token.text in ("+", "-") for token in left):
            return []  # `for y = 1: p − 1 = −σ(−z)`
        if not value or condition == [] or any(t.kind == "comment" for t in value):
            return []
        if not left and comparison_at(value) is not None:
            return []  # `for r > 0: dL/dr > 0`
        return [_Case(left, value, condition, returned, between)]

    def _compared(self, condition: list[Token]) -> list[Token]:
        """`|r| ≤ c` of `|r| ≤ c the loss is r²/2`."""
        at = next((at for word, at, _ in self._words(condition) if word in _GOING_ON), 0)
        return condition[:at] if any(token.text in COMPARISONS for token in condition[:at]) else condition

    def _in_brackets(self, condition: list[Token]) -> list[Token]:
        """`yf < 1` of `the margin is violated (yf < 1)`."""
        opening = next((a for a, b in matched(condition).items() if b == len(condition) - 1), 0)
        said, inside = condition[:opening], condition[opening + 1 : -1]
        words = all(token.kind in ("letter", "word") for token in said) and all(map(self.is_word, words_in(said)))
        return inside if opening and words and comparison_at(inside) is not None else condition

    def _behind_words(self, value: list[Token]) -> int:
        """Where the formula begins of `the loss is flat so the gradient is 0`."""
        found = 0
        for word, at, end in self._words(value):
            if any(token.kind not in ("letter", "word") for token in value[found:at]):
                break
            found = end if word in _SAYS else found
        return found

    # -- words

    def _marks(self, tokens: list[Token]) -> Iterator[tuple[str, int, int]]:
        """The words that open a condition or say otherwise."""
        for word, at, end in self._words(tokens):
            if word in _CLOSERS or (word in _OPENERS and self._opens(tokens, end)):
                yield word, at, end

    def _opens(self, tokens: list[Token], end: int) -> bool:
        return end < len(tokens) and self._word_at(tokens, end)[0] not in _ALWAYS - {"i", "a"}

    def _words(self, tokens: list[Token]) -> Iterator[tuple[str, int, int]]:
        """The words outside brackets, each with its first token and the one behind it."""
        until = 0
        for at in top(tokens):
            if at >= until and tokens[at].kind in ("letter", "word"):
                word, until = self._word_at(tokens, at)
                glued = until < len(tokens) and tokens[until].text in ("_", "^", "'") and not tokens[until].space
                if word and not glued:
                    yield word, at, until

    def _word_at(self, tokens: Sequence[Token], at: int) -> tuple[str, int]:
        """The run of letters at a token, in lower case; empty for a declared name."""
        text, end = "", at
        while end < len(tokens) and tokens[end].kind in ("letter", "word") and not (end > at and tokens[end].space):
            text += tokens[end].text
            end += 1
        return (text.lower() if text and self.is_word(text) else ""), max(end, at)


def _together(
    cases: Sequence[list[_Case]], rows: Sequence[list[Token]], tail: Sequence[Token]
) -> Iterator[list[Token]]:
    """The rows whose cases these are: as one where they make one choice, else each by itself."""
    every = [case for each in cases for case in each]
    if len(rows) > 1 and all(each[0].claims for each in cases):
        for at, (each, row) in enumerate(zip(cases, rows, strict=True)):
            last = tail if at == len(rows) - 1 else ()
            yield [*_braced(each), *last] if _whole(each) else row
    elif _whole(every):
        yield [*_braced(every), *tail]
    else:
        yield from rows


def _whole(cases: Sequence[_Case]) -> bool:
    """Whether cases make a choice: several, only the last one says otherwise, and no condition stands twice."""
    said = [tuple(token.text for token in case.condition) for case in cases if case.condition is not None]
    return len(cases) > 1 and all(case.condition is not None for case in cases[:-1]) and len(set(said)) == len(said)


def _goes_on(cases: Sequence[list[_Case]], case: _Case) -> bool:
    same = [t.text for t in case.left] == [t.text for t in cases[0][0].left]
    same = same or all(t.kind in ("letter", "word") for t in (*case.left, *cases[0][0].left))  # `the gradient is`
    same = same or (case.condition is None and _names_slope(cases[0][0].left) and _derives(case.left))
    same = same or (case.condition is None and " ".join(words_in(case.left)).lower() in _IT_IS)
    return cases[-1][-1].condition is not None and (same or not case.left)


def _names_slope(left: Sequence[Token]) -> bool:
    """`the gradient is`, of which `otherwise dL/dw = …` may tell the other case."""
    words = [word.lower() for word in words_in(left)]
    return bool(_SLOPES & set(words)) and all(token.kind in ("letter", "word") for token in left)


def _derives(left: Sequence[Token]) -> bool:
    return bool(left) and left[0].text in _SIGNS and has_equals(left)


def _braced(cases: Sequence[_Case]) -> list[Token]:
    """`left {value if condition; value otherwise}`, with words and brackets that take no place of their own."""
    everything = [t for case in cases for t in (*case.value, *(case.condition or ()))]
    low, high = min(t.start for t in everything), max(t.end for t in everything)
    made = [*next((case.left for case in cases if _derives(case.left)), cases[0].left)]
    sides = max(len(case.between) for case in cases)
    for side in range(sides + 1):
        there = [replace(case, value=[*case.between, case.value][min(side, len(case.between))]) for case in cases]
        made += [Token("open", "{", low, low, True), *_branches(there), Token("close", "}", high, high, True)]
        if side < sides:
            made.append(Token("op", "=", high, high, True))
    return made


def _branches(cases: Sequence[_Case]) -> Iterator[Token]:
    """`value if condition; value otherwise`."""
    for number, case in enumerate(cases):
        if number:
            yield Token("op", ";", case.value[0].start, case.value[0].start, True)
        yield from case.value
        end = case.value[-1].end
        if case.condition is None:
            yield Token("word", "otherwise", end, end, True)
        else:
            yield Token("word", "if", end, end, True)
            yield replace(case.condition[0], space=True)
            yield from case.condition[1:]
