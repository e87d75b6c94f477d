# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct, stable
# finding: none
import numpy as np


def loss(z, y):
    with np.errstate(over="ignore"):
        s = np.where(z > 0, z + np.log1p(np.exp(-z)), np.log1p(np.exp(z)))
    return np.mean(s - z * y)
