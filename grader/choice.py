"""Grading a choice: letters, in the order in which the options were shown."""

from __future__ import annotations

import re
import string
from typing import Final

from grader.submission import Submission
from grader.verdict import Finding, Outcome, Place, Verdict, Witness
from questions.kinds import Choice

_WORD: Final = re.compile(r"[^\s,;&+/()\[\].:]+")
_JOINING: Final = frozenset({"and", "und", "or"})
MAX_LENGTH: Final = 200


def grade_choice(question: Choice, submission: Submission) -> Verdict:
    """All right options and no other. For several, each wrong one takes back a right one."""
    order = submission.order or tuple(range(len(question.options)))
    letters = string.ascii_lowercase[: len(order)]
    read = _positions(submission.text, letters)
    if isinstance(read, Finding):
        return Verdict("choice", "unreadable", 0.0, "place", findings=(read,))
    chosen = sorted(read)
    right = {position for position, option in enumerate(order) if question.options[option].correct}
    wrong = [position for position in chosen if position not in right]
    missing = len(right - read)
    score = max(0, len(right) - missing - len(wrong)) / len(right)
    outcome: Outcome = "right" if not wrong and not missing else "partly" if score > 0 else "wrong"
    findings = [_wrong_option(question, order[position], letters[position]) for position in wrong]
    if missing and (len(right) > 1 or not wrong):
        findings.append(Finding("missing-option", data={"missing": missing, "asked": len(right)}))
    reading = ", ".join(letters[position] for position in chosen)
    if outcome == "right":
        return Verdict("choice", "right", 1.0, "proved", reading=reading)
    witness = Witness({}, ", ".join(letters[position] for position in sorted(right)), reading)
    return Verdict("choice", outcome, score, "witness", reading=reading, findings=tuple(findings), witness=witness)


def _wrong_option(question: Choice, number: int, letter: str) -> Finding:
    option = question.options[number]
    return Finding("wrong-option", data={"option": letter, "number": number, "text": option.text, "why": option.why})


def _positions(text: str, letters: str) -> frozenset[int] | Finding:
    """The chosen positions: `b`, `a,c`, `A C`, `ac`, `a and c`, or numbers counted from 1."""
    if len(text) > MAX_LENGTH:
        return Finding("too-large", where=Place(1, MAX_LENGTH + 1), data={"what": "length", "limit": MAX_LENGTH})
    found: set[int] = set()
    for word in _WORD.finditer(text):
        typed = word.group().lower()
        if typed in _JOINING:
            continue
        if typed.isascii() and typed.isdigit():
            if not 1 <= int(typed) <= len(letters):
                return _unreadable(text, word.start(), len(typed), letters)
            found.add(int(typed) - 1)
            continue
        for offset, letter in enumerate(typed):
            if letter not in letters:
                return _unreadable(text, word.start() + offset, 1, letters)
            found.add(letters.index(letter))
    if not found:
        return Finding("empty", where=Place(1, 1), data={"expected": tuple(letters)})
    return frozenset(found)


def _unreadable(text: str, offset: int, length: int, letters: str) -> Finding:
    line_start = text.rfind("\n", 0, offset) + 1
    place = Place(text.count("\n", 0, offset) + 1, offset - line_start + 1, length)
    typed = text[offset : offset + length]
    return Finding("unreadable", where=place, data={"expected": tuple(letters), "found": typed})
