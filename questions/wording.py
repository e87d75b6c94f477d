"""What is said about the problems of a bank: one sentence a code, from the facts of the problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from questions.problems import Data, Problem

_TYPES: Final[Mapping[object, str]] = {
    "str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false", "null": "nothing",
    "list": "a list", "mapping": "a mapping",
}  # fmt: skip


def render(problem: Problem) -> str:
    """`file:line:column: message`, as compilers and editors write it."""
    return f"{problem.file}:{problem.line}:{problem.column}: {message(problem)}"


def message(problem: Problem) -> str:
    """What is wrong and, where it is known, the cure."""
    words = WORDS[problem.code]
    return words(problem.data) if callable(words) else words.format_map(problem.data)


def _meant(data: Data) -> str:
    return f"; did you mean {data['nearest']!r}?" if data.get("nearest") else ""


def _unknown_key(data: Data) -> str:
    kinds = data.get("kinds")
    if isinstance(kinds, tuple) and kinds:
        return f"the key {data['key']!r} belongs to questions of kind {' and '.join(kinds)}, not of this one"
    return f"unknown key {data['key']!r}{_meant(data)}"


def _wrong_type(data: Data) -> str:
    got, expected = _TYPES[data["got"]], _TYPES[data["expected"]]
    sentence = f"{data['key']!r} should be {expected}, not {got}"
    if data["expected"] == "str" and data["got"] in ("int", "float", "bool") and data.get("value"):
        return f"{sentence}: put it between quotes, '{data['value']}'"
    if data["expected"] == "list" and data["got"] == "str":
        return f"{sentence}: write [ ] around it"
    return sentence


def _unknown_value(data: Data) -> str:
    allowed = data["allowed"]
    listed = ", ".join(allowed) if isinstance(allowed, tuple) else str(allowed)
    return f"{data['value']!r} is not a value of {data['key']!r}{_meant(data) or '.'} It is one of: {listed}"


def _out_of_range(data: Data) -> str:
    reach = f": it runs from {data['low']} to {data['high']}" if "low" in data else ""
    return f"{data['key']!r} cannot be {data['value']}{reach}"


def _no_entry(data: Data) -> str:
    defined = data["defined"]
    found = f"; it defines {', '.join(defined)}" if isinstance(defined, tuple) and defined else ""
    return f"{data['key']!r} does not define the function {data['entry']!r}{found}"


def _formula(data: Data) -> str:
    expected = data.get("expected")
    hoped = f"; expected {' or '.join(expected)}" if isinstance(expected, tuple) and expected else ""
    symbol = data.get("symbol")
    name = f" ({symbol!r}{_meant(data)})" if symbol else ""
    reasons = {
        "unknown-symbol": "a name that is not declared",
        "shape-mismatch": "the shapes do not fit",
        "too-large": "too large",
    }
    reason = reasons.get(str(data["reason"]), "cannot be read")
    return f"formula in {data['key']!r}, from here on: {reason}{name}{hoped}"


def _codes(data: Data) -> str:
    codes = data["codes"]
    return ", ".join(codes) if isinstance(codes, tuple) and codes else "no finding"


WORDS: Final[Mapping[str, str | Callable[[Data], str]]] = {
    # files
    "no-such-file": "there is no such file",
    "no-banks": "there is no *.yaml file in this folder",
    "unreadable-file": "the file cannot be read: {said}",
    "empty-file": "the file is empty",
    "file-too-large": "the file has {bytes} bytes; {limit} are the limit",
    "not-utf-8": "the file is not UTF-8 (byte {byte})",
    "control-character": "the character {character} may not stand in a bank",
    "bad-yaml": "not YAML: {said}",
    "several-documents": "a bank is one YAML document: a second one begins here",
    "alias": "anchors and aliases ({name!r}) are not allowed in banks",
    "tag": "tags ({tag}) are not allowed in banks",
    "too-deep": "nested deeper than {limit} levels",
    "too-many-nodes": "more than {limit} values",
    "bad-key": "{key!r} cannot be a key: keys are plain texts",
    "duplicate-key": "{key!r} stands twice; first in line {first}",
    # the frame and the fields
    "not-a-bank": lambda data: f"a bank is a mapping with 'format' and 'questions', not {_TYPES[data['got']]}",
    "bad-format": "format {got} is not known; this program reads format {known}",
    "unknown-key": _unknown_key,
    "missing-key": "the key {key!r} is missing",
    "wrong-type": _wrong_type,
    "unknown-value": _unknown_value,
    "empty-text": lambda data: "a hint is empty" if data["key"] == "hints" else f"{data['key']!r} is empty",
    "empty-list": "{key!r} has no entries",
    "out-of-range": _out_of_range,
    "repeated-item": "{item!r} stands twice in {key!r}",
    # questions
    "bad-id": "{id!r} cannot be an id: small letters, digits and single hyphens, at most 60",
    "duplicate-id": "the id {id!r} is taken: {file}:{line}",
    "too-few-hints": lambda data: (
        f"{data['count']} hint{'s' * (data['count'] != 1)}; a ladder has at least {data['least']}"
    ),
    "no-right-option": "no option is marked 'correct: true'",
    "no-wrong-option": "every option is marked correct",
    "too-many-options": "{count} options; {most} are the limit",
    "no-essential-point": "no point is essential",
    "no-rejected": "'rejected' is empty: give at least one answer that must not pass, with its finding",
    "bad-python": "line {line} of {key!r} is not Python: {said}",
    "no-entry": _no_entry,
    "no-wrt": "{returns!r} needs 'wrt': the argument that the gradient is taken with respect to",
    "no-gradient": "'wrt' says {wrt!r}, but no gradient is asked: write 'returns: gradient' or 'loss-and-gradient'",
    "unknown-source": lambda data: f"no source {data['key']!r} in questions/sources.yaml{_meant(data)}",
    "bad-date": "{value!r} is not a date (2026-11-23)",
    "no-reason": "source {key!r}: 'checked' is null, so 'note' must say why",
    # what only running the question shows
    "bad-formula": _formula,
    "open-dollar": "a dollar sign in {key!r} has no partner",
    "false-equation": "not so: the left side is {left}, the right side {right}",
    "contradictory-demands": "no loss can meet both {one!r} and {other!r}; drop one of them",
    "experiment-variables": lambda data: (
        f"the experiment {data['experiment']!r} tries a loss of one number"
        f"{' and its label in {0,1}' if data['label'] else ''}; declare nothing else"
    ),
    "declared-twice": "the name {name!r} is declared already",
    "unused-symbol": "the symbol {name!r} is declared but never used",
    "unknown-finding": lambda data: f"no finding is called {data['finding']!r}{_meant(data)}",
    "model-not-right": lambda data: f"the model answer is graded {data['outcome']!r} ({_codes(data)})",
    "accepted-not-right": lambda data: f"this accepted answer is graded {data['outcome']!r} ({_codes(data)})",
    "model-form": "the model answer is not in the form that the question asks for",
    "rejected-passes": lambda data: f"this rejected answer is graded {data['outcome']!r} ({_codes(data)})",
    "other-finding-first": lambda data: f"the finding {data['finding']!r} should come first; what came: {_codes(data)}",
    "starter-passes": "the starter passes as it stands",
    "level-not-reached": "the reference is asked to be {asked}, and is {reached}",
    "hint-gives-answer": "this hint contains the model answer",
    "impossible-finding": "no answer to a {kind} question can have the finding {finding!r}",
    "grader-failed": "grading {key!r} failed: {said}",
}
