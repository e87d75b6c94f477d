# loss: log_softmax(z)
# args: z: real[K]
# levels: correct
# finding: overflow
import numpy as np


def f(z):
    return np.log(np.exp(z) / np.sum(np.exp(z)))
