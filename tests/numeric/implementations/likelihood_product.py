# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: overflow
import numpy as np


def loss(z, y):
    s = np.where(y == 1, -z, z)
    # product of 1 / likelihoods, one log at the end
    return np.maximum(s, 0).mean() + np.log(np.prod(1 + np.exp(-np.abs(s)))) / len(z)
