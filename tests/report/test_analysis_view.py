"""An analysis on the terminal: every property with its argument, on any width, with and without Unicode."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from grader.formula.read import read_formula, scope_from
from grader.properties.analysis import Named
from report.analysis_view import about, analysis_blocks, argument, decimals, glued, property_blocks, short_value
from report.analysis_words import MARKS, TITLES, detail
from report.beside import beside_blocks, differences
from report.paper import Paper
from tests.report.analyses import HUBER, MAE, NAMED, analysed, made

WIDTHS = [40, 60, 80, 120]


def page(*names: str, paper: Paper) -> str:
    losses = [analysed(name) for name in names]
    return paper.write(analysis_blocks(losses[0], paper) if len(losses) == 1 else beside_blocks(losses, paper))


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", sorted(NAMED))
@pytest.mark.parametrize("width", WIDTHS)
def test_every_property_is_told_with_its_argument_within_the_width(name: str, width: int) -> None:
    shown = page(name, paper=Paper(width=width))
    assert max(map(cell_len, shown.splitlines())) <= width
    for item in NAMED[name].properties:
        assert f"{MARKS[item.answer]} {TITLES[item.name].text}" in shown
        assert flat(detail(item, NAMED[name].wrt)) in flat(shown)


def test_the_derivatives_stand_in_two_dimensions() -> None:
    shown = page("huber", paper=Paper(width=80))
    assert "  ∂²L   ⎧1  where |r| < δ\n  ─── = ⎨0  otherwise\n  ∂r²   ⎩\n" in shown


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_page_in_ascii_is_in_ascii(name: str) -> None:
    assert page(name, paper=Paper(width=80, unicode=False)).isascii()
    assert page("huber", name, paper=Paper(width=80, unicode=False)).isascii()


@pytest.mark.parametrize("name", sorted(NAMED))
def test_a_plain_page_answers_in_words_and_draws_nothing(name: str) -> None:
    for shown in (page(name, paper=Paper(plain=True)), page("huber", name, paper=Paper(plain=True))):
        assert not set("✓✗⎧⠁─│") & set(shown)
        assert ": yes" in shown or " yes" in shown
        assert not any(0x2800 <= ord(char) < 0x2900 for char in shown)
    told = page(name, paper=Paper(plain=True))
    for item in NAMED[name].properties:
        assert f"{TITLES[item.name].text}: {item.answer}" in told


def test_it_is_said_for_which_inputs_all_of_it_holds() -> None:
    assert "for r real, δ positive (usually 1)" in page("huber", paper=Paper())
    scope = scope_from(["z: real", "y: {0,1}"], ["p = sigmoid(z)"])
    loss = replace(analysed("mse_with_logits"), analysis=replace(NAMED["mse_with_logits"], scope=scope))
    assert "for z real, y in {0, 1}, p = σ(z)" in Paper().write(analysis_blocks(loss, Paper()))


def test_a_value_stands_before_its_argument() -> None:
    assert "✓ Lipschitz                  constant δ. Its slope" in page("huber", paper=Paper(width=100))


def test_seams_ends_minimiser_and_likelihood_are_told() -> None:
    shown = flat(page("huber", paper=Paper()))
    assert "r = δ: the slope is δ on both sides, the curvature jumps." in shown
    assert "r → ∞: it grows linearly, like δ·r; its slope tends to δ." in shown
    shown = flat(page("mae", paper=Paper()))
    assert "r = 0: the slope is −1 on the left and 1 on the right." in shown
    assert "over a distribution of targets it is least at the median of the targets." in shown
    assert "minus the log of a Laplace distribution, up to a constant." in shown


def test_where_a_squared_error_through_a_sigmoid_stands_still() -> None:
    assert "−0.00067 at z = −8;" in flat(page("mse_with_logits", paper=Paper()))


def test_without_a_closed_form_it_is_said() -> None:
    loss = replace(analysed("mae"), analysis=replace(MAE, gradient=None, curvature=None))
    assert "∂L/∂r: no closed form was found." in Paper().write(analysis_blocks(loss, Paper()))


def test_colour_says_nothing_that_a_mark_does_not() -> None:
    shown = page("huber", paper=Paper(colour=True))
    assert "\x1b[32m✓" in shown
    assert "\x1b[31m✗" in shown


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("unicode", [True, False])
def test_four_losses_side_by_side_fit_the_width(width: int, unicode: bool) -> None:
    shown = page("huber", "mae", "mse", "mse_with_logits", paper=Paper(width=width, unicode=unicode))
    assert max(map(cell_len, shown.splitlines())) <= width


def test_side_by_side_a_row_has_each_answer_and_value() -> None:
    shown = page("huber", "mae", "mse", paper=Paper(width=80))
    (row,) = [line for line in shown.splitlines() if line.strip().startswith("Lipschitz ")]
    assert row.split() == ["Lipschitz", "yes", "δ", "yes", "1", "no"]
    (row,) = [line for line in shown.splitlines() if line.strip().startswith("smooth ")]
    assert row.split() == ["smooth", "yes", "1", "?", "yes", "2"]


def test_what_differs_is_said_with_an_argument() -> None:
    told = differences([analysed("huber"), analysed("mae"), analysed("mse")])
    assert "huber and mse are differentiable; mae is not. At r = 0 its slope jumps from −1 to 1." in told
    assert not any("convex" in line and "strictly" not in line for line in told)
    assert differences([analysed("huber")]) == []


def test_a_long_value_stands_below_its_answer() -> None:
    long = replace(HUBER.properties[8], value=HUBER.loss)
    loss = replace(analysed("huber"), analysis=replace(HUBER, properties=(long,)))
    shown = Paper(width=80).write(beside_blocks([loss, analysed("mae"), analysed("mse")], Paper(width=80)))
    assert "Lipschitz                  yes" in shown
    assert "{r²/2" in shown.split("Lipschitz")[1]


def test_a_constant_of_many_signs_has_its_decimals() -> None:
    long, short = (read_formula(text, HUBER.scope) for text in ("(39 + 55*3^0.5*11^0.5)/2304", "8/27"))
    item = replace(HUBER.properties[9], value=long)
    told = Paper().write(property_blocks(item, HUBER, Paper()))
    assert "constant (39 + 55·√(3)·√(11))/2304 ≈ 0.1541." in flat(told)
    assert short_value(item) == "≈ 0.1541"
    assert (decimals(short), short_value(replace(item, value=short))) == ("", "8/27")
    assert decimals(HUBER.loss) == ""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("16*delta*5^0.5/125", "≈ 0.2862·δ"),
        ("delta^2*(1 + 5^0.5)", "≈ 3.236·δ²"),
        ("3^0.5*7^0.5/delta", "≈ 4.583/δ"),
        ("log(2) + log(7)", "≈ 2.639"),
        ("log(1 + delta + 5^0.5)", ""),
        ("delta", ""),
    ],
)
def test_decimals_of_a_constant_times_a_parameter(typed: str, shown: str) -> None:
    assert decimals(read_formula(typed, HUBER.scope)) == shown


def test_the_ends_of_an_open_domain_are_limits() -> None:
    found = made(["p: (0,1)"], ("-log(p)", "-1/p", "1/p^2"),
                 answers=[("no lipschitz", "slope-unbounded", {"at": "0"}, None)])  # fmt: skip
    assert argument(found.properties[0], found) == "Its slope grows without bound as p → 0."


def test_where_nothing_is_said_it_says_why() -> None:
    loss = replace(analysed("mae"), analysis=replace(MAE, properties=(), silent="vector"))
    shown = flat(Paper().write(analysis_blocks(loss, Paper())))
    assert "no function of one real variable: of such a loss only the formulas are told." in shown
    assert "Properties" not in shown


def test_invariances_are_told() -> None:
    found = replace(MAE, invariances=(Named("shift", {"of": "y", "sign": 1}),))
    assert ("shift", "it depends on r − y alone.") in about(found)


def test_equations_are_not_broken_between_lines() -> None:
    assert " " not in glued("r = 2").replace("\ue000", "")
