from __future__ import annotations

from typing import Any

import pytest

COMMON: dict[str, Any] = {
    "id": "q", "title": "t", "prompt": "p", "requirements": ("r",), "stage": "definition", "topic": "probability",
    "skills": ("calculus",), "level": "entry", "roles": ("swe",), "minutes": 1, "hints": ("a", "b"), "solution": "s",
    "analysis": "a", "sources": (),
}  # fmt: skip


@pytest.fixture
def common() -> dict[str, Any]:
    """The fields that all kinds share, filled in."""
    return COMMON
