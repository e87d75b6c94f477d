"""`check --next`: the rule, then the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import run

TASK = ("check", "--loss", "(sigmoid(z) - y)^2", "--wrt", "z", "--var", "z: real", "--var", "y: {0,1}")


@pytest.mark.parametrize(
    ("arguments", "code", "state", "rule", "has_line"),
    [
        (("--next",), 0, "line", "power", False),
        (("--next", "--next", "-a", "2(σ(z) − y)σ'(z)"), 0, "line", "sigmoid", True),
        (("--next", "-a", "2(σ(z) − y)σ(z)(1 − σ(z))"), 0, "finished", None, False),
    ],
)
def test_next_names_the_rule_and_twice_shows_the_line(
    tmp_path: Path, arguments: tuple[str, ...], code: int, state: str, rule: str | None, has_line: bool
) -> None:
    ran = run(tmp_path, *TASK, *arguments, "--json")
    form = ran.json
    assert (ran.code, form["state"], form["rule"], form["line"] is not None) == (code, state, rule, has_line)
    assert list(form) == ["format", "state", "rule", "on", "through", "hint", "line", "after", "wrong", "right"]


def test_next_says_where_it_cannot_read(tmp_path: Path) -> None:
    ran = run(tmp_path, *TASK, "--next", "-a", "2(σ(z) −", "--json")
    assert (ran.code, ran.json["outcome"]) == (2, "unreadable")


def test_next_goes_on_from_the_last_right_line_for_people(tmp_path: Path) -> None:
    ran = run(tmp_path, *TASK, "--next", "-a", "dL/dz = 2(σ(z) − y)σ'(z)\n= 2(σ(z) − y)σ(z)")
    assert ran.code == 0
    assert "Line 2 does not hold; going on from line 1." in ran.out
    assert "the derivative of the sigmoid" in ran.out


def test_the_steps_of_a_verdict_carry_their_rules(tmp_path: Path) -> None:
    ran = run(tmp_path, *TASK, "-a", "dL/dz = 2(σ(z) − y)σ'(z)\n= 2(σ(z) − y)σ(z)(1 − σ(z))", "--json")
    assert [step["rule"] for step in ran.json["steps"]] == ["power", "sigmoid"]
