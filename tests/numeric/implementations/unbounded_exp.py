# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: wrong-value
import numpy as np


def loss(z, y):
    return np.mean(np.exp(1000 * np.abs(z)) + y)
