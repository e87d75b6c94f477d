"""How tightly operators bind, loosest first."""

from __future__ import annotations

from enum import IntEnum


class Level(IntEnum):
    CONDITIONAL = 0
    OR = 1
    AND = 2
    NOT = 3
    COMPARISON = 4
    SUM = 5
    PRODUCT = 6
