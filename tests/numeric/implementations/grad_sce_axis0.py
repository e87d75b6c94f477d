# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# returns: gradient
# wrt: z
# levels: none
# finding: wrong-axis
import numpy as np


def grad(z, y):
    e = np.exp(z - np.max(z, axis=0))
    p = e / np.sum(e, axis=0)
    return (p - y) / z.shape[0]
