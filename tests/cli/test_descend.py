"""`descend` as people run it."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from report.desk import Unusable
from report.film_desk import check_plot
from tests.cli.run import run

SHOWN = ["descend", "mse_with_logits", "--against", "bce_with_logits", "--from", "z = -8, y = 1"]


def test_without_a_terminal_it_is_a_table_and_a_sentence_for_each_loss(tmp_path: Path) -> None:
    ran = run(tmp_path, *SHOWN, "--steps", "100", "--plot", "film.svg")
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "mse_with_logits stands still" in ran.out
    assert "bce_with_logits walks" in ran.out
    assert "Wrote film.svg." in ran.out
    assert ET.fromstring((tmp_path / "film.svg").read_text("utf-8")).tag.endswith("svg")


def test_json_is_one_object(tmp_path: Path) -> None:
    form = run(tmp_path, *SHOWN, "--steps", "5", "--json").json
    assert (form["format"], form["from"], [len(entry["frames"]) for entry in form["runs"]]) == (1, -8.0, [6, 6])


def test_misuse_exits_with_2_and_says_the_cure(tmp_path: Path) -> None:
    ran = run(tmp_path, "descend", "bce_with_logits", "--from", "-8")
    assert (ran.code, ran.out) == (2, "")
    assert "--set 'y = 1'" in ran.err


def test_a_film_is_drawn_as_svg_only() -> None:
    with pytest.raises(Unusable, match=r"\.svg"):
        check_plot("film.png")


@pytest.mark.terminal
@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_on_a_terminal_the_picture_moves_and_ctrl_c_gives_the_cursor_back(tmp_path: Path) -> None:
    pytest.importorskip("pexpect")
    from tests.cli.test_terminal import Terminal

    film = Terminal(tmp_path, *SHOWN, "--steps", "10")
    shown = film.expect("bce_with_logits walks")
    assert "step 0 of 10" in shown
    assert "step 10 of 10" in shown
    assert "\x1b[4A" in film.raw
    film.child.expect("\r\n.*$")
    film.child.wait()
    assert film.child.exitstatus == 0
    long = Terminal(tmp_path, *SHOWN, "--steps", "400")
    long.expect("step 3 of 400")
    long.child.sendintr()
    long.expect("Interrupted")
    assert "\x1b[?25h" in long.raw
    long.child.wait()
    assert long.child.exitstatus == 130
