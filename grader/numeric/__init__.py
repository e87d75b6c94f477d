"""Judging a loss implementation against its formula: isolation, probes, oracle, judgement (DESIGN, section 6)."""

from grader.numeric import asked
from grader.numeric.grade import grade_code
from grader.numeric.process import Spares, spares
from grader.numeric.task import CodeTask

__all__ = ["CodeTask", "Spares", "asked", "grade_code", "spares"]
