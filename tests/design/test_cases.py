"""Every design of `cases.yaml` gets its outcome, and exactly its missed demands, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.design import DesignTask, grade_design
from grader.verdict import Witness
from report.wording import words

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
TASK = DesignTask("r", ("r: real",), ("convex",))


def task_of(stated: Mapping[str, Any]) -> DesignTask:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in stated.items()}
    return DesignTask(**fields)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_design_gets_its_outcome_and_its_missed_demands(case: Mapping[str, Any]) -> None:
    verdict = grade_design(task_of(case["task"]), case["answer"], seconds=60)
    assert verdict.outcome == case["outcome"]
    missed = [finding.data["demand"] for finding in verdict.findings if finding.code == "demand-missed"]
    assert missed == case.get("missed", [])
    assert verdict.evidence == case.get("evidence", "witness" if missed else None)
    assert (verdict.witness is not None) == bool(missed)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_demand_is_spoken_of_with_its_argument(case: Mapping[str, Any]) -> None:
    verdict = grade_design(task_of(case["task"]), case["answer"], seconds=60)
    said = [words(finding).message for finding in verdict.findings if finding.code.startswith("demand-")]
    assert len(said) == len(case["task"]["demands"])
    assert all(message.count(".") >= 2 and "None" not in message for message in said)


@pytest.mark.parametrize(
    ("answer", "line", "column"),
    [
        ("r^2 +", 1, 6),
        ("s = q + 1\nr^2", 1, 5),
        ("# mine\n\nq^2", 3, 1),
        ("# s = q\ns = q\ns^2", 2, 5),
        ("s = r\nd/dr s^2", 2, 1),
        ("", 1, 1),
    ],
)
def test_what_cannot_be_read_is_pointed_at_where_it_stands(answer: str, line: int, column: int) -> None:
    verdict = grade_design(TASK, answer)
    assert verdict.outcome == "unreadable"
    where = verdict.findings[0].where
    assert where is not None
    assert (where.line, where.column) == (line, column)


def test_the_experiment_is_the_same_every_time_and_shows_the_design_first() -> None:
    task = DesignTask("r", ("r: real",), ("outlier-error <= 1",), "residual", "outliers")
    tables = [grade_design(task, "|r|").findings[-1].data["rows"] for _ in range(2)]
    assert tables[0] == tables[1]
    rows = tables[0]
    assert isinstance(rows, tuple)
    assert [row["loss"] for row in rows if isinstance(row, Mapping)] == ["yours", "mse", "mae", "huber"]
    mine, mae = rows[0], rows[2]
    assert isinstance(mine, Mapping)
    assert isinstance(mae, Mapping)
    assert {**mine, "loss": ""} == {**mae, "loss": ""}


@pytest.mark.parametrize("answer", ["0", "1/0", "log(r)", "r^(r^(r^r))"])
def test_a_loss_that_prefers_no_centre_estimates_none(answer: str) -> None:
    task = DesignTask("r", ("r: real",), ("outlier-error <= 1", "efficiency >= 0"), "residual", "outliers")
    verdict = grade_design(task, answer)
    assert verdict.outcome == "wrong"
    assert all("no figure" in words(finding).message for finding in verdict.findings[:2])
    assert verdict.witness == Witness({}, "outlier-error <= 1", "nan")


def test_a_loss_without_a_slope_ranks_nothing() -> None:
    task = DesignTask("z", ("z: real", "y: {0,1}"), ("pr-auc >= 0.02", "recall >= 0.1"), "logit", "imbalance")
    verdict = grade_design(task, "0")
    mine = verdict.findings[-1].data["rows"]
    assert isinstance(mine, tuple)
    assert isinstance(mine[0], Mapping)
    assert mine[0]["pr-auc"] == 0.01, "equal scores are one threshold: the share of positives"
    assert verdict.witness == Witness({}, "pr-auc >= 0.02", "0.01")
    assert verdict.outcome == "wrong"


def test_a_loss_that_is_nowhere_finite_trains_nothing() -> None:
    task = DesignTask("z", ("z: real", "y: {0,1}"), ("pr-auc >= 0.02",), "logit", "imbalance")
    assert str(grade_design(task, "1/0").findings[0].data["measured"]) == "nan"


def test_powers_too_high_for_the_normal_form_are_no_fault() -> None:
    task = DesignTask("z", ("z: real", "y: {0,1}"), ("proper", "convex"), "logit")
    verdict = grade_design(task, "y exp(-1000 z) + (1 - y) exp(1000 z)")
    assert {str(finding.data["name"]): finding.code for finding in verdict.findings} == {
        "proper": "demand-missed",
        "convex": "demand-met",
    }


def test_weights_raise_recall_and_cost_calibration_while_the_ranking_stays() -> None:
    task = DesignTask("z", ("z: real", "y: {0,1}"), ("recall >= 0.6",), "logit", "imbalance")
    verdict = grade_design(task, "99y softplus(-z) + (1 - y) softplus(z)")
    assert verdict.outcome == "right"
    rows = verdict.findings[-1].data["rows"]
    assert isinstance(rows, tuple)
    mine, plain = rows[0], rows[1]
    assert isinstance(mine, Mapping)
    assert isinstance(plain, Mapping)

    def figure(row: Mapping[str, Any], name: str) -> float:
        return float(row[name])

    assert figure(mine, "recall") > 4 * figure(plain, "recall")
    assert figure(mine, "calibration-error") > 20 * figure(plain, "calibration-error")
    assert abs(figure(mine, "pr-auc") - figure(plain, "pr-auc")) < 0.02
