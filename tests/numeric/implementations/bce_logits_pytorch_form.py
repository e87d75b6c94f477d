# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct, stable
# finding: none
import numpy as np


def loss(z, y):
    log_sigmoid = np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))
    return np.mean((1 - y) * z - log_sigmoid)
