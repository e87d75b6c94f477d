"""What the shipped banks hold: something on every theme, with sources and samples, and no answers in the open."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import get_args

import pytest

from grader.number import grade_number
from questions import loader, prose, sources
from questions.kinds import (
    KINDS,
    LEVELS,
    SKILLS,
    STAGES,
    Choice,
    Code,
    Derivation,
    Explain,
    FollowUp,
    Number,
    Related,
    Role,
    Topic,
)
from questions.losses import library

BANK = loader.load(loader.builtin_banks(), cached=False).questions
NUMBERS = tuple(question for question in BANK if isinstance(question, Number))
FEW = 2
"""On each theme there must be this many questions, so that one can be asked again in another form."""
WIDTH = 78
"""The terminal shows code two columns in."""
COMMON = {"initial-loss-ten-classes", "perfect-accuracy-worst-cross-entropy"}
"""Their answers, ln 10 and ln 2, stand in other questions as logarithms of other things."""
DECIMAL = re.compile(r"(?<![\w.])[-−]?\d+\.\d+(?![\w.])")


def lacking(expected: Iterable[str], found: Iterable[str | None]) -> dict[str, int]:
    counts = Counter(found)
    return {name: counts[name] for name in expected if counts[name] < FEW}


def test_there_are_at_least_thirty_questions() -> None:
    assert len(BANK) >= 30


def test_the_four_follow_ups_and_the_four_related_questions_are_covered() -> None:
    assert not lacking(get_args(FollowUp), (question.follow_up for question in BANK))
    assert not lacking(get_args(Related), (question.related for question in BANK))


def test_every_stage_skill_level_kind_topic_and_role_is_covered() -> None:
    assert not lacking(STAGES, (question.stage for question in BANK))
    assert not lacking(SKILLS, (skill for question in BANK for skill in question.skills))
    assert not lacking(LEVELS, (question.level for question in BANK))
    assert not lacking(KINDS, (question.kind for question in BANK))
    assert not lacking(get_args(Topic), (question.topic for question in BANK))
    assert not lacking(get_args(Role), (role for question in BANK for role in question.roles))


def test_every_question_names_sources_that_exist_and_every_source_is_cited() -> None:
    known = set(sources.load().by_key)
    assert not [question.id for question in BANK if not question.sources or not set(question.sources) <= known]
    losses = {key for known_loss in library().values() for key in known_loss.sources}
    assert known == losses | {key for question in BANK for key in question.sources}


def test_every_question_that_a_machine_grades_has_answers_that_must_not_pass() -> None:
    for question in BANK:
        match question:
            case Number() | Derivation() | Code():
                assert question.rejected, question.id
            case Choice():
                assert any(not option.correct for option in question.options), question.id
            case Explain():
                assert question.points, question.id


@pytest.mark.parametrize("question", [q for q in NUMBERS if q.id not in COMMON], ids=lambda q: q.id)
def test_no_other_question_prints_the_number_that_this_one_asks_for(question: Number) -> None:
    printed = {
        decimal.replace("−", "-"): other.id
        for other in BANK
        if other.id != question.id
        for _, text in prose.fields(other)
        for decimal in DECIMAL.findall(text)
        if len(re.sub(r"\D", "", decimal).lstrip("0")) >= 2
    }
    assert not {
        decimal: place for decimal, place in printed.items() if grade_number(question, decimal).outcome == "right"
    }


def test_code_fits_a_narrow_terminal() -> None:
    wide = [
        (question.id, line)
        for question in BANK
        if isinstance(question, Code)
        for text in (question.starter, question.reference, *question.accepted, *(r.answer for r in question.rejected))
        for line in text.splitlines()
        if len(line) > WIDTH
    ]
    assert not wide
