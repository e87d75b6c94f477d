# loss: -sum(y*log_softmax(z))/n
# args: z: real[n,K]; y: onehot[n,K]
# levels: correct, stable
# finding: none
import numpy as np


def cross_entropy(z, y):
    m = z.max(axis=-1, keepdims=True)
    lse = (m + np.log(np.exp(z - m).sum(axis=-1, keepdims=True))).squeeze(-1)
    return np.mean(lse - np.einsum("ik,ik->i", z, y))
