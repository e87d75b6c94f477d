# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# returns: gradient
# wrt: z
# levels: none
# finding: wrong-reduction
import numpy as np


def grad(z, y):
    return np.mean(1 / (1 + np.exp(-z)) - y)
