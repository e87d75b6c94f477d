"""Text fits its paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from report.paper import BLANK, Block, Paper, to_ascii
from report.text import GLUE

WORDS = st.lists(st.text(alphabet="abcŷσ−()·", min_size=1, max_size=9), min_size=1, max_size=40).map(" ".join)


@given(WORDS, st.integers(20, 120))
def test_a_paragraph_fits_the_width_and_loses_no_word(text: str, width: int) -> None:
    lines = Paper(width=width).write([Block(text, "  ", "    ")]).split("\n")
    assert all(cell_len(line) <= width for line in lines)
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())


def test_nothing_trails_and_blank_blocks_in_a_row_are_one() -> None:
    assert Paper().write([Block("a  "), BLANK, BLANK, Block("  b ", wrapped=False)]) == "a\n\n  b\n"


def test_glued_words_stay_on_one_line() -> None:
    text = "x" * 35 + f" ŷ{GLUE}−{GLUE}y"
    assert Paper(width=40).write([Block(text)]) == "x" * 35 + "\nŷ − y\n"


@pytest.mark.parametrize("block", [Block(Text("red", "bold red")), Block("red", style="red")])
def test_colour_only_where_it_is_wanted(block: Block) -> None:
    assert Paper().write([block]) == "red\n"
    assert "\x1b[" in Paper(colour=True).write([block])


@given(st.text())
def test_any_text_has_a_form_in_ascii(text: str) -> None:
    assert all(char.isascii() or char == GLUE for char in to_ascii(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ŷ − σ(z)²", "yhat - sigma(z)^2"),
        ("y\u0302 ≤ ½·xᵢ", "yhat <= 1/2*x_i"),
        ("∂L/∂θ = Σ 𝟙[r ≥ δ]", "dL/dtheta = sum 1[r >= delta]"),
        ("Xᵀ(Xw − y)", "X^T(Xw - y)"),
        ("✗ █░ …", "x #. ..."),
        ("Δ ϵ ς", "Delta epsilon sigma"),
    ],
)
def test_mathematics_stays_readable_in_ascii(text: str, expected: str) -> None:
    assert to_ascii(text) == expected


def test_paper_without_unicode_writes_ascii_and_keeps_styles() -> None:
    out = Paper(unicode=False, colour=True).write([Block(Text.assemble(("σ", "red"), " ≤ ", ("ŷ", "green")))])
    assert out.isascii()
    assert "\x1b[31msigma\x1b[0m <= \x1b[32myhat\x1b[0m" in out
