# finding: wrong-shape
# returns: loss-and-gradient
# wrt: z
import numpy as np


def loss(z, y):
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))), np.broadcast_to(np.float64(0), (10**6, 10**6, 10**5))
