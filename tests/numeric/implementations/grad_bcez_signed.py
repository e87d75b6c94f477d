# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# returns: gradient
# wrt: z
# levels: correct, stable, precise
# finding: none
import numpy as np


def grad(z, y):
    # both branches without a difference: sigma(z) for a negative, -sigma(-z) for a positive
    s = np.where(y == 1, -1.0, 1.0)
    m = s * z
    small = np.exp(-np.abs(m))
    return s * np.where(m >= 0, 1, small) / (1 + small) / z.size
