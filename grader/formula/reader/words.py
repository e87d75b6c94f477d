"""Words in the rows of a derivation, and how they are told from mathematics.

With care: only what is certainly prose counts as words, so that a mistyped formula is reported and not skipped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from grader.formula.functions import BY_SPELLING
from grader.formula.names import Vocabulary, canonical
from grader.formula.reader.prose import INTRODUCING, MEANING, PROSE, SAYING
from grader.formula.reader.rows import has_equals, word_at, words_in
from grader.formula.reader.tokens import Token

_KEYWORDS: Final = frozenset(("case", "Case", "lambda", "else", "elif", "return", "def", "class"))
"""Words before a colon that are no label."""
_SURPLUS: Final = 3
"""How many letters more than a name has no mistyping of it has: `margin` is no `min`."""
_LABEL: Final = 3
"""Of how many words a label has at most."""


class Words:
    """`introduced`: single letters that the text introduces, which are no words."""

    def __init__(self, text: str, vocabulary: Vocabulary, introduced: frozenset[str]) -> None:
        self.text, self.vocabulary, self.introduced = text, vocabulary, introduced

    def is_word(self, word: str) -> bool:
        return canonical(word) not in self.vocabulary.names and word not in self.introduced

    def certain(self, word: str) -> bool:
        return word.lower() in PROSE and word not in MEANING and self.is_word(word)

    def wordy(self, tokens: Sequence[Token]) -> bool:
        """Whether tokens are words and punctuation only, one of them certainly a word."""
        certain = False
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.kind in ("letter", "word"):
                word, at = word_at(tokens, at)
                certain = certain or (len(word) > 1 and self.certain(word))
                continue
            if token.kind == "number" and not token.text.rstrip(".").isdigit():
                return False
            if token.kind not in ("bad", "number") and token.text not in (",", ".", ":", "'", "-", "(", ")", ";"):
                return False
            at += 1
        return certain

    def mostly_words(self, tokens: Sequence[Token]) -> bool:
        """Whether tokens are words and punctuation only, and most of them certainly words, or two of a sentence."""
        if not self.wordy(tokens):
            return False
        words = list(words_in(tokens))
        certain = sum(self.certain(word) for word in words)
        return 2 * certain > len(words) or (certain > 1 and len(words) > 3)

    def heads(self, tokens: Sequence[Token]) -> bool:
        """Whether tokens announce what follows, as `KL(p ‖ q), only two terms hold σ:` does."""
        ended = tokens[-1].text == ":" or self.text[tokens[-1].end :].lstrip(" ").startswith(":")
        if not ended or has_equals(tokens):
            return False
        return sum(len(word) > 1 and self.certain(word) for word in words_in(tokens)) > 1

    def leads(self, word: str, rest: list[Token]) -> bool:
        """Whether a word at the beginning is prose: not part of a formula, nor the name of its left side."""
        names_rule = word in MEANING and self.is_word(word) and rest and word_at(rest, 0)[0] in ("rule", "rules")
        if not self.certain(word) and not names_rule:
            return False
        if not rest:
            return True
        after = rest[0]
        if word == "where" and after.text == "(":
            return False
        if after.kind == "op" and after.text in ("=", ":=", "=="):
            return False
        if not after.space and (after.text in ("_", "(", "[", "^", "'") or after.kind == "number"):
            return word.lower() in INTRODUCING
        if len(word) == 1:
            return after.kind in ("letter", "word") and word_at(rest, 0)[0].lower() in PROSE
        return True

    def sentence(self, tokens: list[Token]) -> int:
        """How much of `temperature T the logits are u = …` are words: up to the last word that only sentences have."""
        word, end = word_at(tokens, 0)
        if len(word) < 3 or word in MEANING or not self.is_word(word):
            return 0
        said = 0
        while end < len(tokens) and tokens[end].kind in ("letter", "word") and tokens[end].space:
            word, end = word_at(tokens, end)
            if word.lower() in SAYING and self.is_word(word) and end < len(tokens) and tokens[end].space:
                said = end
        return said

    def called(self, word: str, end: int, tokens: list[Token]) -> int:
        """How much of `residual r_i = …` is a word: what the quantity is called before its name."""
        rest = tokens[end:]
        if len(word) < 5 or not word.isalpha() or not rest or not rest[0].space or rest[0].kind != "letter":
            return 0
        plain = self.is_word(word) and word not in MEANING and canonical(word) not in BY_SPELLING
        elsewhere = len(re.findall(rf"\b{word}\b", self.text)) > 1
        near = self.vocabulary.suggestion(word)
        mistyped = near is not None and abs(len(near) - len(word)) < _SURPLUS
        return end if plain and not elsewhere and has_equals(rest) and not mistyped else 0

    def labels(self, tokens: Sequence[Token]) -> bool:
        """Whether a word of its own stands before a colon: `Total: …`, `softplus: …`."""
        words = list(words_in(tokens))
        if (
            not words
            or len(words) > _LABEL
            or not all(token.kind in ("letter", "word") or _numbers(token) for token in tokens)
        ):
            return False
        if len(words) > 1 and any(word in MEANING for word in words):
            return False
        told = [word for word in words if len(word) > 2 and self.is_word(word) and word not in _KEYWORDS]
        return bool(told) and (len(told) == len(words) or any(_numbers(token) for token in tokens))

    def foreign(self, tokens: Sequence[Token]) -> bool:
        """Whether tokens are long words only, none of them like anything that is known: `reparameterisation`."""
        words = list(words_in(tokens))
        return (
            bool(words)
            and all(token.kind in ("letter", "word") for token in tokens)
            and any(len(word) > 2 for word in words)
            and (all(map(self.is_foreign, words)) or (len(words) > 1 and all(map(self.is_unknown, words))))
        )

    def is_foreign(self, word: str) -> bool:
        return self.is_unknown(word) and self.vocabulary.suggestion(word) is None

    def is_unknown(self, word: str) -> bool:
        return len(word) > 1 and self.is_word(word) and word not in MEANING

    def names_step(self, tokens: Sequence[Token]) -> bool:
        """Whether tokens are words and numbers, the first a word: `Step 1.`, `Answer`, `Chain rule.`"""
        word = word_at(tokens, 0)[0] if tokens[0].kind in ("letter", "word") else ""
        plain = all(t.kind in ("letter", "word", "number") or t.text in (".", ":", ",") for t in tokens)
        return plain and len(word) > 2 and self.is_word(word)


def _numbers(token: Token) -> bool:
    """Whether a number belongs to the word before it: `L2 part`."""
    return token.kind == "number" and not token.space
