# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct, stable, precise
# finding: none
import numpy as np


def loss(z, y):
    print("shapes", z.shape, y.shape)
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))
