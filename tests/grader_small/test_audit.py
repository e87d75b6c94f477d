"""Each file of `banks/` names in comments what running its questions shows: `# expect LINE:COLUMN: CODE`."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

from grader.audit import audit, audit_question
from questions import loader, places, wording
from questions.kinds import KINDS
from questions.new import skeleton

FILES = sorted((Path(__file__).parent / "banks").glob("*.yaml"))
EXPECT = re.compile(r"# expect (\d+):(\d+): ([a-z0-9-]+)")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_running_a_bank_shows_what_is_wrong_with_it(file: Path) -> None:
    loaded = loader.load([file], cached=False)
    assert loaded.problems == ()
    expected = [(int(a), int(b), code) for a, b, code in EXPECT.findall(file.read_text("utf-8"))]
    found = audit(loaded.questions, places.read([file]))
    assert [(p.line, p.column, p.code) for p in found] == sorted(expected), "\n".join(map(wording.render, found))
    for problem in found:
        assert "None" not in wording.message(problem)


def test_a_question_and_its_places_can_be_sent_to_another_process() -> None:
    file = FILES[0].with_name("samples.yaml")
    loaded = loader.load([file], cached=False)
    where = places.read([file])
    for question in loaded.questions:
        sent = pickle.loads(pickle.dumps((question, where[question.id])))
        assert audit_question(*sent) == audit_question(question, where[question.id])


DOCS = (Path(__file__).parents[2] / "docs" / "questions.md").read_text("utf-8")
SOUND = {
    **{
        f"docs-{kind}": text
        for kind, text in zip(KINDS, re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL), strict=True)
    },
    **{f"new-{kind}": skeleton(kind, "my-question") for kind in KINDS},
}


@pytest.mark.parametrize("name", SOUND)
def test_what_authors_start_from_passes_as_it_stands(name: str, tmp_path: Path) -> None:
    bank = tmp_path / "bank.yaml"
    bank.write_text(SOUND[name], "utf-8")
    loaded = loader.load([bank], cached=False)
    assert [wording.render(p) for p in audit(loaded.questions, places.read([bank]))] == []
