"""Every argument that an analysis can rest on has its sentence."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import get_args, get_type_hints

import pytest

from grader.properties.analyse import EXTRA
from grader.properties.analysis import PROPERTIES, Answer, End, Kink, Named, Property
from grader.properties.reasons import REASONS
from grader.verdict import Fact
from report.analysis_words import (
    GROWTH,
    MINIMISERS,
    REASON_WORDS,
    TITLES,
    detail,
    end_words,
    fact_text,
    heading_words,
    invariance_words,
    kink_words,
    named_words,
)
from tests.report.analyses import INF


def test_every_reason_has_words_and_no_word_is_for_nothing() -> None:
    assert REASON_WORDS.keys() == REASONS.keys()


def test_every_property_has_a_title() -> None:
    assert tuple(TITLES) == (*PROPERTIES, *EXTRA)


def test_every_growth_has_words() -> None:
    growths = set(get_args(get_type_hints(End)["growth"]))
    assert growths - {"constant", "unknown"} == set(GROWTH)


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_words_use_facts_that_the_reason_has_and_its_first_template_uses_what_it_needs(reason: str) -> None:
    for template in REASON_WORDS[reason]:
        named = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        assert named <= set(REASONS[reason])


@pytest.mark.parametrize("reason", sorted(REASONS))
@pytest.mark.parametrize("answer", get_args(Answer))
def test_with_all_facts_or_none_there_is_one_sentence(reason: str, answer: Answer) -> None:
    facts: Mapping[str, Fact] = {name: f"F{name}" for name in REASONS[reason]}
    told = detail(Property("convex", answer, None, reason, facts), "r")
    named = [name for _, name, _, _ in string.Formatter().parse(REASON_WORDS[reason][0]) if name]
    assert all(f"F{name}" in told for name in named)
    for said in (told, detail(Property("convex", answer, None, reason), "r")):
        assert said[-1] == "."
        assert "{" not in said
        assert not said.startswith(("at ", "as "))


@pytest.mark.parametrize(
    ("reason", "facts", "said"),
    [
        ("value-at", {"value": "0", "at": "0"}, "It is 0 at ŷ = 0."),
        ("negative-at", {"value": "-1/2", "at": "-2"}, "It is −1/2 at ŷ = −2."),
        ("negative-at", {"value": "-1", "at": {"yhat": "1", "y": "2"}}, "It is −1 at ŷ = 1 and y = 2."),
        ("loss-unbounded", {"at": "∞"}, "It grows without bound as ŷ → ∞."),
        (
            "slope-stays",
            {"at": "−∞", "value": "-1", "cases": {"y": "1"}},
            "As ŷ → −∞, where it tends to its supremum, its slope tends to −1, not to 0 (for y = 1).",
        ),
        ("flat-chord", {"a": "1", "b": "2", "cases": {"delta": "1"}},
         "It is a straight line between ŷ = 1 and ŷ = 2 (for δ = 1)."),
        ("slopes-grow", {"pieces": 1, "kinks": 0}, "Its curvature is never negative."),
        ("slopes-grow", {"pieces": 2, "kinks": 1},
         "Its curvature is never negative, and its slope never drops at its seam."),
        ("slopes-agree", {"kinks": 2}, "The slopes on both sides agree at any of its 2 seams."),
        ("slopes-agree", {"kinks": ("−δ", "δ")}, "The slopes on both sides agree at ŷ = −δ and δ."),
        ("curvature-bound", {"bound": "(8/27)", "at": "≈ 0.5"},
         "Its curvature is at most 8/27 in size, the supremum at ŷ ≈ 0.5."),
        ("slope-bound", {"bound": "c", "at": "1", "scale": "c"},
         "Its slope is at most c in size, the supremum at ŷ = 1 where c is 1."),
        ("not-shown", {"tried": ("time",)},
         "Neither shown nor refuted; what stood in the way: the time allowed."),
    ],
)  # fmt: skip
def test_sentences_say_where_and_for_what(reason: str, facts: Mapping[str, Fact], said: str) -> None:
    assert detail(Property("convex", "no", "witness", reason, facts), "yhat") == said


@pytest.mark.parametrize(
    ("reason", "facts", "said"),
    [
        (
            "lower-bound",
            {"bound": "0", "at": "1"},
            "Its infimum is 0, at p = 1 (told for y = 1).",
        ),
        ("analytic", {}, "It is one smooth formula, without a seam."),
    ],
)
def test_what_holds_in_every_case_does_not_sound_as_if_it_held_in_one(
    reason: str, facts: Mapping[str, Fact], said: str
) -> None:
    assert detail(Property("convex", "yes", "proved", reason, {**facts, "cases": {"y": "1"}}), "p") == said


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (None, ""),
        ((), ""),
        (-0.123456, "−0.1235"),
        ("-2", "−2"),
        (3, "3"),
        (("δ",), "δ"),
        ("2.000", "2"),
        ("−0.250", "−0.25"),
        ("10", "10"),
    ],
)
def test_facts_as_text(fact: Fact, text: str) -> None:
    assert fact_text(fact) == text


def test_seams_say_what_happens_there() -> None:
    assert "jumps from" not in kink_words(Kink(INF, None, None), "r", "0", "−1", "1")
    assert (
        kink_words(Kink(INF, None, None), "r", "0", "−1", "1")
        == "r = 0: the slope is −1 on the left and 1 on the right."
    )
    assert "the curvature jumps" in kink_words(Kink(INF, None, None), "r", "δ", "δ", "δ")
    assert "the loss itself jumps" in kink_words(Kink(INF, None, None, jump=True), "r", "0", "0", "0")
    assert kink_words(Kink(INF, None, None, cases={"y": "1"}), "p", "1", "0", None).endswith("(for y = 1).")


@pytest.mark.parametrize(
    ("growth", "order", "loss", "slope", "said"),
    [
        ("exponential", "e^(−m)", "∞", "−∞", "it grows exponentially, like e^(−m); its slope tends to −∞"),
        ("constant", None, "1", "0", "it levels off at 1; it is flat: its gradient tends to 0"),
        ("unknown", None, None, None, "its limit is not known"),
        ("sublinear", "log(r)", "−∞", None, "it falls without bound, like log(r)"),
        ("unknown", None, "1/2", "2", "it tends to 1/2; its slope tends to 2"),
    ],
)
def test_ends_say_how_fast(growth: str, order: str | None, loss: str | None, slope: str | None, said: str) -> None:
    end = End(INF, None, None, growth)  # type: ignore[arg-type]
    assert end_words(end, "m", "∞", loss, slope, order) == f"m → ∞: {said}."


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (Named("quantile", {"level": "τ"}), "at the quantile of the targets at level τ"),
        (Named("mean", {"of": "σ(z)", "target": "yhat"}), "where σ(z) is the mean of ŷ"),
        (Named("mean", {"of": "r", "target": None}), "at the mean of the targets"),
        (Named("something-new"), "something new"),
    ],
)
def test_a_minimiser_with_its_facts(named: Named, said: str) -> None:
    assert named_words(named, MINIMISERS) == said


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (Named("shift", {"of": "y", "sign": 1}), "it depends on ŷ − y alone"),
        (Named("shift", {"of": "y", "sign": -1}), "it depends on ŷ + y alone"),
        (Named("scale", {"of": "delta", "weight": 1, "degree": 2}), "L(k·ŷ; k·δ) = k²·L(ŷ; δ) for every k > 0"),
        (Named("scale", {"of": "a", "weight": -1, "degree": 0}), "L(k·ŷ; 1/k·a) = L(ŷ; a) for every k > 0"),
    ],
)
def test_an_invariance_as_an_equation(named: Named, said: str) -> None:
    assert invariance_words(named, "yhat") == said


def test_an_end_that_is_not_in_the_domain_is_a_limit() -> None:
    item = Property("lipschitz", "no", "witness", "slope-unbounded", {"at": "0"})
    assert detail(item, "p", ["0", "1"]) == "Its slope grows without bound as p → 0."
    assert detail(item, "p") == "Its slope grows without bound at p = 0."


def test_whether_it_is_one_element_or_all_of_it_is_said_above() -> None:
    assert heading_words([Named("shift")]) == "Properties"
    assert heading_words([Named("elementwise", {"of": "mean"})]) == "Properties of one element; the loss is their mean"
