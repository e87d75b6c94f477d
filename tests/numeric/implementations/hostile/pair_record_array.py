# finding: wrong-shape
# returns: loss-and-gradient
# wrt: z
import numpy as np


def loss(z, y):
    both = np.zeros(1, dtype=[("loss", "f8"), ("gradient", "f8", z.shape)])
    both["loss"] = np.mean(np.logaddexp(0, z) - z * y)
    both["gradient"] = (1 / (1 + np.exp(-z)) - y) / len(z)
    return both[0]
