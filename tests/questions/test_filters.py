from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from questions import loader
from questions.filters import CHOICES, Filters, select

QUESTIONS = loader.load([Path(__file__).parent / "sound" / "each_kind_shortest.yaml"], cached=False).questions


def test_no_filter_lets_all_through() -> None:
    assert select(QUESTIONS, Filters()) == QUESTIONS


def test_values_of_one_filter_are_alternatives_and_filters_add_up() -> None:
    assert {q.kind for q in select(QUESTIONS, Filters(kind=("code", "number")))} == {"code", "number"}
    assert select(QUESTIONS, Filters(kind=("code",), level=("senior",))) == ()


def test_follow_up_matches_related_questions_too() -> None:
    first, second = replace(QUESTIONS[0], follow_up="outliers"), replace(QUESTIONS[1], related="mae-or-mse")
    assert select((first, second), Filters(follow_up=("outliers",))) == (first,)
    assert select((first, second), Filters(follow_up=("mae-or-mse", "imbalance"))) == (second,)


def test_tags_are_free() -> None:
    tagged = replace(QUESTIONS[0], tags=("bce", "logits"))
    assert select((tagged, QUESTIONS[1]), Filters(tag=("logits", "x"))) == (tagged,)


def test_every_filter_but_tags_lists_its_choices() -> None:
    assert set(CHOICES) | {"tag"} == set(Filters.__dataclass_fields__)
