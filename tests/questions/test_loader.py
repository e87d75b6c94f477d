from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from questions import cache, loader, places, yaml_nodes
from questions.kinds import KINDS
from questions.problems import Problem

SOUND = Path(__file__).parent / "sound" / "each_kind_shortest.yaml"
ROOT = Path(__file__).parents[2]


def stored(home: Path) -> list[Path]:
    return sorted((home / "cache" / "banks").glob("*"))


def test_a_sound_bank_of_every_kind_loads() -> None:
    loaded = loader.load([SOUND])
    assert loaded.problems == ()
    assert {question.kind for question in loaded.questions} == set(KINDS)
    assert loaded.get("number") is loaded.questions[0]
    assert loaded.get("nothing") is None


def test_the_shipped_banks_are_sound_and_each_question_cites_a_source() -> None:
    loaded = loader.load(loader.builtin_banks())
    assert loaded.problems == ()
    assert all(question.sources for question in loaded.questions)


def test_the_second_load_comes_from_the_cache_and_is_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    first = loader.load([SOUND])
    monkeypatch.setattr(yaml_nodes, "compose", lambda *_: pytest.fail("read again"))
    assert loader.load([SOUND]) == first


def test_the_cached_form_of_the_shipped_banks_equals_what_was_read() -> None:
    banks = loader.builtin_banks()
    assert loader.load(banks, cached=False) == loader.load(banks) == loader.load(banks)


def test_a_changed_file_is_read_again_and_replaces_its_old_form(tmp_path: Path, home: Path) -> None:
    bank = tmp_path / "bank.yaml"
    bank.write_bytes(SOUND.read_bytes())
    loader.load([bank])
    before = stored(home)
    bank.write_bytes(SOUND.read_bytes().replace(b"title: A title", b"title: Another", 1))
    assert loader.load([bank]).questions[0].title == "Another"
    after = stored(home)
    assert len(before) == len(after) == 1
    assert before != after


@pytest.mark.parametrize("damage", [b"", b"garbage", b"\x80\x04\x95.", None])
def test_a_damaged_cache_is_written_anew(home: Path, damage: bytes | None) -> None:
    first = loader.load([SOUND])
    (file,) = stored(home)
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"What is asked", b"What is osked", 1) if damage is None else damage)
    assert loader.load([SOUND]) == first
    assert file.read_bytes() == whole


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "cache").write_text("a file where the folder should be")
    assert loader.load([SOUND]).problems == ()


def test_a_bank_with_problems_is_not_kept(tmp_path: Path, home: Path) -> None:
    bank = tmp_path / "bank.yaml"
    bank.write_bytes(SOUND.read_bytes().replace(b"minutes: 3", b"minutes: 0", 1))
    assert [problem.code for problem in loader.load([bank]).problems] == ["out-of-range"]
    assert len(loader.load([bank]).questions) == 5
    assert stored(home) == []


def test_the_cache_holds_no_pickle(home: Path) -> None:
    loader.load([SOUND])
    (file,) = stored(home)
    checksum, body = file.read_bytes().split(b"\n", 1)
    assert len(checksum) == 64
    assert body.startswith(b'[["number",{')
    assert cache.read(file.parent, SOUND, b"other content") is None


def test_a_repeated_id_names_both_places_also_between_cached_files(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for bank in (first, second):
        bank.write_bytes(SOUND.read_bytes())
        loader.load([bank])
    problems = loader.load([first, second]).problems
    assert len(problems) == 6
    assert problems[0] == Problem(str(second), 3, 9, "duplicate-id", {"id": "number", "file": str(first), "line": 3})
    assert len(loader.load([first, second]).questions) == 6


def test_a_folder_gives_its_yaml_files_in_order_and_a_file_counts_once(tmp_path: Path) -> None:
    for name in ("b.yml", "a.yaml", "c.txt"):
        (tmp_path / name).write_bytes(SOUND.read_bytes())
    assert loader.load([tmp_path, tmp_path / "a.yaml"]).files == (tmp_path / "a.yaml", tmp_path / "b.yml")


def test_what_is_not_there_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "nothing.yaml").write_bytes(b"# only a comment\n")
    found = loader.load([tmp_path / "none.yaml", tmp_path / "empty", tmp_path / "nothing.yaml"]).problems
    assert sorted(problem.code for problem in found) == ["empty-file", "no-banks", "no-such-file"]


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = tmp_path / "bank.yaml"
    bank.touch()

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (problem,) = loader.load([bank], cached=False).problems
    assert (problem.code, problem.data) == ("unreadable-file", {"said": "Permission denied"})


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    bank = tmp_path / "bank.yaml"
    bank.write_bytes(b"#" * (yaml_nodes.MAX_BYTES + 1))
    assert [problem.code for problem in loader.load([bank]).problems] == ["file-too-large"]


def test_a_cached_load_imports_neither_yaml_nor_the_heavy_libraries(home: Path) -> None:
    loader.load([SOUND])
    program = (
        "import sys; from pathlib import Path; from questions import loader, filters\n"
        f"loaded = loader.load([Path({str(SOUND)!r})]); assert len(loaded.questions) == 6\n"
        "print(*{'yaml', 'sympy', 'numpy', 'flint', 'difflib', 'platformdirs'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_places_of_a_file_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    assert places.read([tmp_path / "none.yaml"]) == {}
