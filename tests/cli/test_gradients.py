"""`test --grad` and `--returns`: gradients in code, judged against any loss."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import run

LINEAR = ("--loss", "mean((X@w - y)^2)", "--arg", "X: real[n,d]", "--arg", "y: real[n]", "--arg", "w: real[d]")
HEAD = "import numpy as np\n\n\ndef f(X, y, w):\n    r = X @ w - y\n    return "
GRADIENT = "2 / len(y) * X.T @ r"


@pytest.mark.parametrize(
    ("options", "returned", "code", "first"),
    [
        (("--grad", "w"), GRADIENT, 0, None),
        (("--grad", "w", "--returns", "gradient"), GRADIENT, 0, None),
        (("--grad", "w", "--returns", "both"), f"np.mean(r**2), {GRADIENT}", 0, None),
        (("--grad", "w", "--grad", "y"), f"{GRADIENT}, -2 / len(y) * r", 0, None),
        (("--grad", "w"), "2 * X.T @ r", 1, "wrong-reduction"),
        (("--grad", "w"), f"np.mean(r**2), {GRADIENT}", 1, "wrong-shape"),
        (("--grad", "w", "--returns", "both"), f"{GRADIENT}, np.mean(r**2)", 1, "wrong-shape"),
        (("--grad", "w", "--returns", "both"), f"np.mean(r**2), -{GRADIENT}", 1, "wrong-sign"),
    ],
)
def test_a_gradient_in_code_is_judged_by_what_was_asked_for(
    tmp_path: Path, options: tuple[str, ...], returned: str, code: int, first: str | None
) -> None:
    (tmp_path / "f.py").write_text(HEAD + returned + "\n", "utf-8")
    ran = run(tmp_path, "test", "f.py", *LINEAR, *options, "--json")
    assert (ran.code, ran.json["levels"] is not None) == (code, True)
    assert [finding["code"] for finding in ran.json["findings"]][:1] == [first] * (first is not None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--returns", "both"), "--returns needs --grad"),
        (("--grad", "q"), "expected an argument of real values (X, y, w), found q"),
        (("--grad", "w", "--returns", "pair"), "'pair' is not one of 'gradient', 'both'"),
    ],
)
def test_a_gradient_that_cannot_be_asked_for_is_refused_before_anything_runs(
    tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    (tmp_path / "f.py").write_text("raise SystemExit", "utf-8")
    ran = run(tmp_path, "test", "f.py", *LINEAR, *options)
    assert ran.code == 2
    assert said in ran.out + ran.err


def test_values_in_another_order_are_called_that_and_the_hint_says_which(tmp_path: Path) -> None:
    (tmp_path / "f.py").write_text(f"{HEAD}{GRADIENT}, np.mean(r**2)\n", "utf-8")
    ran = run(tmp_path, "test", "f.py", *LINEAR, "--grad", "w", "--returns", "both")
    assert "The values are returned in another order than (loss, gradient by w)." in ran.out
    assert "Hint: Return (loss, gradient by w)." in ran.out
