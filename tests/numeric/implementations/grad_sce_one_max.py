# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# returns: gradient
# wrt: z
# levels: correct
# finding: nan
import numpy as np


def grad(z, y):
    e = np.exp(z - np.max(z))
    return (e / e.sum(axis=1, keepdims=True) - y) / len(z)
