# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: mutates-input
import numpy as np


def loss(z, y):
    y *= 2
    y -= 1
    return np.logaddexp(0, -y * z).mean()
