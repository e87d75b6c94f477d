"""Small words for everybody; imports nothing heavy, since `list` counts too."""

from __future__ import annotations

import re
from typing import Final

GLUE: Final = "\ue000"
"""A blank at which no line is broken (`\u00a0` is one to the wrapping); paper prints it as a blank."""
_SHORT_LIST: Final = re.compile(r"\[[^][\n]{1,24}\]")


def glued(text: str) -> str:
    """Short lists, `[1, 1]`, stay on one line."""
    return _SHORT_LIST.sub(lambda found: found[0].replace(" ", GLUE), text)


def counted(number: int, thing: str) -> str:
    """`1 try`, `2 tries`."""
    several = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}es" if thing.endswith("s") else f"{thing}s"
    return f"{number} {thing if number == 1 else several}"
