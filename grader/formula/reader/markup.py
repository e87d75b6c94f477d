"""Text with its mathematics set off, as in Markdown and LaTeX: `By the **chain rule**, $\\frac{dL}{dz} = p - y$.`

Where a line sets mathematics off, what stands outside is words for certain, whatever letters they are made of. A
formula in the middle of a sentence that says nothing (`with respect to $z$`) is one of its words.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import replace
from typing import Final

from grader.formula.reader.asides import checking_code, claims_nothing, is_example, is_in_numbers, takes_back
from grader.formula.reader.beyond import holds_formula, may_derive
from grader.formula.reader.bounds import COMPARISONS
from grader.formula.reader.limits import SENTENCE
from grader.formula.reader.prose import BREAKS, INTRODUCING, MEANING, PROSE
from grader.formula.reader.restating import is_of_another, is_said_to_be, restates, restates_by_name
from grader.formula.reader.rows import LineOf, has_equals, last_word, matched, word_at, words_in
from grader.formula.reader.tables import table_lines
from grader.formula.reader.tokens import Token

_SET_OFF: Final = re.compile(
    r"\$\$(?P<display>.{1,2000}?)\$\$|(?<!\\)\$(?P<inline>[^$\n]{1,2000}?)(?<!\\)\$"
    r"|\\\[(?P<square>.{1,2000}?)\\\]|\\\((?P<round>.{1,2000}?)\\\)"
    r"|(?<!`)`(?P<code>[^`\n]{1,2000})`(?!`)",
    re.DOTALL,
)
_CONDITIONAL: Final = frozenset(("if", "when", "whenever", "for", "case", "assuming", "suppose", "assume", "provided"))
_OTHERS: Final = frozenset(("otherwise", "else"))
_KINDS: Final = frozenset(
    ("positive", "negative", "correct", "incorrect", "true", "false", "wrong", "other", "small", "large", "inside")
)
"""Words by which a case is told without a formula: `for the positive class, …`."""
_ABBREVIATED: Final = re.compile(r"(?:\b\w\.\w*|\b(?:eq|eqs|cf|resp|fig|vs|approx|sec|no))\.$", re.IGNORECASE)
_STRUCTURE: Final = BREAKS | INTRODUCING | _CONDITIONAL | _OTHERS | {"elif", "and", "all", "every", "each"}
"""Words that tell how the formulas beside them are meant."""
_SAYS: Final = frozenset(("=", "==", ":=", "<", "<=", ">", ">=", "!=", "≈"))
_LEADS_TO: Final = frozenset(("is", "get", "gives", "give", "obtain", "yields", "equals", "becomes", "answer", "have"))
"""Words right before a formula that is what a sentence comes to."""
_SAME: Final = frozenset(("same", "written", "rewritten", "expressed"))
_MARKS: Final = frozenset((",", ".", ":", ";"))
_BRACKETS: Final = frozenset(("(", ")"))
_FORMULA: Final = 2
"""Of how many tokens a formula is made at least that is no name alone."""
_IN_PASSING: Final = 3
"""How many words make a formula beside them part of a sentence."""


class Markup:
    """Which parts of a text are set off as mathematics."""

    def __init__(self, text: str, is_word: Callable[[str], bool], names: Container[str]) -> None:
        self.text = text
        self.is_word = is_word
        self.spans = [match.span(match.lastgroup or 0) for match in _SET_OFF.finditer(text)]
        self.names = names
        self.claimed = False
        """Whether a row before says what a derivative is."""
        self.in_passing: set[int] = set()
        """Where formulas begin that stand within a sentence."""
        self._starts = [start for start, _ in self.spans]
        self._tables = table_lines(text) if self.spans else frozenset()
        self._line_of = LineOf(text)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def holds(self, token: Token) -> bool:
        """Whether a token is mathematics that is set off."""
        return self._span_at(token.start) is not None

    def touches(self, row: Sequence[Token]) -> bool:
        """Whether some of a row is mathematics that is set off."""
        return any(inside for inside, _ in self._parts(row))

    def sentences(self, row: Sequence[Token]) -> list[list[Token]]:
        """A row cut where a sentence ends, outside of mathematics, and the row of a table into its cells."""
        found: list[list[Token]] = [[]]
        table = self._in_table(row)
        parts = self._parts(row)
        if not table and not any(inside for inside, _ in parts):
            return [list(row)]
        for inside, tokens in parts:
            for at, token in enumerate(tokens):
                if table and not inside and token.text == "|":
                    found.append([])
                    continue
                found[-1].append(token)
                ends = not inside and token.text == "." and (at + 1 == len(tokens) or tokens[at + 1].space)
                if ends and not _ABBREVIATED.search(self.text, max(0, token.end - 12), token.end):
                    found.append([])
        return [sentence for sentence in found if sentence]

    def claimless(self, rows: Sequence[Sequence[Token]]) -> frozenset[int]:
        """Which rows hold wrong attempts, or what would be so at the optimum: sentences that say so, and the
        displayed formulas that they lead to, or take back."""
        found = set(self._checking(rows))
        leads = example = instance = False
        for at, row in enumerate(rows):
            if not row or not self._worded(row):
                found |= {at} if leads else set()
                continue
            said = self.text[row[0].start : row[-1].end]
            paragraph = at == 0 or not rows[at - 1] or "\n\n" in self.text[rows[at - 1][-1].end : row[0].start]
            example = is_example(said) or (example and not paragraph)
            instance = (example and is_in_numbers(said)) or (instance and not paragraph)
            leads = instance or claims_nothing(said)
            if leads:
                found.add(at)
            if takes_back(said):
                before = at - 1
                while before > 0 and not self._worded(rows[before]):
                    before -= 1
                found |= set(range(max(before, 0), at))
            leads = leads and row[-1].text != "." and not takes_back(said)
        return frozenset(found)

    def _checking(self, rows: Sequence[Sequence[Token]]) -> Iterator[int]:
        """Which rows are code that tries the result out."""
        blocks = checking_code(self.text)
        for at, row in enumerate(rows):
            if row and any(start <= row[0].start < end for start, end in blocks):
                yield at

    def _worded(self, row: Sequence[Token]) -> bool:
        return any(not inside and _holds_words(tokens) for inside, tokens in self._parts(row))

    def _in_table(self, row: Sequence[Token]) -> bool:
        return bool(row and self._tables) and self._line_of(row[0].start) in self._tables

    def sieved(self, row: Sequence[Token], *, last: bool) -> tuple[list[list[Token]], list[list[Token]]]:
        """The tokens of a row that matter, in one row or two, and the runs of those that are only
        words. `last`: whether no later row holds mathematics: what it comes to may be a formula alone (`the answer is
        $p - y$`)."""
        parts = self._parts(row)
        if self._in_table(row) and not any(token.kind == "op" and token.text in _SAYS for token in row):
            return [], [list(row)]
        behind, self.claimed = self.claimed, self.claimed or may_derive(row)
        if not any(inside for inside, _ in parts):
            restated = behind and holds_formula(row, self.names) and restates(self._said(row))
            return ([list(row)], []) if restated or not self._is_sentence(row) else ([], [list(row)])
        if not parts[0][0] and self._is_mark(parts[0][1]):
            parts[0] = (False, parts[0][1][1:])
            parts = parts if parts[0][1] else parts[1:]
        outside = [tokens for inside, tokens in parts if not inside]
        if not any(map(_holds_words, outside)):
            kept = [token for inside, tokens in parts for token in tokens if inside or token.kind != "bad"]
            return [[token for token in kept if token.text != "`"]], []
        kept = []
        cut = 0
        ahead: list[Token] = []
        conditions: list[bool] = []
        """Of each formula that is kept, whether it is said to be a condition."""
        for at, (inside, tokens) in enumerate(parts):
            if not inside:
                structure = _structure(tokens, between=bool(kept), leads=at + 1 < len(parts))
                if structure is None:
                    return [], [list(row)]
                ahead += structure
                continue
            if at > 0 and _last_word_is(parts[at - 1][1], "at") and not _arrives(parts[at - 1][1]):
                if not self.claimed or kept or at > 1 or len(list(_words(parts[0][1]))) > 1:
                    if not kept and at == 1 and len(list(_words(parts[0][1]))) == 1:
                        return [], [list(row)]  # `At $z = 0$, $p = 1/2$`
                    last = False
                    continue  # `is not differentiable at $r = 0$`
                ahead = [*parts[0][1]]
            said = any(token.kind == "op" and token.text in _SAYS for token in tokens)
            ends = at == len(parts) - 1 or not _holds_words(parts[at + 1][1])
            pauses = ends or parts[at + 1][1][0].text in _MARKS
            conditional = any(word in _CONDITIONAL or word == "at" for word in _words(ahead)) or (
                list(_words(ahead)) == ["with"] and self._at_a_number(tokens)
            )
            before = self._before(row, parts, at)
            led = last and at > 0 and _leads_to(parts[at - 1][1]) and not (self.claimed and is_of_another(before))
            told = bool(conditions) and conditions[-1] and not _holds_words(parts[at - 1][1])  # `when $y = 1$: $p - 1$`
            if (
                said
                or (ends and led)
                or (pauses and ((self.claimed and told) or self._restates(row, parts, at)))
                or self._is_the_answer(row, parts, at)
            ):
                if not said and not any((*conditions, conditional)):
                    cut = len(kept)  # `since $u' = x$, the answer is $2ux$`
                heads = not kept and self._heads_case(parts, at)
                if conditions and conditions[-1] and not said and not any(token.text in _MARKS for token in ahead):
                    ahead = []
                    kept.append(Token("op", ":", tokens[0].start, tokens[0].start))  # `when $y = 1$ this gives $p - 1$`
                kept += [*ahead, replace(tokens[0], space=True), *tokens[1:]]
                conditions.append((conditional and "case" not in _words(ahead)) or heads)
            elif any(token.text == "∈" for token in tokens):
                pass  # `for all $z \\in \\mathbb{R}$, …`: no case
            elif conditional and not (list(_words(ahead))[-1] == "for" and self._any_kind(parts[at + 1 :])):
                return [], [list(row)]  # a case that is told in words: `if $r$ is positive, …`
            ahead = []
        if conditions and all(conditions) and not any(token.text == ":" for token in ahead):
            return [], [list(row)]  # `when $r > 0$ the loss grows`
        if len(conditions) == 1 and self._at_a_number(kept):
            return [], [list(row)]  # `$T = 1$: the usual gradient`
        kept += [token for token in ahead if token.text in (":", ")") or token.kind in ("letter", "word")]
        if sum(len(list(_words(tokens))) for tokens in outside) >= _IN_PASSING:
            self.in_passing |= {token.start for token in kept}
        rows = [kept[:cut], kept[cut:]]
        return [_unbracketed(_without_empty_brackets(_without_last_words(part))) for part in rows], outside

    def _before(self, row: Sequence[Token], parts: Sequence[tuple[bool, list[Token]]], at: int) -> str:
        """The text of a row before one of its parts, as far as it may say what that is."""
        end = parts[at - 1][1][-1].end if at else row[0].start
        return self.text[max(row[0].start, end - SENTENCE) : end]

    def _restates(self, row: Sequence[Token], parts: Sequence[tuple[bool, list[Token]]], at: int) -> bool:
        """Whether words behind a claim say of a formula at the end of a sentence that it is the derivative."""
        first = next((token.text for token in parts[at][1] if token.text != "$"), "")
        if at == 0 or first in ("→", "∈", "≈", "∝"):
            return False
        before = self._before(row, parts, at)
        alone = sum(token.kind != "bad" for token in parts[at][1]) < _FORMULA
        return restates_by_name(before) if alone or not self.claimed else restates(before)

    def _heads_case(self, parts: Sequence[tuple[bool, list[Token]]], at: int) -> bool:
        """Whether `$r > 0$: $…$` stands here."""
        behind = parts[at + 1][1] if at + 2 < len(parts) else []
        compared = any(token.text in COMPARISONS for token in parts[at][1]) or self._at_a_number(parts[at][1])
        return compared and bool(behind) and behind[0].text == ":" and not has_equals(parts[at][1][3:])

    def _is_the_answer(self, row: Sequence[Token], parts: Sequence[tuple[bool, list[Token]]], at: int) -> bool:
        """Whether `… is our final answer` stands behind a formula at the head of a sentence."""
        first = at == 0 and len(parts) > 1
        return first and is_said_to_be(self.text[parts[1][1][0].start : row[-1].end])

    def _said(self, row: Sequence[Token]) -> str:
        """The words of a row before its first sign."""
        end = next((t.start for t in row if t.kind not in ("letter", "word") and t.text not in ",.:'()*"), row[-1].end)
        return self.text[row[0].start : end]

    def _at_a_number(self, tokens: Sequence[Token]) -> bool:
        """Whether `γ = 0` stands here, of a name that is declared."""
        said = [token for token in tokens if token.text not in _MARKS and token.text not in ("$", "with", "With")]
        known = len(said) == 3 and said[0].kind in ("letter", "word") and not self.is_word(said[0].text)
        return known and said[1].text == "=" and said[2].kind == "number"

    def _is_mark(self, tokens: Sequence[Token]) -> bool:
        """Whether tokens begin with the mark of a list, `- $p = σ(z)$`: no minus, since it is not set off."""
        first = tokens[0]
        spaced = self.text[first.end : first.end + 1].isspace()
        return first.text in ("-", "*", "+") and spaced and not self.text[: first.start].rpartition("\n")[2].strip()

    def _bold(self, token: Token) -> bool:
        return self.text.startswith("**", token.start)

    @staticmethod
    def _any_kind(parts: Sequence[tuple[bool, list[Token]]]) -> bool:
        """Whether `for the class $c$` tells no case: the words after it do not either."""
        return bool(parts) and not _KINDS & set(_words(parts[0][1]))

    def _is_sentence(self, tokens: Sequence[Token]) -> bool:
        """Whether a line without set-off mathematics is words: `We need ∂L/∂z for the focal loss.`, `Forward pass:`"""
        if not tokens or has_equals(tokens):
            return False
        words = list(_words(tokens))
        if sum(len(word) > 2 and word in PROSE for word in words) > 1:
            return True
        plain = all(
            token.kind in ("letter", "word", "number", "bad") or token.text in ",.:()'*-!?&" or self._bold(token)
            for token in tokens
        )
        own = [word for word in words if len(word) > 2 and self.is_word(word) and word not in MEANING]
        said = (
            len(own) > 1
            or tokens[-1].text in (":", ",")
            or self._bold(tokens[-1])
            or any(word in PROSE for word in own)
        )
        return plain and bool(own) and said

    def _span_at(self, offset: int) -> int | None:
        at = bisect_right(self._starts, offset) - 1
        return at if at >= 0 and offset < self.spans[at][1] else None

    def _parts(self, row: Sequence[Token]) -> list[tuple[bool, list[Token]]]:
        """The row in runs, each within one formula or outside of all."""
        parts: list[tuple[bool, list[Token]]] = []
        before: int | None = None
        for token in row:
            span = self._span_at(token.start)
            if parts and span == before:
                parts[-1][1].append(token)
            else:
                parts.append((span is not None, [token]))
            before = span
        return parts


def _structure(tokens: Sequence[Token], *, between: bool, leads: bool) -> list[Token] | None:
    """Of words, those that tell how the formulas beside them are meant, and the punctuation; a comma where words
    alone stand `between` two formulas. None where they tell a case that no formula does: `if the label is 1, …`.
    `leads`: whether a formula follows."""
    kept: list[Token] = []
    at = 0
    counted = False
    while at < len(tokens):
        token = tokens[at]
        if token.kind in ("letter", "word"):
            word, end = word_at(tokens, at)
            counted = word.lower() == "case"
            if leads and word.lower() in _CONDITIONAL - {"case"} and (told := _told_in_words(tokens, end)) is not None:
                if word.lower() != "for" or told & _KINDS:
                    return None
            elif word.lower() in _STRUCTURE and not (between and word.lower() == "denote"):
                kept += tokens[at:end]
            at = max(end, at + 1)
            continue
        again = bool(kept) and kept[-1].text in _MARKS and token.text in _MARKS
        if not again and (token.text in _MARKS or token.text in _BRACKETS or (counted and token.kind == "number")):
            kept.append(token)
        at += 1
    if between and not kept and _holds_words(tokens):
        return [Token("op", ",", tokens[0].start, tokens[0].end, space=True)]
    return kept


def _told_in_words(tokens: Sequence[Token], at: int) -> frozenset[str] | None:
    """The words of a condition that ends before any formula, as in `for a batch, …` and `for the positive class is …`;
    None where it goes on into the formula."""
    words: list[str] = []
    while at < len(tokens):
        if tokens[at].kind in ("letter", "word"):
            word, at = word_at(tokens, at)
            words.append(word.lower())
        elif tokens[at].text in _MARKS:
            return frozenset(words) if words else None
        else:
            at += 1
    return frozenset() if words and words[-1] in _LEADS_TO else None


def _arrives(tokens: Sequence[Token]) -> bool:
    """Whether words end in `we arrive at`."""
    return any(word.startswith("arriv") for word in list(_words(tokens))[-3:-1])


def _last_word_is(tokens: Sequence[Token], word: str) -> bool:
    return tokens[-1].kind in ("letter", "word") and list(_words(tokens))[-1:] == [word]


def _leads_to(tokens: Sequence[Token]) -> bool:
    """Whether words end in `is`, `we get`, or a colon."""
    shown = [token for token in tokens if token.kind in ("letter", "word") or token.text == ":"]
    if not shown:
        return False
    said = list(_words(shown))
    same = said[-1:] == ["as"] and bool(_SAME & set(said[-2:]))  # `… is the same as $y − p$`
    return shown[-1].text == ":" or said[-1] in _LEADS_TO or same


def _without_last_words(tokens: Sequence[Token]) -> list[Token]:
    """Without words at the end that nothing follows: `… for`. `… otherwise` is one that ends a choice."""
    made = list(tokens)
    while (at := last_word(made)) is not None and made[at].space:
        if word_at(made, at)[0].lower() not in _STRUCTURE - _OTHERS:
            break
        made = made[:at]
    return made


def _without_empty_brackets(tokens: Sequence[Token]) -> list[Token]:
    """Without brackets that hold no formula any more, or have lost their other half; nothing if only marks are left."""
    made: list[Token] = []
    opened: list[int] = []
    for token in tokens:
        if token.kind in ("open", "begin"):
            opened.append(len(made))
        elif token.kind in ("close", "end-begin"):
            if not opened and token.text == ")":
                continue
            start = opened.pop() if opened else None
            if start is not None and made[start].text == "(" and all(t.text in _MARKS for t in made[start + 1 :]):
                del made[start:]
                continue
        made.append(token)
    halves = {at for at in opened if made[at].text == "("}
    made = [token for at, token in enumerate(made) if at not in halves]
    first = next((at for at, token in enumerate(made) if token.text not in _MARKS), len(made))
    return made[first:]


def _unbracketed(tokens: list[Token]) -> list[Token]:
    """`(the last step uses $p = q$)`: what is in the bracket."""
    closing, deep, last = matched(tokens), 0, len(tokens) - 1
    while last - 2 * deep > 1 and tokens[deep].text == "(" and closing.get(deep) == last - deep:
        deep += 1
    return [replace(tokens[deep], space=True), *tokens[deep + 1 : len(tokens) - deep]] if deep else tokens


def _words(tokens: Sequence[Token]) -> Iterator[str]:
    return (word.lower() for word in words_in(tokens))


def _holds_words(tokens: Sequence[Token]) -> bool:
    return any(token.kind in ("letter", "word") for token in tokens)
