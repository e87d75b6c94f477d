# loss: mean_i(logsumexp(z_i) - z[i,labels_i])
# args: z: real[n,K]; labels: index(K)[n]
# returns: gradient
# wrt: z
# levels: none
# finding: lost-term
import numpy as np


def grad(z, labels):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) / len(labels)
