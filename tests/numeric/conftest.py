"""One spare child for all tests here, as a session of the program has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.numeric import CodeTask, Spares

BCE = CodeTask("mean(softplus(z) - y*z)", ("z: real[n]", "y: {0,1}[n]"))
STABLE = """import numpy as np


def loss(z, y):
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))
"""


@pytest.fixture(scope="session")
def spares() -> Iterator[Spares]:
    made = Spares()
    made.prepare()
    yield made
    made.close()


@pytest.fixture
def bce() -> CodeTask:
    """Binary cross-entropy on logits."""
    return BCE


@pytest.fixture
def stable() -> str:
    """An implementation of it that is right at every level."""
    return STABLE
