"""One sentence with mathematics set off: which of its formulas matter, and what the words between make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from grader.formula.reader.bounds import COMPARISONS
from grader.formula.reader.limits import SENTENCE
from grader.formula.reader.prose import BREAKS, INTRODUCING
from grader.formula.reader.restating import is_of_another, is_said_to_be, restates, restates_by_name
from grader.formula.reader.rows import has_equals, last_word, matched, word_at, words_in
from grader.formula.reader.tokens import Token

CONDITIONAL: Final = frozenset(("if", "when", "whenever", "for", "case", "assuming", "suppose", "assume", "provided"))
_OTHERS: Final = frozenset(("otherwise", "else"))
_KINDS: Final = frozenset(
    ("positive", "negative", "correct", "incorrect", "true", "false", "wrong", "other", "small", "large", "inside")
)
"""Words by which a case is told without a formula: `for the positive class, …`."""
_STRUCTURE: Final = BREAKS | INTRODUCING | CONDITIONAL | _OTHERS | {"elif", "and", "all", "every", "each"}
"""Words that tell how the formulas beside them are meant."""
SAYS: Final = frozenset(("=", "==", ":=", "<", "<=", ">", ">=", "!=", "≈"))
_LEADS_TO: Final = frozenset(("is", "get", "gives", "give", "obtain", "yields", "equals", "becomes", "answer", "have"))
"""Words right before a formula that is what a sentence comes to."""
_SAME: Final = frozenset(("same", "written", "rewritten", "expressed"))
MARKS: Final = frozenset((",", ".", ":", ";"))
_BRACKETS: Final = frozenset(("(", ")"))
_FORMULA: Final = 2
"""Of how many tokens a formula is made at least that is no name alone."""


class Sentence:
    """`parts` are its runs, each within a formula or outside of all; `claimed`: whether a derivative was given before;
    `last`: whether no later sentence holds mathematics, so that what it comes to may be a formula alone."""

    def __init__(
        self,
        text: str,
        row: Sequence[Token],
        parts: Sequence[tuple[bool, list[Token]]],
        is_word: Callable[[str], bool],
        *,
        claimed: bool,
        last: bool,
    ) -> None:
        self.text, self.row, self.parts, self.is_word = text, row, parts, is_word
        self.claimed, self.last = claimed, last
        self.kept: list[Token] = []
        self.cut = 0
        """Where what the sentence comes to begins: `since $u' = x$, the answer is $2ux$`."""
        self.ahead: list[Token] = []
        """The words that matter before the next formula."""
        self.conditions: list[bool] = []
        """Of each formula that is kept, whether it is said to be a condition."""

    def formulas(self) -> list[list[Token]] | None:
        """The tokens that matter, in two rows; None where the sentence is words as a whole."""
        for at, (inside, tokens) in enumerate(self.parts):
            if not (self._formula(at, tokens) if inside else self._between(at, tokens)):
                return None
        conditional = bool(self.conditions) and all(self.conditions)
        if conditional and not any(token.text == ":" for token in self.ahead):
            return None  # `when $r > 0$ the loss grows`
        if len(self.conditions) == 1 and self._at_a_number(self.kept):
            return None  # `$T = 1$: the usual gradient`
        self.kept += [token for token in self.ahead if token.text in (":", ")") or token.kind in ("letter", "word")]
        rows = [self.kept[: self.cut], self.kept[self.cut :]]
        return [_unbracketed(_without_empty_brackets(_without_last_words(part))) for part in rows]

    def _between(self, at: int, tokens: list[Token]) -> bool:
        """Takes words; False where they tell a case that no formula does."""
        structure = _structure(tokens, between=bool(self.kept), leads=at + 1 < len(self.parts))
        self.ahead += structure or []
        return structure is not None

    def _formula(self, at: int, tokens: list[Token]) -> bool:
        """Takes a formula; False where it makes the sentence words as a whole."""
        before = self.parts[at - 1][1] if at else []
        if before and _last_word_is(before, "at") and not _arrives(before):
            opens = at == 1 and not self.kept and len(list(lower_words(before))) == 1  # `At $z = 0$, $p = 1/2$`
            if not (opens and self.claimed):
                self.last = False  # `is not differentiable at $r = 0$`
                return not opens
            self.ahead = [*before]
        words = list(lower_words(self.ahead))
        conditional = any(word in CONDITIONAL or word == "at" for word in words)
        conditional = conditional or (words == ["with"] and self._at_a_number(tokens))
        said = any(token.kind == "op" and token.text in SAYS for token in tokens)
        if said or self._is_claim(at):
            self._keep(at, tokens, said=said, conditional=conditional)
        elif conditional and not any(token.text == "∈" for token in tokens):
            told_in_words = words[-1] != "for" or not self._any_kind(at + 1)
            if told_in_words:
                return False  # `if $r$ is positive, …`
        self.ahead = []
        return True

    def _is_claim(self, at: int) -> bool:
        """Whether a formula that equates nothing is what the sentence comes to."""
        before = self.parts[at - 1][1] if at else []
        ends = at == len(self.parts) - 1 or not holds_words(self.parts[at + 1][1])
        if ends and self.last and before and _leads_to(before):
            return not (self.claimed and is_of_another(self._before(at)))
        if ends or self.parts[at + 1][1][0].text in MARKS:
            told = bool(self.conditions) and self.conditions[-1] and not holds_words(before)
            return (self.claimed and told) or self._restates(at) or self._is_the_answer(at)
        return self._is_the_answer(at)

    def _keep(self, at: int, tokens: list[Token], *, said: bool, conditional: bool) -> None:
        if not said and not any((*self.conditions, conditional)):
            self.cut = len(self.kept)
        heads = not self.kept and self._heads_case(at)
        in_case = bool(self.conditions) and self.conditions[-1]
        if in_case and not said and not any(token.text in MARKS for token in self.ahead):
            self.ahead = []
            self.kept.append(Token("op", ":", tokens[0].start, tokens[0].start))  # `when $y = 1$ this gives $p - 1$`
        self.conditions.append((conditional and "case" not in lower_words(self.ahead)) or heads)
        self.kept += [*self.ahead, replace(tokens[0], space=True), *tokens[1:]]

    def _before(self, at: int) -> str:
        """The text of a row before one of its parts, as far as it may say what that is."""
        end = self.parts[at - 1][1][-1].end if at else self.row[0].start
        return self.text[max(self.row[0].start, end - SENTENCE) : end]

    def _restates(self, at: int) -> bool:
        """Whether words behind a claim say of a formula at the end of a sentence that it is the derivative."""
        first = next((token.text for token in self.parts[at][1] if token.text != "$"), "")
        if at == 0 or first in ("→", "∈", "≈", "∝"):
            return False
        before = self._before(at)
        alone = sum(token.kind != "bad" for token in self.parts[at][1]) < _FORMULA
        return restates_by_name(before) if alone or not self.claimed else restates(before)

    def _heads_case(self, at: int) -> bool:
        """Whether `$r > 0$: $…$`, or `Outside ($r > 0$): $…$`, stands here."""
        behind = self.parts[at + 1][1] if at + 2 < len(self.parts) else []
        if at and behind and self.parts[at - 1][1][-1].text == "(" and behind[0].text == ")":
            behind = behind[1:]
        compared = any(token.text in COMPARISONS for token in self.parts[at][1]) or self._at_a_number(self.parts[at][1])
        return compared and bool(behind) and behind[0].text == ":" and not has_equals(self.parts[at][1][3:])

    def _is_the_answer(self, at: int) -> bool:
        """Whether `… is our final answer` stands behind a formula at the head of a sentence."""
        first = at == 0 and len(self.parts) > 1
        return first and is_said_to_be(self.text[self.parts[1][1][0].start : self.row[-1].end])

    def _any_kind(self, at: int) -> bool:
        """Whether `for the class $c$` tells no case: the words after it do not either."""
        behind = self.parts[at][1] if at < len(self.parts) else []
        return bool(behind) and not _KINDS & set(lower_words(behind))

    def _at_a_number(self, tokens: Sequence[Token]) -> bool:
        """Whether `γ = 0` stands here, of a name that is declared."""
        said = [token for token in tokens if token.text not in MARKS and token.text not in ("$", "with", "With")]
        known = len(said) == 3 and said[0].kind in ("letter", "word") and not self.is_word(said[0].text)
        return known and said[1].text == "=" and said[2].kind == "number"


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
            if leads and word.lower() in CONDITIONAL - {"case"} and (told := _told_in_words(tokens, end)) is not None:
                if word.lower() != "for" or told & _KINDS:
                    return None
            elif word.lower() in _STRUCTURE and not (between and word.lower() == "denote"):
                kept += tokens[at:end]
            at = max(end, at + 1)
            continue
        again = bool(kept) and kept[-1].text in MARKS and token.text in MARKS
        if not again and (token.text in MARKS or token.text in _BRACKETS or (counted and token.kind == "number")):
            kept.append(token)
        at += 1
    if between and not kept and holds_words(tokens):
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
        elif tokens[at].text in MARKS:
            return frozenset(words) if words else None
        else:
            at += 1
    return frozenset() if words and words[-1] in _LEADS_TO else None


def _arrives(tokens: Sequence[Token]) -> bool:
    """Whether words end in `we arrive at`."""
    return any(word.startswith("arriv") for word in list(lower_words(tokens))[-3:-1])


def _last_word_is(tokens: Sequence[Token], word: str) -> bool:
    return tokens[-1].kind in ("letter", "word") and list(lower_words(tokens))[-1:] == [word]


def _leads_to(tokens: Sequence[Token]) -> bool:
    """Whether words end in `is`, `we get`, or a colon."""
    shown = [token for token in tokens if token.kind in ("letter", "word") or token.text == ":"]
    if not shown:
        return False
    said = list(lower_words(shown))
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
            if start is not None and made[start].text == "(" and all(t.text in MARKS for t in made[start + 1 :]):
                del made[start:]
                continue
        made.append(token)
    halves = {at for at in opened if made[at].text == "("}
    made = [token for at, token in enumerate(made) if at not in halves]
    first = next((at for at, token in enumerate(made) if token.text not in MARKS), len(made))
    return made[first:]


def _unbracketed(tokens: list[Token]) -> list[Token]:
    """`(the last step uses $p = q$)`: what is in the bracket."""
    closing, deep, last = matched(tokens), 0, len(tokens) - 1
    while last - 2 * deep > 1 and tokens[deep].text == "(" and closing.get(deep) == last - deep:
        deep += 1
    return [replace(tokens[deep], space=True), *tokens[deep + 1 : len(tokens) - deep]] if deep else tokens


def lower_words(tokens: Sequence[Token]) -> Iterator[str]:
    return (word.lower() for word in words_in(tokens))


def holds_words(tokens: Sequence[Token]) -> bool:
    return any(token.kind in ("letter", "word") for token in tokens)
