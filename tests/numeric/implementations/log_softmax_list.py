# loss: log_softmax(z)
# args: z: real[K]
# levels: none
# finding: wrong-shape
import numpy as np


def f(z):
    m = np.max(z)
    return list(z - m - np.log(np.sum(np.exp(z - m))))
