# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: mutates-input
import numpy as np


def loss(z, y):
    z *= 1.0 - 2.0 * y
    return np.mean(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))))
