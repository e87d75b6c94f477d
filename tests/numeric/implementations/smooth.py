# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: simplex[n,K]
# levels: correct, stable
# finding: none
import numpy as np


def loss(z, y):
    z = z - z.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -np.sum(y * logp) / len(z)
