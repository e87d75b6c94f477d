# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: correct
# finding: wrong-value
import numpy as np


def loss(z, y):
    s = np.where(z > 20, z, np.log1p(np.exp(np.minimum(z, 20))))
    return np.mean(s - z * y)
