# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# returns: gradient
# wrt: z
# levels: none
# finding: wrong-sign
import numpy as np


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def grad(z, y):
    return (y - _sigmoid(z)) / len(z)
