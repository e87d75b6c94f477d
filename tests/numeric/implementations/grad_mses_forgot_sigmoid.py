# loss: mean((sigmoid(z) - y)^2)
# args: z: real[n]; y: {0,1}[n]
# returns: gradient
# wrt: z
# levels: none
# finding: lost-chain-factor
import numpy as np


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def grad(z, y):
    return 2 * (_sigmoid(z) - y) / len(z)
