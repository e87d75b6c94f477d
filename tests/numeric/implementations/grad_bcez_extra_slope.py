# loss: mean(softplus(z) - y*z)
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
    p = _sigmoid(z)
    error = p - y
    delta = error * p * (1 - p)  # the rule for squared error, out of habit
    return delta / len(z)
