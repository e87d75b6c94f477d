"""What a loss is like: its properties, each proved, refuted by a witness, or undecided."""

from grader.properties.analyse import analyse
from grader.properties.analysis import Analysis, AnalysisTask, End, Kink, Named, Property

__all__ = ["Analysis", "AnalysisTask", "End", "Kink", "Named", "Property", "analyse"]
