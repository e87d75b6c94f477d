"""Judging a loss that somebody designed: by the properties that are demanded of it, and by experiments."""

from grader.design.grade import DesignTask, grade_design

__all__ = ["DesignTask", "grade_design"]
