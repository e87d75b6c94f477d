"""What fuzzing found, once more; and a little fuzzing each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.generate import Input, make
from tests.fuzz.run import Fault, attempt, dealt, run, targets_of
from tests.fuzz.targets import EVERY, TARGETS
from tests.fuzz.tasks import OWN, tasks

CORPUS = sorted(Path(__file__).with_name("corpus").glob("*.txt"))
REPLAYED = (0, len(OWN) - 1)
"""A task with a label and a definition, and x^3/3."""


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_what_was_found_is_a_verdict_now(file: Path) -> None:
    text = file.read_bytes().decode("utf-8", "surrogatepass")
    for task in REPLAYED:
        TARGETS["check"](Input(1, task, text))
    TARGETS["declare"](Input(1, 0, text))
    TARGETS["case"](Input(2, 0, text))


@pytest.mark.parametrize("text", ["p = (z)^T\np[c] -= 1\nreturn p", "dL/dz = 0\nL'(0) = 1/(2 for y = 1"])
def test_a_refusal_has_its_place_in_the_order_of_the_text(text: str) -> None:
    classes = [at for at, (task, _) in enumerate(tasks()) if {"z: real[K]", "c: index(K)"} <= {*task.variables}]
    for task in classes:
        TARGETS["read"](Input(0, task, text))


@given(st.integers(0, 2**40), st.integers(0, 2**40))
@settings(max_examples=60, deadline=None)
def test_any_input_is_read_or_refused_with_a_place(seed: int, number: int) -> None:
    TARGETS["read"](make(seed, number))


@given(st.integers(0, 2**40), st.sampled_from(["check", "declare", "case"]))
@settings(max_examples=25, deadline=None)
def test_any_input_gets_a_verdict_that_keeps_its_contract(number: int, target: str) -> None:
    TARGETS[target](make(11, number))


@given(st.text(max_size=40))
@settings(max_examples=30, deadline=None)
def test_any_text_gets_a_verdict(text: str) -> None:
    TARGETS["check"](Input(0, len(OWN) - 1, text))


def test_an_input_is_made_again_by_its_seed_and_number() -> None:
    assert [make(5, number) for number in range(50)] == [make(5, number) for number in range(50)]
    assert len({make(5, number).text for number in range(200)}) > 150


def test_every_target_has_its_share_of_the_inputs() -> None:
    met = [target for number in range(1000) for target in targets_of(number)]
    assert {name: met.count(name) for name in TARGETS} == {name: 1000 // every for name, every in EVERY.items()}


def test_a_crash_and_a_slow_input_are_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(item: Input) -> None:
        raise KeyError(item.text)

    monkeypatch.setattr("tests.fuzz.run.TARGETS", {"read": crash, "check": lambda item: None})
    item = Input(0, 0, "x")
    what, _ = attempt("read", item, 2.0)
    assert what is not None
    assert what.startswith("KeyError at crash:")
    assert attempt("check", item, 2.0)[0] is None
    what, _ = attempt("check", item, -1.0)
    assert what is not None
    assert what.startswith("slow")


def test_every_process_gets_its_share_of_what_takes_long() -> None:
    shares = [dealt(range(100_000), 2, job) for job in (0, 1)]
    assert sorted([*shares[0], *shares[1]]) == list(range(100_000))
    assert len({sum(number % 10 == 0 for number in share) for share in shares}) == 1


def test_a_run_counts_every_input_once() -> None:
    shown: list[Fault] = []
    tally = run(1, range(0, 12), 2, 60.0, shown.append)
    assert shown == []
    assert {name: count for name, (count, _, _) in tally.items()} == {"read": 12, "check": 2, "declare": 1, "case": 1}
