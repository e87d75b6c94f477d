"""A question, its prose and its formulas on the page."""

from __future__ import annotations

import pytest

from grader.formula.declare import Scope
from grader.formula.read import scope_from
from report import maths
from report.paper import Paper
from report.prose import on_one_line, prose
from report.question_view import answer_blocks, hint_blocks, prompt_blocks, solution_blocks
from report.text import GLUE
from tests.practice.make import choice, code
from tests.report.make import derivation

HUBER = code(
    entry="huber",
    arguments=("yhat: real[n]", "y: real[n,K]", "delta: positive = 1"),
    starter="import numpy as np\n\n\ndef huber(yhat, y, delta=1.0):\n    raise NotImplementedError\n",
    reference="result = " + " + ".join(["something_long"] * 9),
)
SCOPE = scope_from(("p|yhat: (0,1)", "y: {0,1}", "x: real[n]", "w: real[n]", "n_2: real"))


def shown(text: str, **paper: bool | int) -> str:
    chosen = Paper(**{"width": 60, **paper})  # type: ignore[arg-type]
    return chosen.write(prose(text, SCOPE, chosen))


def test_the_prompt_has_the_names_and_their_spellings_and_gives_nothing_away() -> None:
    question = derivation()
    text = Paper().write(prompt_blocks(question, maths.scope_of(question), Paper()))
    assert "  names  p (ŷ, yhat), y\n" in text
    assert "derive ∂L/∂p in `closed` form" in text
    assert "(p − y)" not in text


def test_hints_and_the_solution() -> None:
    question = derivation()
    scope = maths.scope_of(question)
    assert Paper().write(hint_blocks(question, 0, scope, Paper())) == "Hint 1 of 2: The derivative of log(p) is 1/p.\n"
    text = Paper().write(solution_blocks(question, scope, Paper()))
    assert "        p − y\n      ─────────\n      p·(1 − p)\n" in text
    assert text.index("Model answer") < text.index("It is") < text.index("after all.") < text.index("Why, and what")


def test_options_stand_in_the_order_in_which_they_are_shown() -> None:
    question = choice("c", count=3)
    text = Paper().write(prompt_blocks(question, Scope(), Paper(), (2, 0, 1)))
    assert "  a) option 2\n  b) option 0\n  c) option 1\n" in text


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("$p - y$", "p − y"),
        ("$yhat*x_i$", "p·x_i"),
        ("$∂L/∂p = p - y$", "∂L/∂p = p − y"),
        ("$p <= 1/2$", "p ≤ 1/2"),
        ("see `p * y` and *not* $p*y$", "see `p * y` and *not* p·y"),
        ("costs 3 * 4 and 5 * 6", "costs 3 * 4 and 5 * 6"),
        ("$p +$", "p +"),
    ],
)
def test_inline_mathematics_is_read_and_printed_from_the_tree(typed: str, read: str) -> None:
    assert on_one_line(typed, SCOPE).replace(GLUE, " ") == read
    assert shown(typed) == read + "\n"


def test_display_mathematics_is_set_in_two_dimensions_on_lines_of_its_own() -> None:
    assert shown("So $$L = (p - y)/n_2$$ it is.") == "So\n\n        p − y\n    L = ─────\n         n_2\n\nit is.\n"


def test_a_screen_reader_gets_one_line_and_a_terminal_without_unicode_ascii() -> None:
    assert shown("$$(p - y)/n_2$$", plain=True) == "\n    (p − y)/n_2\n\n"
    assert shown("$$(p - y)/n_2$$", unicode=False) == "\n    p - y\n    -----\n     n_2\n\n"


def test_paragraphs_lists_and_code() -> None:
    text = "One.\nTwo.\n- a long item that has to be broken between two lines of it\n- b\n```\nx  =  1\n```\nEnd."
    assert shown(text, width=40) == (
        "One.\n\nTwo.\n\n- a long item that has to be broken\n  between two lines of it\n- b\nx  =  1\n\nEnd.\n"
    )


def test_short_formulas_are_not_broken() -> None:
    assert shown("word " * 10 + "$p - y + x_i$", width=56).endswith("word\np − y + x_i\n")


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("-(p-y)/(p*(1-p))", ["    p − y", "− ─────────", "  p·(1 − p)"]),
        ("exp(-p)/2", [" −p", "e", "───", " 2"]),
        ("((p-y)/2)^2", ["       2", "⎛p − y⎞", "⎜─────⎟", "⎝  2  ⎠"]),
        ("log(p/y)", ["   ⎛p⎞", "log⎜─⎟", "   ⎝y⎠"]),
        ("sum_i x_i^2/2", ["     2", "  x_i", "Σ ────", "i  2"]),
        ("mean_i (x_i - w_i)/2", ["     x_i − w_i", "mean ─────────", " i       2"]),
        ("exp(-p^2/2)/2", [" −p²/2", "e", "──────", "  2"]),
    ],
)  # fmt: skip
def test_two_dimensions(source: str, lines: list[str]) -> None:
    text = maths.in_two_dimensions(source, SCOPE, width=60)
    assert text is not None
    assert text.split("\n") == lines


@pytest.mark.parametrize("source", ["p - y", "p*y + 1", "1/0 +"])
def test_what_needs_no_second_dimension_has_none(source: str) -> None:
    assert maths.in_two_dimensions(source, SCOPE, width=60) is None


def test_what_does_not_fit_has_none_either() -> None:
    assert maths.in_two_dimensions("(" + "+".join(["p"] * 40) + ")/2", SCOPE, width=60) is None


def test_spellings_that_are_the_same_in_ascii_are_one() -> None:
    assert maths.names(("p|yhat: real", "w|theta: real"), (), unicode=False) == "p (yhat), w (theta)"


def test_a_code_question_shows_its_def_line_its_shapes_and_what_the_level_means() -> None:
    text = Paper().write(prompt_blocks(HUBER, Scope(), Paper()))
    assert "  function  def huber(yhat, y, delta=1.0):\n" in text
    assert "  shapes    yhat (n,), y (n, K), delta a number, by keyword\n" in text
    assert "  asked     stable: no overflow, no NaN" in text


def test_a_long_line_of_code_is_left_whole() -> None:
    text = Paper(width=60).write(solution_blocks(HUBER, Scope(), Paper(width=60)))
    assert "  " + HUBER.reference in text


def test_the_options_of_a_model_answer_keep_the_letters_that_were_shown() -> None:
    question = choice("c", count=3)
    text = Paper().write(answer_blocks(question, Scope(), Paper(), (2, 0, 1)))
    assert "right: b) option 0\n" in text
    assert "wrong: a) option 2\n" in text


def test_names_come_with_their_shapes_and_definitions() -> None:
    assert maths.names(("z: real[n]", "w|theta: real"), ("p = sigmoid(z)",)) == "z[n], w (θ, theta), p = σ(z)"
