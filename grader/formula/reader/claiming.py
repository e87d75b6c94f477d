"""Whether a statement may say what the derivative is, and what of it does.

Behind a line that says so people write remarks: of other quantities, of the optimum, in words. One that cannot be
read costs the answer nothing, unless it may say something else than the answer did: that is never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import Final

from grader.formula.declarations import name_at
from grader.formula.names import LOSS_NAMES, canonical
from grader.formula.reader.asides import claims_nothing, speaks_of_optimum
from grader.formula.reader.beyond import holds_formula, is_second_derivative, may_derive
from grader.formula.reader.bounds import is_remark, said_at
from grader.formula.reader.limits import SENTENCE
from grader.formula.reader.prose import LEADS_TO, MEANING, PROSE, QUALITIES
from grader.formula.reader.restating import is_of_another, is_said_to_be, names_it, restates
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
_SHAPE: Final = re.compile(r"\b[a-zA-Z]\s*(×|\\times)\s*\w|\bshapes?\b|\bmathbb\{R\}\^|ℝ\^")
_BY: Final = re.compile(r"(w\.?\s?r\.?\s?t\.?|with respect to)[\s$\\({]*([^\W\d]+)")
_ENDS: Final = re.compile(r"[\n;]|(?<!r\.t)(?<!\be\.g)(?<!\bi\.e)\.\s")


class Claiming:
    """What the statements of a text may claim. `names`: those that are declared; `variables`: that are variables;
    `asked`: that by which the derivative was asked."""

    def __init__(self, text: str, names: Container[str], variables: Sequence[str], asked: str) -> None:
        self.text, self.names, self.variables, self.asked = text, names, variables, asked

    def may_answer(self, tokens: Sequence[Token]) -> bool:
        """Whether a statement that cannot be read may say what the derivative is."""
        equal = first_equals(tokens)
        if equal == 0:
            return True
        if self.is_other(tokens):
            return False
        if equal is None:
            return self._may_be_answer(tokens)
        sentence = self.sentence(tokens)
        head = self.leads_to(tokens[: equal + 1])[:-1] or tokens[:equal]
        if self._is_of_another(head):
            return False
        if may_derive(tokens):
            return True
        if self._is_variable(head) or claims_nothing(sentence):
            return False
        if not self.is_worded(sentence):
            return True
        return not speaks_of_optimum(sentence) and _OF_THE_ANSWER.search(sentence) is not None

    def _may_be_answer(self, tokens: Sequence[Token]) -> bool:
        """Whether a statement that equates nothing may be a formula for the derivative."""
        sentence = self.sentence(tokens)
        if next(words_in(tokens), "").lower() in QUALITIES:
            return False  # `positive if z > 0 and negative if z < 0`
        if self._only_words(tokens) or said_at(tokens) is not None:
            return may_derive(tokens) or any(token.text in ("∂", "∇") for token in tokens)
        if not self.is_worded(sentence):
            return True
        if speaks_of_optimum(sentence) or is_of_another(sentence):
            return False
        before = self._words_before(tokens)
        alone = before.rstrip()[-1:] in (".", ":", "—", "–", "-")  # `Scratch that. y − p`
        if restates(before) or is_said_to_be(sentence[len(before) :]):
            return holds_formula(tokens, self.names) or any(canonical(word) in self.names for word in words_in(tokens))
        return alone and holds_formula(tokens, self.names)

    def _words_before(self, tokens: Sequence[Token]) -> str:
        """The sentence up to the first sign, or the first known name, of a statement."""
        at = 0
        while at < len(tokens):
            word, end = word_at(tokens, at)
            if tokens[at].kind in ("letter", "word") and self._is_plain(word):
                at = end
            elif tokens[at].text in (",", ":", ".", "'"):
                at += 1
            else:
                break
        sentence = self.sentence(tokens)
        return sentence[: len(sentence) - (tokens[-1].end - tokens[min(at, len(tokens) - 1)].start)]

    def _is_of_another(self, head: Sequence[Token]) -> bool:
        """Whether the left side is a derivative by what is not declared (`dL/dw`, `∇_w L`, `dW`), one of a function
        (`σ'`), or a change (`Δz`)."""
        if head[0].text == "Δ":
            return True
        texts = [token.text for token in head]
        if texts[-1] == "'" and len(head) == 2:
            return texts[0] not in LOSS_NAMES
        signs = [at for at, text in enumerate(texts) if text in ("∂", "d") and at + 1 < len(texts)]
        if texts[0] == "∇" and texts[1:2] == ["_"]:
            signs = [1 + (texts[2:3] == ["{"])]
        elif not signs or texts[0] not in ("∂", "d", "frac"):
            return False
        name, _ = name_at(ended(head), signs[-1] + 1)
        by = canonical(name)
        return bool(by) and by not in self.names and by.partition("_")[0] not in self.names and by not in LOSS_NAMES

    def is_other(self, tokens: Sequence[Token]) -> bool:
        """Whether a statement surely does not say what the derivative is: a relation, a second derivative."""
        if is_second_derivative(tokens):
            return True
        return is_remark(tokens, somewhere=_SOMEWHERE.match(self.text, tokens[-1].end) is not None)

    def is_in_passing(self, tokens: Sequence[Token]) -> bool:
        """Whether a formula alone is only a word of its sentence: `The loss is convex in z`, `The optimum is y²`."""
        if first_equals(tokens) is not None:
            return False
        sentence, said = self.sentence(tokens), self._before(tokens)
        if (
            speaks_of_optimum(sentence)
            or is_of_another(said)
            or _SUBGRADIENT.search(sentence) is not None
            or _SHAPE.search(sentence) is not None
            or self._is_by_another(sentence)
        ):
            return self.is_worded(sentence)
        _, after = name_at(ended(tokens), 0)
        words = re.findall(r"[^\W\d_]+", said)
        alone = after == len(tokens) and said[-1:] in (" ", "$") and self.is_worded(sentence)
        return alone and bool(words) and words[-1].lower() not in LEADS_TO

    def _is_by_another(self, sentence: str) -> bool:
        """Whether a sentence speaks of the derivative by something that was not asked for."""
        by = _BY.search(sentence)
        if by is None or not self.asked or canonical(by[2]) not in self.names:
            return False
        return not canonical(by[2]).startswith(self.asked) and not self.asked.startswith(canonical(by[2]))

    def names_answer(self, tokens: Sequence[Token]) -> bool:
        """Whether the words before an equation say that it tells what the derivative is worth."""
        before = self._before(tokens)
        return names_it(before) and not self._is_by_another(before)

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
        start = max(start, tokens[0].start - SENTENCE)
        before = self.text[start : tokens[0].start]
        cut = max((match.end() for match in _ENDS.finditer(before)), default=0)
        return self.text[start + cut : tokens[-1].end]

    def _before(self, tokens: Sequence[Token]) -> str:
        """The sentence before a statement."""
        return self.sentence(tokens).removesuffix(self.text[tokens[0].start : tokens[-1].end])

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
        plain = all(token.kind in ("letter", "word", "bad") or token.text in (",", ".", ":", "'") for token in tokens)
        begins = self.text[tokens[-1].end : tokens[-1].end + 1] in (",", ":")
        sure = begins or any(word in _SURE for word in words) or sum(len(word) > 4 for word in words) > 1
        return plain and (not words or (sure and any(len(word) > 3 for word in words)))

    def _is_plain(self, word: str) -> bool:
        return len(word) > 1 and word.isalpha() and word not in MEANING and canonical(word) not in self.names

    def _is_variable(self, left: Sequence[Token]) -> bool:
        """`w = …`, `ŵ = …`, `w* = …`: no derivative, but where something holds."""
        name, after = name_at(ended(left), 0)
        known = bool(name) and any(canonical(name).startswith(own) for own in self.variables)
        return known and all(t.kind == "number" or t.text in ("^", "*", "⋆", "{", "}", "_") for t in left[after:])

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
