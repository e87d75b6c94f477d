# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# returns: gradient
# wrt: z
# levels: none
# finding: wrong-shape
import numpy as np


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def grad(z, y):
    return np.mean(np.logaddexp(0, z) - y * z), (_sigmoid(z) - y) / len(z)
