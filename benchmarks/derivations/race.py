"""Every grader on every pair, in turn, so that a busy moment of the machine strikes them all."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from benchmarks.derivations.pairs import Forms, Pair, Sides, Task
from benchmarks.derivations.peers import PEERS, Answer

CHILD: Final = Path(__file__).with_name("child.py")
LIMIT: Final = 10.0
"""Seconds for one pair; a grader that needs more is ended, and begun again for the next."""
START: Final = 60.0
WARM: Final = (
    {"truth": "x + 1", "answer": "1 + x", "names": [["x", "real"]], "task": ["x^2", "x", ["x: real"], []]},
    {"truth": "2 x", "answer": "2 x", "names": [["x", "real"]], "task": ["x^2", "x", ["x: real"], []]},
)
"""Asked first, and not counted: what a grader imports or builds once is no part of a verdict."""
FORMS_WARM: Final = ("x^2", "x", ("x: real",), (), "2 x", True)


@dataclass(frozen=True, slots=True)
class Result:
    answer: Answer
    ms: float


def given(pair: Pair, form: str) -> dict[str, Any] | None:
    """What a grader gets of a pair; None where there is no such form of it."""
    if form == "own":
        task = pair.task
        return {"task": [task.loss, task.wrt, task.variables, task.given], "answer": pair.answer}
    forms = pair.forms
    if forms is None:
        return None
    sides = {"typed": pair.typed, "latex": forms.latex, "python": forms.python}[form]
    return None if sides is None else {"truth": sides.truth, "answer": sides.answer, "names": forms.names}


class Renderer:
    """`rendered` in a process that is ended when SymPy takes too long over a pair, which then has no forms."""

    def __init__(self, limit: float = LIMIT) -> None:
        self.runner = Runner([sys.executable, str(CHILD), "forms"], limit, warm=(FORMS_WARM,))

    def __call__(self, task: Task, answer: str, right: bool) -> Forms | None:
        made = self.runner.ask([task.loss, task.wrt, task.variables, task.given, answer, right])
        if made is None:
            return None
        names = tuple((name, sign) for name, sign in made["names"])
        return Forms(Sides(**made["latex"]), Sides(**made["python"]), names)

    def end(self) -> None:
        self.runner.end()


def race(
    pairs: Iterable[Pair], names: Sequence[str], progress: Callable[[int], object], *, limit: float = LIMIT
) -> list[Mapping[str, Result]]:
    """For each pair, what each grader said of it; a grader that it cannot be given to is left out there."""
    runners = {name: Runner([sys.executable, str(CHILD), name], limit) for name in names}
    results: list[Mapping[str, Result]] = []
    try:
        for number, pair in enumerate(pairs):
            row: dict[str, Result] = {}
            for name, runner in runners.items():
                asked = given(pair, PEERS[name].form)
                if asked is not None:
                    row[name] = _result(runner.ask(asked), limit)
            results.append(row)
            progress(number)
    finally:
        for runner in runners.values():
            runner.end()
    return results


def _result(said: Any, limit: float) -> Result:
    """What a grader said; one that said nothing took too long, or died."""
    if said is None:
        return Result(Answer("over time"), 1000 * limit)
    return Result(Answer(**said["answer"]), said["ms"])


class Runner:
    """A child process that takes a line of JSON and gives one. It is ended when it takes too long, and begun again;
    the answer is then None."""

    def __init__(self, command: Sequence[str], limit: float, warm: Sequence[object] = WARM) -> None:
        self.command, self.limit, self.warm = command, limit, warm
        self._begin()

    def _begin(self) -> None:
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
        )
        self.lines: queue.Queue[str] = queue.Queue()
        assert self.process.stdout is not None
        threading.Thread(target=_listen, args=(self.process.stdout, self.lines), daemon=True).start()
        for question in self.warm:
            self._said(question, START)

    def ask(self, question: object) -> Any:
        try:
            line = self._said(question, self.limit)
        except queue.Empty:
            line = ""
        if line:
            return json.loads(line)
        self.end()
        self._begin()
        return None

    def _said(self, question: object, seconds: float) -> str:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return ""
        return self.lines.get(timeout=seconds)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue


def _listen(stream: IO[str], lines: queue.Queue[str]) -> None:
    """Every line, then an empty one for the end."""
    try:
        for line in stream:
            lines.put(line)
    except ValueError:  # closed while it was being read
        return
    lines.put("")
