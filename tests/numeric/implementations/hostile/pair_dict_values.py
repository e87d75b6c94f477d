# finding: wrong-shape
# returns: loss-and-gradient
# wrt: z
import numpy as np


def loss(z, y):
    return {"loss": np.mean(np.logaddexp(0, z) - z * y), "gradient": (1 / (1 + np.exp(-z)) - y) / len(z)}.values()
