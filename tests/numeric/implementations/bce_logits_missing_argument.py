# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: crashed
import numpy as np


def loss(z):
    return np.mean(np.logaddexp(0, z))
