"""Whether words say of the formula behind them that it is the derivative: `so the gradient is …`, `we arrive at …`."""

from __future__ import annotations

import re
from typing import Final

_SUBJECT: Final = re.compile(r"\b(gradients?|derivatives?|slope|answers?|result)\b", re.IGNORECASE)
_OTHER: Final = re.compile(
    r"\b(hessian|second|curvature|updates?|descent|steps?|negative (of )?(the )?gradient|negated|direction|MSE|MAE"
    r"|squared|absolute|huber|compare[ds]?|comparison|instead|would|unlike|whereas|versus|vs|probabilit\w+|inner"
    r"|(derivative|gradient) of (the )?(sigmoid|softmax|softplus|log\w*|inner|outer|first|mse|mae|hinge|square\w*|σ)"
    r"|log-?variance|loss (is|was|becomes)|class(es)?|others?(?! words)|otherwise|tends?|goes|grows|approach\w*"
    r"|converg\w+|scales|bounded|proportional|hinge|lasso|ridge|OLS|convention|parametri\w+|batch|samples?|examples|shape|magnitude"
    r"|norm|size|mistake is)\b|^\W*not\b",
    re.IGNORECASE,
)
_NO_LEAD: Final = re.compile(
    r"\b(of|in|for|by|with|at|on|between|than|since|because|when|if|where|using|from|into|over|and)\W*$",
    re.IGNORECASE,
)
_LEAD: Final = re.compile(
    r"\b(gives?|giving|yields?|gets?|find|obtain(ed|s)?|arrives?( \w+)? at|shown|conclude|equivalently|or|explicitly"
    r"|back|reads?|have|namely|differently|becomes?|equals|be|finally|answer|tl;dr|correct\w*|that is|thus|hence"
    r"|therefore|vector form|(simplif\w+|reduces|equals?|equivalent|boils down|amounts|comes( out)?)( \w+)? (to|as)"
    r"|(same|written|rewritten|expressed)( \w+)? as|(ends?|left|leaves us)( up)? with|(it|this|that|which) (is|are)"
    r"( \w+)?)\W*$",
    re.IGNORECASE,
)

_BY_NAME: Final = re.compile(
    r"\b(gradient|derivative|slope|answer|result)( (is|equals|becomes)( (simply|just|then|thus|therefore))?)?\W*$",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"\b(gradient|derivative|slope|answer|result)( (of|for) (the |this )?(loss|L|BCE|objective|cost|cross-entropy))?"
    r"( (with respect to|wrt|w\.r\.t\.) \S+)?"
    r"(\**\s*[:—–]| (is|equals|becomes|reads)( (therefore|thus|then|simply|just|hence|actually|now))?)\W*$",
    re.IGNORECASE,
)
_IS_IT: Final = re.compile(r"\bis (our|the|my) (final |required |desired )?(answer|gradient|derivative|result)\b")


def is_of_another(words: str) -> bool:
    """Whether words speak of another quantity than the derivative, or of the derivative of another."""
    return _OTHER.search(words) is not None


def restates(before: str) -> bool:
    """Whether the words of a sentence before a formula say that it is the derivative asked for."""
    if is_of_another(before):
        return False
    if _SUBJECT.search(before) is not None:
        return _NO_LEAD.search(before) is None
    return _LEAD.search(before) is not None


def restates_by_name(before: str) -> bool:
    """Whether they say so of a name alone: `the gradient is …`, `gradient …`, but not `the gradient in …`."""
    return _BY_NAME.search(before) is not None and not is_of_another(before)


def names_it(before: str) -> bool:
    """Whether words before an equation name what it is worth: `the gradient is y − p = −(p − y)`."""
    return _NAMED.search(before) is not None and not is_of_another(before)


def is_said_to_be(behind: str) -> bool:
    """Whether the words behind a formula say so: `… is our final answer`."""
    return _IS_IT.search(behind) is not None
