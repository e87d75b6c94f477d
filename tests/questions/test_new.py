from __future__ import annotations

from pathlib import Path

import pytest

from questions import loader
from questions.kinds import KINDS, Kind
from questions.new import skeleton


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_bank_is_sound_from_the_start(kind: Kind, tmp_path: Path) -> None:
    bank = tmp_path / "new.yaml"
    bank.write_text(skeleton(kind, "my-question"), "utf-8")
    loaded = loader.load([bank])
    assert loaded.problems == ()
    assert [(q.id, q.kind) for q in loaded.questions] == [("my-question", kind)]
