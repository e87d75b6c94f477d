# loss: log_softmax(z)
# args: z: real[K]
# levels: none
# finding: mutates-input
import numpy as np


def f(z):
    z -= np.max(z)
    return z - np.log(np.sum(np.exp(z)))
