# loss: mean(w*(softplus(z)-y*z))
# args: z: real[n]; y: {0,1}[n]; w: positive[n]
# levels: none
# finding: ignores-argument
import numpy as np


def f(z, y, w):
    return np.mean((np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))))
