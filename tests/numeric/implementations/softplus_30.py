# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: clip-bias
import numpy as np


def loss(z, y):
    z = np.clip(z, -100, 100)
    return np.mean(np.logaddexp(0, z) - y * z)
