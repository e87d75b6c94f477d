# loss: mean(max(0, 1 - y*z))
# args: z: real[n]; y: {-1,1}[n]
# returns: gradient
# wrt: z
# levels: correct, stable, precise
# finding: none
import numpy as np


def grad(z, y):
    return np.where(1 - y * z > 0, -y, 0.0) / len(z)
