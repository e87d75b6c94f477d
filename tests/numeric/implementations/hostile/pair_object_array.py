# finding: wrong-shape
# returns: loss-and-gradient
# wrt: z
import numpy as np


def loss(z, y):
    both = np.empty(2, dtype=object)
    both[0], both[1] = np.mean(np.logaddexp(0, z) - z * y), (1 / (1 + np.exp(-z)) - y) / len(z)
    return both
