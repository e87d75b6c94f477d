"""Whatever happens, there is one clear message, an exit code of the contract, and nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cli
from tests.cli.run import BANK, MAIN, ROOT, environment, run

DRILL = ["--bank", str(BANK)]
CHECK = ["check", "--loss", "z^2", "--wrt", "z", "--var", "z: real", "-a", "3z"]
BROKEN = """
import sys
sys.path.insert(0, {root!r})
import cli, questions.loader
def fail(*args, **options): raise {error}
questions.loader.load = fail
sys.exit(cli.main(["list"]))
"""


def broken(home: Path, error: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BROKEN.format(root=str(ROOT), error=error)]
    return subprocess.run(command, capture_output=True, text=True, env=environment(home), timeout=60)


def test_an_internal_fault_is_one_line_and_3_with_its_details_in_a_file(tmp_path: Path) -> None:
    done = broken(tmp_path, "RuntimeError('boom')")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert str(tmp_path / "faults.log") in done.stderr
    assert "RuntimeError: boom" in (tmp_path / "faults.log").read_text()


@pytest.mark.parametrize("missing", ["click", "flint", "rich"])
def test_a_missing_dependency_is_named_with_the_cure(tmp_path: Path, missing: str) -> None:
    start = f"import sys; sys.modules[{missing!r}] = None; sys.path.insert(0, {str(ROOT)!r}); import lossprep"
    command = [sys.executable, "-c", f"{start}; sys.argv[1:] = {CHECK!r}; lossprep.main()"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(tmp_path), timeout=60)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert f"the module {missing} is not installed" in done.stderr
    assert "make quiz" in done.stderr


def test_tests_see_what_the_guard_would_hide(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("questions.loader.load", fail)
    with pytest.raises(RuntimeError, match="boom"):
        cli.cli.main(["list"], standalone_mode=False)


def test_an_interrupt_is_130(tmp_path: Path) -> None:
    done = broken(tmp_path, "KeyboardInterrupt")
    assert (done.returncode, done.stderr.strip()) == (130, "Interrupted.")


def test_a_broken_database_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "progress.db"
    path.write_bytes(b"not a database" * 100)
    ran = run(tmp_path, "progress")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert str(path) in ran.err
    assert path.read_bytes() == b"not a database" * 100


@pytest.mark.parametrize(("answer", "code"), [("a", 0), ("b", 1)])
def test_an_answer_that_cannot_be_recorded_is_graded_all_the_same(tmp_path: Path, answer: str, code: int) -> None:
    path = tmp_path / "progress.db"
    path.write_bytes(b"not a database" * 100)
    ran = run(tmp_path, "submit", "drill-choice", "-a", answer, *DRILL)
    assert ran.code == code
    assert "ight" in ran.out
    assert ran.err.startswith(f"lossprep: this was not recorded: the progress in {path}")
    assert ran.err.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="files of POSIX")
@pytest.mark.parametrize("redirected", [">&-", ">/dev/full"])
@pytest.mark.parametrize("command", ["list", "list --json", "progress", "--help", "quiz"])
def test_a_closed_or_full_output_is_one_clear_line(tmp_path: Path, redirected: str, command: str) -> None:
    if redirected == ">/dev/full" and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    line = f'"{MAIN[0]}" "{MAIN[1]}" {command} </dev/null {redirected}'
    done = subprocess.run(line, shell=True, capture_output=True, text=True, env=environment(tmp_path), timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert done.stderr.startswith("lossprep: standard output ")
    assert not (tmp_path / "faults.log").exists()


def test_a_state_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = run(tmp_path, "progress", LOSSPREP_HOME=str(tmp_path / "file" / "state"))
    assert ran.code == 2
    assert "LOSSPREP_HOME" in ran.err


def test_listing_needs_no_state(tmp_path: Path) -> None:
    (tmp_path / "progress.db").write_bytes(b"not a database")
    assert run(tmp_path, "list").code == 0


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_reader_that_leaves_early_is_no_fault(tmp_path: Path) -> None:
    command = [*MAIN, "list", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path)
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_any_encoding_of_the_terminal_will_do(tmp_path: Path, encoding: str) -> None:
    command = [*MAIN, "show", "drill-derivation", *DRILL]
    env = environment(tmp_path, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    done = subprocess.run(command, capture_output=True, env=env, timeout=60)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert b"dL/dp" in done.stdout
