# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: clip-bias
import numpy as np


def loss(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p + 1e-3) + (1 - y) * np.log(1 - p + 1e-3))
