# finding: dtype
import numpy as np


def loss(z, y):
    return np.array(0.5, dtype=object)
