"""What is wrong with a bank: values with a place, a code and facts. The words are in `questions.wording`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Data = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a bank file. Line and column count from 1; `code` is a key of `questions.wording.WORDS`."""

    file: str
    line: int
    column: int
    code: str
    data: Data = field(default_factory=dict)

    @property
    def order(self) -> tuple[str, int, int, str]:
        """What problems are sorted by: the place, as an editor would walk through them."""
        return self.file, self.line, self.column, self.code
