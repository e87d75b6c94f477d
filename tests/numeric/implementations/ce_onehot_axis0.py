# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# levels: none
# finding: wrong-axis
import numpy as np


def f(z, y):
    e = np.exp(z - z.max(axis=0))
    p = e / e.sum(axis=0)
    return -np.sum(y * np.log(p)) / len(z)
