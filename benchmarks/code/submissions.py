"""The implementations that the tests keep as files, as submissions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from grader.numeric import CodeTask
from grader.numeric.asked import names_of
from questions.kinds import CodeLevel, Returns

FOLDER: Final = Path(__file__).resolve().parents[2] / "tests" / "numeric" / "implementations"


@dataclass(frozen=True, slots=True)
class Submission:
    """A file, and what it is judged against."""

    name: str
    task: CodeTask
    text: str


def every() -> list[Submission]:
    """All files whose header states a loss and arguments."""
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        text = path.read_text(encoding="utf-8")
        stated = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("# ") and ": " in line)
        arguments = tuple(part.strip() for part in stated["args"].split(";"))
        asks = cast(CodeLevel, stated.get("asks", "stable").strip())
        returns = cast(Returns, stated.get("returns", "loss").strip())
        task = CodeTask(
            stated["loss"].strip(), arguments, stated.get("entry"), asks, returns, names_of(stated.get("wrt"))
        )
        found.append(Submission(path.stem, task, text))
    return found


def named(names: tuple[str, ...]) -> list[Submission]:
    """These, in this order. Raises KeyError."""
    known = {submission.name: submission for submission in every()}
    return [known[name] for name in names]
