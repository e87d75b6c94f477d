"""Careless and crooked files: none passes, each gets its finding, none disturbs the next."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from grader.numeric import CodeTask, Spares, grade_code

FILES = sorted((Path(__file__).parent / "implementations" / "hostile").glob("*.py"))
POSIX_ONLY = {
    "kill", "segfault", "memory_hoard", "big_result", "signals_ignored", "list_hog", "list_hog_stubborn", "string_hog",
    "pair_huge_tuple",
}  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_hostile_file_does_not_pass(path: Path, spares: Spares, bce: CodeTask) -> None:
    if os.name != "posix" and path.stem in POSIX_ONLY:
        pytest.skip("needs signals or limits of POSIX")
    source = path.read_text(encoding="utf-8")
    pair = "# returns: loss-and-gradient" in source.splitlines()[:3]
    task = replace(bce, entry="loss", returns="loss-and-gradient" if pair else "loss", wrt=("z",) if pair else ())
    begin = time.monotonic()
    verdict = grade_code(task, source, seconds=0.8, spares=spares)

    assert verdict.outcome == "wrong"
    assert verdict.findings[0].code in source.splitlines()[0].removeprefix("# finding: ").split(" | ")
    assert verdict.witness is not None
    assert time.monotonic() - begin < 5


def test_the_next_submission_is_judged_as_if_nothing_had_been(spares: Spares, bce: CodeTask, stable: str) -> None:
    for path in FILES:
        if path.stem in ("closed_descriptors", "segfault", "forged_results", "patched_numpy", "top_loop"):
            grade_code(bce, path.read_text(encoding="utf-8"), seconds=0.3, spares=spares)
            assert grade_code(bce, stable, spares=spares).outcome == "right"


@pytest.mark.parametrize(
    "source",
    [
        "def loss(z, y):\n    return 0\x00\n",
        "x = " + "(" * 5000 + ")" * 5000,
        "x = " + "-" * 50000 + "1",
        "x = " + "a." * 50000 + "b",
        "def loss(z, y):\n  return 0\n   return 1\n",
        "return 3\n",
        "\ud800",
        "x" * 300_000,
    ],
    ids=["nul", "brackets", "minuses", "attributes", "indent", "return", "surrogate", "long"],
)
def test_text_that_is_no_program_is_unreadable(source: str, bce: CodeTask) -> None:
    verdict = grade_code(bce, source)
    assert verdict.outcome == "unreadable"
    assert verdict.codes[0] in ("syntax-error", "no-entry")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_what_a_submission_starts_ends_with_it(spares: Spares, bce: CodeTask) -> None:
    source = (
        "import subprocess, sys\n\n\ndef loss(z, y):\n"
        "    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', 'lossprep-test-orphan'])\n"
        "    import time\n    time.sleep(30)\n"
    )
    grade_code(bce, source, seconds=0.8, spares=spares)
    lines = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            lines.append((folder / "cmdline").read_bytes())
        except OSError:
            continue
    assert not any(b"lossprep-test-orphan" in line for line in lines)


DAEMON = """import os, subprocess, sys
if os.fork() == 0:
    os.setsid()
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "lossprep-test-daemon"], env={})
    os._exit(0)


def loss(z, y):
    return 0.0
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_not_even_a_daemon_outlives_its_submission(spares: Spares, bce: CodeTask) -> None:
    """Under a user who may start processes at all: elsewhere a limit forbids them."""
    grade_code(bce, DAEMON, spares=spares)
    lines = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            lines.append((folder / "cmdline").read_bytes())
    assert not any(b"lossprep-test-daemon" in line for line in lines)
