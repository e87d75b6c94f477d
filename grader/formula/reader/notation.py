"""From text to tokens: plain, Unicode, LaTeX and Python notation become one small set of signs.

Every token keeps its offsets in the text as typed. Nothing is refused here except what must never be
looked at twice (control and direction characters, numbers without end): a sign without a meaning becomes
a `bad` token, and whoever reads a formula stops at it. Prose between formulas may hold any sign.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from fractions import Fraction
from typing import Final

from grader.formula.errors import Unreadable
from grader.formula.reader import symbols
from grader.formula.reader.latex import LatexCommands
from grader.formula.reader.limits import DIGITS, too_large
from grader.formula.reader.tokens import Token
from grader.formula.tree import Span

__all__ = ["Token", "tokenise"]

_NUMBER: Final = re.compile(r"(?:[0-9]+(?:\.(?![a-zA-Z*/^])[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DIGITS: Final = re.compile(r"[0-9]+")
_MODULE: Final = re.compile(r"(?:[A-Za-z_]+\.)+(?=[A-Za-z_])")
_NAME: Final = re.compile(r"[A-Za-z]+")


_TIGHT: Final = frozenset(("+", "-", "*", "·", "/", "=", "<", "<=", ">", ">=", "!=", "⊙", ":="))


def tokenise(text: str) -> list[Token]:
    """The tokens of a text, with one `end` token after them. Raises Unreadable for control and direction
    characters and for numbers of more than `limits.DIGITS` digits."""
    return _Lexer(text).run()


class _Lexer(LatexCommands):
    def run(self) -> list[Token]:
        while self.at < len(self.text):
            self._step()
        self._lost_mark()
        self.tokens.append(Token("end", "", len(self.text), len(self.text), self.space))
        return self.tokens

    def _step(self) -> None:
        text, at = self.text, self.at
        char = text[at]
        if char == "\n":
            self._emit("newline", "\n", at + 1)
            self.space = True
        elif char.isspace() or char in "\u200b\ufeff\u2060\u2061\u2062\u2063~$":
            # `$` only encloses; the invisible signs come along with copied text
            self.at += 1
            self.space = True
        elif char == "\\":
            self._command()
        elif char in "0123456789" or (char == "." and at + 1 < len(text) and text[at + 1] in "0123456789"):
            self._number()
        elif char in symbols.SUPERSCRIPTS:
            self._script("^", symbols.SUPERSCRIPTS)
        elif char in symbols.SUBSCRIPTS:
            self._script("_", symbols.SUBSCRIPTS)
        elif char in symbols.VULGAR:
            self._vulgar(char)
        elif char in symbols.INDICATORS:
            self._ones(at + 1)
        elif char == "#" or (self._stands_apart() and (char == "%" or text.startswith("//", at))):
            end = text.find("\n", at)
            self._emit("comment", text[at : end if end >= 0 else len(text)], end if end >= 0 else len(text))
        elif char in symbols.IVERSON:
            self._emit("open" if char == "⟦" else "close", symbols.IVERSON[char], at + 1)
        elif char in symbols.OPENING and char != "⟨":
            self._open(char, at + 1)
        elif char in ")]}":
            self._close(char, at + 1)
        elif char in "⟨⟩":
            self._emit("open" if char == "⟨" else "close", char, at + 1)
        elif text[at : at + 2] in symbols.ASCII_PAIRS and not text.startswith(".**", at):  # `**Step 1.**`
            self._emit("op", symbols.ASCII_PAIRS[text[at : at + 2]], at + 2)
        elif char in symbols.OPERATORS:
            self._emit("op", symbols.OPERATORS[char], at + 1)
        elif char in symbols.DOUBLE:
            for sign in symbols.DOUBLE[char]:
                self._emit("op", sign, at + 1)
        elif char in symbols.AS_WORDS:
            self._emit("word", symbols.AS_WORDS[char], at + 1)
        else:
            self._letter_or_other(char)

    # -- numbers, letters

    def _number(self) -> None:
        previous = self.tokens[-1] if self.tokens and not self.space else None
        named = previous is not None and (previous.kind in ("letter", "word") or previous.text == "_")
        suffix = named and self.text[self.at] != "."
        match = (_DIGITS if suffix else _NUMBER).match(self.text, self.at)
        assert match is not None
        typed = match[0]
        digits, _, exponent = typed.lower().partition("e")
        if len(digits) > DIGITS or (exponent and (len(exponent) > 5 or abs(int(exponent)) > DIGITS)):
            got = len(digits) if len(digits) > DIGITS else (abs(int(exponent)) if len(exponent) < 9 else 10**8)
            raise too_large("digits", DIGITS, got, match.start(), match.end())
        self._emit("number", typed, match.end(), Fraction(typed))

    def _vulgar(self, char: str) -> None:
        value, previous = symbols.VULGAR[char], self.tokens[-1] if self.tokens else None
        if previous is not None and previous.kind == "number" and not self.space and previous.text.isdigit():
            # 2½ is the mixed number
            assert previous.value is not None
            self.tokens.pop()
            self._emit("number", previous.text + char, self.at + 1, previous.value + value, start=previous.start)
            return
        self._emit("number", char, self.at + 1, value)

    def _letter_or_other(self, char: str) -> None:
        category = unicodedata.category(char)
        if category in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"):
            raise Unreadable(
                "unreadable",
                Span(self.at, self.at + 1),
                ("a printable character",),
                {"character": f"U+{ord(char):04X}"},
            )
        if char in symbols.VARIANTS:
            char = symbols.VARIANTS[char]
        decomposed = unicodedata.normalize("NFD", char)
        base, marks = decomposed[0], list(decomposed[1:])
        folded = unicodedata.normalize("NFKC", base)
        if len(folded) == 1 and folded != base and base not in symbols.GREEK:
            base = symbols.VARIANTS.get(folded, folded)
            if base in "0123456789":
                self._emit("number", base, self.at + 1, Fraction(int(base)))
                return
            if base in symbols.OPERATORS:
                self._emit("op", symbols.OPERATORS[base], self.at + 1)
                return
            if base in symbols.OPENING:
                self._open(base, self.at + 1)
                return
            if base in ")]}":
                self._close(base, self.at + 1)
                return
        end = self.at + 1
        while end < len(self.text) and (self.text[end] in symbols.MARKS or self.text[end] in symbols.IGNORED_MARKS):
            marks.append(self.text[end])
            end += 1
        if not (base.isascii() and base.isalpha()) and base not in symbols.GREEK:
            self._emit("bad", self.text[self.at : end], end)
            return
        if any(mark not in symbols.MARKS and mark not in symbols.IGNORED_MARKS for mark in marks):
            self._emit("bad", self.text[self.at : end], end)
            return
        marks = ["\u0304" if mark == "\u0305" else mark for mark in marks if mark in symbols.MARKS]
        if len(marks) <= 1 and base.isascii() and not marks and self._words_from_here():
            return
        self._letter(base + "".join(marks), end)

    def _words_from_here(self) -> bool:
        """Module prefixes (`np.`) are dropped; within `\\text{…}` a run of letters is one word."""
        if self.words:
            match = _NAME.match(self.text, self.at)
            if match is not None and len(match[0]) > 1:  # none at `𝚈`, whose base is a letter
                self._emit("word", match[0], match.end())
                self.mark = None
                return True
            return False
        previous = self.tokens[-1] if self.tokens else None
        glued = (
            previous is not None
            and not self.space
            and (previous.kind in ("letter", "word") or previous.text in ("_", "."))
        )
        if not glued and (match := _MODULE.match(self.text, self.at)) is not None:
            prefix = 0
            if re.compile(r"T(?![A-Za-z0-9_(])").match(self.text, match.end()):
                return False  # the transpose of F
            for part in match[0].split(".")[:-1]:
                if part not in symbols.MODULES:
                    break
                prefix += len(part) + 1
            if prefix:
                self.at += prefix
                return True
        return False

    # -- brackets

    def _open(self, bracket: str, end: int) -> None:
        if bracket == "{" and self.mark is not None:
            self.groups.append("drop")
            self.at = end
            return
        self._emit("open", bracket, end)
        if bracket == "{":
            self.groups.append("keep")

    def _close(self, bracket: str, end: int) -> None:
        if bracket == "}" and self.groups:
            fate = self.groups.pop()
            if fate != "keep":
                self._lost_mark()
                self.words -= fate == "words"
                if fate == "drop" and self.tokens and self.tokens[-1].kind == "letter":
                    self.tokens[-1] = replace(self.tokens[-1], end=end)
                self.at = end
                return
            if len(self.tokens) > 1 and self._braced_operator():
                del self.tokens[-2]
                self.at = end
                return
        self._emit("close", bracket, end)
        self.at = self.labels.get(end, self.at)

    def _braced_operator(self) -> bool:
        """Whether a brace holds an operator only, as in `z{-}t`: TeX's way to set it tight."""
        opening, sign = self.tokens[-2:]
        below = len(self.tokens) > 2 and self.tokens[-3].text in ("_", "^")
        return opening.text == "{" and sign.kind == "op" and sign.text in _TIGHT and not below

    def _script(self, sign: str, table: dict[str, str]) -> None:
        start = self.at
        self._emit("op", sign, start)
        self._emit("open", "{", start)
        inner: list[Token] = []
        while self.at < len(self.text) and (typed := self.text[self.at]) in table:
            char, at = table[typed], self.at
            self.at += 1
            if char in "0123456789":
                last = inner[-1] if inner else None
                if last is not None and last.kind == "number":
                    digits = last.text + char
                    if len(digits) > DIGITS:
                        raise too_large("digits", DIGITS, len(digits), last.start, at + 1)
                    inner[-1] = replace(last, text=digits, value=Fraction(int(digits)), end=at + 1)
                else:
                    inner.append(Token("number", char, at, at + 1, value=Fraction(int(char))))
            elif char in "()":
                inner.append(Token("open" if char == "(" else "close", char, at, at + 1))
            elif char in "+-=":
                inner.append(Token("op", char, at, at + 1))
            else:
                inner.append(Token("letter", char, at, at + 1))
        self.tokens.extend(inner)
        self._emit("close", "}", self.at)
