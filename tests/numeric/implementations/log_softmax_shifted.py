# loss: log_softmax(z)
# args: z: real[K]
# levels: correct
# finding: underflow
import numpy as np


def f(z):
    e = np.exp(z - np.max(z))
    return np.log(e / e.sum())
