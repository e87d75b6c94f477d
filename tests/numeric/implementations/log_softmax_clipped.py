# loss: log_softmax(z)
# args: z: real[K]
# levels: correct
# finding: clip-bias
import numpy as np


def f(z):
    e = np.exp(z - np.max(z))
    return np.log(np.clip(e / e.sum(), 1e-12, 1.0))
