"""What a formula alone is said to be in one case: the loss, or its derivative.

`For y = 1 the loss is −log p, whose derivative is −1/p; for y = 0 it is −log(1 − p), whose derivative is …`
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from grader.formula.reader.tokens import Token

_SAID: Final = re.compile(
    r"\b(?:(loss|cost|objective)|(derivative|gradient|slope)|(it))\s+(?:is|becomes|equals|reduces to)[\s$]{0,3}$", re.I
)
_ITS: Final = re.compile(r"[^;\n]{0,80}?\b(?:whose|its|so the|and the|with)\s+(?:derivative|gradient|slope)\b", re.I)
_NAMED: Final = re.compile(r"\b(?:(loss|cost|objective)|derivative|gradient|slope)\b", re.I)
_BEFORE: Final = 40
"""How many characters before a formula are looked at."""
_FAR: Final = 200
"""How many characters before `it` are."""


def said_to_be(tokens: Sequence[Token], text: str) -> Token | None:
    """The name for what the formula is said to be; None where that is not said."""
    start, end = tokens[0].start, tokens[-1].end
    said = _SAID.search(text, max(0, start - _BEFORE), start)
    if said is None:
        return None
    loss = said[1] is not None
    if said[3] is not None:  # `it`: the loss where its derivative follows, else what was named last
        named = [found[1] is not None for found in _NAMED.finditer(text, max(0, start - _FAR), said.start())]
        loss = _ITS.match(text, end) is not None or named[-1:] == [True]
    return Token("letter", "L", start, start, True) if loss else Token("word", "gradient", start, start, True)
