# finding: out-of-memory
import numpy as np


def loss(z, y):
    x = np.ones(10**12)
    return x.sum()
