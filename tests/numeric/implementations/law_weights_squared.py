# loss: sum(w*(softplus(z) - y*z))/sum(w)
# args: z: real[n]; y: {0,1}[n]; w: positive[n]
# levels: none
# finding: wrong-value
# law: weights-as-repetition
import numpy as np


def loss(z, y, w):
    return np.sum(w**2 * (np.logaddexp(0, z) - y * z)) / np.sum(w**2)
