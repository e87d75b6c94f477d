"""Plots: the curves, their range and their breaks; in dots, and as files."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from grader.formula.declare import Variable
from report import analysis_page, plot_file
from report.desk import Unusable
from report.paper import Paper
from report.plot_curves import Drawn, limits, plotted, settings
from report.plot_text import ROWS, plot_blocks, short
from tests.report.analyses import MAE, THROUGH_SIGMOID, analysed, made

SVG = "{http://www.w3.org/2000/svg}"


def curves(drawn: Drawn, what: str) -> Any:
    plot = plotted([drawn], "t")
    assert plot is not None
    (panel,) = [panel for panel in plot.panels if panel.what == what]
    return panel.curves


def test_a_slope_that_jumps_breaks_the_gradient_and_not_the_loss() -> None:
    (loss,), (gradient,) = curves(analysed("mae").drawn, "loss"), curves(analysed("mae").drawn, "gradient")
    assert np.isfinite(loss.y).all()
    assert list(gradient.x[np.isnan(gradient.y)]) == [0.0]
    assert (gradient.y[gradient.x < 0] == -1).all()
    assert (gradient.y[gradient.x > 0] == 1).all()


def test_a_curvature_that_jumps_breaks_the_curvature_alone() -> None:
    (gradient,), (curvature,) = (curves(analysed("huber").drawn, what) for what in ("gradient", "curvature"))
    assert np.isfinite(gradient.y).all()
    assert list(curvature.x[np.isnan(curvature.y)]) == [-1.0, 1.0]


@pytest.mark.parametrize(
    ("drawn", "ends"),
    [
        (Drawn("mae", MAE), (-4, 4)),
        (Drawn("sigmoid", THROUGH_SIGMOID), (-8, 8)),
        (Drawn("huber", made(["r: real", "delta: positive = 6"], ("r^2", "2*r", "2"), answers=(),
                             kinks=[("delta", "1", "2")])), (-9, 9)),
        (Drawn("log", made(["p: (0,1)"], ("-log(p)", "-1/p", "1/p^2"), answers=())), (0.001, 0.999)),
        (Drawn("positive", made(["v: positive"], ("log(v)", "1/v", "-1/v^2"), answers=())), (0.004, 4)),
    ],
    ids=lambda value: value.name if isinstance(value, Drawn) else "",
)  # fmt: skip
def test_the_range_shows_what_matters(drawn: Drawn, ends: tuple[float, float]) -> None:
    plot = plotted([drawn], "t")
    assert plot is not None
    assert (plot.low, plot.high) == pytest.approx(ends)


def test_the_other_variables_have_their_usual_values() -> None:
    variables = ["r: real", "delta: positive = 3/2", "tau: (0,1)", "c: positive", "t: real", "y: {-1,1}", "k: integer"]
    found = settings(made(variables, ("r", "1", "0"), answers=()))
    assert found == {"delta": Fraction(3, 2), "tau": Fraction(1, 2), "c": 1, "t": 0, "y": 1, "k": 0}


def test_one_loss_has_a_curve_for_each_label_and_several_have_one_each() -> None:
    assert [curve.label for curve in curves(analysed("mse_with_logits").drawn, "loss")] == ["y = 0", "y = 1"]
    plot = plotted([analysed("huber").drawn, analysed("mse_with_logits").drawn], "t")
    assert plot is not None
    assert [curve.label for curve in plot.panels[0].curves] == ["huber", "mse_with_logits"]
    assert plot.at == "δ = 1, y = 1"


def test_a_variable_may_be_told_as_it_is_shown() -> None:
    drawn = Drawn("mu", replace(made(["yhat: real"], ("yhat^2", "2*yhat", "2"), answers=()), wrt="ŷ"))
    plot = plotted([drawn], "t")
    assert plot is not None
    assert plot.wrt == "ŷ"


def test_a_loss_of_a_vector_is_not_drawn() -> None:
    vector = replace(MAE, scope=MAE.scope.with_variable(Variable("r", shape=("n",))))
    assert plotted([Drawn("v", vector)], "t") is None
    assert plotted([Drawn("m", MAE), Drawn("v", vector)], "t") is not None


def test_a_loss_of_another_variable_is_not_drawn_and_that_is_said() -> None:
    hinge = made(["m: real"], ("max(0, 1 - m)", "-1[m < 1]", "0"), answers=())
    plot = plotted([Drawn("mae", MAE, "residual"), Drawn("hinge", hinge, "margin")], "t")
    assert plot is not None
    assert [curve.label for curve in plot.panels[0].curves] == ["mae"]
    assert plot.remark == "not drawn, as functions of something else: hinge"


def test_a_few_huge_values_do_not_squeeze_the_rest() -> None:
    x = np.linspace(1e-3, 1, 1000)
    low, high = limits([1 / x])
    assert low == pytest.approx(1)
    assert 20 < high < 40
    assert limits([np.zeros(3)]) == (-0.5, 0.5)


@pytest.mark.parametrize(("width", "panels"), [(40, 0), (56, 2), (72, 3), (120, 3)])
def test_as_many_panels_as_there_is_room_for(width: int, panels: int) -> None:
    paper = Paper(width=width)
    plot = plotted([analysed("huber").drawn], "t")
    assert plot is not None
    lines = paper.write(plot_blocks(plot, paper)).splitlines()
    assert len(lines) == (ROWS + 2 if panels else 0)
    assert not panels or lines[0].split() == ["loss", "gradient", "curvature"][:panels]


def test_the_dots_rise_where_the_curve_does() -> None:
    paper = Paper(width=72)
    line = made(["r: real"], ("r", "1", "0"), answers=())
    plot = plotted([Drawn("line", line)], "t")
    assert plot is not None
    rows = [row[:20] for row in paper.write(plot_blocks(plot, paper)).splitlines()[1:-1]]
    marks = [[at for at, char in enumerate(row[6:]) if char not in " ⠄⠂⠁⡀"] for row in rows]
    firsts = [row[0] for row in marks if row]
    assert firsts == sorted(firsts, reverse=True)
    assert len(firsts) >= ROWS - 1


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (-1.0, "−1"), (0.25, "0.25"), (123.4, "123"), (2.2e-7, "2.2e−07"), (3e7, "3e7")]
)
def test_numbers_on_an_axis_are_short(value: float, text: str) -> None:
    assert short(value) == text


def drawing() -> bytes:
    plot = plotted([analysed(name).drawn for name in ("huber", "mae", "mse")], "The title & more")
    assert plot is not None
    return plot_file.rendered(plot, ".svg", "Said in <words>.")


def test_an_svg_has_a_title_a_description_and_its_text_as_text_and_is_the_same_each_time() -> None:
    svg = drawing()
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "The title & more"
    assert root.findtext(f"{SVG}desc") == "Said in <words>."
    texts = {"".join(node.itertext()) for node in root.iter(f"{SVG}text")}
    assert {"huber", "mae", "mse", "loss", "gradient", "curvature", "r", "∂²L/∂r²"} <= texts
    styles = {node.get("style") or "" for node in root.iter(f"{SVG}path")}
    dashes = {style.split("stroke-dasharray: ")[1].split(";")[0] for style in styles if "stroke-dasharray" in style}
    assert len(dashes) >= 2
    assert drawing() == svg


def test_a_png_is_a_png(tmp_path: Path) -> None:
    path = tmp_path / "loss.PNG"
    analysis_page.drawn([analysed("mse")], path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_said_with_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unusable, match=r"\.svg or \.png"):
        analysis_page.plot_path("loss.pdf")
    with pytest.raises(Unusable, match="there is no such folder"):
        analysis_page.drawn([analysed("mse")], tmp_path / "nowhere" / "loss.svg")
    monkeypatch.setattr(analysis_page, "can_plot", lambda: False)
    with pytest.raises(Unusable, match=r"pip install 'lossprep\[plots\]'"):
        analysis_page.plot_path("loss.svg")


def test_dots_need_no_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        assert not name.startswith("matplotlib")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    plot = plotted([analysed("huber").drawn], "t")
    assert plot is not None
    assert plot_blocks(plot, Paper())
