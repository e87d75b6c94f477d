"""Hostile and endless input: each is refused with a place, before any work."""

from __future__ import annotations

import pytest

from grader.formula.errors import Unreadable
from grader.formula.read import (
    read_declaration,
    read_definition,
    read_derivation,
    read_formula,
    read_statement,
    read_wrt,
    scope_from,
)
from grader.formula.reader.limits import FORMULA_LENGTH, LINES

SCOPE = scope_from(["x: real", "y: real", "z: real[n]"])
HUGE = 10_000_000

TOO_LARGE = {
    "a long sum": "+".join(["x"] * 10_000),
    "ten megabytes": "x" * HUGE,
    "ten megabytes of space": " " * HUGE,
    "ten megabytes of digits": "9" * HUGE,
    "brackets": "(" * 900,
    "matched brackets": "(" * 100 + "x" + ")" * 100,
    "minus signs": "-" * 900 + "x",
    "minus signs in a product": "x*" + "-" * 900 + "x",
    "fractions in fractions": "\\frac{1}{" * 200 + "x" + "}" * 200,
    "roots": "√" * 500 + "x",
    "functions without brackets": "log " * 300 + "x",
    "sums in sums": "Σ_i " * 200 + "z_i",
    "a component far out": "z_{100}",
    "a component far behind": "z_{n-100}",
    "powers": "x" + "^x" * 500,
    "quotients": "x" + "/x" * 500,
    "a chain of choices": "x if x>0 else " * 100 + "x",
    "nots": "not " * 200 + "x>0",
    "bars": "|" * 300 + "x" + "|" * 300,
    "derivatives of derivatives": "∂(" * 100 + "x" + ")/∂x" * 100,
    "primes in a row": "(x)" + "'" * 20 + "^2" * 900,
    "a tower of nines": "9**9**9**9",
    "a tower with carets": "9^9^9",
    "a large exponent": "(1+x)^(10^7)",
    "an exponent typed out": "x^100000",
    "exponents multiplied": "(x^9999)^9999",
    "a power of numbers": "(10^9999)^9",
    "an endless number": "1" * 401,
    "an endless decimal": "0." + "1" * 401,
    "a huge exponent of ten": "1e999999999",
    "a small one": "1e-100000",
    "a run of letters": "xy" * 200,
    "superscripts": "x" + "²" * 500,
}


@pytest.mark.parametrize("what", TOO_LARGE)
def test_too_much_is_refused_as_too_large(what: str) -> None:
    typed = TOO_LARGE[what]
    for reader in (read_formula, read_derivation, read_statement, read_wrt):
        with pytest.raises(Unreadable) as caught:
            reader(typed, SCOPE)
        error = caught.value
        assert error.code == "too-large"
        assert isinstance(error.data["limit"], int)
        assert isinstance(error.data["got"], int)
        assert error.data["got"] > error.data["limit"]
        assert 0 <= error.span.start <= error.span.end <= len(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "x\0",
        "x + \u202ey",
        "\u200fx",
        "x\u2066y",
        "\x1b[31mx",
        "x\ud800",
        "\ue000",
        '__import__("os").system("touch pwned")',
        "().__class__.__bases__",
        "lambda: 0",
        "eval('1')",
        "open('/etc/passwd')",
        "x; import os",
        "[x for x in ().__class__.__mro__]",
        "f'{x}'",
        "x if True else exec('1')",
        "binomial(10^8, 5*10^7)",
        "!x",
        "x.__class__",
        "exp.__globals__",
    ],
)
def test_what_is_no_formula_is_refused_with_a_place(typed: str) -> None:
    for reader in (read_formula, read_derivation, read_definition, read_statement, read_wrt):
        with pytest.raises(Unreadable) as caught:
            reader(typed, SCOPE)
        assert 0 <= caught.value.span.start <= caught.value.span.end <= len(typed)


@pytest.mark.parametrize("char", ["\0", "\u202e", "\u200f", "\u2066", "\x07"])
def test_a_character_that_cannot_be_seen_is_named(char: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_formula(f"x + {char}y", SCOPE)
    assert caught.value.span.start == 4
    assert caught.value.data["character"] == f"U+{ord(char):04X}"


@pytest.mark.parametrize("char", ["\u200b", "\ufeff", "\u2062", "\u00a0", "\u2009", "\t", "\r\n"])
def test_space_that_comes_along_with_copied_text_means_nothing(char: str) -> None:
    assert read_formula(f"{char}x {char}+{char} y{char}", SCOPE) == read_formula("x + y", SCOPE)


def test_what_is_just_allowed_is_read() -> None:
    read_formula("+".join(["x"] * (FORMULA_LENGTH // 2)), SCOPE)
    read_formula("(" * 50 + "x" + ")" * 50, SCOPE)
    read_formula("x^10000", SCOPE)
    read_formula("1" * 400, SCOPE)
    assert len(read_derivation("x + y\n" * LINES, SCOPE).equations) == LINES


def test_declarations_are_bounded_too() -> None:
    for typed in (
        "x" * HUGE + ": real",
        "x" * 100 + ": real",
        "x: (0," + "9" * 500 + ")",
        "x: real[" + "n" * 500 + "]",
    ):
        with pytest.raises(Unreadable):
            read_declaration(typed)
