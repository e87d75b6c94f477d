"""A run over many inputs, in several processes that are watched from outside: a hang is a fault like others."""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Final

from tests.fuzz.generate import Input, make
from tests.fuzz.targets import EVERY, TARGETS

MEMORY: Final = 4 << 30
HUNG: Final = 60.0
"""Seconds without a word from a process, after which it is ended."""
AGAIN: Final = 3
"""A slow input counts as slow only if it is slow each of so many times."""
BEAT: Final = 1.0
BATCH: Final = 100
"""Inputs between two reports of a process."""


@dataclass(frozen=True, slots=True)
class Fault:
    target: str
    number: int
    text: str
    what: str


@dataclass(slots=True)
class Slowest:
    count: int = 0
    seconds: float = 0.0
    number: int = -1


Tally = Mapping[str, tuple[int, float, int]]


def targets_of(number: int) -> Iterator[str]:
    """The targets that the input of that number is for."""
    return (name for name, every in EVERY.items() if number % every == 0)


def attempt(target: str, item: Input, limit: float) -> tuple[str | None, float]:
    """What is at fault, if anything, and the seconds taken: of the processor, so that a busy machine is no fault of
    an input. Those that wait for a child, `check` bounds by the clock itself."""
    least = float("inf")
    for _ in range(AGAIN):
        began = time.process_time()
        try:
            TARGETS[target](item)
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            return f"{type(error).__name__} at {last.name}:{last.lineno}", time.process_time() - began
        least = min(least, time.process_time() - began)
        if least <= limit:
            return None, least
    return f"slow ({least:.1f} s)", least


def run(seed: int, numbers: range, jobs: int, limit: float, show: Callable[[Fault], None]) -> Tally:
    """Every input of these numbers to its targets; each fault is shown as it comes. For each target: how many
    inputs it got, the slowest in seconds, and that input's number."""
    watched = [_Worker(seed, dealt(numbers, jobs, job), limit) for job in range(jobs)]
    tally = {name: Slowest() for name in TARGETS}
    while open_ones := [worker for worker in watched if not worker.done]:
        wait([worker.pipe for worker in open_ones], timeout=BEAT)
        for worker in open_ones:
            for fault in worker.news(tally):
                show(fault)
    return {name: (slow.count, slow.seconds, slow.number) for name, slow in tally.items()}


def dealt(numbers: Sequence[int], jobs: int, job: int) -> Sequence[int]:
    """The numbers of one process: hundreds in turn, since every tenth and every hundredth take longest."""
    return [number for number in numbers if number // BATCH % jobs == job]


class _Worker:
    """A process over some numbers, begun again after the number that it hung at."""

    def __init__(self, seed: int, numbers: Sequence[int], limit: float) -> None:
        self.seed, self.numbers, self.limit = seed, numbers, limit
        self.done = False
        self._begin()

    def _begin(self) -> None:
        self.pipe, theirs = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.Process(
            target=_work, args=(theirs, self.seed, self.numbers, self.limit), daemon=True
        )
        self.process.start()
        theirs.close()
        self.heard = time.monotonic()
        self.at = ("read", self.numbers[0]) if self.numbers else ("read", 0)

    def news(self, tally: Mapping[str, Slowest]) -> Iterator[Fault]:
        try:
            while self.pipe.poll():
                said = self.pipe.recv()
                self.heard = time.monotonic()
                match said:
                    case Fault():
                        yield said
                    case ("at", target, number):
                        self.at = (target, number)
                    case ("took", counts):
                        _add(tally, counts)
        except EOFError:
            self.process.join()
            if self.process.exitcode == 0:
                self.done = True
            else:
                yield self._lost(f"died ({self.process.exitcode})")
        else:
            if time.monotonic() - self.heard > HUNG:
                self.process.kill()
                self.process.join()
                yield self._lost(f"hung ({HUNG:.0f} s)")

    def _lost(self, what: str) -> Fault:
        target, number = self.at
        self.numbers = self.numbers[self.numbers.index(number) + 1 :]
        self.done = not self.numbers
        if not self.done:
            self._begin()
        return Fault(target, number, make(self.seed, number).text, what)


def _add(tally: Mapping[str, Slowest], counts: Mapping[str, Slowest]) -> None:
    for name, more in counts.items():
        slow = tally[name]
        slow.count += more.count
        if more.seconds > slow.seconds:
            slow.seconds, slow.number = more.seconds, more.number


def _work(pipe: Connection, seed: int, numbers: Sequence[int], limit: float) -> None:
    _limit_memory()
    counts = {name: Slowest() for name in TARGETS}
    for place, number in enumerate(numbers):
        if place % BATCH == 0:
            pipe.send(("took", counts))
            counts = {name: Slowest() for name in TARGETS}
        item = make(seed, number)
        for target in targets_of(number):
            pipe.send(("at", target, number))
            what, seconds = attempt(target, item, limit)
            slow = counts[target]
            slow.count += 1
            if seconds > slow.seconds:
                slow.seconds, slow.number = seconds, number
            if what is not None:
                pipe.send(Fault(target, number, item.text, what))
    pipe.send(("took", counts))
    pipe.close()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows: time alone limits it
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
