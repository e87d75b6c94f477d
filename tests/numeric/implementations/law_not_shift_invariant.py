# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# levels: none
# finding: wrong-value
# law: shift
import numpy as np


def loss(z, y):
    p = np.exp(z) / (1 + np.exp(z).sum(axis=1, keepdims=True))
    return -np.mean(np.sum(y * np.log(p), axis=1))
