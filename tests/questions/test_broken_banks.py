"""Each file of `broken/` names its problems in comments: `# expect LINE:COLUMN: CODE`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from questions import loader, wording

FOLDER = Path(__file__).parent / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))
EXPECT = re.compile(rb"# expect (\d+):(\d+): ([a-z0-9-]+)")


def problems_of(file: Path) -> list[tuple[int, int, str]]:
    return [(p.line, p.column, p.code) for p in loader.load([file], cached=False).problems]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_broken_bank_gets_exactly_its_problems(file: Path) -> None:
    expected = [(int(a), int(b), code.decode()) for a, b, code in EXPECT.findall(file.read_bytes())]
    assert expected, f"{file.name} expects nothing"
    assert problems_of(file) == sorted(expected)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_problem_has_words_without_a_gap(file: Path) -> None:
    for problem in loader.load([file], cached=False).problems:
        line = wording.render(problem)
        assert line.startswith(f"{file}:{problem.line}:{problem.column}: ")
        assert "None" not in line
        assert "{" not in line.replace("{ }", "") or "{" in str(problem.data)
        assert "\n" not in line


def test_all_problems_of_all_files_come_at_once() -> None:
    together = loader.load(FILES, cached=False).problems
    alone = [problem for file in FILES for problem in loader.load([file], cached=False).problems]
    assert set(map(wording.render, alone)) <= set(map(wording.render, together))
    assert [p.order for p in together] == sorted(p.order for p in together)


def test_each_error_class_of_a_bank_has_an_example() -> None:
    seen = {code.decode() for file in FILES for _, _, code in EXPECT.findall(file.read_bytes())}
    about_files = {"no-such-file", "no-banks", "unreadable-file", "file-too-large", "too-many-nodes", "empty-file"}
    about_sources = {"bad-date", "no-reason"}
    only_by_running = set(list(wording.WORDS)[list(wording.WORDS).index("bad-formula") :])
    assert set(wording.WORDS) - about_files - about_sources - only_by_running <= seen
