# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# returns: gradient
# wrt: z
# levels: correct
# finding: overflow
import numpy as np


def grad(z, y):
    p = 1 / (1 + np.exp(-z))
    dl_dp = -(y / p) + (1 - y) / (1 - p)
    dp_dz = p * (1 - p)
    return dl_dp * dp_dz / z.shape[0]
