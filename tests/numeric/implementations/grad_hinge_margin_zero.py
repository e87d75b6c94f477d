# loss: mean(max(0, 1 - y*z))
# args: z: real[n]; y: {-1,1}[n]
# returns: gradient
# wrt: z
# levels: none
# finding: wrong-value
import numpy as np


def grad(z, y):
    return np.where(y * z < 0, -y, 0.0) / len(z)
