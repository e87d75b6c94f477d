# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# levels: correct, stable
# finding: none
import numpy as np


def f(z, y):
    m = z.max(axis=1, keepdims=True)
    l = z - m - np.log(np.exp(z - m).sum(axis=1, keepdims=True))
    return -np.sum(y * l) / len(z)
