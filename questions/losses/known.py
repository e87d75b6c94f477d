"""A loss that goes by a name, as the library states it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Space = Literal["residual", "prediction", "probability", "logit", "margin", "logits", "probabilities"]
SPACES: tuple[Space, ...] = get_args(Space)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLoss:
    """One named loss. Formula and declarations are as typed: reading them is the job of `grader.formula`."""

    name: str
    title: str
    formula: str
    wrt: str
    """The variable that a gradient is taken for unless told otherwise."""
    variables: tuple[str, ...]
    """Declarations, in the order of a function's arguments; parameters carry their usual value as default."""
    space: Space
    """What `wrt` is."""
    meaning: str
    sources: tuple[str, ...]
    """Keys of `questions/sources.yaml`."""
    given: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
