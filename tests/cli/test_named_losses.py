"""Losses by name: listed, shown, and understood wherever `--loss` is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from practice.checks import Stated, grade_case, grade_stated
from practice.named import close_losses, meant
from questions.losses import library
from tests.cli.run import run

STABLE = "import numpy as np\n\n\ndef bce(z, y):\n    return np.logaddexp(0.0, z) - y * z\n"


def test_the_losses_are_listed_each_on_a_line(tmp_path: Path) -> None:
    ran = run(tmp_path, "list", "losses")
    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()] == list(library())
    told = run(tmp_path, "list", "losses", "--json").lines
    assert [entry["name"] for entry in told] == list(library())
    assert {"title", "formula", "wrt", "variables", "given", "space", "sources"} < set(told[0])


def test_filters_are_for_questions(tmp_path: Path) -> None:
    ran = run(tmp_path, "list", "losses", "--kind", "code")
    assert (ran.code, ran.out) == (2, "")
    assert "questions" in ran.err


def test_a_loss_is_shown_with_its_formula_and_its_paper(tmp_path: Path) -> None:
    shown = run(tmp_path, "show", "huber", "--plain")
    assert shown.code == 0
    for part in ("Huber's loss", "{r²/2 if |r| ≤ δ; δ·(|r| − δ/2) otherwise}", "Peter J. Huber (1964)"):
        assert part in shown.out
    assert "'huber'" in run(tmp_path, "show", "hubr").err


@pytest.mark.parametrize(
    ("stated", "answer"),
    [
        (Stated("huber"), "clip(r, -δ, δ)"),
        (Stated("bce_with_logits"), "σ(z) − y"),
        (Stated("bce", "z", ("z: real",), ("p = sigmoid(z)",)), "p − y"),
        (Stated("gaussian_nll", "v"), "1/(2v) − r²/(2v²)"),
        (Stated("softmax_cross_entropy"), "softmax(z) − y"),
    ],
)
def test_a_derivation_is_graded_against_a_known_loss(stated: Stated, answer: str) -> None:
    assert grade_stated(stated, answer).outcome == "right"


def test_a_wrong_one_has_its_witness() -> None:
    verdict = grade_stated(Stated("mse_with_logits"), "2(σ(z) − y)")
    assert (verdict.outcome, verdict.evidence) == ("wrong", "witness")
    assert verdict.witness is not None
    assert set(verdict.witness.inputs) == {"z", "y"}


def test_a_known_loss_brings_the_arguments_of_an_implementation(tmp_path: Path) -> None:
    (tmp_path / "bce.py").write_text(STABLE)
    ran = run(tmp_path, "test", "bce.py", "--loss", "bce_with_logits", "--json")
    assert (ran.code, ran.json["levels"]["stable"]) == (0, True)


def test_cases_may_name_losses() -> None:
    cases: list[dict[str, object]] = [
        {"id": 1, "loss": "bce_with_logits", "answer": "sigmoid(z) - y"},
        {"id": 2, "loss": "huber", "wrt": "delta", "answer": "max(|r| - delta, 0)"},
        {"id": 3, "loss": "z^2", "var": ["z: real"], "answer": "2z"},
        {"id": 4, "loss": "hubr", "wrt": "r", "answer": "r"},
    ]
    verdicts = [grade_case(json.dumps(case), number)[1] for number, case in enumerate(cases, 1)]
    assert [verdict.outcome for verdict in verdicts] == ["right", "right", "unreadable", "unreadable"]
    assert verdicts[3].findings[0].data["losses"] == ("huber",)


@pytest.mark.parametrize(
    "args",
    [["check", "--loss", "hubr", "--wrt", "r", "-a", "r"], ["test", "f.py", "--loss", "hubr"]],
)
def test_a_name_that_nothing_goes_by_gets_the_close_one(tmp_path: Path, args: list[str]) -> None:
    (tmp_path / "f.py").write_text(STABLE)
    ran = run(tmp_path, *args)
    assert ran.code == 2
    assert "huber" in ran.out + ran.err
    assert "list losses" in ran.out + ran.err


def test_a_declared_name_goes_before_a_known_loss() -> None:
    assert meant("mse", "mse", ["mse: real"]).known is None
    assert meant("mse", "r", ["r: real"], ["mse = r^2"]).known is None
    assert meant("mse").known is library()["mse"]
    assert meant("mse", None, ["mse_2: real"]).known is library()["mse"]


def test_what_is_declared_takes_the_place_of_what_the_loss_declares() -> None:
    own = meant("huber", None, ["delta: (0,5]"])
    assert own.variables == ("delta: (0,5]", "r: real")
    assert meant("bce_with_logits", None, ["y: {0,1}"]).variables == ("y: {0,1}", "z: real")
    inside = meant("bce", "z", ["z: real"], ["p = sigmoid(z)"])
    assert inside.variables == ("z: real", "y: {0,1}")
    assert (inside.loss, inside.wrt, inside.given) == (library()["bce"].formula, "z", ("p = sigmoid(z)",))


@pytest.mark.parametrize("text", ["(z - y)^2", "q", "zz", "r*r", "2x"])
def test_a_formula_is_not_taken_for_a_name(text: str) -> None:
    assert close_losses(text) is None
