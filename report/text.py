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


def short_number(x: float) -> str:
    """`−745`, `1e-8`, `1 − 1e-8`."""
    if 0.9 < x < 1 and len(repr(x)) > 5:
        return f"1 − {1 - x:.0e}".replace("e-0", "e-")
    if x == round(x) and abs(x) < 1e5:
        text = str(int(x))
    else:
        text = f"{x:g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    return f"−{text[1:]}" if text.startswith("-") else text
