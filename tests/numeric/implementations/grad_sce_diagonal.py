# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# returns: gradient
# wrt: z
# levels: none
# finding: lost-chain-factor
import numpy as np


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def grad(z, y):
    p = _softmax(z)
    return -y / p * p * (1 - p) / len(z)
