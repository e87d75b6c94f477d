"""The next line of a derivation for people, and as JSON: first the rule, then the line."""

from __future__ import annotations

from typing import Any

from grader.symbolic import DerivationTask
from grader.symbolic.next_step import NextLine, next_line
from questions.kinds import Derivation
from report.paper import Block
from report.rules import rule_formula, rule_words


def next_after(question: Derivation, text: str) -> NextLine:
    """The next line of an answer to a question of the bank, which may be empty so far."""
    task = DerivationTask(question.loss, question.wrt, question.variables, question.given)
    return next_line(task, text)


def next_form(found: NextLine, *, with_line: bool) -> dict[str, Any]:
    """The object of `check --next --json`."""
    return {
        "format": 1,
        "state": found.state,
        "rule": found.rule,
        "on": found.on,
        "through": found.through,
        "hint": next_hint(found),
        "line": found.line if with_line else None,
        "after": found.after,
        "wrong": found.wrong,
        "right": found.right,
    }


def next_hint(found: NextLine) -> str | None:
    """The rule to apply, and to what; None where there is no next line."""
    if found.state != "line" or found.rule is None:
        return None
    if found.rule == "algebra" and found.line is not None and found.line.startswith("L = "):
        return _rewriting(found.on or "")
    if found.rule == "algebra":
        return "Simplify the last line: multiply out, cancel, collect."
    if found.rule == "substitution" and found.line is not None and not found.line.startswith("∂"):
        return f"Give {found.on} a name, and go on with it."
    if found.rule == "substitution":
        return f"Put what you know into {found.on}."
    through = f", through {found.through}" if found.through else ""
    formula = rule_formula(found.rule)
    return f"Next: {rule_words(found.rule)}, on {found.on}{through}" + (f" ({formula})." if formula else ".")


def _rewriting(loss: str) -> str:
    """What to do with the loss before it is derived."""
    if "log" in loss:
        return f"Take the logarithm apart first (log(a·b/c) = log a + log b − log c, log eᵘ = u): {loss}."
    return f"Write the sums over rows and columns as matrices first: {loss}."


def next_blocks(found: NextLine, *, with_line: bool, more: str | None = None) -> list[Block]:
    """What to say. `more` tells how to get the line, while only the hint is shown."""
    if found.state == "finished":
        return [Block("Nothing is left to do: this is right, and in closed form.")]
    blocks: list[Block] = []
    if found.wrong is not None:
        rest = f"going on from line {found.after}" if found.after is not None else "going on from the loss"
        blocks.append(Block(f"Line {found.wrong} does not hold; {rest}.", style="yellow"))
    if found.state == "unreadable":
        return [Block("What you typed so far cannot be read; submit it to see where.")]
    if found.state == "none":
        return [*blocks, Block("No next line could be derived here.")]
    if found.right:
        blocks.append(Block("This is right already; it can be written shorter."))
    blocks.append(Block(next_hint(found) or ""))
    if with_line:
        blocks.append(Block(found.line or "", "  ", "      ", formula=True))
    elif more is not None:
        blocks.append(Block(more, style="dim"))
    return blocks
