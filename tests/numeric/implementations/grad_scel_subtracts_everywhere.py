# loss: mean_i(logsumexp(z_i) - z[i,labels_i])
# args: z: real[n,K]; labels: index(K)[n]
# returns: gradient
# wrt: z
# levels: none
# finding: wrong-value
import numpy as np


def grad(z, labels):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[:, labels] -= 1  # the whole columns, not one entry a row
    return p / len(labels)
