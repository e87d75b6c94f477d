"""A submission at work: one child, one clock, and everything that it was asked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.numeric.judge import Case, Judged, cases, judge
from grader.numeric.messages import Call, Reply
from grader.numeric.oracle import Oracle
from grader.numeric.probes import Probe
from grader.numeric.process import Child, Ended
from grader.numeric.task import Statement


@dataclass(eq=False)
class Trial:
    """Calls made of one submission. After the child has ended, all further ones remain unanswered."""

    statement: Statement
    oracle: Oracle
    child: Child
    deadline: float
    at_hand: Judged | None = field(default=None)
    """The case during which the child ended."""

    @property
    def ended(self) -> Ended | None:
        return self.child.ended

    def left(self) -> float:
        """Seconds that remain."""
        return self.deadline - time.monotonic()

    def replies(self, calls: Sequence[Call]) -> list[Reply | None]:
        """One reply a call; None for those that were never answered."""
        if self.ended is not None or not calls:
            return [None] * len(calls)
        found = self.child.run(calls, self.deadline)
        return [*found, *[None] * (len(calls) - len(found))]

    def judged(self, given: Sequence[Case]) -> list[Judged]:
        """Known cases, called and judged."""
        alive = self.ended is None
        replies = self.replies([case.probe.call(self.statement) for case in given])
        found = [judge(case, reply) for case, reply in zip(given, replies, strict=True)]
        if alive and self.ended is not None and found:
            self.at_hand = found[self.child.at_hand]
        return found

    def tried(self, probes: Sequence[Probe]) -> list[Judged]:
        """New probes: those at which the formula has a value, called and judged."""
        return self.judged(cases(self.oracle, probes))
