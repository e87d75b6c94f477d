"""What a descent was: frames, runs, and the facts that are read off them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

Ending = Literal["steps", "flat", "diverged", "left-domain", "no-slope"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment: where, and the loss and its slope there. Infinite where float64 ends."""

    step: int
    at: float
    loss: float
    gradient: float


@dataclass(frozen=True, slots=True)
class Run:
    """The descent under one loss. The first frame is the start; there is always one.

    `ended` says why there are no more: all `steps` were made; the slope is exactly zero (`flat`); the position grew
    beyond all bounds (`diverged`); the next step would leave the declared domain, at `beyond`; or there is no slope
    where it stands.
    """

    name: str
    wrt: str
    """The loss's own variable, by its canonical name."""
    frames: tuple[Frame, ...]
    ended: Ending
    beyond: float | None = None

    @property
    def start(self) -> Frame:
        return self.frames[0]

    @property
    def last(self) -> Frame:
        return self.frames[-1]

    @property
    def moved(self) -> float:
        """How far the end lies from the start."""
        return abs(self.last.at - self.start.at)

    @property
    def overshoots(self) -> tuple[Frame, ...]:
        """The frames after a step that went too far: the slope points the other way."""
        return tuple(after for before, after in pairwise(self.frames) if before.gradient * after.gradient < 0)

    @property
    def swings(self) -> bool:
        """Whether it goes back and forth to the end, without coming closer."""
        if self.ended != "steps" or len(self.frames) < 5:
            return False
        last = self.frames[-5:]
        alternating = all(before.gradient * after.gradient < 0 for before, after in pairwise(last))
        return alternating and abs(last[-1].at - last[-2].at) >= 0.99 * abs(last[-3].at - last[-4].at)

    def at_step(self, step: int) -> Frame:
        """The frame of a step; the last one, once the run has ended."""
        return self.frames[min(step, len(self.frames) - 1)]


@dataclass(frozen=True, slots=True)
class Film:
    """Runs from one start, side by side."""

    wrt: str
    start: float
    rate: float
    steps: int
    runs: tuple[Run, ...]

    @property
    def length(self) -> int:
        """The number of the last step that any run made."""
        return max(run.last.step for run in self.runs)
