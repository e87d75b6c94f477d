# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# levels: none
# finding: wrong-reduction
import numpy as np


def f(z, y):
    m = z.max(axis=1, keepdims=True)
    l = z - m - np.log(np.exp(z - m).sum(axis=1, keepdims=True))
    return -np.mean(y * l)
