"""Running the program as people do: a real process, with state of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BANK = Path(__file__).parent / "bank.yaml"
MAIN = [sys.executable, str(ROOT / "lossprep.py")]
SIGN = "(y-p)/(p(1-p))"
RIGHT = "(p-y)/(p(1-p))"
BCE = ["--loss", "-(y*log(p)+(1-y)*log(1-p))", "--wrt", "p", "--var", "p: (0,1)", "--var", "y: {0,1}"]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on standard output. Fails if there is anything else."""
        (line,) = self.out.splitlines()
        return json.loads(line)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "EDITOR", "VISUAL")
    }
    return {**kept, "LOSSPREP_HOME": str(home), "PYTHONUTF8": "1", **more}


def run(home: Path, *args: str, stdin: bytes = b"", cwd: Path | None = None, **more: str) -> Ran:
    done = subprocess.run(
        [*MAIN, *args], input=stdin, capture_output=True, cwd=cwd or home, env=environment(home, **more), timeout=120
    )
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ran.out + ran.err, ran.err
    return ran
