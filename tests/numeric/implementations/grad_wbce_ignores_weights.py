# loss: mean(w*(softplus(z) - y*z))
# args: z: real[n]; y: {0,1}[n]; w: positive[n]
# returns: gradient
# wrt: z
# levels: none
# finding: ignores-argument
import numpy as np


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def grad(z, y, w):
    return (_sigmoid(z) - y) / len(z)
