# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: hides-nan
import numpy as np


def loss(z, y):
    p = 1 / (1 + np.exp(-z))
    l = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    return np.mean(np.nan_to_num(l))
