# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: wrong-value
# law: label-symmetry
import numpy as np


def loss(z, y):
    return np.mean(y * np.logaddexp(0, -z) + 0.5 * (1 - y) * np.logaddexp(0, z))
