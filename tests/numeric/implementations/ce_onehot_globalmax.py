# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# levels: correct
# finding: nan
import numpy as np


def f(z, y):
    e = np.exp(z - z.max())
    p = e / e.sum(axis=1, keepdims=True)
    return -np.sum(y * np.log(p)) / len(z)
