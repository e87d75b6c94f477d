# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# levels: correct, stable
# finding: none
import numpy as np


def f(z, y):
    m = z.max(axis=1, keepdims=True)
    l = m[:, 0] + np.log(np.exp(z - m).sum(axis=1))
    return np.mean(l - (z * y).sum(axis=1))
