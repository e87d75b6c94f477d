"""The profile of code: bars, figures, and what gives way on a small screen."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from rich.cells import cell_len

from grader.verdict import Finding, Stretch, Verdict
from report.json_form import verdict_form
from report.paper import Paper
from report.profile_view import profile_blocks
from report.verdict_view import Shown, verdict_blocks
from report.wording import words
from tests.report.make import CODE


def stretch(low: float, high: float, worst: float, share: float, median: float = 0.0) -> Stretch:
    return Stretch(("z",), "value", low, high, 10, 1.0, share, share, median, worst, 0.0)


PROFILE = (
    stretch(-math.inf, -745.0, 53, 0.0, 53),
    stretch(-745.0, -37.0, 53, 0.8, 40),
    stretch(-37.0, -5.0, 42, 0.9),
    stretch(-5.0, 1e-5, 1, 1.0),
    stretch(1e-5, 5.0, 2, 1.0),
    stretch(5.0, math.inf, 53, 0.5, 30),
)
NAIVE = replace(CODE, profile=PROFILE)


def page(verdict: Verdict, *, asked: bool = False, **paper: bool | int) -> str:
    chosen = Paper(**{"width": 80, **paper})  # type: ignore[arg-type]
    return chosen.write(verdict_blocks(verdict, Shown("", words, profile=asked), chosen))


def test_a_failing_verdict_draws_its_profile() -> None:
    said = page(NAIVE)
    assert "Bits lost, of 53, by z" in said
    assert "    below −745       ████████████████████      53     53      0 %\n" in said
    assert "    −5 to 5          " in said  # the two where nothing is lost, as one
    assert "100 %" in said


def test_a_right_one_does_so_when_it_is_asked() -> None:
    right = replace(NAIVE, outcome="right", witness=None)
    assert "Bits lost" not in page(right)
    assert "Bits lost" in page(right, asked=True)


def test_a_small_screen_gets_a_few_lines_or_none() -> None:
    brief = page(NAIVE, height=22)
    assert brief.count("\n") <= 17
    assert brief.count("%") == 4
    long = replace(NAIVE, findings=tuple(Finding(code) for code in ("overflow", "nan", "underflow")))
    assert page(long, height=24).count("\n") <= 19
    assert "Bits lost" not in page(NAIVE, height=14)


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("unicode", [True, False])
def test_it_fits_its_paper(width: int, unicode: bool) -> None:
    paper = Paper(width=width, unicode=unicode)
    wide = tuple(replace(part, names=("yhat", "y"), measure="size") for part in PROFILE[4:])
    for profile in (PROFILE, wide):
        said = paper.write(profile_blocks(profile, paper, every=True))
        assert all(cell_len(line) <= width for line in said.splitlines())
        assert said.isascii() or unicode


def test_for_a_screen_reader_it_is_sentences() -> None:
    said = page(NAIVE, plain=True)
    assert "    below −745: median 53, worst 53; stable at 0 % of 10 points\n" in said
    assert "█" not in said


def test_the_json_has_a_profile_for_those_who_ask_only() -> None:
    plain, asked = (verdict_form(NAIVE, words, profile=wanted) for wanted in (False, True))
    assert asked.keys() - plain.keys() == {"profile"}
    assert asked["profile"][0] == {
        "of": ["z"], "measure": "value", "low": None, "high": -745.0, "points": 10,
        "correct": 1.0, "stable": 0.0, "precise": 0.0,
        "bits": {"median": 53, "worst": 53, "unavoidable": 0.0},
    }  # fmt: skip
