"""Which questions come next, and in which order their options."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from practice.select import choose, order_of_options
from questions.kinds import Question
from tests.practice.make import choice, explain, number

BANK: Sequence[Question] = (
    [number(f"n{k}") for k in range(4)] + [choice(f"c{k}") for k in range(3)] + [explain("e0"), explain("e1")]
)
STANDINGS = st.dictionaries(st.sampled_from([q.id for q in BANK]), st.floats(0, 1))


@given(STANDINGS, st.integers(1, 12), st.integers(0, 99))
def test_as_many_as_asked_none_twice_and_the_same_for_the_same_seed(
    standing: dict[str, float], n: int, seed: int
) -> None:
    chosen = choose(BANK, standing, n, seed)
    assert len(chosen) == min(n, len(BANK)) == len({question.id for question in chosen})
    assert chosen == choose(BANK[::-1], standing, n, seed)


@given(STANDINGS, st.integers(1, 8), st.integers(0, 99))
def test_unseen_ones_go_first_then_the_weakest(standing: dict[str, float], n: int, seed: int) -> None:
    chosen = {question.id for question in choose(BANK, standing, n, seed)}
    unseen = {question.id for question in BANK} - standing.keys()
    assert chosen <= unseen or unseen <= chosen
    seen = chosen & standing.keys()
    left = standing.keys() - chosen
    assert not seen or not left or max(standing[q] for q in seen) <= min(standing[q] for q in left)


def test_another_seed_gives_another_session() -> None:
    assert len({tuple(question.id for question in choose(BANK, {}, 5, seed)) for seed in range(20)}) > 10


def test_easier_levels_come_before_harder_ones() -> None:
    bank = [number("hard", level="senior"), number("easy"), number("middle", level="mid")]
    assert {question.id for question in choose(bank, {}, 2, 3)} == {"easy", "middle"}


@given(st.integers(0, 99))
def test_kinds_alternate_and_a_session_does_not_begin_with_an_essay(seed: int) -> None:
    kinds = [question.kind for question in choose(BANK, {}, len(BANK), seed)]
    assert kinds[0] != "explain"
    assert all(a != b for a, b in pairwise(kinds[:6]))


@given(st.integers(0, 99))
def test_options_are_shuffled_by_the_seed_alone(seed: int) -> None:
    question = choice("c", count=6)
    assert sorted(order_of_options(question, seed)) == list(range(6))
    assert order_of_options(question, seed) == order_of_options(question, seed)


def test_options_do_not_all_stay_where_the_bank_has_them() -> None:
    assert len({order_of_options(choice("c"), seed) for seed in range(40)}) > 10
