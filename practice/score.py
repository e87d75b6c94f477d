"""What an answer counts, from what the grader said and from the help that was taken.

- The verdict's own score is between 0 and 1, partial credit included.
- Each hint takes a tenth of the question's score away.
- Each earlier try that was graded takes a quarter away, down to a half: a second try is worth 3/4, any later one 1/2.
  An unreadable answer, or one that could not be judged, is no try.
- The best try counts. A question that was skipped without an answer, or whose answer was revealed, counts 0.
- Marks that people give themselves are kept apart, and never mixed into these scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from practice.events import Graded

PER_HINT: Final = 0.1
PER_TRY: Final = 0.25
LEAST_FOR_TRIES: Final = 0.5


def worth(hints: int, earlier_tries: int) -> float:
    """What a right answer counts now."""
    return max(0.0, 1 - PER_HINT * hints) * max(LEAST_FOR_TRIES, 1 - PER_TRY * earlier_tries)


def is_try(graded: Graded) -> bool:
    """Whether this verdict used up a try."""
    return graded.outcome in ("right", "partly", "wrong")


def points(tries: Sequence[tuple[Graded, int]], *, revealed: bool) -> float:
    """The points of a question: each graded answer comes with the hints that had been shown by then."""
    if revealed:
        return 0.0
    best, before = 0.0, 0
    for graded, hints in tries:
        if is_try(graded):
            best = max(best, (graded.score or 0.0) * worth(hints, before))
            before += 1
    return best
