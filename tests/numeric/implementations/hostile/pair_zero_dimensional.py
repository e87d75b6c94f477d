# finding: wrong-reduction | wrong-shape
# returns: loss-and-gradient
# wrt: z
import numpy as np


def loss(z, y):
    return np.array(np.mean(np.logaddexp(0, z) - z * y)), np.array(0.0)
