"""Every finding has words."""

from __future__ import annotations

import errno
import string
from pathlib import Path

import pytest

from grader.findings import CODES
from grader.verdict import Fact, Finding
from practice.store import StoreError
from questions.kinds import Mistake
from report.reasons import reason_words, store_words, unwritten_words
from report.wording import WORDS, Is, When, words


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
        facts: dict[str, Fact] = {}
        if isinstance(template, When | Is):
            facts[template.fact] = template.holds if isinstance(template, When) else template.value
        text = template if isinstance(template, str) else template.say
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


def test_a_hint_names_only_what_can_be_done_here() -> None:
    no_entry, unknown = Finding("no-entry"), Finding("unknown-symbol")
    assert "--entry" in str(words(no_entry).hint)
    assert "--entry" not in str(words(no_entry, (), "code").hint)
    assert "introduce your own" in str(words(unknown, (), "derivation").hint)
    assert "introduce your own" not in str(words(unknown, (), "number").hint)
    assert "--arg" in str(words(Finding("unknown-symbol", data={"declare": "--arg"})).hint)


def test_a_term_with_the_wrong_sign_is_called_that() -> None:
    assert words(Finding("wrong-term", data={"term": "y", "factor": "-1"})).message == "The term y has the wrong sign."
    assert words(Finding("wrong-term", data={"term": "y", "factor": "2"})).message == "The term y stands there 2 times."


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "x"), "no such file"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EIO, "Input/output error"), "input/output error"),
        (OSError("vi: not found"), "vi: not found"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), "not UTF-8 text"),
    ],
)
def test_what_the_system_says_is_put_in_words(error: Exception, said: str) -> None:
    assert reason_words(error) == said


def test_where_a_file_cannot_be_written_for_want_of_a_folder_the_folder_is_named() -> None:
    assert (
        unwritten_words(FileNotFoundError(errno.ENOENT, "No such file or directory", "x")) == "there is no such folder"
    )
    assert unwritten_words(OSError(errno.ENOSPC, "No space left on device")) == "the disk is full"


def test_a_full_disk_is_not_cured_by_permissions() -> None:
    said = store_words(StoreError("full", Path("progress.db"), "database or disk is full"))
    assert "disk is full" in said
    assert "writable" not in said


@pytest.mark.parametrize(
    ("code", "data", "said"),
    [
        ("clip-bias", {"bound": 30}, "Clipping at 30"),
        ("wrong-value", {"offset": 0.5}, "off by a constant, 0.5"),
        ("wrong-value", {"n": 1250}, "a batch of 1250 rows"),
        (
            "crashed",
            {"takes": 1, "passes": 2, "names": ("z", "y"), "exception": "TypeError"},
            "takes 1, the task passes 2",
        ),
    ],
)
def test_what_is_known_is_said(code: str, data: dict[str, Fact], said: str) -> None:
    assert said in words(Finding(code, data=data)).message


def test_which_name_is_unknown_is_said_beside_the_banks_own_words() -> None:
    own = Mistake(finding="unknown-symbol", say="There is no batch here.")
    said = words(Finding("unknown-symbol", data={"symbol": "q", "suggestion": None, "known": "p, y"}), [own])
    assert "q" in said.message
    assert said.hint == "There is no batch here."
