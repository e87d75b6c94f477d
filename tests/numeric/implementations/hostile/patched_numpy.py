# finding: wrong-value
import numpy as np

np.asarray = np.array = np.isfinite = lambda *a, **k: 0
np.ndarray
np.mean = lambda *a: 0.0


def loss(z, y):
    return np.mean(z)
