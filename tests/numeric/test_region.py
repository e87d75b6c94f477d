"""A witness in words: the stretch of the inputs around it in which the code fails in the same way."""

from __future__ import annotations

import math

import pytest

from grader.numeric import CodeTask, Spares, grade_code
from grader.verdict import Finding
from report.wording import words

BCE_P = CodeTask("mean(-(xlogy(y,p)+xlogy(1-y,1-p)))", ("p: [0,1][n]", "y: {0,1}[n]"))
KL = CodeTask("sum(xlogy(p,p)-xlogy(p,q))", ("p: simplex[K]", "q: simplex[K]"))
BCE = CodeTask("mean(softplus(z) - y*z)", ("z: real[n]", "y: {0,1}[n]"))
SOFTMAX = CodeTask("sum(y*(logsumexp(z) - z))", ("z: real[K]", "y: onehot[K]"))


def first(task: CodeTask, body: str, spares: Spares) -> Finding:
    names = ", ".join(part.split(":")[0] for part in task.arguments)
    source = f"import numpy as np\n\n\ndef loss({names}):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    verdict = grade_code(task, source, spares=spares)
    return verdict.findings[0]


@pytest.mark.parametrize(
    ("task", "body", "name", "low", "high"),
    [
        (BCE, "p = 1/(1+np.exp(-z))\nreturn -np.mean(y*np.log(p)+(1-y)*np.log(1-p))", "z", None, -709.782712893384),
        (BCE, "return np.mean(np.log(1+np.exp(z)) - y*z)", "z", 709.782712893384, None),
        (BCE, "z = np.clip(z, -30, 30)\nreturn np.mean(np.logaddexp(0, z) - y*z)", "z", 30.0, None),
        (BCE_P, "return -np.mean(y*np.log(p)+(1-y)*np.log(1-p))", "p", 0.0, 0.0),
        (KL, "return np.sum(p*np.log(p/q))", "p", 0.0, 0.0),
        (SOFTMAX, "return -np.sum(y*np.log(np.exp(z)/np.sum(np.exp(z))))", "z", 709.782712893384, None),
    ],
    ids=["sigmoid", "log1p-exp", "clipped", "exactly-0", "simplex", "component"],
)
def test_the_stretch_is_found_to_its_end(
    task: CodeTask, body: str, name: str, low: float | None, high: float | None, spares: Spares
) -> None:
    where = first(task, body, spares).data["where"]
    assert isinstance(where, dict)
    assert where["name"] == name
    for said, true in ((where["low"], low), (where["high"], high)):
        assert (said is None) == (true is None)
        if isinstance(said, float) and true is not None:
            assert math.isclose(said, true, rel_tol=2e-3, abs_tol=0)


def test_the_end_of_a_stretch_lies_within_it(spares: Spares) -> None:
    """What is said to fail does fail: the number is rounded toward the failing side."""
    where = first(BCE, "return np.mean(np.log(1+np.exp(z)) - y*z)", spares).data["where"]
    assert isinstance(where, dict)
    assert isinstance(where["low"], float)
    assert where["low"] > 709.782712893384


def test_what_is_wrong_everywhere_has_no_stretch(spares: Spares) -> None:
    assert "where" not in first(BCE, "return 2 + np.mean(np.sin(z) - y*z)", spares).data


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"name": "z", "low": None, "high": -709.79}, "The same for any z below −709.79."),
        ({"name": "z", "low": 36.74, "high": None, "component": 2}, "The same for any component 2 of z above 36.74."),
        ({"name": "p", "low": 0.0, "high": 0.0}, "Only for p exactly 0."),
        ({"name": "yhat", "low": 1.0, "high": 2.5}, "The same for any ŷ between 1 and 2.5."),
    ],
)
def test_the_stretch_in_words(where: dict[str, float | str | None], said: str) -> None:
    message = words(Finding("nan", data={"where": where})).message
    assert message == f"The result is NaN where the true value is a number. {said}"
