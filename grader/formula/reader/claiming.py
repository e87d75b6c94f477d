"""Whether a statement may say what the derivative is, and what of it does.

Behind a line that says so people write remarks: of other quantities, of the optimum, in words. One that cannot be
read costs the answer nothing, unless it may say something else than the answer did: that is never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import Final

from grader.formula.declarations import name_at
from grader.formula.names import canonical
from grader.formula.reader.asides import claims_nothing, speaks_of_optimum
from grader.formula.reader.beyond import holds_formula, is_second_derivative, may_derive
from grader.formula.reader.bounds import is_remark
from grader.formula.reader.differentials import is_differential
from grader.formula.reader.prose import LEADS_TO, MEANING, PROSE
from grader.formula.reader.restating import is_of_another
from grader.formula.reader.rows import first_equals, word_at, words_in
from grader.formula.reader.tokens import Token, ended

_WORD: Final = re.compile(r"\\?[^\W\d_]+|[^\s\w]")
_SMALL: Final = frozenset(
    ("at", "a", "any", "in", "is", "of", "for", "if", "when", "not", "this", "that", "it", "small")
)
_SURE: Final = (PROSE | _SMALL) - {"import"}
_OF_THE_ANSWER: Final = re.compile(
    r"\b(gradients?|derivatives?|slope|answers?|result|corrections?|wait|sorry|should|simpl\w+|(re)?writt?en?|rewrite"
    r"|becomes|equals?|same|equivalent\w*|other words|i\.e|that is|namely|final\w*|which is|it is|it's|this is)\b",
    re.IGNORECASE,
)
_SUBJECT: Final = re.compile(
    r"\b(gradient|derivative|slope|answer|result|it|this|which|same|correction)\b", re.IGNORECASE
)
_SOMEWHERE: Final = re.compile(r"[ \t$,)\\]*(as|when|for|if|at)\b")
_OF_IT: Final = re.compile(r"\s*:|\s+(at|is|of|where|when|lies|has)\b")
_SUBGRADIENT: Final = re.compile(r"\bsub-?(gradient|differential|derivative)s?\b", re.IGNORECASE)
_BY: Final = re.compile(r"(w\.?\s?r\.?\s?t\.?|with respect to)[\s$\\({]*([^\W\d]+)")
_ENDS: Final = re.compile(r"[\n;]|\.\s")


class Claiming:
    """What the statements of a text may claim. `names`: those that are declared; `variables`: that are variables;
    `asked`: that by which the derivative was asked."""

    def __init__(self, text: str, names: Container[str], variables: Sequence[str], asked: str) -> None:
        self.text, self.names, self.variables, self.asked = text, names, variables, asked

    def may_answer(self, tokens: Sequence[Token]) -> bool:
        """Whether a statement that cannot be read may say what the derivative is."""
        if self.is_other(tokens):
            return False
        sentence = self.sentence(tokens)
        equal = first_equals(tokens)
        if may_derive(tokens):
            return True
        if equal is not None and self._is_variable(tokens[:equal]):
            return False
        if equal is not None and claims_nothing(sentence):
            return False
        if equal is None and self._only_words(tokens):
            return False
        if not self.is_worded(sentence):
            return True
        if equal is not None:
            return not speaks_of_optimum(sentence) and _OF_THE_ANSWER.search(sentence) is not None
        return holds_formula(tokens, self.names) and not speaks_of_optimum(sentence)

    def is_other(self, tokens: Sequence[Token]) -> bool:
        """Whether a statement surely does not say what the derivative is: a relation, a second derivative, a
        differential."""
        if is_second_derivative(tokens) or is_differential(tokens, self.names):
            return True
        return is_remark(tokens, somewhere=_SOMEWHERE.match(self.text, tokens[-1].end) is not None)

    def is_in_passing(self, tokens: Sequence[Token]) -> bool:
        """Whether a formula alone is only a word of its sentence: `The loss is convex in z`, `The optimum is y²`."""
        if first_equals(tokens) is not None:
            return False
        before = self.text[: tokens[0].start]
        sentence = self.sentence(tokens)
        said = sentence[: len(sentence) - (tokens[-1].end - tokens[0].start)]
        if (
            speaks_of_optimum(sentence)
            or is_of_another(said)
            or _SUBGRADIENT.search(sentence) is not None
            or self._is_by_another(sentence)
        ):
            return self.is_worded(sentence)
        _, after = name_at(ended(tokens), 0)
        words = re.findall(r"[^\W\d_]+", said)
        alone = after == len(tokens) and before[-1:] in (" ", "$") and self.is_worded(sentence)
        return alone and bool(words) and words[-1].lower() not in LEADS_TO

    def _is_by_another(self, sentence: str) -> bool:
        """Whether a sentence speaks of the derivative by something that was not asked for."""
        by = _BY.search(sentence)
        if by is None or not self.asked or canonical(by[2]) not in self.names:
            return False
        return not canonical(by[2]).startswith(self.asked) and not self.asked.startswith(canonical(by[2]))

    def leads_to(self, tokens: Sequence[Token]) -> Sequence[Token]:
        """What the words of a statement lead to: `In short dL/dr = …`, `In other words, the gradient is …`."""
        if first_equals(tokens) is None:
            if _SUBJECT.search(self.sentence(tokens)) is None:
                return ()
            at = max((end for start, end in self._words(tokens) if _lower(tokens, start) in LEADS_TO), default=0)
            return tokens[at:]
        at = 0
        for start, end in self._words(tokens):
            between = all(token.text in (",", ":") for token in tokens[at:start])
            if not between or not self._is_plain(word_at(tokens, start)[0]) or not tokens[end : end + 1]:
                break
            if not tokens[end].space and tokens[end].text not in (",", ":"):
                break
            at = end
        while at < len(tokens) and tokens[at].text in (",", ":"):
            at += 1
        return tokens[at:] if self.is_worded(self.sentence(tokens)) else ()

    def sentence(self, tokens: Sequence[Token]) -> str:
        """The text from where the sentence begins in which a statement stands, to the end of the statement."""
        start = self.text.rfind("\n", 0, tokens[0].start) + 1
        before = self.text[start : tokens[0].start]
        cut = max((match.end() for match in _ENDS.finditer(before)), default=0)
        return self.text[start + cut : tokens[-1].end]

    def is_worded(self, sentence: str) -> bool:
        """Whether a sentence has words that are surely no formula: two together, or one before a colon or a comma."""
        run, sure = 0, False
        for match in _WORD.finditer(sentence):
            word = match[0]
            said = word in MEANING and _OF_IT.match(sentence, match.end()) is not None  # `minimum at …`
            if said or self._is_plain(word) or (run and word == "a"):
                run, sure = run + 1, sure or word.lower() in _SURE
                if run > 1 and sure:
                    return True
                continue
            if run and word in (":", ",") and (sure or run > 1 or len(sentence[: match.start()].split()) == 1):
                return True
            run, sure = 0, False
        return False

    def _only_words(self, tokens: Sequence[Token]) -> bool:
        """Whether words alone are a sentence, or the beginning of one: `For n samples, this`, `Solving, …`."""
        words = [word.lower() for word in words_in(tokens)]
        plain = all(token.kind in ("letter", "word") or token.text in (",", ".", ":", "'") for token in tokens)
        begins = self.text[tokens[-1].end : tokens[-1].end + 1] in (",", ":")
        sure = begins or any(word in _SURE for word in words)
        return plain and sure and any(len(word) > 3 for word in words)

    def _is_plain(self, word: str) -> bool:
        return len(word) > 1 and word.isalpha() and word not in MEANING and canonical(word) not in self.names

    def _is_variable(self, left: Sequence[Token]) -> bool:
        """`w = …`, `ŵ = …`, `w* = …`: no derivative, but where something holds."""
        name, after = name_at(ended(left), 0)
        known = any(canonical(name) == own or canonical(name).startswith(f"{own}_") for own in self.variables)
        return known and all(token.text in ("^", "*", "⋆", "{", "}", "_") for token in left[after:])

    def _words(self, tokens: Sequence[Token]) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        at = 0
        while at < len(tokens):
            if tokens[at].kind in ("letter", "word"):
                end = word_at(tokens, at)[1]
                found.append((at, end))
                at = end
            else:
                at += 1
        return found


def _lower(tokens: Sequence[Token], at: int) -> str:
    return word_at(tokens, at)[0].lower()
