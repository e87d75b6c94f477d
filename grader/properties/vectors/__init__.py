"""Losses of vectors and matrices: what composition proves about them, and what points and lines refute."""
