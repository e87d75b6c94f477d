from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from questions import places, yaml_nodes

BANK = """format: 1
questions:
  - id: a
    plain: plain text
      folded on
    double: "a \\"quoted\\" $x$ caf\\u00e9
      more $y$ \\
      joined"
    single: 'it''s $c$'
    literal: |
      line one
        line $two$

      three
    folded: >-
      fold one
      fold $two$

      paragraph
    nested: [{text: x}, {text: "  $deep$"}]
  - {id: b, flow: "x $y$"}
"""


def of(name: str, text: str = BANK) -> places.QuestionPlaces:
    node, read, problems = yaml_nodes.compose(text.encode(), "bank.yaml")
    assert problems == ()
    return dict(places.of_nodes("bank.yaml", node, read))[name]


def test_every_character_of_every_style_is_found_again() -> None:
    lines = BANK.split("\n")
    question = of("a")
    for key in ("plain", "double", "single", "literal", "folded"):
        node = question.node.get(key)
        assert isinstance(node, yaml_nodes.Scalar)
        for offset, character in enumerate(node.value):
            line, column = question.at((key,), offset)
            there = (lines[line - 1] + "\n")[column - 1]
            assert there == character or (there.isspace() and character.isspace()) or there == "\\", (key, offset)


def test_a_nested_field_and_a_question_in_one_line_are_found() -> None:
    assert of("a").at(("nested", 1, "text"), 3) == (20, 36)
    assert of("b").at(("flow",), 2) == (21, 22)


def test_a_missing_field_stands_where_it_should_be() -> None:
    assert of("b").at(("nothing", 3)) == (21, 5)
    assert of("a").at(("nested", 9, "text")) == (20, 13)


def test_an_offset_behind_the_text_stays_in_it() -> None:
    assert of("b").at(("flow",), 99) == (21, 24)


CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co"))
TEXTS = st.text(CHARACTERS, min_size=1, max_size=40)


@given(TEXTS, st.sampled_from(["'", '"']))
def test_a_quoted_text_of_one_line_keeps_its_columns(text: str, quote: str) -> None:
    written = text.replace("'", "''") if quote == "'" else text.replace("\\", "\\\\").replace('"', '\\"')
    bank = f"format: 1\nquestions:\n  - id: a\n    text: {quote}{written}{quote}\n"
    node, read, problems = yaml_nodes.compose(bank.encode(), "bank.yaml")
    if problems:  # a byte order mark within the text
        return
    question = dict(places.of_nodes("bank.yaml", node, read))["a"]
    width = 12
    for offset, character in enumerate(text):
        assert question.at(("text",), offset) == (4, width)
        width += 2 if character == quote or (quote == '"' and character == "\\") else 1
