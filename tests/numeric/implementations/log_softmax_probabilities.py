# loss: log_softmax(z)
# args: z: real[K]
# levels: none
# finding: wrong-value
import numpy as np


def f(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()
