"""The losses of scikit-learn and SciPy, wrapped as submissions: they are stable, and one that is not precise is known.

They run where the extra `[bench]` is installed; that their tasks can be read is tested everywhere.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from grader.numeric import Spares, grade_code
from grader.numeric.source import Source, examine
from tests.numeric.test_implementations import header, reached, task_of

FILES = sorted(Path(__file__).with_name("peers").glob("*.py"))
SECONDS = 60.0
"""Their import is part of it."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_peers_task_can_be_read(path: Path) -> None:
    stated = header(path)
    assert task_of(stated).statement.variables
    assert isinstance(examine(path.read_text(encoding="utf-8"), None, path.name), Source)
    assert {"correct", "stable"} <= set(stated["levels"].split(", "))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_peer_is_stable(path: Path, spares: Spares) -> None:
    stated = header(path)
    if find_spec(stated["needs"]) is None:
        pytest.skip(f"{stated['needs']} is not installed: pip install -e '.[bench]'")
    verdict = grade_code(task_of(stated), path.read_text(encoding="utf-8"), seconds=SECONDS, spares=spares)
    assert verdict.outcome == "right", verdict
    assert reached(verdict) == set(stated["levels"].split(", "))
    assert not [finding for finding in verdict.findings if finding.severity == "error"]
    assert "prints" not in verdict.codes
