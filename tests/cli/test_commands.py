"""The bank on the command line, submissions, and progress."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from tests.cli.run import BANK, run

DRILL = ["--bank", str(BANK)]


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    return CliRunner(env={"LOSSPREP_HOME": str(tmp_path)})


def invoke(runner: CliRunner, *args: str) -> str:
    result = runner.invoke(cli.cli, args, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_every_command_has_help_and_no_command_is_a_promise(runner: CliRunner) -> None:
    text = invoke(runner, "--help")
    assert "Exit codes" in text
    for name, command in cli.cli.commands.items():
        assert command.help
        assert name in text
        assert "Usage" in invoke(runner, name, "--help")


def test_alone_and_without_a_terminal_it_prints_help(runner: CliRunner) -> None:
    assert invoke(runner).startswith("Usage: ")


def test_the_version_is_that_of_the_package(runner: CliRunner) -> None:
    from lossprep import __version__

    assert invoke(runner, "--version") == f"lossprep {__version__}\n"


def test_list_filters_and_prints_one_object_a_line(runner: CliRunner) -> None:
    listed = [json.loads(line) for line in invoke(runner, "list", "--json", *DRILL, "--tag", "drill").splitlines()]
    assert [question["id"] for question in listed] == [
        "drill-choice",
        "drill-derivation",
        "drill-explain",
        "drill-code",
    ]
    assert all("answer" not in question and "solution" not in question for question in listed)
    both = invoke(runner, "list", *DRILL, "--tag", "drill", "--level", "mid", "--level", "senior").splitlines()
    assert [line.split()[0] for line in both] == ["drill-explain", "drill-code"]


def test_an_empty_list_is_no_fault(runner: CliRunner) -> None:
    assert invoke(runner, "list", "--tag", "no-such-tag", "--json") == ""


def test_show_gives_names_and_maths_and_no_answer(runner: CliRunner) -> None:
    text = invoke(runner, "show", "drill-derivation", *DRILL)
    assert "names  p (yhat" in text or "names  p (ŷ" in text
    assert "∂L/∂p" in text
    assert "$" not in text
    form = json.loads(invoke(runner, "show", "drill-choice", "--json", *DRILL))
    assert form["options"][0].startswith("Welsch")
    assert not {"solution", "analysis", "answer"} & form.keys()


def test_hints_come_one_by_one_or_all(runner: CliRunner) -> None:
    assert invoke(runner, "hint", "drill-choice", *DRILL) == "Hint 1 of 2: Let the residual grow.\n"
    assert invoke(runner, "hint", "drill-choice", "--all", *DRILL).count("Hint ") == 2
    form = json.loads(invoke(runner, "hint", "drill-choice", "--all", "--json", *DRILL))
    assert form == {"format": 1, "question": "drill-choice", "hints": ["Let the residual grow.", "Which one tends to a limit?"], "of": 2}  # fmt: skip # noqa: E501


@pytest.mark.parametrize("id", ["drill-choice", "drill-derivation", "drill-explain", "drill-code"])
def test_a_solution_has_its_answer_and_its_analysis(runner: CliRunner, id: str) -> None:
    text = invoke(runner, "solution", id, *DRILL)
    assert text.index("Model answer") < text.index("what an interviewer listens for")
    form = json.loads(invoke(runner, "solution", id, "--json", *DRILL))
    assert form["answer"]
    assert form["analysis"]


def test_the_starting_file_of_code_is_its_stub_and_is_not_overwritten(tmp_path: Path) -> None:
    first = run(tmp_path, "start", "drill-code", *DRILL)
    path = tmp_path / "drill_code.py"
    assert (first.code, "def squared(a, b)" in path.read_text()) == (0, True)
    assert run(tmp_path, "start", "drill-code", *DRILL).code == 0
    path.write_text("my work")
    refused = run(tmp_path, "start", "drill-code", *DRILL)
    assert (refused.code, path.read_text()) == (2, "my work")
    assert "--force" in refused.err
    assert run(tmp_path, "start", "drill-code", "--force", "--json", *DRILL).json["file"] == "drill_code.py"


def test_the_starting_file_of_a_derivation_is_graded_as_it_is_filled_in(tmp_path: Path) -> None:
    assert run(tmp_path, "start", "drill-derivation", "d.txt", *DRILL).code == 0
    path = tmp_path / "d.txt"
    assert run(tmp_path, "submit", "drill-derivation", "d.txt", *DRILL).code == 2
    path.write_text(path.read_text("utf-8") + "(p - y)/(p*(1 - p))\n", "utf-8")
    assert run(tmp_path, "submit", "drill-derivation", "d.txt", *DRILL).code == 0


def test_a_choice_needs_no_file(tmp_path: Path) -> None:
    ran = run(tmp_path, "start", "drill-choice", *DRILL)
    assert (ran.code, "submit drill-choice -a" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("id", "answer", "code", "outcome"),
    [
        ("drill-choice", "a", 0, "right"),
        ("drill-choice", "b", 1, "wrong"),
        ("drill-choice", "q", 2, "unreadable"),
        ("drill-derivation", "(p - y)/(p*(1 - p))", 0, "right"),
        ("drill-derivation", "(y - p)/(p*(1 - p))", 1, "wrong"),
        ("drill-explain", "It saturates.", 3, "undecided"),
    ],
)
def test_submit_grades_and_records(tmp_path: Path, id: str, answer: str, code: int, outcome: str) -> None:
    ran = run(tmp_path, "submit", id, "-a", answer, "--json", *DRILL)
    assert (ran.code, ran.json["outcome"], ran.json["question"]) == (code, outcome, id)
    answered = run(tmp_path, "progress", "--json", *DRILL).json["answered"]
    assert answered == int(outcome in ("right", "wrong"))


def test_an_explanation_may_be_handed_in_with_its_marks(tmp_path: Path) -> None:
    ran = run(tmp_path, "submit", "drill-explain", "-a", "It saturates.", "--marks", "1", "--json", *DRILL)
    assert (ran.code, ran.json["outcome"], ran.json["evidence"], ran.json["score"]) == (1, "partly", "self-marked", 0.5)


@pytest.mark.parametrize(
    ("id", "marks", "said"),
    [
        ("drill-explain", "one", "from 1 to 2"),
        ("drill-explain", "0", "from 1 to 2"),
        ("drill-explain", "1,3", "from 1 to 2"),
        ("drill-choice", "1", "for explanations"),
    ],
)
def test_marks_must_be_points_of_an_explanation(tmp_path: Path, id: str, marks: str, said: str) -> None:
    ran = run(tmp_path, "submit", id, "-a", "a", "--marks", marks, *DRILL)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_marks_are_counted_and_what_is_missed_is_listed(tmp_path: Path) -> None:
    ran = run(tmp_path, "submit", "drill-explain", "-a", "It saturates.", "--marks", "1", *DRILL)
    assert "as you marked it yourself, 1 of 2 points" in ran.out
    assert "Not covered yet:\n  - Cross-entropy's gradient" in ran.out


def test_an_unmarked_explanation_gets_its_rubric_and_the_way_to_mark_it(tmp_path: Path) -> None:
    ran = run(tmp_path, "submit", "drill-explain", "-a", "It saturates.", *DRILL)
    assert "\n   1  " in ran.out
    assert "submit drill-explain … --marks" in ran.out


def test_progress_is_by_skill_topic_stage_and_level(tmp_path: Path) -> None:
    run(tmp_path, "submit", "drill-choice", "-a", "a", *DRILL)
    form = run(tmp_path, "progress", "--json", *DRILL).json
    assert {"by_skill", "by_topic", "by_stage", "by_level", "next"} <= form.keys()
    (row,) = [row for row in form["by_skill"] if row["name"] == "optimisation"]
    assert (row["answered"], row["score"]) == (1, 1.0)
    assert "1 of" in run(tmp_path, "progress", *DRILL).out


def test_a_bank_with_problems_lists_them_all_and_exits_with_2(tmp_path: Path) -> None:
    text = BANK.read_text("utf-8").replace("level: entry", "level: easy")
    (tmp_path / "bad.yaml").write_text(text, "utf-8")
    ran = run(tmp_path, "bank", "check", "bad.yaml")
    assert ran.code == 2
    assert ran.out.count("bad.yaml:") == 2
    told = run(tmp_path, "bank", "check", "bad.yaml", "--json")
    assert (told.code, len(told.json["problems"])) == (2, 2)
    assert run(tmp_path, "list", "--bank", "bad.yaml").err.count("bad.yaml:") == 2


def test_the_bank_of_these_tests_is_sound(tmp_path: Path) -> None:
    ran = run(tmp_path, "bank", "check", str(BANK))
    assert (ran.code, ran.out) == (0, "4 questions, no problems.\n")


def test_the_schema_is_json(runner: CliRunner) -> None:
    assert "$schema" in json.loads(invoke(runner, "bank", "schema"))


def test_a_quiz_without_a_terminal_replays_the_samples_and_records_nothing(tmp_path: Path) -> None:
    ran = run(tmp_path, "quiz", *DRILL, "--tag", "drill")
    assert ran.code == 0, ran.out
    for part in ("No terminal", "✗ Not right", "✓ Right", "Hint 1 of", "~ Partly right", "Session finished"):
        assert part in ran.out or part == "~ Partly right"
    assert not (tmp_path / "progress.db").exists()


@pytest.mark.parametrize("id", ["drill-derivation", "drill-explain", "drill-code"])
def test_a_starting_file_as_it_was_written_is_no_try(tmp_path: Path, id: str) -> None:
    assert run(tmp_path, "start", id, "file", *DRILL).code == 0
    ran = run(tmp_path, "submit", id, "file", "--json", *DRILL)
    assert (ran.code, ran.json["outcome"], ran.json["findings"][0]["code"]) == (2, "unreadable", "empty")
    assert not (tmp_path / "progress.db").exists()


@pytest.mark.parametrize(("id", "part"), [("drill-derivation", "# derive ∂L/∂p."), ("drill-explain", "# Why is cross")])
def test_a_starting_file_says_what_is_asked(tmp_path: Path, id: str, part: str) -> None:
    run(tmp_path, "start", id, "file", *DRILL)
    text = (tmp_path / "file").read_text("utf-8")
    assert part in text
    assert all(line.startswith("#") or not line for line in text.split("\n"))


def test_in_a_pipe_no_title_is_cut_and_nothing_matching_says_so(tmp_path: Path) -> None:
    listed = run(tmp_path, "list", COLUMNS="40")
    titles = [json.loads(line)["title"] for line in run(tmp_path, "list", "--json").out.splitlines()]
    assert all(line.endswith(title) for line, title in zip(listed.out.splitlines(), titles, strict=True))
    none = run(tmp_path, "list", "--tag", "no-such-tag")
    assert (none.code, none.out, none.err) == (0, "", "lossprep: no question passes all of these filters.\n")


@pytest.mark.parametrize("kind", ["choice", "number", "derivation", "code", "explain"])
def test_a_new_bank_passes_the_check_as_it_stands(tmp_path: Path, kind: str) -> None:
    made = run(tmp_path, "bank", "new", "my-question", "--kind", kind)
    assert (made.code, made.out) == (0, "Wrote my-question.yaml. Then: lossprep bank check my-question.yaml\n")
    checked = run(tmp_path, "bank", "check", "my-question.yaml")
    assert (checked.code, checked.out) == (0, "1 question, no problems.\n")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["My Question", "--kind", "code"], "cannot be an id"),
        (["huber-code", "--kind", "code"], "is taken"),
        (["mine", "full.yaml", "--kind", "code"], "--force"),
        (["mine", "--kind", "essay"], "explain"),
        (["mine", "no/such/folder.yaml", "--kind", "code"], "there is no such folder"),
    ],
)
def test_a_new_bank_is_not_written_over_anything(tmp_path: Path, args: list[str], said: str) -> None:
    (tmp_path / "full.yaml").write_text("mine")
    ran = run(tmp_path, "bank", "new", *args)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert [path.name for path in tmp_path.iterdir() if path.suffix] == ["full.yaml"]


def test_an_id_of_the_built_in_banks_is_taken(tmp_path: Path) -> None:
    run(tmp_path, "bank", "new", "mine", "--kind", "number")
    path = tmp_path / "mine.yaml"
    path.write_text(path.read_text("utf-8").replace("id: mine", "id: huber-code"), "utf-8")
    ran = run(tmp_path, "bank", "check", "mine.yaml")
    assert ran.code == 2
    assert "mine.yaml:4:9: the id 'huber-code' is taken" in ran.out


def test_progress_fits_a_screen_with_the_sum_and_the_next_step_at_its_foot(tmp_path: Path) -> None:
    lines = run(tmp_path, "progress").out.splitlines()
    assert len(lines) < 24
    assert lines[-1] == "  lossprep quiz"
    assert lines[-3].endswith("questions answered")
