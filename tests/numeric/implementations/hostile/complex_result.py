# finding: dtype
import numpy as np


def loss(z, y):
    return np.complex128(1)
