"""Probes lie in the domain, are the same each time, and hold what they should."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from grader.formula.declare import Classes, Finite, Interval, OneHot, Simplex
from grader.numeric import probes
from grader.numeric.critical import critical_values
from grader.numeric.judge import plan
from grader.numeric.probes import Probe
from grader.numeric.task import Statement, state

STATEMENTS = {
    "bce": state("mean(softplus(z) - y*z)", ("z: real[n]", "y: {0,1}[n]")),
    "probabilities": state("mean(-(xlogy(y,p) + xlogy(1-y,1-p)))", ("p: [0,1][n]", "y: {0,1}[n]")),
    "onehot": state("-sum(y*log_softmax(z))/n", ("z: real[n,K]", "y: onehot[n,K]")),
    "labels": state("mean_i(logsumexp(z_i) - z_{i,labels_i})", ("z: real[n,K]", "labels: index(K)[n]")),
    "kl": state("sum(xlogy(p,p) - xlogy(p,q))", ("p: simplex[K]", "q: simplex[K]")),
    "huber": state(
        "mean(where(abs(a-b)<=delta, (a-b)^2/2, delta*(abs(a-b)-delta/2)))",
        ("a: real[n]", "b: real[n]", "delta: positive = 1"),
    ),
    "focal": state(
        "-(1-sigmoid(z))^gamma*log_sigmoid(z)*alpha",
        ("z: real", "alpha: (0,1) = 0.25", "gamma: nonnegative = 2"),
    ),
    "linear": state("norm(X@w - y)^2/n", ("X: real[n,d]", "w: real[d]", "y: real[n]")),
}


def all_probes(statement: Statement) -> list[Probe]:
    return [*probes.ordinary(statement), *probes.extreme(statement)]


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_probe_lies_in_the_declared_domain(name: str) -> None:
    statement = STATEMENTS[name]
    for probe in all_probes(statement):
        sizes: dict[str, int] = {}
        for argument, variable in statement.variables.items():
            for dim, size in zip(variable.shape, probe.values[argument].shape, strict=True):
                assert sizes.setdefault(str(dim), size) == size
        for argument, variable in statement.variables.items():
            array = probe.values[argument]
            numbers = [Fraction(x) for x in array.ravel().tolist()]
            match variable.domain:
                case Interval() as domain:
                    assert all(x in domain for x in numbers)
                case Finite(values):
                    assert set(numbers) <= set(values)
                case Simplex():
                    rows = array.reshape(-1, array.shape[-1]).tolist()
                    assert all(sum(map(Fraction, row)) == 1 and min(row) >= 0 for row in rows)
                case OneHot():
                    assert np.array_equal(np.sort(array, axis=-1)[..., -1], np.ones(array.shape[:-1]))
                    assert array.sum() == np.prod(array.shape[:-1])
                case Classes(count):
                    assert array.dtype == np.int64
                    assert all(0 <= x < sizes[str(count)] for x in numbers)


@pytest.mark.parametrize("name", STATEMENTS)
def test_probes_are_the_same_each_time(name: str) -> None:
    first, second = all_probes(STATEMENTS[name]), all_probes(STATEMENTS[name])
    for a, b in zip(first, second, strict=True):
        assert all(np.array_equal(a.values[k], b.values[k]) for k in a.values)


@pytest.mark.parametrize("name", STATEMENTS)
def test_there_are_ordinary_and_extreme_cases_but_not_too_many(name: str) -> None:
    prepared = plan(STATEMENTS[name])
    assert 10 <= len(prepared.ordinary) <= 40
    assert 20 <= len(prepared.extreme) <= 420


def test_ordinary_inputs_come_in_every_type_size_and_layout() -> None:
    tried = probes.ordinary(STATEMENTS["onehot"])
    labels = {probe.label for probe in tried}
    assert {"float64", "float32", "int64", "integer labels", "read-only", "strided", "fortran", "again"} <= labels
    assert {probe.values["z"].shape[0] for probe in tried} >= {1, 2, 3, 17, 64}
    kl = {probe.label for probe in probes.ordinary(STATEMENTS["kl"])}
    assert "int64" not in kl  # a simplex holds no whole numbers but its corners


def test_parameters_are_tried_at_and_off_their_defaults() -> None:
    tried = probes.ordinary(STATEMENTS["huber"])
    assert {"delta" in probe.given for probe in tried} == {True, False}


def test_each_label_meets_both_signs() -> None:
    seen = {
        (float(np.sign(p.values["z"][0])), float(p.values["y"][0]))
        for p in probes.extreme(STATEMENTS["bce"])
        if p.values["z"].size == 1
    }
    assert {(s, y) for s in (-1.0, 1.0) for y in (0.0, 1.0)} <= seen


def test_logits_have_gaps_offsets_and_ties() -> None:
    rows = [p.values["z"][0] for p in probes.extreme(STATEMENTS["onehot"]) if p.values["z"].shape == (1, 3)]
    assert any(np.ptp(row) > 745 and abs(row).max() < 1e4 for row in rows)
    assert any(row.min() > 700 for row in rows)
    assert any(np.ptp(row) == 0 and row[0] for row in rows)


def test_thresholds_are_found_from_the_formula() -> None:
    found = critical_values(STATEMENTS["bce"], "z", np.float64)
    for threshold in (709.78, 745.13, 36.74):
        assert any(abs(abs(x) - threshold) < 0.7 for x in found)
    hinge = state("mean(max(0, 3.25 - y*s))", ("s: real[n]", "y: {-1,1}[n]"))
    assert any(abs(x - 3.25) < 1e-9 for x in critical_values(hinge, "s", np.float64))
