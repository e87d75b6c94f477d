"""A film on paper: pictures of one height, a table, a drawing that is XML, sentences with facts."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from fractions import Fraction

import pytest

from grader.descent import ENDINGS, Film, Frame, Run
from practice.descending import Descent, filmed
from report import film_view
from report.film_svg import film_svg
from report.film_words import closing, number
from report.json_form import dumps
from report.paper import Paper

SVG = "{http://www.w3.org/2000/svg}"


def film(*losses: str, start: str = "z = -8, y = 1", rate: Fraction = Fraction(3, 4), steps: int = 60) -> Film:
    first, *others = losses
    found = filmed(Descent(first, start, against=tuple(others), rate=rate, steps=steps))
    assert isinstance(found, Film)
    return found


SHOWN = film("mse_with_logits", "bce_with_logits", "mse_on_score")
WILD = film("mse", "huber", "linex", start="800", rate=Fraction(3, 2))
CLASSES = [SHOWN, WILD, film("mae", start="3", steps=1), film("zero_one", start="1")]


@pytest.mark.parametrize("shown", CLASSES)
@pytest.mark.parametrize("unicode", [True, False])
def test_every_moment_has_the_same_number_of_lines_and_fits_the_width(shown: Film, unicode: bool) -> None:
    paper = Paper(width=72, height=24, unicode=unicode)
    for step in film_view.moments(shown):
        lines = paper.write(film_view.picture(shown, step, paper)).splitlines()
        assert len(lines) == 2 + len(shown.runs)
        assert max(map(len, lines)) <= 72
        assert unicode or all(line.isascii() for line in lines)


def test_the_picture_moves_to_the_right_as_cross_entropy_does() -> None:
    paper = Paper(width=80, height=24)
    places = []
    for step in film_view.moments(SHOWN):
        line = paper.write(film_view.picture(SHOWN, step, paper)).splitlines()[3]
        places.append(line.index("●"))
    assert places == sorted(places)
    assert places[-1] > places[0] + 10


def test_what_diverges_leaves_the_picture() -> None:
    paper = Paper(width=80, height=24)
    last = paper.write(film_view.picture(WILD, WILD.length, paper)).splitlines()
    assert "◀" in last[2] or "▶" in last[2]
    assert "▶" in last[4]
    assert film_view.scale(WILD)[1] <= 800


def test_a_film_moves_only_on_a_screen_that_holds_it() -> None:
    assert film_view.moves(SHOWN, Paper(width=80, height=24))
    assert not film_view.moves(SHOWN, Paper(width=80, height=5))
    assert not film_view.moves(SHOWN, Paper(width=40, height=24))
    assert not film_view.moves(SHOWN, Paper(width=80, height=None))


def test_moments_begin_and_end_where_the_film_does_and_rise() -> None:
    long = film("bce_with_logits", steps=500)
    for shown in (SHOWN, long):
        steps = film_view.moments(shown)
        assert (steps[0], steps[-1]) == (0, shown.length)
        assert steps == sorted(set(steps))
    assert len(film_view.moments(long)) <= film_view.MOMENTS + 1


def test_the_table_has_chosen_steps_and_every_loss() -> None:
    text = Paper(width=80).write(film_view.table_blocks(SHOWN, Paper(width=80)))
    first = text.splitlines()[:11]
    assert first[1].split() == ["step", "mse_with_logits", "bce_with_logits", "mse_on_score"]
    assert [line.split()[0] for line in first[2:10]] == ["0", "1", "2", "5", "10", "20", "50", "60"]
    narrow = Paper(width=40)
    assert max(map(len, narrow.write(film_view.table_blocks(SHOWN, narrow)).splitlines())) <= 40


def test_the_sentences_say_what_happened() -> None:
    still, walks, overshoots = closing(SHOWN)
    assert still.startswith("mse_with_logits stands still, from −8 to −7.9")
    assert "−6.7e−4" in still
    assert walks.startswith("bce_with_logits walks from −8 to 3.5")
    assert "overshoots, to 5.5 at step 1" in overshoots
    mse, huber, linex = closing(WILD)
    assert "diverges" in mse
    assert "smaller --rate" in mse
    assert huber.startswith("huber walks from 800 to 710")
    assert "more than float64 holds" in linex


@pytest.mark.parametrize("ended", ENDINGS)
@pytest.mark.parametrize("length", [1, 3])
def test_every_ending_has_a_sentence(ended: str, length: int) -> None:
    frames = tuple(Frame(step, 4.0 - step, 16.0, 2.0 if step < 2 else 0.5) for step in range(length))
    run = Run("f", "x", frames, ended, 7.0)  # type: ignore[arg-type]  # a value of ENDINGS
    (said,) = closing(Film("x", 4.0, 0.5, 10, (run,)))
    assert said.startswith("f ")
    assert said[-1] == "."


@pytest.mark.parametrize("shown", CLASSES)
def test_the_drawing_is_xml_with_a_title_and_a_description(shown: Film) -> None:
    root = ET.fromstring(film_svg(shown))
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert description.text is not None
    assert closing(shown)[0] in description.text
    lines = root.findall(f".//{SVG}polyline")
    assert len(lines) == 2 * len(shown.runs)
    for line in lines:
        points = [tuple(map(float, point.split(","))) for point in str(line.get("points")).split()]
        assert all(0 <= x <= 960 and abs(y) < 2000 for x, y in points)


def test_a_formula_in_a_drawing_is_escaped() -> None:
    named = filmed(Descent("z^2 if z < 1 else 2*z - 1", "3", wrt="z", variables=("z: real",), steps=3))
    assert isinstance(named, Film)
    texts = [node.text for node in ET.fromstring(film_svg(named)).iter(f"{SVG}text")]
    assert "z^2 if z < 1 else 2*z - 1" in texts


def test_the_same_film_is_the_same_drawing() -> None:
    assert film_svg(SHOWN) == film_svg(film("mse_with_logits", "bce_with_logits", "mse_on_score"))


def test_json_has_every_frame_and_is_json() -> None:
    told = json.loads(dumps(film_view.film_form(WILD), "utf-8"), parse_constant=pytest.fail)
    assert [run["loss"] for run in told["runs"]] == ["mse", "huber", "linex"]
    assert len(told["runs"][1]["frames"]) == 61
    assert told["runs"][2]["frames"][0]["gradient"] == "inf"
    assert (told["runs"][0]["ended"], told["runs"][1]["ended"]) == ("diverged", "steps")


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (-7.8941, "−7.894"), (-0.00067, "−6.7e−4"), (1.8e23, "1.8e23"), (5.5, "5.5")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text
