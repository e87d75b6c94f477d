"""`analyze`, as it is called: mostly in this process, since what is asked is what it says, not how it starts."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import cli
from report import analysis_page
from tests.cli.run import ROOT, Ran, run

PSEUDO_HUBER = ["delta^2*(sqrt(1+(r/delta)^2)-1)", "--wrt", "r", "--var", "r: real", "--var", "delta: positive"]
CONTRACT = ["format", "loss", "gradient", "curvature", "properties"]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def analyze(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Calls `lossprep analyze` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOSSPREP_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COLUMNS", raising=False)

    def called(*args: str) -> Ran:
        code = cli.main(["analyze", *args])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return called


def flat(text: str) -> str:
    return " ".join(text.split())


def test_any_formula_is_looked_at(tmp_path: Path) -> None:
    ran = run(tmp_path, "analyze", *PSEUDO_HUBER, "--json")
    assert (ran.code, list(ran.json)[:5]) == (0, CONTRACT)
    found = ran.json["properties"]
    assert found["convex"]["answer"] == "yes"
    assert (found["bounded-influence"]["answer"], found["bounded-influence"]["value"]) == ("yes", "delta")
    assert found["bounded"]["answer"] == "no"
    assert "proper" not in found
    assert ran.json["seconds"] > 0


def test_for_people_it_is_told_with_its_derivatives_and_drawn(analyze: Any) -> None:
    ran = analyze(*PSEUDO_HUBER)
    assert (ran.code, ran.err) == (0, "")
    assert "✓ convex" in ran.out
    assert "⎝δ⎠" in ran.out
    assert any(0x2800 < ord(char) < 0x2900 for char in ran.out)
    assert "convex: yes, proved." in analyze(*PSEUDO_HUBER, "--plain").out


def test_several_stand_side_by_side_each_once(analyze: Any) -> None:
    ran = analyze("mse", "--against", "mae,mse", "--against", "|r|^3", "--json")
    assert ran.code == 0
    assert [line["name"] for line in ran.lines] == ["mse", "mae", None]
    assert [line["properties"]["differentiable"]["answer"] for line in ran.lines] == ["yes", "no", "yes"]
    assert "mse is differentiable; mae is not." in flat(analyze("mse", "--against", "mae").out)


def test_a_formula_with_commas_may_stand_among_the_names(analyze: Any) -> None:
    ran = analyze("mse", "--against", "max(r, 0), mae", "--json")
    assert [line["loss"] for line in ran.lines] == ["r²", "max(r, 0)", "|r|"]


def test_what_a_variable_is_can_be_said(analyze: Any) -> None:
    args = ["exp(-u)", "--wrt", "u", "--var", "u: real", "--json"]
    assert "classification-calibrated" in analyze(*args, "--space", "margin").json["properties"]
    assert "classification-calibrated" not in analyze(*args, "--space", "residual").json["properties"]


def test_of_a_loss_that_mixes_a_vector_the_properties_of_vectors_are_told(analyze: Any) -> None:
    ran = analyze("softmax_cross_entropy", "--json")
    assert (ran.code, ran.json["silent"], ran.json["gradient"]) == (0, None, "softmax(z) − y")
    answers = {name: item["answer"] for name, item in ran.json["properties"].items()}
    assert (answers["convex"], answers["strictly-convex"], answers["smooth"]) == ("yes", "no", "yes")
    assert "redescending" not in answers
    shown = flat(analyze("softmax_cross_entropy").out)
    assert "It is a straight line between z = [−1, −1] and z = [1, 1] (for y = [1, 0])." in shown
    assert "the same number added to every component of z changes nothing." in shown
    assert "∂²" not in shown


def test_of_a_component_of_a_vector_only_the_formulas_are_told(analyze: Any) -> None:
    args = ["logsumexp(z) - sum_k y_k*z_k", "--wrt", "z_i", "--var", "z: real[K]", "--var", "y: onehot[K]"]
    ran = analyze(*args, "--json")
    assert (ran.code, ran.json["silent"], ran.json["properties"]) == (0, "component", {})
    assert ran.json["gradient"] == "softmax(z)_i − y_i"
    assert "It is asked about one component of a vector" in flat(analyze(*args).out)


@pytest.mark.parametrize(
    ("args", "option", "cure"),
    [
        (["(r", "--wrt", "r", "--var", "r: real"], "LOSS", "closed"),
        (["r^2", "--wrt", "r"], "LOSS", "--var 'r: real'"),
        (["r^2", "--wrt", "q", "--var", "r: real"], "--wrt", "q"),
        (["r^2", "--wrt", "r", "--var", "r: rael"], "--var", "real"),
        (["p^2", "--wrt", "z", "--var", "z: real", "--let", "p = sigmoid("], "--let", "closed"),
        (["mse", "--against", "(r"], "LOSS", "closed"),
        (["mse", "--against", "hubr"], "LOSS", "huber"),
    ],
)
def test_what_cannot_be_read_is_named_with_a_caret(analyze: Any, args: list[str], option: str, cure: str) -> None:
    shown = analyze(*args)
    assert shown.code == 2
    assert f"{option} " in shown.out
    assert "^" in shown.out
    assert cure in flat(shown.out)
    told = analyze(*args, "--json")
    assert (told.code, told.json["kind"], told.json["outcome"]) == (2, "analysis", "unreadable")
    assert told.json["findings"][0]["data"]["option"] == option


@pytest.mark.parametrize(
    ("args", "cure"),
    [
        (["r^2"], "--wrt"),
        (["hubr"], "Did you mean 'huber'"),
        (["mse", "--plot", "mse.pdf"], ".svg or .png"),
        (["mse", "--space", "risidual"], "residual"),
    ],
)
def test_misuse_exits_with_2_and_says_the_cure(analyze: Any, args: list[str], cure: str) -> None:
    ran = analyze(*args)
    assert (ran.code, ran.out) == (2, "")
    assert cure in ran.err


@pytest.mark.parametrize("args", [["-log(p)", "--wrt", "p"], ["--wrt", "p", "--", "-log(p)"]])
def test_a_formula_may_begin_with_a_minus(analyze: Any, args: list[str]) -> None:
    ran = analyze(*args[:-2], "--var=p: (0,1)", "--json", *args[-2:])
    assert (ran.code, ran.json["loss"]) == (0, "−log(p)")


def test_a_plot_is_written_and_nothing_else_is_on_standard_output(analyze: Any) -> None:
    ran = analyze("mse", "--against", "mae", "--plot", "both.svg", "--json")
    assert (ran.code, len(ran.lines)) == (0, 2)
    root = ElementTree.parse("both.svg").getroot()
    assert root.findtext(f"{SVG}title") == "mse beside mae"
    assert "mae" in (root.findtext(f"{SVG}desc") or "")


def test_that_a_plot_was_written_is_said(analyze: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    monkeypatch.setattr(analysis_page, "drawn", lambda losses, path: written.append(path))
    assert analyze("mse", "--plot", "one.svg").out.endswith("Wrote one.svg.\n")
    assert written == [Path("one.svg")]


def test_what_the_readme_shows_is_what_it_says(analyze: Any) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    (shown,) = re.findall(r"^\$ lossprep analyze (.*\n(?:.*\n)*?)```", text, re.MULTILINE)
    command, _, lines = shown.partition("\n")
    out = analyze(*shlex.split(command)).out.splitlines()
    for line in lines.splitlines():
        assert line in out or line.strip() in ("", "…")


def test_the_json_of_the_docs_is_the_json_of_the_program(analyze: Any) -> None:
    keys = list(analyze("mae", "--json").json)
    page = (ROOT / "docs" / "properties" / "README.md").read_text("utf-8")
    assert keys[:5] == CONTRACT
    assert all(f"`{key}`" in page for key in keys), keys
