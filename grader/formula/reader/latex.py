"""LaTeX commands as tokens."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from grader.formula.reader import symbols
from grader.formula.reader.tokens import Kind, TokenList

_COMMAND: Final = re.compile(r"\\(?:[a-zA-Z]+\*?|.)", re.DOTALL)
_EQUATION: Final = re.compile(r"(?:\\[,;: ]|\s)*(?:\\[a-zA-Z]+|[a-zA-Z])(?:_(?:[a-zA-Z0-9]|\{[a-zA-Z0-9]+\}))?\s*=")
r"""The beginning of `p = …`, `\mu_i = …`."""
_OVER_SEVERAL: Final = re.compile(r"\s*\{\s*(?:\\[a-zA-Z]+|[a-zA-Z])\s*(?:[\^\\a-zA-Z+*/-])")
"""What a line is drawn over, where it is more than a letter: `\\overline{x^2}`, `\\overline{xy}`."""
_CASES_BRACE: Final = re.compile(r"(?:\\left\s*)?\\(?:\{|lbrace)(?=\s*\\begin\s*\{(?:array|cases|dcases|aligned)\})")
"""A brace before an environment of cases: it has no partner."""


class LatexCommands(TokenList):
    """The part of the lexer that reads what begins with a backslash."""

    def _command(self) -> None:
        match = _COMMAND.match(self.text, self.at)
        if match is None:  # a backslash at the very end
            self._emit("bad", "\\", self.at + 1)
            return
        name, end = match[0][1:], match.end()
        if name not in symbols.SKIPPED_WITH_ARGUMENT and len(name) > 1:
            name, end = name.rstrip("*"), end - name.endswith("*")
        if name in ("\n", "\r"):  # Python's line continuation
            self.at, self.space = end, True
        elif name == "\\":
            option = re.compile(r"\[-?[0-9.]+ *(?:pt|em|ex|mm|cm)\]").match(self.text, end)
            self._emit("newline", "\\\\", option.end() if option else end)
            self.space = True
        elif (opened := _CASES_BRACE.match(self.text, self.at)) is not None:
            self.at, self.space = opened.end(), True
        elif name in symbols.DELIMITER_SIZES:
            self._sized(name, end)
        elif name in ("quad", "qquad") and self._sets_off(end):
            self._emit("op", ",", end)
            self.space = True
        elif name in symbols.SKIPPED:
            self.at, self.space = end, True
        elif name in symbols.SKIPPED_WITH_ARGUMENT:
            close = self.text.find("}", end)
            self.at, self.space = (close + 1 if close >= 0 else end), True
        elif name == "overline" and _OVER_SEVERAL.match(self.text, end):
            self._emit("bad", match[0], end)  # a mean, a conjugate: no name
        elif name in symbols.COMMAND_MARKS:
            if self.mark is not None:
                self._lost_mark()
            mark = symbols.COMMAND_MARKS[name]
            self.mark = (mark, self.at)
            self.at = end
        elif name in symbols.COMMAND_LETTERS:
            self._letter(symbols.COMMAND_LETTERS[name], end)
        elif name in ("underbrace", "overbrace"):
            self._braced(end)
        elif name in symbols.FONTS or name in symbols.WORD_FONTS:
            self._font(name, end)
        elif name in ("mathbb", "mathds", "mathbbm"):
            self._blackboard(end)
        elif name in ("begin", "end"):
            self._environment(name, end)
        elif name in symbols.END_MARKS:
            self._emit("bad", "∎", end)
        elif name in ("infty", "infin"):
            self._emit("word", "inf", end)
        elif name in ("dots", "ldots", "cdots", "vdots"):
            self._emit("bad", match[0], end)
        elif name in symbols.COMMAND_OPERATORS:
            self._operator(symbols.COMMAND_OPERATORS[name], end)
        elif name in symbols.COMMAND_WORDS or name.isalpha():
            self._emit("word", name, end)
            self.tokens[-1] = replace(self.tokens[-1], latex=True)
        else:
            self._emit("bad", match[0], end)

    def _sets_off(self, end: int) -> bool:
        """Whether `\\quad` stands between a formula and an equation, as in `p - y \\quad p = \\sigma(z)`."""
        last = self.tokens[-1] if self.tokens else None
        after = last is not None and (last.kind in ("letter", "number", "close") or last.text in ("'", "⊤", "ᵀ"))
        return after and not self.groups and _EQUATION.match(self.text, end) is not None

    def _operator(self, sign: str, end: int) -> None:
        if sign in symbols.OPENING:
            # an escaped brace is a real one: it is never dropped
            self._emit("open", sign, end)
            if sign == "{":
                self.groups.append("keep")
        elif sign in symbols.CLOSING:
            if sign == "}" and self.groups:
                self.groups.pop()
            self._emit("close", sign, end)
        else:
            self._emit("op", sign, end)

    def _sized(self, name: str, end: int) -> None:
        """`\\left|`, `\\bigl(`: a bar that is told which side it is on."""
        rest = end
        while rest < len(self.text) and self.text[rest] == " ":
            rest += 1
        side = "(" if name.endswith(("left", "l")) else ")" if name.endswith(("right", "r")) else ""
        if side and self.text[rest : rest + 1] == ".":
            self._closes_one_sided() if side == ")" else self.sized.append(True)
            self.at, self.space = rest + 1, True
            return
        for typed, sign in (
            ("|", "|"),
            ("\\vert", "|"),
            ("\\|", "‖"),
            ("\\Vert", "‖"),
            ("\\lVert", "‖"),
            ("\\rVert", "‖"),
            ("‖", "‖"),
        ):
            if side and self.text.startswith(typed, rest):
                kind: Kind = "open" if side == "(" else "close"
                if kind == "open":
                    self.sized.append(False)
                elif self._closes_one_sided():  # `\left. dL/dz \right|_{z=0}`
                    self._emit("op", sign, rest + len(typed))
                    return
                self._emit(kind, sign + side, rest + len(typed))
                return
        self.at, self.space = end, True

    def _closes_one_sided(self) -> bool:
        """Whether the bar that closes here has none before it."""
        return self.sized.pop() if self.sized else True

    def _font(self, name: str, end: int) -> None:
        rest = end
        while rest < len(self.text) and self.text[rest] == " ":
            rest += 1
        if name in ("mathbf", "boldsymbol", "bm") and re.compile(r"1(?![0-9.])").match(self.text, rest):
            self._ones(rest + 1)
            return
        if self.text[rest : rest + 1] != "{":
            self.at = end
            return
        if name in ("mathbf", "boldsymbol", "bm") and self.text[rest : rest + 3] == "{1}":
            self._ones(rest + 3)
            return
        words = name in symbols.WORD_FONTS
        self.groups.append("words" if words else "drop")
        self.words += words
        self.at = rest + 1
        if name in ("text", "mbox", "textrm"):
            self.space = True

    def _braced(self, end: int) -> None:
        r"""`\underbrace{A}_{\text{error}}` is `{A}`: what is written below or above is passed over."""
        close = self._group_end(end)
        label = re.compile(r"\s*[_^]\s*(?=\{)").match(self.text, close)
        if label is not None:
            self.labels[close] = self._group_end(label.end())
        self.at, self.space = end, True

    def _group_end(self, at: int) -> int:
        """Behind the group that begins here."""
        depth = 0
        for place in range(at, len(self.text)):
            depth += (self.text[place] == "{") - (self.text[place] == "}")
            if depth == 0 and self.text[place] == "}":
                return place + 1
        return len(self.text)

    def _blackboard(self, end: int) -> None:
        match = re.compile(r" *(?:\{ *([A-Za-z1]) *\}|([A-Za-z1]))").match(self.text, end)
        if match is None:
            self._emit("bad", self.text[self.at : end], end)
            return
        letter = match[1] or match[2]
        if letter in "1I":
            self._ones(match.end())
        elif letter == "E":
            self._emit("word", "mean", match.end())
        else:
            self._letter(letter, match.end())

    def _environment(self, which: str, end: int) -> None:
        match = re.compile(r" *\{([a-zA-Z]+)\*?\}(?: *\[[a-z]\])?").match(self.text, end)
        if match is None:
            self._emit("bad", self.text[self.at : end], end)
            return
        name, end = match[1], match.end()
        if (
            which == "begin"
            and name in ("array", "alignat")
            and (columns := re.compile(r" *\{[^{}]*\}").match(self.text, end))
        ):
            end = columns.end()
        if name in symbols.LINE_ENVIRONMENTS:
            self.at, self.space = end, True
        elif name in symbols.CASE_ENVIRONMENTS:
            self._emit("begin" if which == "begin" else "end-begin", "cases", end)
        else:
            self._emit("bad", self.text[self.at : end], end)
