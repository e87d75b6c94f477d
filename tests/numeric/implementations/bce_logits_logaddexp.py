# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct, stable
# finding: none
import numpy as np


def loss(z, y):
    return np.mean(np.logaddexp(0, z) - y * z)
