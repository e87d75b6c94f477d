"""What a film shows is what descent does: checked against closed forms, and against the interview's answer."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.descent import Film, Run
from grader.verdict import Verdict
from practice.descending import CannotDescend, Descent, filmed, read_rate

WRONG_AND_SURE = "z = -8, y = 1"


def run_of(asked: Descent) -> Film:
    found = filmed(asked)
    assert isinstance(found, Film)
    return found


def only(asked: Descent) -> Run:
    (run,) = run_of(asked).runs
    return run


def test_squared_error_through_a_sigmoid_stands_still_while_cross_entropy_walks_home() -> None:
    """The answer to "how does the gradient's size affect learning"."""
    film = run_of(Descent("mse_with_logits", WRONG_AND_SURE, against=("bce_with_logits", "mse_on_score")))
    still, walks, overshoots = film.runs
    assert abs(still.start.gradient) < 1e-3
    assert still.last.at < -7.8
    assert walks.start.gradient == pytest.approx(-1, abs=1e-3)
    assert walks.last.at > 4
    assert walks.overshoots == ()
    assert overshoots.frames[1].at > 1 > overshoots.frames[2].at
    assert overshoots.last.at == pytest.approx(1)


@settings(max_examples=15, deadline=None)
@given(start=st.floats(-50, 50), rate=st.fractions(Fraction(1, 20), Fraction(9, 10)), steps=st.integers(1, 8))
def test_squared_error_shrinks_by_one_factor(start: float, rate: Fraction, steps: int) -> None:
    """x ← x − rate·2x: after k steps the start times (1 − 2 rate)^k."""
    run = only(Descent("mse", repr(start), rate=rate, steps=steps))
    for frame in run.frames:
        assert frame.at == pytest.approx(start * float((1 - 2 * rate) ** frame.step), rel=1e-12, abs=1e-300)
        assert frame.gradient == pytest.approx(2 * frame.at, rel=1e-15)


def test_the_same_film_twice() -> None:
    asked = Descent("focal_with_logits", WRONG_AND_SURE, against=("huber",), steps=20)
    assert filmed(asked) == filmed(asked)


def test_a_step_that_is_too_long_diverges_and_one_at_the_edge_swings() -> None:
    away = only(Descent("mse", "3", rate=Fraction(3, 2)))
    assert away.ended == "diverged"
    assert away.beyond is not None
    assert abs(away.beyond) > 1e9
    assert len(away.overshoots) == away.last.step
    edge = only(Descent("mse", "3", rate=Fraction(1)))
    assert (edge.ended, edge.swings) == ("steps", True)
    assert {frame.at for frame in edge.frames} == {3.0, -3.0}
    assert not only(Descent("mse", "3")).swings


def test_it_stops_where_the_slope_is_zero() -> None:
    hinge = only(Descent("hinge", "-3"))
    assert (hinge.ended, hinge.last.loss) == ("flat", 0)
    assert [frame.at for frame in only(Descent("zero_one", "-2")).frames] == [-2]


def test_at_the_corner_of_the_absolute_error_it_rests() -> None:
    run = only(Descent("mae", "3", rate=Fraction(1)))
    assert (run.ended, run.last.at, run.last.step) == ("flat", 0, 3)
    top = only(Descent("-|r|", "0", wrt="r", variables=("r: real",), steps=2))
    assert top.start.gradient == -1


def test_a_step_out_of_the_domain_is_not_made() -> None:
    run = only(Descent("bce", "p = 0.01, y = 1"))
    assert (run.ended, len(run.frames)) == ("left-domain", 1)
    assert run.beyond == pytest.approx(75.01)
    assert only(Descent("bce", "p = 0.01, y = 1", rate=Fraction(1, 10000))).ended == "steps"


def test_slopes_are_right_where_float64_ends() -> None:
    far = only(Descent("-log(sigmoid(z))", "-2000", wrt="z", variables=("z: real",), steps=2))
    assert (far.start.loss, far.start.gradient) == (2000, -1)
    thrown = only(Descent("exponential", "-1000"))
    assert (thrown.ended, thrown.start.gradient) == ("diverged", -math.inf)


def test_each_loss_keeps_its_own_variable_and_values() -> None:
    film = run_of(Descent("hinge", "-3, y = 1", against=("bce_with_logits, mse",), steps=3))
    assert [run.wrt for run in film.runs] == ["m", "z", "r"]
    assert {run.start.at for run in film.runs} == {-3.0}
    listed = run_of(Descent("mse", "3", wrt="r", against=("max(r, 0), mae",), variables=("r: real",), steps=1))
    assert [run.name for run in listed.runs] == ["mse", "max(r, 0)", "mae"]
    through = run_of(
        Descent("bce", "z = -8; y = 1", wrt="z", against=("brier",), variables=("z: real",), given=("p = sigmoid(z)",))
    )
    assert [run.wrt for run in through.runs] == ["z", "z"]
    assert through.runs[0].start.gradient == pytest.approx(-1, abs=1e-3)


def test_defaults_of_parameters_hold_unless_they_are_set() -> None:
    assert only(Descent("huber", "10", steps=1)).start.gradient == 1
    assert only(Descent("huber", "10, delta = 3", steps=1)).start.gradient == 3
    assert only(Descent("huber", "r = 10", values=("δ = 1/2",), steps=1)).start.gradient == 0.5


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Descent("huber", "banana"), "bad-number"),
        (Descent("huber", "log(0)"), "bad-number"),
        (Descent("huber", "10^400"), "bad-number"),
        (Descent("huber", "1, 2"), "twice"),
        (Descent("huber", "1", values=("2",)), "no-name"),
        (Descent("huber", "= 2"), "no-name"),
        (Descent("huber", "r ="), "bad-number"),
        (Descent("d/dr r^2", "1", wrt="r", variables=("r: real",)), "derivative"),
        (Descent("bce_with_logits", "y = 1"), "no-start"),
        (Descent("bce_with_logits", "-8"), "no-values"),
        (Descent("bce_with_logits", "-8, y = 2"), "outside"),
        (Descent("bce", "2, y = 1"), "outside"),
        (Descent("bce_with_logits", "-8, q = 2"), "unknown-name"),
        (Descent("r^2", "1", variables=("r: real",)), "no-variable"),
        (Descent("mse", "1", against=("t^2",), variables=("t: real",)), "no-variable"),
        (Descent("r^2", "1", wrt="q", variables=("r: real", "q: real")), "unused-variable"),
        (Descent("bce_with_logits", "1", wrt="y"), "not-continuous"),
        (Descent("softmax_cross_entropy", "1"), "not-continuous"),
        (Descent("mean(z - y)", "1", wrt="y", variables=("z: real[n]", "y: real")), "vector"),
        (Descent("z", "1", wrt="z", variables=("z: real[n]",)), "no-number"),
        (Descent("p^2", "1", wrt="p", variables=("z: real",), given=("p = z",)), "no-plain-variable"),
        (Descent("log(r)", "-1", wrt="r", variables=("r: real",)), "no-value"),
        (Descent("mse", "1", against=("mae",) * 8), "too-many"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_said_with_its_cure(asked: Descent, code: str) -> None:
    from report.film_words import trouble

    with pytest.raises(CannotDescend) as told:
        filmed(asked)
    assert told.value.code == code
    said = trouble(told.value.code, told.value.facts)
    assert said[-1] == "."
    assert "{" not in said.replace("{0, 1}", "")


def test_a_count_of_zero_has_a_slope() -> None:
    assert only(Descent("poisson_deviance", "mu = 2, y = 0", steps=1)).start.gradient == 2


@pytest.mark.parametrize("text", ["nan", "0", "-1", "1e9", "fast", ""])
def test_a_rate_is_a_positive_number(text: str) -> None:
    with pytest.raises(CannotDescend):
        read_rate(text)


def test_a_rate_is_read_exactly() -> None:
    assert (read_rate("0.1"), read_rate("1/3")) == (Fraction(1, 10), Fraction(1, 3))


@pytest.mark.parametrize(
    ("asked", "option"),
    [
        (Descent("hubr", "1"), "LOSS"),
        (Descent("huber", "1", against=("(r",)), "--against"),
        (Descent("r^2", "1", wrt="r", variables=("r: rael",)), "--var"),
        (Descent("r^2", "1", wrt="q", variables=("r: real",)), "--wrt"),
        (Descent("huber", "1", given=("q = (",)), "--let"),
    ],
)
def test_what_cannot_be_read_names_its_option(asked: Descent, option: str) -> None:
    found = filmed(asked)
    assert isinstance(found, Verdict)
    assert (found.outcome, found.findings[0].data["option"]) == ("unreadable", option)
