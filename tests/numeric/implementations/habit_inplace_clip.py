# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: mutates-input
import numpy as np


def loss(z, y):
    np.clip(z, -30, 30, out=z)
    return np.mean(np.logaddexp(0, z) - z * y)
