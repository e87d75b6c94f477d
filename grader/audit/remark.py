"""What the checks of a question yield: a problem whose place is still a field's path."""

from __future__ import annotations

from dataclasses import dataclass, field

from questions.places import FieldPath
from questions.problems import Data


@dataclass(frozen=True, slots=True)
class Remark:
    """A problem at the character `offset` of the field at `path`."""

    path: FieldPath
    code: str
    data: Data = field(default_factory=dict)
    offset: int = 0


def shown(path: FieldPath) -> str:
    """`options.text`, as messages name a field; the place says which one."""
    return ".".join(step for step in path if isinstance(step, str))
