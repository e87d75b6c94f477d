"""Losses that go by a name: each one declared once, by its formula, its variables and where it comes from."""

from questions.losses.known import SPACES, KnownLoss, Space
from questions.losses.loader import Losses, UnknownLoss, close, find, known, library, load

__all__ = ["SPACES", "KnownLoss", "Losses", "Space", "UnknownLoss", "close", "find", "known", "library", "load"]
