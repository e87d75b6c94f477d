# loss: log_softmax(z)
# args: z: real[n,K]
# levels: correct
# finding: clip-bias
import numpy as np


def log_softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.log(e / e.sum(-1, keepdims=True) + 1e-12)
