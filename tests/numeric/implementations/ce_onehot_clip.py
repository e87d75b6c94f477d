# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# levels: correct
# finding: clip-bias
import numpy as np


def f(z, y):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = np.clip(e / e.sum(axis=1, keepdims=True), 1e-12, 1)
    return -np.sum(y * np.log(p)) / len(z)
