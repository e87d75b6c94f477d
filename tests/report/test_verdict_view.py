"""What an answer gets back on the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from grader.verdict import Finding, Levels, Place, Verdict, Witness
from report.paper import Paper
from report.verdict_view import Shown, cut, verdict_blocks
from report.wording import words
from tests.report.make import CODE, RIGHT, UNREADABLE, WRONG


def shown(verdict: Verdict, answer: str = "(y - p)/(p*(1-p))", layout: str | None = None, **paper: bool | int) -> str:
    chosen = Paper(**{"width": 80, **paper})  # type: ignore[arg-type]
    return chosen.write(verdict_blocks(verdict, Shown(answer, words, layout), chosen))


def test_a_proof_is_called_one_and_a_test_says_how_many_points() -> None:
    assert shown(RIGHT).startswith("✓ Right: proved, for every allowed input.\n")
    tested = replace(RIGHT, evidence="tested", details={"points": 80})
    assert "tested at 80 points" in shown(tested)


def test_of_a_derivation_that_is_partly_right_it_is_said_what_was_proved() -> None:
    verdict = replace(WRONG, outcome="partly", evidence="proved")
    assert shown(verdict).startswith("~ Partly right: the answer is proved, for every allowed input.\n")


def test_a_derivative_that_is_left_is_not_finished_and_not_called_proved() -> None:
    verdict = replace(WRONG, outcome="partly", evidence="proved", findings=(Finding("not-closed-form"),), witness=None)
    assert shown(verdict).startswith("~ Not finished: a derivative is still left in it.\n")


def test_without_an_input_none_is_announced() -> None:
    verdict = replace(CODE, outcome="wrong", witness=Witness({}, "a function", "ImportError"))
    assert shown(verdict).startswith("✗ Not right.\n")


def test_code_that_was_only_asked_to_be_correct_is_not_said_to_be_tested_on_extreme_inputs() -> None:
    right = replace(CODE, outcome="right", evidence="tested", witness=None, findings=())
    assert shown(right).startswith("✓ Right: tested on ordinary inputs.\n")
    both = replace(right, levels=Levels(True, True, True))
    assert shown(both).startswith("✓ Right: tested on ordinary and on extreme inputs.\n")


@pytest.mark.parametrize("answer", ["", "  \n", "x"])
def test_there_is_no_caret_under_what_is_missing(answer: str) -> None:
    verdict = replace(UNREADABLE, findings=(Finding("empty", where=Place(1, 1)),))
    assert "^" not in shown(verdict, answer)


def test_short_lists_are_not_broken() -> None:
    verdict = replace(WRONG, witness=Witness({"x": "[" + "1" * 40 + "]", "y": "[1, 1]"}, "1", "2"))
    assert "y = [1, 1]\n" in shown(verdict, width=56)


def test_a_wrong_answer_gets_its_reading_its_witness_its_message_and_its_hint() -> None:
    text = shown(WRONG)
    for part in ("✗ Not right: here is an input that shows it.", "read as    (y − p)/(p·(1 − p))", "at         p =",
                 "expected   2", "yours      -2", "The sign is flipped", "Hint: Count the minus signs"):  # fmt: skip
        assert part in text


def test_a_layout_in_two_dimensions_takes_the_place_of_the_reading_but_not_for_a_screen_reader() -> None:
    layout = "  y − p\n─────────\np·(1 − p)"
    assert "    ─────────\n" in shown(WRONG, layout=layout)
    assert "read as" not in shown(WRONG, layout=layout)
    assert "─" not in shown(WRONG, layout=layout, plain=True)
    assert "read as" in shown(WRONG, layout=layout, plain=True)


def test_an_unreadable_answer_shows_where() -> None:
    text = shown(UNREADABLE, "(p -\nx")
    assert "  line 1  (p -\n              ^\n" in text
    assert "expected a closing bracket" in text


def test_code_shows_its_levels_in_words() -> None:
    assert "  correct yes   stable no   precise not tested\n" in shown(CODE)
    assert "at         z = [710], y = [0]" in shown(CODE)


def test_notes_are_marked_as_such() -> None:
    assert "Note: The function prints." in shown(CODE)


@pytest.mark.parametrize("kind", ["choice", "number"])
def test_a_witness_that_is_the_answer_itself_is_kept_back(kind: str) -> None:
    verdict = Verdict(
        kind, "wrong", 0.0, "witness", findings=(Finding("wrong-value"),), witness=Witness({}, "0.693147…", "0.3")
    )
    assert "0.693" not in shown(verdict)


def test_operands_that_do_not_fit_are_marked_and_no_shape_is_said_to_be_expected() -> None:
    data = {"left": "[n, d]", "right": "[n]", "operation": "·"}
    verdict = Verdict(
        "derivation", "wrong", 0.0, "witness",
        findings=(Finding("shape-mismatch", where=Place(1, 1, 7), data=data),), witness=Witness({}, "[n, d]", "[n]"),
    )  # fmt: skip
    text = shown(verdict, answer="X(y-Xw)/n")
    assert "  X(y-Xw)/n\n  ^^^^^^^\n" in text
    assert "[n, d] · [n]" in text
    assert "expected" not in text


CODES = ("shape-mismatch", "constant-factor", "lost-term", "kink", "swapped-variables")


def worst() -> Verdict:
    """Everything at once, and long."""
    inputs = {f"x_{n}": "[" + ", ".join(["123456789/1000"] * 12) + "]" for n in range(9)}
    return Verdict(
        "derivation",
        "wrong",
        0.25,
        "witness",
        reading="x" * 300,
        findings=tuple(Finding(code, where=Place(9, 9, 5)) for code in CODES),
        witness=Witness(inputs, "0.62245933120185" * 20, "-0.62245933120185" * 20),
        levels=Levels(True, False, False),
    )  # fmt: skip


@pytest.mark.parametrize("layout", [None, "\n".join(["x" * 60] * 7)])
def test_what_a_wrong_answer_gets_back_fits_a_screen_with_the_prompt_below_it(layout: str | None) -> None:
    text = shown(worst(), layout=layout)
    assert text.count("\n") <= 24 - 4  # a blank line before, the invitation to try again, the prompt
    assert all(cell_len(line) <= 80 for line in text.split("\n"))


@pytest.mark.parametrize("verdict", [RIGHT, WRONG, UNREADABLE, CODE, worst()])
@pytest.mark.parametrize("width", [40, 80])
def test_narrow_terminals_ascii_and_no_colour(verdict: Verdict, width: int) -> None:
    text = shown(verdict, width=width, unicode=False)
    assert text.isascii()
    assert "\x1b" not in text
    assert all(len(line) <= width for line in text.split("\n"))


def test_colour_says_nothing_that_words_do_not() -> None:
    coloured = shown(WRONG, colour=True)
    assert "\x1b[" in coloured
    import re

    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == shown(WRONG)


def test_a_long_text_is_cut_with_a_mark() -> None:
    assert cut("a  b\nc", 10) == "a b c"
    assert cut("x" * 50, 10) == "x" * 9 + "…"
