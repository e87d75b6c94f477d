"""The table of losses of vectors, each analysed once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from grader.properties import Analysis, AnalysisTask, analyse

ROWS: list[Mapping[str, Any]] = yaml.safe_load(Path(__file__).with_name("losses.yaml").read_text(encoding="utf-8"))


@cache
def _analysis(loss: str, wrt: str, variables: tuple[str, ...]) -> Analysis:
    return analyse(AnalysisTask(loss, wrt, variables), seconds=60)


def analysed(row: Mapping[str, Any]) -> Analysis:
    return _analysis(row["loss"], row["wrt"], tuple(row["variables"]))


def name(row: Mapping[str, Any]) -> str:
    return str(row["name"])
