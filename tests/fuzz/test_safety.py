"""What brings other graders down, through `check --cases` in one process: each gets its verdict, and nothing runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from tests.cli.run import run

REFUSED: Final = {
    "powers of powers": "9**9**9**9",
    "powers of powers with carets": "9^9^9",
    "a huge exponent": "2^(10^10)",
    "a sum to a huge power": "(1+x)^(10^7)",
    "a sine to a huge power": "sin(1)^(10^6)",
    "a binomial coefficient": "binomial(10^8, 5*10^7)",
    "factorials of factorials": "x" + "!" * 50,
    "open brackets": "(" * 5_000,
    "brackets": "(" * 300 + "x" + ")" * 300,
    "minus signs": "-" * 3_000 + "x",
    "fractions in fractions": "\\frac{1}{" * 500 + "x" + "}" * 500,
    "sines in sines": "sin(" * 120 + "x" + ")" * 120,
    "a sum of ten thousand terms": "+".join(["x"] * 10_000),
    "ten megabytes": "x" * 10_000_000,
    "ten megabytes of lines": "x = x\n" * 1_600_000,
    "ten megabytes of brackets": "(" * 10_000_000,
    "an endless number": "9" * 100_000,
    "a huge exponent of ten": "1e999999999999",
    "a null byte": "x\x00^2",
    "nothing but null bytes": "\x00" * 100,
    "marks that turn the line": "\u202ex^2\u202c",
    "a lone surrogate": "x\ud800",
    "import": '__import__("os").system("touch pwned")',
    "a process id": '__import__("os").getpid()',
    "a file": "open('pwned', 'w')",
    "exec": "exec(\"open('pwned','w')\")",
    "eval": "eval('1')",
    "the class of a tuple": "().__class__.__bases__[0].__subclasses__()",
    "a lambda": "(lambda: open('pwned','w'))()",
    "globals of a function": "exp.__globals__['__builtins__']",
    "LaTeX that reads a file": "\\input{/etc/passwd}",
    "LaTeX that defines itself": "\\def\\x{\\x\\x}\\x",
    "a format string": "f'{x.__class__}'",
    "thousands of lines": "x = x\n" * 3_333,
    "thousands of sides": "x = " * 4_999 + "x",
    "thousands of formulas in a line": "i=1, " * 4_000,
    "thousands of names": "\n".join(f"q_{at} = 1" for at in range(1_800)),
    "a name bound a thousand times": "u = 1\n" + "u = u + 1\n" * 900,
    "thousands of reasons": "since " * 3_333,
    "thousands of words": "1 line\n" * 999,
}
HELD: Final = {
    "a factorial of millions": "(10^7)!",
    "a factorial of a factorial": "((100)!)! x",
    "exp of exp": "exp(exp(exp(exp(99))))",
    "exp five times": "exp(exp(exp(exp(exp(1)))))",
    "exp of minus exp": "exp(-exp(59))",
    "maxima in maxima": "max(" * 15 + "x^2" + ", x^2-1)" * 15,
    "high powers over high powers": "(1+x+x^2)^300/(1+x+x^2)^299",
    "kinks": " + ".join(f"|x - {i}|" for i in range(60)),
    "a thousand sides": "x^2 = " * 900 + "x^2",
    "powers of variables": "x^x^x^x^x",
    "large arguments": "sin(10^9 x) + sin(10^300)",
    "a formula in thousands of brackets": "we get " + "1/(" * 4_700 + "$x=x$ " + ")" * 4_700,
    "names bound twice": "\n".join(f"q_{{{at}}} = x\nq_{{{at}}} += 1" for at in range(40)) + "\nx^2",
}
"""Read, and judged or left undecided."""


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("safety")
    lines = [
        json.dumps({"id": name, "loss": "x^3/3", "wrt": "x", "var": ["x: real"], "answer": answer})
        for name, answer in {**REFUSED, **HELD}.items()
    ]
    (folder / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
    ran = run(folder, "check", "--cases", str(folder / "cases.jsonl"), cwd=folder)
    assert "Traceback" not in ran.err
    assert sorted(path.name for path in folder.iterdir() if path.suffix != ".db") == ["cases.jsonl"]
    return {said["id"]: said["outcome"] for said in ran.lines}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(verdicts: dict[str, str], name: str) -> None:
    assert verdicts[name] == "unreadable"


@pytest.mark.parametrize("name", HELD)
def test_it_is_judged_or_left_undecided(verdicts: dict[str, str], name: str) -> None:
    assert verdicts[name] in ("right", "wrong", "undecided")


def test_a_hostile_task_is_refused_as_well(tmp_path: Path) -> None:
    fields = ("loss", "wrt")
    lines = [
        json.dumps({"id": f"{field} {name}", "loss": "x^2", "wrt": "x", "var": ["x: real"], "answer": "x", field: text})
        for name, text in REFUSED.items()
        if len(text) < 10_000
        for field in fields
    ]
    (tmp_path / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
    ran = run(tmp_path, "check", "--cases", str(tmp_path / "cases.jsonl"), cwd=tmp_path)
    assert {said["outcome"] for said in ran.lines} == {"unreadable"}
    assert len(ran.lines) == len(lines)


def test_a_loss_that_is_no_number_is_refused(tmp_path: Path) -> None:
    ran = run(tmp_path, "check", "--loss", "z", "--wrt", "z", "--var", "z: real[n]", "-a", "1", "--json")
    assert ran.code == 2
    assert ran.json["outcome"] == "unreadable"
    assert ran.json["findings"][0]["data"]["option"] == "--loss"
