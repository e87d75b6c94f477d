"""Statements that go beyond the derivative asked for: how it is used, and what comes of deriving it once more."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

from grader.formula.declarations import name_at
from grader.formula.names import canonical
from grader.formula.reader.rows import first_equals, has_equals, last_word, matched, word_at, words_in
from grader.formula.reader.tokens import Token, ended

_SIGNS = frozenset(("+", "-", "*", "·", "/"))
_ARROWS = ("←", "leftarrow", "gets")


def is_update(tokens: Sequence[Token], declared: Callable[[str], bool]) -> bool:
    """Whether a variable is moved, or what it is moved to: `w ← w − η∇L`, `w -= lr * grad`, `w = w − 0.1·grad`,
    `w_{t+1} = w_t − …`, `w* = …`."""
    row = ended(tokens)
    name, after = name_at(row, 0)
    letters, end = word_at(tokens, 0)
    if not declared(canonical(name)):
        if not declared(canonical(letters)):
            return False
        after = end
    rest = [token.text for token in row[after : after + 2]] + [""]
    equal = first_equals(tokens)
    if rest[:2] in (["*", "="], ["^", "*"]) or (rest[0] in ("-", "+") and rest[1] == "="):
        return equal is not None and first_equals(tokens[equal + 1 :]) is None
    if rest[0] in _ARROWS:
        return equal is None
    below = _below(row, after)
    if equal is None or below != equal or first_equals(tokens[equal + 1 :]) is not None:
        return False
    moved = {token.text for token in tokens[after:below]}
    if below > after and not moved & {"new", "next", "+"}:
        return False
    stem, start = word_at(tokens, equal + 1)  # `w_{t+1} = w_t − …`
    return bool(stem) and stem in (letters, name) and row[_below(row, start)].text in ("-", "+")


def _below(tokens: Sequence[Token], at: int) -> int:
    """Where a subscript or the number of a step ends that begins at a token: `_{t+1}`, `^{(t)}`."""
    if tokens[at].text not in ("_", "^"):
        return at
    closing = matched(tokens[: at + 40])
    return closing.get(at + 1, word_at(tokens, at + 1)[1] - 1) + 1


def is_second_derivative(tokens: Sequence[Token]) -> bool:
    """Whether a statement begins with `∇²L` or `∂²L/∂z_i∂z_j`."""
    texts = [token.text for token in tokens[:6]]
    if texts[:2] == ["frac", "{"]:
        texts = texts[2:]
    second = bool(texts) and texts[0] in ("∇", "∂", "d") and texts[1:2] == ["^"] and "2" in texts[2:4]
    equal = first_equals(tokens)
    return second and not (equal is not None and may_derive(tokens[equal + 1 :]))


def holds_formula(tokens: Sequence[Token], known: Container[str]) -> bool:
    """Whether a sentence ends in a formula: a sign stands behind or before a known name."""
    signs = [at for at, token in enumerate(tokens) if token.text in _SIGNS and 0 < at < len(tokens) - 1]
    if not signs or has_equals(tokens):
        return False
    before = last_word(tokens[: signs[-1]])
    names = [word_at(tokens, signs[-1] + 1)[0], word_at(tokens, before)[0] if before is not None else ""]
    return tokens[signs[-1] - 1].text == ")" or any(name and canonical(name) in known for name in names)


def derives(side: Sequence[Token]) -> bool:
    """Whether a side is a derivative, by its first signs."""
    return any(token.text in ("∂", "∇", "'") or (token.text == "d" and token.kind == "letter") for token in side[:4])


def may_derive(tokens: Sequence[Token]) -> bool:
    """Whether a statement may say what a derivative is, and not only that it is set to zero."""
    texts = [token.text for token in tokens]
    equal = next((at for at, text in enumerate(texts) if text == "="), None)
    if equal is not None and texts[equal + 1 : equal + 3] in (["0"], ["0", ":"], ["0", ","]):
        return may_derive(tokens[equal + 3 :])
    if not has_equals(tokens):
        return False
    derived = any(text in ("∂", "∇", "'") for text in texts)
    return derived or any(
        (word[0] == "d" and len(word) < 3) or word.lower().startswith(("grad", "dl")) for word in words_in(tokens)
    )
