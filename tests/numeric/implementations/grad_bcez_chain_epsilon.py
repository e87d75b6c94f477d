# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# returns: gradient
# wrt: z
# levels: correct
# finding: clip-bias
import numpy as np


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, small) / (1 + small)


def grad(z, y):
    eps = 1e-9
    p = _sigmoid(z)
    dl_dp = -(y / (p + eps)) + (1 - y) / (1 - p + eps)
    return dl_dp * p * (1 - p) / len(z)
