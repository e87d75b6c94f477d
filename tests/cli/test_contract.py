"""The contract of the command line: verdicts as JSON, and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.run import BCE, RIGHT, SIGN, run

KEYS = ["format", "id", "question", "kind", "outcome", "score", "evidence", "reading", "findings", "witness", "steps",
        "levels", "seconds"]  # fmt: skip


def test_a_right_derivation(tmp_path: Path) -> None:
    ran = run(tmp_path, "check", *BCE, "-a", RIGHT, "--json")
    assert (ran.code, list(ran.json)) == (0, KEYS)
    assert (ran.json["outcome"], ran.json["evidence"], ran.json["question"]) == ("right", "proved", None)
    assert ran.json["seconds"] > 0


def test_a_wrong_one_has_a_finding_and_a_witness(tmp_path: Path) -> None:
    ran = run(tmp_path, "check", *BCE, "-a", SIGN, "--json")
    assert (ran.code, ran.json["outcome"], ran.json["findings"][0]["code"]) == (1, "wrong", "sign-flipped")
    assert ran.json["witness"]["inputs"].keys() == {"p", "y"}


def test_an_unreadable_one_has_a_place(tmp_path: Path) -> None:
    ran = run(tmp_path, "check", *BCE, "-a", "(p-y", "--json")
    assert (ran.code, ran.json["outcome"]) == (2, "unreadable")
    assert ran.json["findings"][0]["where"]["line"] == 1


def test_nothing_typed_is_run(tmp_path: Path) -> None:
    ran = run(tmp_path, "check", *BCE, "-a", '__import__("os").system("touch pwned")', "--json")
    assert (ran.code, ran.json["outcome"]) == (2, "unreadable")
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize("answer", [["-a", "-2(y - t)"], ["--", "-2(y - t)"], ["--answer=-2(y-t)"]])
def test_an_answer_may_begin_with_a_minus(tmp_path: Path, answer: list[str]) -> None:
    ran = run(
        tmp_path, "check", "--loss", "-(y-t)^2", "--wrt", "y", "--var", "y: real", "--var", "t: real", "--json", *answer
    )
    assert (ran.code, ran.json["outcome"]) == (0, "right")


def test_an_answer_from_standard_input_and_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_bytes(b"\xef\xbb\xbf# my derivation\r\n" + RIGHT.encode() + b"\r\n")
    assert run(tmp_path, "check", *BCE, "-", stdin=RIGHT.encode()).code == 0
    assert run(tmp_path, "check", *BCE, "answer.txt").code == 0


def test_what_is_not_text_is_unreadable_with_its_place(tmp_path: Path) -> None:
    ran = run(tmp_path, "check", *BCE, "-", "--json", stdin=b"p\n y \xff")
    assert (ran.code, ran.json["outcome"]) == (2, "unreadable")
    assert ran.json["findings"][0]["where"] == {"line": 2, "column": 4, "length": 1}


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    ran = run(tmp_path, "check", *BCE, "nowhere.txt", "--json")
    assert (ran.code, ran.json["outcome"]) == (2, "unreadable")
    assert "nowhere.txt" in ran.json["findings"][0]["message"]


@pytest.mark.parametrize(
    ("args", "cure"),
    [
        (["check", *BCE], "-a TEXT"),
        (["check", *BCE, "-a", "p", "file"], "twice"),
        (["check", "-a", "p"], "--loss"),
        (["check", "--no-such-option"], "No such option"),
        (["check", *BCE, "-a"], "requires an argument"),
        (["chekc"], "check"),
        (["show", "no-such-question"], "lossprep list"),
        (["list", "--level", "expert"], "senior"),
        (["quiz", "--tag", "no-such-tag"], "no question"),
        (["list", "--bank", "nowhere.yaml"], "nowhere.yaml"),
        (["check", "--cases", "nowhere.jsonl"], "nowhere.jsonl"),
    ],
)
def test_misuse_exits_with_2_and_says_the_cure(tmp_path: Path, args: list[str], cure: str) -> None:
    ran = run(tmp_path, *args)
    assert (ran.code, ran.out) == (2, "")
    assert cure in ran.err


@pytest.mark.parametrize(
    ("option", "args"),
    [
        ("--loss", ["--loss", "(y-p", "--wrt", "p", "--var", "p: real", "--var", "y: real"]),
        ("--loss", ["--loss", "(y-q)^2", "--wrt", "p", "--var", "p: real", "--var", "y: real"]),
        ("--var", ["--loss", "p", "--wrt", "p", "--var", "p: (0,"]),
        ("--let", ["--loss", "p", "--wrt", "z", "--var", "z: real", "--let", "p = sigmoid("]),
        ("--wrt", ["--loss", "p^2", "--wrt", "q", "--var", "p: real"]),
    ],
)
def test_an_option_that_cannot_be_read_is_named_with_a_caret(tmp_path: Path, option: str, args: list[str]) -> None:
    told = run(tmp_path, "check", *args, "-a", "1", "--json")
    assert (told.code, told.json["outcome"], told.json["findings"][0]["data"]["option"]) == (2, "unreadable", option)
    shown = run(tmp_path, "check", *args, "-a", "1")
    assert shown.code == 2
    assert option in shown.out
    assert "^" in shown.out


def test_many_cases_one_verdict_a_line_in_order(tmp_path: Path) -> None:
    stated = {"loss": BCE[1], "wrt": "p", "var": ["p: (0,1)", "y: {0,1}"]}
    cases: list[object] = [
        {"id": "a", **stated, "answer": RIGHT},
        {"id": "b", **stated, "answer": SIGN},
        {"id": "c", **stated, "answer": "(p-y"},
        {"id": "d", **stated},
        {"id": "e", **stated, "answer": 3},
        ["no", "object"],
        {"id": 7, **stated, "loss": "((", "answer": RIGHT},
        {"id": "h", "loss": "p^2", "let": ["p = 3*z"], "var": ["z: real"], "wrt": "z", "answer": "18z"},
    ]
    text = "\n".join([*map(json.dumps, cases), "{ broken", "", '{"id": "\\ud800"}'])
    (tmp_path / "cases.jsonl").write_text(text, "utf-8")
    ran = run(tmp_path, "check", "--cases", "cases.jsonl")
    assert ran.code == 0
    assert [line["id"] for line in ran.lines] == ["a", "b", "c", "d", "e", None, 7, "h", None, "\ud800"]
    outcomes = [line["outcome"] for line in ran.lines]
    assert outcomes == ["right", "wrong", *["unreadable"] * 5, "right", "unreadable", "unreadable"]
    assert all(list(line) == KEYS for line in ran.lines)
    assert run(tmp_path, "check", "--cases", "-", "--json", stdin=text.encode()).code == 0


NAIVE = """
import numpy as np

