# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# returns: gradient
# wrt: z
# levels: correct, stable
# finding: none
import numpy as np


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def grad(z, y):
    return (_softmax(z) - y) / len(z)
