# finding: wrong-shape
# returns: loss-and-gradient
# wrt: z
import numpy as np


def loss(z, y):
    return np.mean(np.logaddexp(0, z) - z * y), [[0.5], [0.25, 0.25], z]
