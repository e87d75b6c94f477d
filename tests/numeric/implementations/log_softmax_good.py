# loss: log_softmax(z)
# args: z: real[K]
# levels: correct, stable
# finding: none
import numpy as np


def f(z):
    m = np.max(z)
    return z - m - np.log(np.sum(np.exp(z - m)))
