"""Words behind a formula, in its own row: `… — prediction minus target`, `… per example`, `… [Bishop 2006]`.

Only what is words alone is taken for such, and nothing that may change what the formula is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grader.formula.reader.prose import MEANING, QUALITIES
from grader.formula.reader.rows import has_equals, matched, word_at, words_in
from grader.formula.reader.tokens import Token
from grader.formula.reader.words import Words

_CHANGING_WORDS = """
    times divided over squared cubed negative half twice double triple transpose transposed inverse not wrong zero one
    two three incorrect instead flipped without except if when whenever unless where otherwise else for while opposite
    reversed negated sign root power only using let rather actually wait should correct correction mistake sorry
    scaled multiplied flips is are equals becomes gives gradient derivative slope it
"""
_CHANGING: Final = frozenset(_CHANGING_WORDS.split())
"""Words that may tell something else of a formula than what it is called."""
_CHANGED: Final = _CHANGING | {"minus", "plus"} | (QUALITIES - {"linear", "bounded", "smooth", "symmetric", "as"})
_LEADING: Final = frozenset(("per", "as", "nice", "very", "see", "element", "component", "entry"))
"""Words right behind a formula that no name stands for."""
_LONGEST: Final = 120
"""How many tokens are looked at."""


def remark_at(tokens: Sequence[Token], text: str, words: Words) -> int:
    """Where words begin that end an equation; 0 where none do."""
    alone = not has_equals(tokens)  # `tanh(r), bounded by 1`
    first = next(words_in(tokens), "")
    if alone and words.is_word(first) and first not in MEANING:
        return 0
    closing = matched(tokens)
    start = next((a for a, b in closing.items() if b == len(tokens) - 1), None)
    if start and tokens[start].space and tokens[start].text in ("(", "["):
        return start if _ends_operand(tokens[start - 1], words) and _is_plain(tokens[start + 1 : -1], words) else 0
    for at in range(len(tokens) - 1, max(1, len(tokens) - _LONGEST), -1):
        if not _ends_operand(tokens[at - 1], words) or (not tokens[at].space and tokens[at].text not in (":", ",")):
            continue
        behind = _behind_mark(tokens, at, text)
        marked = behind > at
        if alone and not marked:
            continue
        if not marked and (tokens[at].kind not in ("letter", "word") or word_at(tokens, at)[0] not in _LEADING):
            continue
        if _is_plain(tokens[behind:], words):
            return at
    return 0


def _behind_mark(tokens: Sequence[Token], at: int, text: str) -> int:
    """What follows `—`, `--`, `:`, `,`, `<-`."""
    token = tokens[at]
    if token.text in (":", ",") or text[token.start : token.start + 1] in ("—", "–"):
        return at + 1
    if at + 1 < len(tokens) and not tokens[at + 1].space and token.text + tokens[at + 1].text in ("--", "<-"):
        return at + 2
    return at


def _ends_operand(token: Token, words: Words) -> bool:
    return token.kind in ("letter", "word", "number", "close") or token.text in ("'", "⊤", "ᵀ")


def _is_plain(tokens: Sequence[Token], words: Words) -> bool:
    """Whether tokens are words that say nothing of what a formula is worth, and punctuation and numbers beside them."""
    found, at = 0, 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind not in ("letter", "word"):
            hyphen = token.text == "-" and not token.space and 0 < at < len(tokens) - 1
            if token.kind != "number" and token.text not in (",", ".", "'", "!") and not hyphen:
                return False
            at += 1
            continue
        word, at = word_at(tokens, at)
        if word in ("minus", "plus") and found and at < len(tokens):
            continue  # `prediction minus target`
        joined = tokens[at : at + 1] and tokens[at].text == "-"  # `one-hot label`
        if (word in MEANING and found and tokens[at : at + 1] and tokens[at].space) or (joined and len(word) > 1):
            continue  # `on the mean scale`
        known = not words.is_word(word) or word in MEANING or word.lower() in _CHANGED
        if known or (len(word) == 1 and word not in ("a", "I")) or not word.isalpha():
            return False
        found += len(word) > 2 or word.lower() in _LEADING
    return found > 0
