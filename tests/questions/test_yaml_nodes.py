from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questions.yaml_nodes import Scalar, compose


@given(st.binary(max_size=300))
def test_no_bytes_get_out_as_an_exception(raw: bytes) -> None:
    node, _, problems = compose(raw, "bank.yaml")
    assert node is None or not isinstance(node, Exception)
    assert all(problem.line >= 1 and problem.column >= 1 for problem in problems)


@given(st.text(alphabet="ab:-?[]{}&*!|>'\"%@`#,~0.\n \t", max_size=80))
def test_no_yaml_like_text_gets_out_as_an_exception(text: str) -> None:
    compose(text.encode(), "bank.yaml")


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("yes", "str"), ("on", "str"), ("y", "str"), ("n", "str"), ("true", "bool"), ("False", "bool"), ("~", "null"),
        ("12", "int"), ("-3", "int"), ("010", "str"), ("0x1f", "str"), ("1_000", "str"), ("0.5", "float"),
        (".5", "float"), ("1e-3", "float"), ("1.", "float"), ("2/3", "str"), ("ln 2", "str"), ("2026-11-23", "str"),
        ("'5'", "str"), ("12:30", "str"), (".inf", "float"), ("null", "null"), ('""', "str"),
    ],
)  # fmt: skip
def test_plain_scalars_follow_the_core_rules(text: str, type_: str) -> None:
    node, _, problems = compose(text.encode(), "bank.yaml")
    assert problems == ()
    assert isinstance(node, Scalar)
    assert node.type == type_


def test_a_bomb_and_a_deep_nest_are_refused_at_once() -> None:
    levels = "\n".join(f"l{k}: &l{k} [{', '.join([f'*l{k - 1}'] * 9)}]" for k in range(1, 30))
    _, _, (bomb,) = compose(f"l0: &l0 x\n{levels}\n".encode(), "bank.yaml")
    assert (bomb.line, bomb.code) == (1, "alias")
    for nest in (b"[" * 30, b"[" * 1_000_000, b"[" * 1_100 + b"]" * 1_100, b"{a: " * 2_000, b"- " * 2_000, b"? " * 50):
        _, _, (deep,) = compose(nest, "bank.yaml")
        assert (deep.line, deep.code) == (1, "too-deep")


def test_windows_line_ends_and_a_byte_order_mark_are_fine() -> None:
    node, _, problems = compose(b"\xef\xbb\xbfformat: 1\r\nquestions: []\r\n", "bank.yaml")
    assert problems == ()
    assert node is not None
    assert node.line == 1
