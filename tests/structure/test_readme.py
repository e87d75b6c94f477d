"""The README says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from cli import cli
from questions.kinds import KINDS
from questions.loader import builtin_banks, load

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"(?:^\$ |`)lossprep ((?:[a-z]+ ?)+)", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")


def options(command: click.Command) -> set[str]:
    own = {name for param in command.params for name in param.opts}
    if isinstance(command, click.Group):
        own = own.union(*(options(sub) for sub in command.commands.values()))
    return own


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_named_exists(page: Path) -> None:
    for named in COMMAND.findall(page.read_text("utf-8")):
        command: click.Command = cli
        for word in named.split():
            if not isinstance(command, click.Group):
                break
            assert word in command.commands, f"lossprep {named}"
            command = command.commands[word]


def test_every_option_that_the_readme_names_exists() -> None:
    named = set(OPTION.findall((ROOT / "README.md").read_text("utf-8")))
    assert named <= options(cli) | {"--help"}


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in cli.commands if not re.search(rf"[`· ]{name}\b", text)] == []


def test_the_readme_counts_the_questions_right_and_all_kinds_are_asked() -> None:
    questions = load(builtin_banks()).questions
    assert f"{len(questions)} questions" in (ROOT / "README.md").read_text("utf-8")
    assert {question.kind for question in questions} == set(KINDS)


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
