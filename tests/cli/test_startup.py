"""What start-up loads, and what it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.run import ROOT, environment

PROBE = """
import sys
sys.path.insert(0, {root!r})
import cli
code = cli.main({args!r})
print(code, *sorted({{name.split(".")[0] for name in sys.modules}}), file=sys.stderr)
"""


@pytest.mark.parametrize("args", [["--help"], ["list"], ["list", "--json"], ["quiz", "--help"], ["--version"]])
def test_help_and_list_load_nothing_heavy(tmp_path: Path, args: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(root=str(ROOT), args=args)],
        capture_output=True, text=True, env=environment(tmp_path), timeout=60,
    )  # fmt: skip
    code, *modules = done.stderr.split()
    assert code == "0"
    assert not {"sympy", "numpy", "flint", "mpmath"} & set(modules)
    if args != ["list"]:
        assert "rich" not in modules
