"""Declarations: `NAME[|ALIAS…]: DOMAIN[SHAPE] [= DEFAULT]`."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from grader.formula.declare import (
    NONNEGATIVE,
    POSITIVE,
    REAL,
    Classes,
    Domain,
    Finite,
    Integers,
    Interval,
    OneHot,
    Simplex,
    Variable,
)  # fmt: skip
from grader.formula.errors import Unreadable
from grader.formula.names import OPERATORS_AS_WORDS, canonical
from grader.formula.reader.limits import FORMULA_LENGTH, NAME, check_length, too_large
from grader.formula.reader.notation import Token, tokenise
from grader.formula.reader.symbols import MODULES
from grader.formula.tree import Dim, Shape, Span

DOMAINS: Final = (
    "real",
    "positive",
    "nonnegative",
    "integer",
    "simplex",
    "onehot",
    "index(K)",
    "(a,b)",
    "[a,b]",
    "{a,b}",
)
_NAMED: Final[dict[str, Domain]] = {
    "real": REAL, "R": REAL, "positive": POSITIVE, "nonnegative": NONNEGATIVE, "integer": Integers(),
    "simplex": Simplex(), "onehot": OneHot(),
}  # fmt: skip
_AXES: Final = {"scalar": 0, "vector": 1, "matrix": 2}
"""Words for real numbers that say how many axes there are."""
_LARGEST_DIM: Final = 1000


def read_declaration(text: str) -> Variable:
    """One declaration. Raises Unreadable with a span in `text`."""
    check_length(text, FORMULA_LENGTH)
    return _Declaration([t for t in tokenise(text) if t.text != "\n"], text).read()


class _Declaration:
    def __init__(self, tokens: list[Token], text: str) -> None:
        self.tokens = tokens
        self.text = text
        self.at = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def fail(self, *expected: str) -> Unreadable:
        token = self.token
        if token.kind == "end":
            end = self.tokens[self.at - 1].end if self.at else token.start
            return Unreadable("unreadable", Span(end, end), expected, {"got": ""})
        word, after = name_at(self.tokens, self.at)
        last = self.tokens[after - 1] if word else token
        return Unreadable("unreadable", Span(token.start, last.end), expected, {"got": word or token.text})

    def take(self, *texts: str) -> str | None:
        if self.token.text in texts and self.token.kind != "end":
            self.at += 1
            return self.tokens[self.at - 1].text
        return None

    def need(self, *texts: str) -> str:
        found = self.take(*texts)
        if found is None:
            raise self.fail(*texts)
        return found

    def read(self) -> Variable:
        spellings = [self.name()]
        while self.take("|"):
            spellings.append(self.name())
        if not self.take(":", "∈"):
            raise self.fail(":", "|")
        axes = _AXES.get(name_at(self.tokens, self.at)[0])
        domain = self.domain()
        before = self.at
        shape = self.shape()
        if axes is not None and axes != len(shape):
            self.at = before
            raise self.fail(("no shape", "a shape such as [n]", "a shape such as [n,d]")[axes])
        if isinstance(domain, Simplex | OneHot) and not shape:
            raise self.fail("a shape such as [K]")
        default: Fraction | None = None
        if self.take("="):
            start = self.at
            default = self.number()
            if default is None or not _holds(domain, default):
                self.at = start
                raise self.fail(f"a number in {_words(domain)}")
        if self.token.kind != "end":
            raise self.fail("the end", "a shape such as [n]", "= a default")
        aliases = tuple(dict.fromkeys(s for s in spellings[1:] if s != spellings[0]))
        return Variable(spellings[0], domain, shape, aliases, default)

    def name(self) -> str:
        start = self.at
        text, end = name_at(self.tokens, self.at)
        if not text:
            raise self.fail("a name")
        span = Span(self.tokens[start].start, self.tokens[end - 1].end)
        if len(text) > NAME:
            raise too_large("name", NAME, len(text), span.start, span.end)
        if text in OPERATORS_AS_WORDS or text in MODULES - {"F", "nn", "sp"}:
            raise Unreadable("unreadable", span, ("a name that is no word of the language",), {"got": text})
        self.at = end
        return canonical(text)

    def domain(self) -> Domain:
        token = self.token
        if token.kind in ("letter", "word"):
            word, end = name_at(self.tokens, self.at)
            if word in _NAMED or word in _AXES:
                self.at = end
                return _NAMED.get(word, REAL)
            if word == "index":
                self.at = end
                self.need("(")
                count = self.dim()
                self.need(")")
                return Classes(count)
        if token.text in ("(", "["):
            return self.interval()
        if token.text == "{":
            return self.finite()
        raise self.fail(*DOMAINS)

    def interval(self) -> Interval:
        start = self.at
        low_open = self.need("(", "[") == "("
        low, low_infinite = self.end()
        self.need(",")
        high, high_infinite = self.end()
        high_open = self.need(")", "]") == ")"
        if (low_infinite and not low_open) or (high_infinite and not high_open):
            self.at = start
            raise self.fail("an open end at infinity")
        empty = low is not None and high is not None and (low > high or (low == high and (low_open or high_open)))
        if empty:
            self.at = start
            raise self.fail("an interval that is not empty")
        return Interval(low, high, low_open, high_open)

    def end(self) -> tuple[Fraction | None, bool]:
        start = self.at
        sign = self.take("-", "+")
        word, end = name_at(self.tokens, self.at)
        if word in ("inf", "infinity", "oo"):
            self.at = end
            return None, True
        self.at = start if sign else self.at
        number = self.number()
        if number is None:
            raise self.fail("a number", "inf")
        return number, False

    def finite(self) -> Finite:
        self.need("{")
        values: list[Fraction] = []
        while True:
            number = self.number()
            if number is None:
                raise self.fail("a number")
            values.append(number)
            if not self.take(","):
                break
        self.need("}")
        return Finite(tuple(dict.fromkeys(values)))

    def number(self) -> Fraction | None:
        """A number, with a sign and a denominator where there are any."""
        sign = -1 if self.take("-", "+") == "-" else 1
        token = self.token
        if token.kind != "number" or token.value is None:
            return None
        self.at += 1
        value = token.value
        if self.token.text == "/" and self.tokens[self.at + 1].kind == "number" and self.tokens[self.at + 1].value:
            below = self.tokens[self.at + 1].value
            assert below is not None
            value /= below
            self.at += 2
        return sign * value

    def shape(self) -> Shape:
        """`[n,d]`, or as a power: `R^n`, `\\mathbb{R}^{n \\times d}`."""
        power = self.take("^")
        opened = self.take("{", "(") if power else self.take("[")
        if not power and not opened:
            return ()
        dims = [self.dim()]
        while opened and self.take(",", "·", "x"):
            dims.append(self.dim())
        if opened:
            self.need({"[": "]", "{": "}", "(": ")"}[opened])
        if len(dims) > 2:
            self.at -= 1
            raise self.fail("at most two axes")
        return tuple(dims)

    def dim(self) -> Dim:
        token = self.token
        if token.kind == "number" and token.value is not None and token.text.isdigit():
            if not 1 <= token.value <= _LARGEST_DIM:
                raise self.fail(f"a size from 1 to {_LARGEST_DIM}")
            self.at += 1
            return int(token.value)
        word, end = name_at(self.tokens, self.at)
        if not word or len(word) > NAME:
            raise self.fail("a size such as n or 3")
        self.at = end
        return canonical(word)


def name_at(tokens: list[Token], at: int) -> tuple[str, int]:
    """The name that begins at a token (letters, digits, subscripts without a space between), and the token after it."""
    text, end = "", at
    while True:
        token = tokens[end]
        if end > at and token.space:
            break
        if token.kind in ("letter", "word") or (token.kind == "number" and text and token.text.isdigit()):
            text += token.text
            end += 1
        elif token.text == "_" and text and tokens[end + 1].kind in ("letter", "word", "number"):
            text += "_"
            end += 1
        elif token.text == "_" and text and tokens[end + 1].text in (":", "|", "=", ""):
            end += 1  # a Python name such as `lambda_`
        elif token.text == "_" and text and tokens[end + 1].text == "{":
            close = end + 2
            inner = ""
            while tokens[close].kind in ("letter", "word", "number"):
                inner += tokens[close].text
                close += 1
            if not inner or tokens[close].text != "}":
                break
            text += "_" + inner
            end = close + 1
        else:
            break
    return text, end


def _holds(domain: Domain, value: Fraction) -> bool:
    match domain:
        case Interval():
            return value in domain
        case Integers():
            return value.denominator == 1
        case Finite(values):
            return value in values
        case Classes():
            return value.denominator == 1 and value >= 0
    return False


def _words(domain: Domain) -> str:
    from grader.formula.show import show_domain

    return show_domain(domain)
