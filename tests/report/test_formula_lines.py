"""Formulas that are too long for their line: where they are broken."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.formula_lines import formula_breaks, word_breaks
from report.paper import Block, Paper

FOCAL = "α·y·γ·(1 − p)^(γ − 1)·log(p) − α·y·(1 − p)^γ/p − (1 − α)·(1 − y)·γ·p^(γ − 1)·log(1 − p)"
NAMES = st.sampled_from(["y_i", "0.125", "log(σ(z))", "theta", "exp(−2·z)", "‖w‖²", "(1 − p)", "12345"])
FORMULAS = st.lists(NAMES, min_size=1, max_size=12).flatmap(
    lambda names: st.lists(st.sampled_from([" + ", " − ", "·", "/", " = ", ", "]), min_size=12, max_size=12).map(
        lambda signs: "".join(part for pair in zip(names, signs, strict=False) for part in pair)[: -len(signs[0])]
    )
)


def _lines(formula: str, width: int) -> list[str]:
    places = [0, *formula_breaks(formula, width), len(formula)]
    return [formula[a:b].rstrip() for a, b in pairwise(places)]


@pytest.mark.parametrize(
    ("formula", "width", "lines"),
    [
        ("σ(z) − y", 20, ["σ(z) − y"]),
        ("2·(σ(z) − y)·σ(z)·(1 − σ(z))", 20, ["2·(σ(z) − y)·σ(z)·", "(1 − σ(z))"]),
        ("∂L/∂z = σ(z) − y", 12, ["∂L/∂z", "= σ(z) − y"]),
        (
            FOCAL,
            45,
            ["α·y·γ·(1 − p)^(γ − 1)·log(p)", "− α·y·(1 − p)^γ/p", "− (1 − α)·(1 − y)·γ·p^(γ − 1)·log(1 − p)"],
        ),
    ],
)
def test_a_formula_is_broken_at_the_outermost_operator_that_does(formula: str, width: int, lines: list[str]) -> None:
    assert _lines(formula, width) == lines


@given(FORMULAS, st.integers(12, 60))
def test_no_name_and_no_number_is_broken(formula: str, width: int) -> None:
    lines = _lines(formula, width)
    assert "".join("".join(lines).split()) == "".join(formula.split())
    for before, after in pairwise(lines):
        assert not (before[-1].isalnum() and after[0].isalnum())
    assert all(len(line) <= max(width, 12) for line in lines)


@pytest.mark.parametrize("width", [20, 30, 45, 60])
def test_the_next_lines_hang_under_the_first(width: int) -> None:
    written = Paper(width).write([Block(FOCAL, "  L = ", "      ", formula=True)])
    first, *others = written.splitlines()
    assert first.startswith("  L = α")
    assert others
    assert all(line.startswith("      ") for line in others)
    assert max(map(len, [first, *others])) <= width


def test_a_word_longer_than_its_line_is_broken_at_a_sign_of_it() -> None:
    formula = "exp(−(x_1·mu_1))·log(theta_1)·log(theta_2)/sigma_squared"
    assert word_breaks(formula, 80) == []
    written = Paper(24).write([Block(f"on {formula}.", "  ")])
    assert "".join(written.split()) == f"on{formula}."
    for before, after in pairwise(map(str.strip, written.splitlines())):
        assert before.endswith(("·", "on")) or after.startswith("/")
    assert "\x1f" not in written
