"""Derivations: equality with certificates, steps, diagnosis. Start with `grade_derivation`."""

from grader.symbolic.grade import grade_derivation
from grader.symbolic.task import DerivationTask, TaskError

__all__ = ["DerivationTask", "TaskError", "grade_derivation"]
