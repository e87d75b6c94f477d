"""A submission at work: one child, one clock, and everything that it was asked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from grader.numeric.judge import Case, Judged, cases, judge_all
from grader.numeric.messages import Call, Reply
from grader.numeric.oracle import Oracle
from grader.numeric.probes import Probe
from grader.numeric.process import Child, Ended
from grader.numeric.task import Statement


@dataclass(eq=False)
class Trial:
    """Calls made of one submission. After the child has ended, all further ones remain unanswered."""

    statement: Statement
    oracles: tuple[Oracle, ...]
    """One for each value that the submission returns; of a trial `about` one of them, that one."""
    child: Child
    deadline: float
    at_hand: Judged | None = field(default=None)
    """The case during which the child ended."""

    @property
    def oracle(self) -> Oracle:
        """Of the value at hand."""
        return self.oracles[0]

    def about(self, part: int) -> Trial:
        """The same trial, with an eye on one of the values that the submission returns."""
        return replace(self, oracles=tuple(oracle for oracle in self.oracles if oracle.part == part))

    @property
    def ended(self) -> Ended | None:
        return self.child.ended

    def left(self) -> float:
        """Seconds that remain."""
        return self.deadline - time.monotonic()

    def replies(self, calls: Sequence[Call]) -> list[Reply | None]:
        """One reply a call, of the value at hand; None for those that were never answered."""
        several = len(self.statement.parts) > 1
        return [_part(reply, self.oracle.part) if several else reply for reply in self._called(calls)]

    def _called(self, calls: Sequence[Call]) -> list[Reply | None]:
        if self.ended is not None or not calls:
            return [None] * len(calls)
        found = self.child.run(calls, self.deadline)
        return [*found, *[None] * (len(calls) - len(found))]

    def judged(self, given: Sequence[Case]) -> list[Judged]:
        """Known cases, called and judged: each of the values at hand."""
        alive = self.ended is None
        replies = self._called([case.probe.call(self.statement) for case in given])
        found = [judge_all(case, reply) for case, reply in zip(given, replies, strict=True)]
        if alive and self.ended is not None and found:
            self.at_hand = found[self.child.at_hand][0]
        return [item for items in found for item in items]

    def tried(self, probes: Sequence[Probe]) -> list[Judged]:
        """New probes: those at which the formula has a value, called and judged."""
        return self.judged(cases(self.oracles, probes))


def _part(reply: Reply | None, part: int) -> Reply | None:
    """One value of a reply; the reply itself where it does not hold that value."""
    if reply is None or reply.parts is None or part >= len(reply.parts):
        return reply
    return reply.parts[part]
