"""Every finding has words."""

from __future__ import annotations

import string

import pytest

from grader.findings import CODES
from grader.verdict import Fact, Finding
from questions.kinds import Mistake
from report.wording import WORDS, When, words


def test_every_code_has_words() -> None:
    assert WORDS.keys() >= CODES


@pytest.mark.parametrize("code", sorted(WORDS))
def test_without_any_facts_there_is_a_sentence(code: str) -> None:
    said = words(Finding(code))
    assert said.message[0].isupper()
    assert said.message[-1] in ".?"
    assert said.hint is None or said.hint[-1] in ".?"
    assert "{" not in said.message


@pytest.mark.parametrize("code", sorted(WORDS))
def test_each_template_is_used_once_its_facts_are_there(code: str) -> None:
    for template in WORDS[code][0]:
        facts: dict[str, Fact] = {template.fact: template.holds} if isinstance(template, When) else {}
        text = template.say if isinstance(template, When) else template
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name]
        said = words(Finding(code, data={**{name: f"<{name}>" for name in names}, **facts})).message
        assert all(f"<{name}>" in said for name in names)


def test_a_list_of_facts_reads_as_a_list() -> None:
    data: dict[str, Fact] = {"expected": ("a", "b", "c"), "got": "d"}
    assert words(Finding("unreadable", data=data)).message == "This cannot be read: expected a, b or c, found d."


def test_the_author_of_a_question_has_the_word() -> None:
    mistakes = (Mistake(finding="sign-flipped", say="Look at $y - p$."),)
    assert words(Finding("sign-flipped"), mistakes).message == "Look at $y - p$."
    assert words(Finding("lost-term"), mistakes).message != "Look at $y - p$."


def test_what_is_said_of_a_wrong_option_stays_and_the_mistakes_words_are_the_hint() -> None:
    said = words(Finding("wrong-option", data={"option": "b", "why": "It saturates."}),
                 (Mistake(finding="wrong-option", say="Think of the tails."),))  # fmt: skip
    assert (said.message, said.hint) == ("Option b is not right: It saturates.", "Think of the tails.")