def loss(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
"""
STABLE = """
import numpy as np

def loss(z, y):
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))
"""
LOSS = ["--loss", "mean(softplus(z) - y*z)", "--arg", "z: real[n]", "--arg", "y: {0,1}[n]"]


def test_naive_code_is_correct_and_not_stable(tmp_path: Path) -> None:
    (tmp_path / "naive.py").write_text(NAIVE)
    ran = run(tmp_path, "test", "naive.py", *LOSS, "--json")
    assert (ran.code, list(ran.json), ran.json["outcome"]) == (1, KEYS, "partly")
    assert ran.json["levels"]["correct"] is True
    assert ran.json["levels"]["stable"] is False
    assert {"overflow", "nan"} & {finding["code"] for finding in ran.json["findings"]}
    assert ran.json["witness"]["inputs"].keys() == {"z", "y"}


def test_stable_code_reaches_all_three_levels(tmp_path: Path) -> None:
    (tmp_path / "stable.py").write_text(STABLE)
    ran = run(tmp_path, "test", "stable.py", *LOSS, "--json")
    assert (ran.code, ran.json["levels"]) == (0, {"correct": True, "stable": True, "precise": True})


@pytest.mark.parametrize("source", ["def loss(z, y:\n", "x = 1\n", ""])
def test_code_that_cannot_be_tested_exits_with_2(tmp_path: Path, source: str) -> None:
    (tmp_path / "broken.py").write_text(source)
    assert run(tmp_path, "test", "broken.py", *LOSS, "--json").code == 2


def test_code_that_cannot_be_imported_is_wrong_with_no_input_to_show_it(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import no_such_module_at_all\ndef loss(z, y): ...\n")
    ran = run(tmp_path, "test", "broken.py", *LOSS, "--json")
    assert (ran.code, ran.json["outcome"], ran.json["findings"][0]["code"]) == (1, "wrong", "import-error")
    assert "here is an input" not in run(tmp_path, "test", "broken.py", *LOSS).out


def test_an_argument_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "stable.py").write_text(STABLE)
    ran = run(tmp_path, "test", "stable.py", "--loss", "z", "--arg", "z: rael[n]", "--json")
    assert (ran.code, ran.json["kind"], ran.json["findings"][0]["data"]["option"]) == (2, "code", "--arg")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("nowhere.txt", "nowhere.txt: no such file (for a formula, use -a)"),
        (".", ".: this is a folder, not a file"),
        ("bytes.txt", "bytes.txt: not UTF-8 text, at byte 3 of line 2"),
    ],
)
def test_a_file_without_text_is_one_line_without_a_caret(tmp_path: Path, file: str, said: str) -> None:
    (tmp_path / "bytes.txt").write_bytes(b"p\ny \xff")
    ran = run(tmp_path, "check", *BCE, file)
    assert (ran.code, ran.out, ran.err) == (2, "", f"lossprep: {said}\n")


def test_a_derivation_in_the_place_of_a_file_is_shown_by_its_first_line(tmp_path: Path) -> None:
    said = "lossprep: dL/dz = p - y…: no such file (for a formula, use -a)\n"
    assert run(tmp_path, "check", *BCE, "dL/dz = p - y\n= y - p").err == said


def test_a_formula_in_the_place_of_a_file_is_told_the_option(tmp_path: Path) -> None:
    assert "use -a" in run(tmp_path, "check", *BCE, "--", "t - y").err


@pytest.mark.parametrize("answer", ["", "  ", "\n"])
def test_an_answer_without_a_word_is_empty_and_has_no_caret(tmp_path: Path, answer: str) -> None:
    told = run(tmp_path, "check", *BCE, "-a", answer, "--json")
    assert (told.code, told.json["findings"][0]["code"], told.json["score"]) == (2, "empty", 0.0)
    assert "^" not in run(tmp_path, "check", *BCE, "-a", answer).out


@pytest.mark.parametrize(("loss", "declared", "option"), [("q*p", "--var", "--loss"), ("sum(z)*q", "--arg", "--loss")])
def test_an_unknown_name_in_an_option_is_to_be_declared(tmp_path: Path, loss: str, declared: str, option: str) -> None:
    (tmp_path / "stable.py").write_text(STABLE)
    args = ["check", "--wrt", "p", "--var", "p: real", "-a", "1"]
    if declared == "--arg":
        args = ["test", "stable.py", "--arg", "z: real[n]"]
    (finding,) = run(tmp_path, *args, "--loss", loss, "--json").json["findings"]
    assert finding["data"]["option"] == option
    assert f"{declared} 'q: real'" in finding["hint"]


def test_broken_cases_name_their_line_and_the_nearest_key(tmp_path: Path) -> None:
    stated = {"loss": "p^2", "wrt": "p", "var": ["p: real"]}
    lines = [
        json.dumps({"id": 1, **stated, "answer": "2p"}),
        "",
        json.dumps({"id": 2, **stated, "anwser": "2p"}),
        '{"id": 1e999, "loss": "p^2", "wrt": "p", "var": ["p: real"], "answer": "2p"}',
        '{"id": NaN}',
    ]
    ran = run(tmp_path, "check", "--cases", "-", stdin="\n".join(lines).encode())
    first, second, third, fourth = [json.loads(line, parse_constant=pytest.fail) for line in ran.out.splitlines()]
    assert (first["outcome"], third["outcome"], third["id"], fourth["id"]) == ("right", "right", None, None)
    data = second["findings"][0]["data"]
    assert (second["id"], second["outcome"], data["line"], data["nearest"]) == (2, "unreadable", 3, "answer")
    assert fourth["findings"][0]["data"]["line"] == 5


def test_a_case_that_fails_unforeseen_does_not_end_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from practice import checks
    from report import desk

    def fail(*args: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(checks, "grade_stated", fail)
    noted: list[Exception] = []
    line = json.dumps({"id": "a", "loss": "p", "wrt": "p", "answer": "1"})
    form = desk.case_form((1, line), lambda: 0.0, noted.append)
    assert (list(form), form["id"], form["outcome"], len(noted)) == (KEYS, "a", "undecided", 1)
