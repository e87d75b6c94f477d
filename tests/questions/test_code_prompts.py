"""A question for code says in its prompt which level is asked."""

from __future__ import annotations

import pytest

from questions import loader
from questions.kinds import Code

QUESTIONS = [question for question in loader.load(loader.builtin_banks()).questions if isinstance(question, Code)]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_a_prompt_states_the_level_that_is_asked(question: Code) -> None:
    levels = [level for level in ("correct", "stable", "precise") if f"Level asked: {level}" in question.prompt]
    assert levels == [question.asks]
