"""The caret stands under the character that was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from grader.verdict import Place
from report.carets import caret


def test_under_the_place() -> None:
    assert caret("(p - y", Place(1, 7), 80) == ("(p - y", "      ^")
    assert caret("a\nfoo(bar)", Place(2, 5, 3), 80) == ("foo(bar)", "    ^^^")


def test_decorated_letters_count_as_a_terminal_counts_them() -> None:
    assert caret("y\u0302 + ?", Place(1, 6), 80) == ("y\u0302 + ?", "    ^")
    assert caret("損失 + ?", Place(1, 6), 80) == ("損失 + ?", "       ^")


def test_no_such_line() -> None:
    assert caret("a", Place(3, 1), 80) is None


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_under_nothing_there_is_no_caret(text: str) -> None:
    assert caret(text, Place(1, 1), 80) is None


@given(st.text(max_size=300), st.integers(1, 320), st.integers(1, 40), st.integers(12, 100))
def test_both_lines_fit_whatever_was_typed(text: str, column: int, length: int, width: int) -> None:
    line = "x" + text.split("\n")[0]
    pair = caret(line, Place(1, column, length), max(width, 50))
    assert pair is not None
    shown, under = pair
    assert cell_len(shown) <= max(width, 50)
    assert cell_len(under) <= max(width, 50) + 1
    assert under.strip() == "^" * len(under.strip()) != ""
    assert shown.isprintable()


def test_a_long_line_is_cut_around_the_place() -> None:
    pair = caret("x + " * 100 + "§ + y", Place(1, 401), 60)
    assert pair is not None
    shown, under = pair
    assert shown[len(under) - 1] == "§"
