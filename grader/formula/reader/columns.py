"""`&= p - y && \\text{(chain rule)}`: the column of remarks in `align`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.formula.reader.rows import has_equals, matched
from grader.formula.reader.tokens import Token


def without_columns(
    tokens: Sequence[Token], text: str, set_off: Callable[[Token], bool]
) -> tuple[list[Token], list[list[Token]]]:
    """The tokens without `&&` between the columns of set-off mathematics, and without the columns behind it that
    equate nothing, which are returned as well. In code, and inside of brackets and `cases`, `&&` is a conjunction."""
    closing = matched(tokens)
    kept: list[Token] = []
    remarks: list[list[Token]] = []
    until, at = -1, 0
    while at < len(tokens):
        token = tokens[at]
        until = max(until, closing.get(at, -1))
        column = at > until and token.text == "and" and text.startswith("&", token.start) and set_off(token)
        if not column:
            kept.append(token)
            at += 1
            continue
        end = at + 1
        while end < len(tokens) and tokens[end].kind not in ("newline", "end") and set_off(tokens[end]):
            end += 1
        remark = list(tokens[at + 1 : end])
        if has_equals(remark):
            at += 1
            continue
        remarks.append(remark)
        at = end
    return kept, [remark for remark in remarks if remark]
