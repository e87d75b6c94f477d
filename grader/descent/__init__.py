"""Gradient descent under several losses, as values: every step of it, with the slopes that made it."""

from grader.descent.film import ENDINGS, Ending, Film, Frame, Run
from grader.descent.walk import Walker, film, slope_at

__all__ = ["ENDINGS", "Ending", "Film", "Frame", "Run", "Walker", "film", "slope_at"]
