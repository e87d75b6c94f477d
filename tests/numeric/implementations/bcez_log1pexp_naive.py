# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: overflow
import numpy as np


def loss(z, y):
    return np.mean(np.log1p(np.exp(z)) - y * z)
