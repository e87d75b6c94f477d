"""The side-by-side measurement counts right: on graders that say what they are told to."""

from __future__ import annotations

import json
import math
import sys

import pytest

from benchmarks.derivations import pairs
from benchmarks.derivations.pairs import Forms, Pair, Sides, Task
from benchmarks.derivations.peers import Answer, Said
from benchmarks.derivations.race import Result, Runner, given
from benchmarks.derivations.tally import own, ratios, tally, times

TASK = Task("x^2", "x", ("x: real",))
ECHO = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if asked == "die":
        raise SystemExit
    if asked != "hang":
        print(json.dumps({"you said": asked}), flush=True)
"""


def pair(outcome: str, finding: str | None = None) -> Pair:
    return Pair("gradients", TASK, "2 x", outcome, finding)


def said(what: Said, ms: float = 1.0, **more: str | bool) -> Result:
    return Result(Answer(what, **more), ms)  # type: ignore[arg-type]


def test_each_answer_is_counted_under_its_own_head() -> None:
    asked = [pair(outcome) for outcome in ("right", "right", "wrong", "wrong", "right", "wrong", "partly", "right")]
    answers = ["equal", "different", "different", "equal", "unread", "undecided", "equal", "over time"]
    rows = [{"peer": said(answer)} for answer in answers]  # type: ignore[arg-type]
    found = tally(asked, rows, "peer")
    assert (found.given, found.correct) == (7, 2)
    assert (found.false_accepts, found.false_rejects, found.unread, found.undecided) == (1, 1, 1, 2)
    assert found.accuracy == pytest.approx(2 / 7)


def test_a_pair_that_a_grader_cannot_be_given_is_not_held_against_it() -> None:
    rows = [{"peer": said("equal"), "ours": said("equal")}, {"ours": said("equal")}]
    found = tally([pair("right"), pair("right")], rows, "peer")
    assert (found.given, found.accuracy) == (1, 1.0)


def test_a_grader_that_was_given_nothing_has_no_times() -> None:
    found = tally([pair("right")], [{}], "peer")
    assert (found.given, found.accuracy) == (0, 0.0)
    assert math.isnan(found.times.median)


def test_times_are_ranks_and_not_means() -> None:
    found = times([float(value) for value in range(100, 0, -1)])
    assert (found.median, found.p95, found.worst) == (50.0, 95.0, 100.0)
    assert times([7.0]).p95 == 7.0


def test_ratios_are_taken_on_the_pairs_that_both_read() -> None:
    rows = [
        {"ours": said("equal", 1.0), "peer": said("equal", 10.0)},
        {"ours": said("equal", 2.0), "peer": said("different", 20.0)},
        {"ours": said("equal", 900.0), "peer": said("unread", 1.0)},
        {"ours": said("unread", 1.0), "peer": said("equal", 900.0)},
        {"ours": said("equal", 900.0)},
    ]
    count, *shares = ratios(rows, "ours", "peer")
    assert count == 2
    assert shares == pytest.approx([0.1, 0.1])


def test_what_only_ours_says_is_shared_out_over_what_it_is_about() -> None:
    asked = [pair("right"), pair("right"), pair("wrong", "sign-flipped"), pair("wrong"), pair("partly", "transposed")]
    rows = [
        {"lossprep": said("equal", outcome="right", evidence="proved")},
        {"lossprep": said("equal", outcome="right", evidence="tested")},
        {"lossprep": said("different", outcome="wrong", code="sign-flipped", witness=True)},
        {"lossprep": said("different", outcome="wrong")},
        {"lossprep": said("equal", outcome="right")},
    ]
    found = own(asked, rows)
    assert (found.outcomes, found.proved, found.witnessed, found.code_first) == (0.8, 0.5, 0.5, 0.5)


def test_a_grader_that_hangs_or_dies_is_begun_again() -> None:
    runner = Runner([sys.executable, "-c", ECHO], 0.5, warm=("hello",))
    try:
        runner.limit = 60.0
        assert runner.ask("a") == {"you said": "a"}
        assert runner.ask("die") is None
        runner.limit = 0.05
        assert runner.ask("hang") is None
        runner.limit = 60.0
        assert runner.ask("b") == {"you said": "b"}
    finally:
        runner.end()


def test_graders_get_the_form_they_can_take() -> None:
    forms = Forms(Sides("2 x", "x \\cdot 2"), Sides("2*v0", "v0*2"), (("v0", "real"),))
    whole = Pair("gradients", TASK, "x 2", "right", typed=Sides("2 x", "x 2"), forms=forms)
    assert given(whole, "latex") == {"truth": "2 x", "answer": "x \\cdot 2", "names": (("v0", "real"),)}
    assert given(whole, "own") == {"task": ["x^2", "x", ("x: real",), ()], "answer": "x 2"}
    assert given(pair("right"), "python") is None
    json.dumps([given(whole, form) for form in ("own", "typed", "latex", "python")])


def test_the_pairs_are_many_over_many_losses_and_say_what_is_expected() -> None:
    found = [*pairs.gradients(), *pairs.ordinary()]
    losses = {one.task.loss for one in found if one.group == "gradients"}
    wrong = [one for one in found if one.outcome == "wrong"]
    assert len(found) >= 300
    assert len(losses) >= 40
    assert 0.25 < len(wrong) / len(found) < 0.75
    assert sum(one.finding is not None for one in wrong) >= 100
