# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: clip-bias
import numpy as np


def loss(z, y):
    z = np.clip(z, -30, 30)
    return np.mean(np.log1p(np.exp(z)) - y * z)
